"""By what a jail is known again: programs in jails may call themselves anything."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from libs.testing.waiting import until
from services.sandbox.drivers import marks

HOUSE = "0123456789ab"


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
