"""Disk is bounded: packages that nobody wants go, and what killed processes left; nothing that is in use does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from filelock import FileLock

from services.sandbox import tidying
from services.sandbox.environments import Environment, Environments
from services.sandbox.port import Driver, DriverError
from services.sandbox.tidying import hold, take_away, tidy
from services.sandbox.workers import Workers

NAMES = [f"{number:020x}" for number in range(5)]
LONG_AGO = time.time() - 2 * tidying.REST_SECONDS


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Five lists of packages; the first was asked for the longest time ago."""
    folder = tmp_path / "environments"
    for number, name in enumerate(NAMES):
        (folder / name / "package").mkdir(parents=True)
        os.utime(folder / name, (LONG_AGO + number, LONG_AGO + number))
    return folder


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def test_the_lists_that_were_asked_for_last_stay(kept: Path):
    assert tidy(kept, 3) == NAMES[:2]
    assert left(kept) == NAMES[2:]


def test_what_is_in_use_or_was_asked_for_just_now_stays(kept: Path):
    handle = hold(kept / NAMES[0])
    os.utime(kept / NAMES[4])
    assert sorted(tidy(kept, 1)) == NAMES[1:4]
    os.close(handle)
    assert tidy(kept, 1) == [NAMES[0]]


async def test_asking_for_a_list_keeps_it_and_another_one_makes_room(kept: Path, driver: Driver, monkeypatch):
    environments = Environments(kept.parent, driver, 2)

    async def make(_lines: object, place: Path) -> None:
        place.mkdir()  # noqa: ASYNC240  # a test may wait for its disk

    monkeypatch.setattr(environments, "_make", make)
    monkeypatch.setattr("services.sandbox.environments.digest", lambda lines: lines[0])
    await environments.get((NAMES[0],))
    assert left(kept) == NAMES  # nothing was made, so there is no more than before
    await environments.get(("f" * 20,))
    assert left(kept) == [NAMES[0], "f" * 20]


async def test_jails_hold_their_packages_until_they_end(kept: Path, driver: Driver):
    workers = Workers(kept.parent, driver, 0, 60)
    worker = await workers.take(Environment("e", kept / NAMES[0]), "call")
    assert not take_away(kept / NAMES[0])
    await worker.close()
    assert take_away(kept / NAMES[0])
    with pytest.raises(DriverError, match="packages are not there any more"):
        await workers.take(Environment("e", kept / NAMES[0]), "call")
    await workers.close()


def test_half_made_folders_go_unless_somebody_is_at_it(kept: Path):
    for name in NAMES[:2]:
        (kept / f"{name}.0123abcd" / "wheels").mkdir(parents=True)
    with FileLock(kept / f"{NAMES[1]}.lock"):
        tidy(kept, 9)
    assert left(kept) == sorted([*NAMES, f"{NAMES[1]}.0123abcd"])


def test_the_oldest_wheels_go(kept: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tidying, "WHEELS", 250)
    (kept / "wheels").mkdir()
    for number in range(4):
        wheel = kept / "wheels" / f"{number}.whl"
        wheel.write_bytes(bytes(100))
        os.utime(wheel, (number, number))
    tidy(kept, 9)
    assert sorted(path.name for path in (kept / "wheels").iterdir()) == ["2.whl", "3.whl"]
