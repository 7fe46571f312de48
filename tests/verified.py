"""Printed projects, run in jails as the sandbox does it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from libs.blueprint import compile_project
from libs.contracts.charter import Charter
from libs.offline import draft_architecture
from services.sandbox.checking.project import Project
from services.sandbox.checking.verify import Patience, Verifier
from services.sandbox.drivers.bubblewrap import BubblewrapDriver
from services.sandbox.environments import Environments
from services.sandbox.workers import Workers
from tests.lacking import lacking

KEPT = Path(__file__).parents[1] / ".interius" / "sandbox"


@asynccontextmanager
async def verifying(folder: Path, patience: Patience | None = None, stock: int = 0) -> AsyncGenerator[Verifier]:
    """What runs projects in jails of bubblewrap, with packages that earlier tests downloaded."""
    if not shutil.which("bwrap"):
        lacking("there is no bubblewrap: run deploy/debian.sh")
    driver = BubblewrapDriver(KEPT)
    workers = Workers(folder, driver, stock, 600)
    try:
        yield Verifier(Environments(KEPT, driver), workers, patience)
    finally:
        await workers.close()
        await driver.close()


async def alarms(charter: Charter, verifier: Verifier) -> list[str]:
    """What verification says is wrong with the project that is printed for a charter."""
    files = {file.path: file.content for file in compile_project(charter, draft_architecture(charter))}
    report = await verifier.verify(Project(files, frozenset(), charter))
    assert report.accepted == all(each.passed for each in report.checks)
    return [f"{each.name} ({each.path}): {each.output}" for each in report.checks if not each.passed]
