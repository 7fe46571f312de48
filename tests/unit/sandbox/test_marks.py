"""By what a jail is known again: programs in jails may call themselves anything."""

from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from libs.testing.waiting import until
from services.sandbox.drivers import marks

HOUSE = uuid4().hex[:12]  # another run of these tests beside this one has jails of its own


@contextmanager
def called(name: str) -> Iterator[int]:
    process = subprocess.Popen([name, "60"], executable="/bin/sleep")
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("name", ["/dev/watchdog.x", "/etc/shadow", "../../elsewhere.x", "0123abcd.a/b", "0123abcd."])
async def test_a_name_that_leads_elsewhere_is_no_mark(name: str):
    good = f"{marks.PREFIX}:{HOUSE}:0123abcd.w-1"
    with called(f"{marks.PREFIX}:{HOUSE}:{name}"), called(good) as marked:
        assert await until(lambda: list(marks.marked(HOUSE))) == [(marked, "0123abcd.w-1")]


def test_a_life_that_others_forget_while_it_begins_is_not_taken_for_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first, flock = marks.Life(tmp_path), fcntl.flock

    def late(handle: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        first.forget()
        flock(handle, how)

    monkeypatch.setattr(fcntl, "flock", late)
    second = marks.Life(tmp_path)
    assert not first.is_over(second.name)
    first.forget()
    assert not first.is_over(second.name)
    second.end()
    assert first.is_over(second.name)
    first.end()
    assert list((tmp_path / "drivers").iterdir()) == []
