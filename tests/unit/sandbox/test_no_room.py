"""A host without room for jails says so and goes on: a run's report tells it, and there may be room later."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from libs.contracts import events as e
from libs.contracts.artifacts import Verification
from libs.contracts.codec import Order
from libs.contracts.envelope import Envelope, now
from libs.contracts.work import VerifyCode
from libs.llm.port import ModelError
from libs.runtime.live import LiveText
from libs.runtime.stage import Job
from libs.testing.stories import PROJECT, RUN, drafted, planned, reviewed, run_of, written
from services.sandbox import app
from services.sandbox.agent import TRIES, SandboxAgent
from services.sandbox.drivers.unsafe import UnsafeDriver
from services.sandbox.environments import Environment, NotNow
from services.sandbox.hosting.serving import Version, serve
from services.sandbox.jails import Jails
from services.sandbox.port import DriverError
from services.sandbox.rootfs import rootfs
from services.sandbox.settings import SandboxSettings
from services.sandbox.workers import Workers


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A folder that cannot be made."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "sandbox"


def jails(folder: Path) -> Jails:
    return Jails(SandboxSettings(_env_file=None, sandbox_driver="unsafe", sandbox_folder=folder))  # type: ignore[call-arg]


async def test_no_room_is_a_reason_in_words_wherever_it_is_met(full: Path) -> None:
    with pytest.raises(DriverError, match=r"Nothing can be made in .*/sandbox \(Not a directory\). Make room there"):
        await jails(full).ready()
    with pytest.raises(DriverError, match="Nothing can be made in"):
        rootfs(full)
    with pytest.raises(DriverError, match="Nothing can be made in"):
        await Workers(full, UnsafeDriver(), 0, 1).take(Environment("e", full), "check")


async def test_the_service_outlives_it_and_there_may_be_room_later(full: Path) -> None:
    crowded = jails(full)
    background = asyncio.create_task(app._prepared(crowded))
    await asyncio.wait({background}, timeout=0.2)
    assert not background.done()
    background.cancel()
    full.parent.unlink()
    assert await crowded.ready()


async def test_data_that_has_no_place_is_no_fault_of_the_project(full: Path) -> None:
    async def anything(*_: object) -> Any:
        return SimpleNamespace(get=anything), None

    means: Any = SimpleNamespace(ready=anything, kept=SimpleNamespace(place=lambda _: full / "data"))
    nothing: Any = None
    with pytest.raises(DriverError, match="Nothing can be made in"):
        await serve(means, nothing, Version({}, nothing, nothing), nothing)


WORK_ID = "verify"


class Verifier:
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def verify(self, *_: object) -> Verification:
        raise self._error


async def reported(ready: Exception | None, verify: Exception, failed_before: int = 0) -> Verification:
    async def verifier() -> Any:
        if ready:
            raise ready
        return Verifier(verify)

    work = VerifyCode(PROJECT, RUN)
    envelope = Envelope(id=WORK_ID, type=work.type_tag(), source="t", time=now(), subject="s", correlationid=RUN)
    run = run_of(*drafted(), planned("a.py"), written("a.py"), reviewed(True))
    run = replace(run, failures={WORK_ID: failed_before})
    platform: Any = None
    [fact] = await SandboxAgent(verifier).work(Job(Order(envelope, work), run, LiveText(platform, "", work)))
    assert isinstance(fact, e.Verified)
    return fact.verification


async def test_without_a_driver_a_run_is_told_at_once_that_nothing_was_run() -> None:
    report = await reported(DriverError("Install bubblewrap."), DriverError(""))
    assert (report.accepted, report.not_run) == (True, "The project was not run. Install bubblewrap.")


@pytest.mark.parametrize("error", [NotNow("no network"), DriverError("no jail")])
async def test_what_cannot_be_had_now_is_tried_three_times_and_then_holds_up_nobody(error: Exception) -> None:
    for failed_before in range(TRIES - 1):
        with pytest.raises(ModelError) as told:
            await reported(None, error, failed_before)
        assert told.value.retryable
    report = await reported(None, error, TRIES - 1)
    assert (report.accepted, report.not_run) == (True, f"The project was not run. {error}")
