"""Secrets in a bucket: kept, forgotten, and changed by several at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deploy.local.nats import NatsServer
from libs.contracts.errors import Unavailable
from libs.eventlog.connection import Connection
from libs.eventlog.secrets import SecretStore


async def test_of_many_who_change_a_value_at_once_none_loses_what_another_wrote(connection: Connection):
    store = await SecretStore.open(connection.client, "changed")
    names = [f"n{n}" for n in range(12)]
    await asyncio.gather(*(store.change("k", lambda kept, name=name: (kept or b"") + name.encode()) for name in names))
    kept = await store.get("k") or b""
    assert all(name.encode() in kept for name in names)
    await store.delete("k")
    assert await store.get("k") is None
    assert await store.change("k", lambda kept: b"anew" if kept is None else b"old") == b"anew"


async def test_a_bucket_that_does_not_answer_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("libs.eventlog.secrets.ANSWER_SECONDS", 0.1)
    server = NatsServer(tmp_path)
    server.start()
    connection = await Connection.open(server.url, "test")
    store = await SecretStore.open(connection.client, "away")
    server.kill()
    try:
        for asked in (
            store.get("k"),
            store.put("k", b"new"),
            store.create("k", b"new"),
            store.change("k", lambda _kept: b"new"),
            store.delete("k"),
        ):
            with pytest.raises(Unavailable, match="Ask again"):
                await asked
    finally:
        await connection.close()
