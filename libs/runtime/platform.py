"""What a service is handed: the log, the queue, questions to others, live fragments, metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec
import structlog

from libs.contracts.asks import Ask
from libs.contracts.live import Fragment
from libs.contracts.streams import LIVE
from libs.contracts.subjects import live
from libs.eventlog.connection import Connection
from libs.eventlog.jetstream import JetStreamLog
from libs.eventlog.provision import provision
from libs.eventlog.queue import JetStreamQueue
from libs.eventlog.runs import Runs
from libs.eventlog.secrets import SecretStore
from libs.runtime.asking import ask
from libs.runtime.metrics import Metrics
from libs.runtime.settings import RuntimeSettings

A = TypeVar("A", bound=msgspec.Struct)
log = structlog.get_logger(__name__)


class Platform:
    """One process's way to everything outside it. ``open`` makes it, ``close`` ends it."""

    def __init__(self, settings: RuntimeSettings, connection: Connection) -> None:
        self.settings = settings
        self.connection = connection
        self.metrics = Metrics()
        self.log = JetStreamLog(connection.client)
        self.fragments = JetStreamLog(connection.client, LIVE.name)
        self.queue = JetStreamQueue(connection.client)
        self.runs = Runs(self.log)

    @classmethod
    async def open(cls, settings: RuntimeSettings, name: str) -> Platform:
        """Connect, and make or check streams and consumers.

        Raises:
            Drift: the server's streams differ from the declared ones.
        """
        connection = await Connection.open(settings.nats_url, name)
        try:
            await provision(connection.client, settings.nats_replicas)
        except BaseException:
            await connection.close()
            raise
        return cls(settings, connection)

    async def ask(self, question: Ask, reply: type[A]) -> A:
        """Ask another service; see ``asking.ask``."""
        return await ask(self.connection.client, question, reply)

    async def secrets(self, bucket: str) -> SecretStore:
        """The bucket of secrets that only one service may use."""
        return await SecretStore.open(self.connection.client, bucket, self.settings.nats_replicas)

    async def say(self, owner: str, fragment: Fragment) -> None:
        """Send a live fragment; nobody waits for it and it may be lost."""
        if self.connection.client.is_connected:
            await self.connection.client.publish(live(owner, fragment.stage), msgspec.json.encode(fragment))

    async def hear(self, subject: str, callback: Callable[[str, bytes], None]) -> None:
        """Call ``callback(subject, body)`` for whatever passes on ``subject`` from now on; some of it may be missed."""

        async def received(message: object) -> None:
            callback(cast("str", getattr(message, "subject")), cast("bytes", getattr(message, "data")))  # noqa: B009

        await self.connection.client.subscribe(subject, cb=received)

    async def close(self) -> None:
        """Leave NATS."""
        await self.connection.close()
