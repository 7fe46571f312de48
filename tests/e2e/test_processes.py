"""The same main job with every service in a process of its own, some of them twice, and each of them killed."""

from __future__ import annotations

import asyncio
from collections import Counter

import psutil
import pytest

from libs.client.api import Interius
from libs.testing.stack import StackProcess, ended
from tests.e2e.wishes import LIBRARY, SHOP, TODO

STACK = ("--processes", "--scale", "implementer=2", "--scale", "orchestrator=2")
SERVICES = (
    "services.orchestrator",
    "services.agents.requirements",
    "services.agents.architecture",
    "services.agents.implementer",
    "services.agents.reviewer",
    "services.projector",
    "services.projects",
    "services.identity",
)

pytestmark = pytest.mark.timeout(240)


def processes(stack: StackProcess) -> dict[str, list[psutil.Process]]:
    assert stack.process is not None
    found: dict[str, list[psutil.Process]] = {}
    for child in psutil.Process(stack.process.pid).children():
        command = child.cmdline()
        if len(command) > 2 and command[2].startswith("services."):
            found.setdefault(command[2], []).append(child)
    return found


async def test_every_service_is_a_process_and_the_scaled_ones_are_two(stack: StackProcess) -> None:
    counts = {name: len(copies) for name, copies in processes(stack).items()}
    assert counts == dict.fromkeys((*SERVICES, "services.sandbox", "services.edge"), 1) | {
        "services.agents.implementer": 2,
        "services.orchestrator": 2,
    }


async def test_wishes_complete(client: Interius, project_id: str) -> None:
    runs = [await client.start_run(project_id, wish) for wish in (LIBRARY, TODO, SHOP)]
    done = [await ended(client, run.id) for run in runs]
    assert Counter(run.status for run in done) == {"completed": 3}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_killed_while_runs_go_on_loses_none(
    client: Interius, stack: StackProcess, project_id: str, service: str
) -> None:
    runs = await asyncio.gather(*(client.start_run(project_id, LIBRARY) for _ in range(4)))
    for process in processes(stack)[service]:
        process.kill()
    done = [await ended(client, run.id, limit=100) for run in runs]
    assert Counter(run.status for run in done) == {"completed": 4}
