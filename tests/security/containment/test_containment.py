"""Hostile programs that share one jail: none reaches anything, and each is stopped by what the documentation says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.sandbox.port import APP, MEBIBYTE, PYTHON, Driver, Limits, Spec
from tests.security.containment import programs
from tests.security.containment.conftest import EXTRAS, Neighbour
from tests.security.containment.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
LIMITS = Limits(processes=24, open_files=128, disk=4 * MEBIBYTE, inodes=256, cpus=0.6, memory=192 * MEBIBYTE)
SETTINGS = [
    *Path("/proc/sys/kernel").glob("*name"),
    Path("/proc/sys/kernel/core_pattern"),
    Path("/proc/sys/kernel/pid_max"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def answers(driver: Driver, around: World, hostile: dict[str, Path], neighbour: Neighbour) -> dict[str, str]:
    """What each was told, one after the other in one jail."""
    before = settings()
    given = around.given | {
        "limit_processes": LIMITS.processes,
        "limit_files": LIMITS.open_files,
        "limit_disk": LIMITS.disk,
        "limit_inodes": LIMITS.inodes,
        "limit_cpus": LIMITS.cpus,
        "read_only_folder": EXTRAS,
        "programs": [program.name for program in programs.TOGETHER],
    }
    with around.inside():
        jail = await driver.start(Spec("prober", (PYTHON, "-u", f"{APP}/run.py"), read_only=hostile, limits=LIMITS))
    await jail.send(json.dumps(given).encode())
    told: dict[str, str] = {}
    async for line in jail.lines():
        if line == b"@@done":
            break
        if line.startswith(b"@@"):
            answer = json.loads(line[2:])
            told[answer["name"]] = answer["answer"]
            await neighbour.check()
    await jail.kill()
    assert (await jail.wait()).ending == "stopped"
    assert settings() == before
    assert list(hostile[EXTRAS].iterdir()) == []
    return told


def settings() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in SETTINGS]


@pytest.mark.parametrize("program", programs.TOGETHER, ids=lambda program: program.name)
async def test_it_is_stopped(program: programs.Program, answers: dict[str, str], driver: Driver, around: World):
    answer = answers.get(program.name, "nothing: the jail was over")
    assert around.secret not in answer
    assert answer
    assert set(answer.split()) <= program.answers(driver.name), answer


async def test_nobody_was_reached(answers: dict[str, str], around: World):
    assert answers
    assert around.reached == []


async def test_nothing_is_left(answers: dict[str, str], driver: Driver, neighbour: Neighbour):
    assert answers
    await neighbour.check()
    assert await driver.reap(keep=["neighbour"]) == []
    assert processes("run.py") == []


def processes(word: str) -> list[str]:
    """Those of the machine, dead ones apart, that have ``word`` on their command line."""
    return [line for line in lines() if word in line]


def lines() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


async def test_the_world_is_there_for_who_is_not_jailed(around: World):
    """Else nothing would have been shown."""
    import socket

    with around.inside():
        for name in ("loopback", "loopback_v6", "gateway", "metadata"):
            with socket.create_connection(around.given[name], 2) as made:  # type: ignore[arg-type]
                assert made.recv(100).decode() == around.secret
    around.reached.clear()
