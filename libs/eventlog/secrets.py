"""Secrets in a key-value bucket: never in an event, readable by the one service that owns the bucket."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator

from nats.aio.client import Client
from nats.js.api import KeyValueConfig, StorageType
from nats.js.errors import BucketNotFoundError, KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from libs.eventlog.jetstream import AMBIGUOUS, REFUSING
from libs.eventlog.port import LogUnavailable

ANSWER_SECONDS = 5.0  # a value is on disk before it is confirmed


@contextlib.contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except AMBIGUOUS as error:
        raise LogUnavailable("What is kept secret does not answer, or has no room left. Ask again.") from error
    except REFUSING as error:
        raise LogUnavailable(f"What is kept secret cannot answer ({error.description}). Ask again.") from error


class SecretStore:
    """Values by key. Keys are letters, digits, ``-``, ``_``, ``=``, ``/`` and ``.``.

    Each of its answers may be ``LogUnavailable``.
    """

    def __init__(self, bucket: KeyValue) -> None:
        self._bucket = bucket

    @classmethod
    async def open(cls, client: Client, bucket: str, replicas: int = 1) -> SecretStore:
        """The bucket, made if it is missing."""
        js = client.jetstream(timeout=ANSWER_SECONDS)
        try:
            return cls(await js.key_value(bucket))
        except BucketNotFoundError:
            config = KeyValueConfig(bucket=bucket, storage=StorageType.FILE, replicas=replicas)
            return cls(await js.create_key_value(config))

    async def get(self, key: str) -> bytes | None:
        """The value, or ``None``."""
        kept = await self._entry(key)
        return kept.value if kept else None

    async def _entry(self, key: str) -> KeyValue.Entry | None:
        try:
            with _told():
                return await self._bucket.get(key)
        except KeyNotFoundError:
            return None

    async def create(self, key: str, value: bytes) -> bool:
        """Store a value under a key that has none; ``False`` if somebody was first."""
        try:
            with _told():
                await self._bucket.create(key, value)
        except KeyWrongLastSequenceError:
            return False
        return True

    async def put(self, key: str, value: bytes) -> None:
        """Store a value, whatever was there."""
        with _told():
            await self._bucket.put(key, value)

    async def change(self, key: str, make: Callable[[bytes | None], bytes]) -> bytes:
        """Store what ``make`` gives for what is there; it is asked again when somebody else was quicker."""
        while True:
            kept = await self._entry(key)
            value = make(kept.value if kept else None)
            try:
                with _told():
                    if kept:
                        await self._bucket.update(key, value, last=kept.revision)
                    else:
                        await self._bucket.create(key, value)
            except KeyWrongLastSequenceError:
                continue
            return value

    async def delete(self, key: str) -> None:
        """Forget a value; nothing of it is kept."""
        with _told():
            await self._bucket.purge(key)
