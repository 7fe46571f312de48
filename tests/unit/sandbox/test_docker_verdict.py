"""How a container ended, from what dockerd says, which may come late."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from services.sandbox.drivers.docker.jail import LOOKS, Container, DockerJail
from services.sandbox.port import Spec


class Engine:
    """A dockerd that hears only after ``late`` looks that memory was the cause."""

    def __init__(self, late: int) -> None:
        self._late = late
        self.looks = 0
        self.api = SimpleNamespace(wait=lambda *_, **__: None, inspect_container=self._inspect)

    async def call(self, work: Any) -> Any:
        return work()

    async def remove(self, _: str) -> None: ...

    def _inspect(self, _: str) -> dict[str, Any]:
        self.looks += 1
        return {"State": {"OOMKilled": self.looks > self._late, "ExitCode": 137}}


@pytest.mark.parametrize(("late", "ending"), [(0, "memory"), (3, "memory"), (LOOKS, "exited")])
async def test_a_kill_for_memory_is_told_though_dockerd_hears_of_it_late(
    late: int, ending: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.sandbox.drivers.docker.jail.LOOK_SECONDS", 0)
    engine: Any = Engine(late)
    output = asyncio.StreamReader()
    output.feed_eof()
    streams: Any = (output, SimpleNamespace(transport=SimpleNamespace(abort=lambda: None)))
    ground: Any = SimpleNamespace(writable={}, uid=1, clear=lambda: None)
    ended = await DockerJail(Spec("j", ("true",)), Container("c", engine, streams, None, ground)).wait()
    assert (ended.ending, ended.code) == (ending, -9)
