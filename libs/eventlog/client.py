"""The NATS client with two shortcuts for those who read thousands of messages a second; nothing else differs."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from nats.aio.client import Client
from nats.aio.subscription import Subscription

STATUS_LINE = b"NATS/1.0 "  # of what the server itself says; what others say has a line end after the version
BLANK = " \t\n\r\x0b\x0c"  # of ASCII: the values are not asked what is blank in other scripts
Take = Callable[[bytes, bytes, bytes, bytes], None]  # subject, reply, body and headers, as they came


class QuickClient(Client):
    """Both shortcuts override what nats-py keeps to itself; ``test_client.py`` holds that the same comes out."""

    def __init__(self) -> None:
        super().__init__()
        self._takers: dict[int, Take] = {}

    async def subscribe_raw(self, subject: str, take: Take) -> Subscription:
        """Call ``take`` with each message as it comes off the wire, in order; it must be quick and raise nothing.

        Nothing but ``take`` bounds what arrives, and what arrives before this returns is lost.
        """
        subscription = await self.subscribe(subject)
        self._takers[_id(subscription)] = take
        return subscription

    async def unsubscribe_raw(self, subscription: Subscription) -> None:
        """End a subscription of ``subscribe_raw``."""
        self._takers.pop(_id(subscription), None)
        await subscription.unsubscribe()

    # Its own way costs two coroutines, a queue and a task for each message: twice all that a tail does with it.
    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: Any) -> None:
        if take := self._takers.get(sid):
            take(subject, reply, data, headers or b"")
        else:
            await super()._process_msg(sid, subject, reply, data, headers)

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        return parse_headers(raw)


def parse_headers(raw: bytes) -> dict[str, str]:
    """Headers by name, as nats-py reads them; but it looks at each character of each name each time."""
    headers: dict[str, str] = {}
    for line in raw.decode("utf-8", "replace").split("\r\n"):  # once for all: to decode each value takes longer
        name, colon, value = line.partition(":")
        if colon and (known := _name(name)) is not None:
            headers[known] = value.strip(BLANK)
    return headers


@lru_cache(1000)
def _name(text: str) -> str | None:
    name = text.strip(BLANK)
    return name if name.isascii() and not any(char.isspace() for char in name) else None


def _id(subscription: Subscription) -> int:
    return subscription._id  # pyright: ignore[reportPrivateUsage]  # what the client itself tells subscriptions by
