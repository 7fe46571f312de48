"""One stack for the module, started as a person starts it; clients come and go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from libs.blueprint import compile_project
from libs.client.api import Interius
from libs.client.errors import ApiError
from libs.testing.generated import python_with
from libs.testing.stack import StackProcess
from libs.testing.waiting import until
from tests.charters import PLAIN, TODO


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[StackProcess]:
    """``interius up`` with the options and settings of the module's ``STACK``."""
    options: tuple[str, ...] = getattr(request.module, "STACK", ())
    made = StackProcess(tmp_path_factory.mktemp("stack") / "data", *options)
    asyncio.run(made.start())
    yield made
    assert made.stop() == 0, made.log()


@pytest.fixture(scope="session")
def project_python() -> Path:
    """A Python with the packages of a generated project."""
    files = {file.path: file.content for file in compile_project(TODO, PLAIN)}
    pinned = files["requirements-dev.txt"].replace("-r requirements.txt", files["requirements.txt"])
    return python_with(pinned)


@pytest.fixture
async def client(stack: StackProcess) -> AsyncGenerator[Interius]:
    async with stack.client() as made:
        yield made


@pytest.fixture
async def project_id(client: Interius) -> str:
    async def make() -> str | None:
        with contextlib.suppress(ApiError):  # the test before this one may have killed what answers
            return (await client.create_project("Test")).id
        return None

    return await until(make)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "project"
