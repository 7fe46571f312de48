"""One way to connect to NATS: reconnect for ever, and leave the process when the connection is closed for good."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from libs.eventlog.client import QuickClient

RECONNECT_WAIT = 0.25  # seconds between attempts
GONE = (NatsError, OSError, RuntimeError)  # uvloop says RuntimeError when one writes to a lost connection
EXIT_CONNECTION_CLOSED = 70  # sysexits.h EX_SOFTWARE: whoever supervises us starts us again

log = structlog.get_logger(__name__)


class Closing:
    """Tells a wanted close from an unwanted one: a closed client would otherwise spin its consumers for ever."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wanted = False
        self._told = ""

    async def on_closed(self) -> None:
        """Called by the client when it is closed for good."""
        if not self.wanted:
            log.critical("nats_closed", connection=self.name)
            os._exit(EXIT_CONNECTION_CLOSED)

    async def on_error(self, error: Exception) -> None:
        """Called by the client for faults that no caller sees; an outage is told once, not at each try."""
        if not self.wanted and repr(error) != self._told:
            self._told = repr(error)
            log.warning("nats_error", connection=self.name, error=self._told)

    async def on_reconnected(self) -> None:
        """Called by the client when an outage is over."""
        self._told = ""
        log.info("nats_reconnected", connection=self.name)


def options(url: str, name: str, closing: Closing) -> dict[str, Any]:
    """Client options shared by every connection of the house."""
    return {
        "servers": [url],
        "name": name,
        "max_reconnect_attempts": -1,
        "reconnect_time_wait": RECONNECT_WAIT,
        "ping_interval": 10,
        "closed_cb": closing.on_closed,
        "error_cb": closing.on_error,
        "reconnected_cb": closing.on_reconnected,
    }


async def settled(client: Client) -> None:
    """Wait until the server has seen whatever was sent before, subscriptions too.

    Twice, because the client writes the ping of a flush at once, ahead of what it still holds back.
    """
    await client.flush()
    await client.flush()


async def leave(client: Client) -> None:
    """Flush what is pending and close. A server that is gone is no reason not to."""
    with contextlib.suppress(*GONE):
        if client.is_connected:
            await client.drain()
    with contextlib.suppress(*GONE):
        await client.close()


class Connection:
    """A NATS connection that its owner closes with ``close``."""

    def __init__(self, client: QuickClient, closing: Closing) -> None:
        self.client = client
        self._closing = closing

    @classmethod
    async def open(cls, url: str, name: str) -> Connection:
        """Connect, waiting for the server if it is not there yet."""
        closing = Closing(name)
        client = QuickClient()
        await client.connect(**options(url, name, closing))
        return cls(client, closing)

    async def close(self) -> None:
        """Flush what is pending and leave."""
        self._closing.wanted = True
        await leave(self.client)
