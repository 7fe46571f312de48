"""What a person reads when a stack cannot start or stay: one sentence that says what to do, and exit code 5."""

from __future__ import annotations

import asyncio
import shutil
import socket
from pathlib import Path

import pytest

from libs.testing.stack import StackProcess, stack_process
from libs.testing.waiting import until
from tests.e2e.command import interius
from tests.e2e.wishes import LIBRARY

MODES = pytest.mark.parametrize("mode", [(), ("--processes",)], ids=["one process", "processes"])


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@MODES
def test_a_port_that_is_taken_is_named_and_nothing_is_left_behind(
    taken_port: int, mode: tuple[str, ...], tmp_path: Path
) -> None:
    said = interius(tmp_path, "up", "--port", str(taken_port), *mode)
    sentence = f"Port {taken_port} is taken by another program. Stop it, or choose another with --port."
    assert (said.returncode, said.stdout, said.stderr) == (5, "", f"Error: {sentence}\n")
    assert list(tmp_path.iterdir()) == []


async def test_a_second_stack_on_the_same_folder_is_refused_and_the_first_goes_on(
    stack: StackProcess, tmp_path: Path
) -> None:
    sentence = f"Another stack already uses the folder {stack.data}. Stop it, or choose another folder with --data."
    before = {file.name: file.read_bytes() for file in stack.data.glob("*.json")}
    for words in (("up", "--port", "0"), ("up", "--port", "0", "--processes"), ("demo",)):
        said = interius(tmp_path, *words, "--data", str(stack.data))
        assert said.returncode == 5, said
        assert said.stderr == f"Error: {sentence}\n"
    assert {file.name: file.read_bytes() for file in stack.data.glob("*.json")} == before
    (tmp_path / ".interius").symlink_to(stack.data)
    run = interius(tmp_path, "run", LIBRARY, "--no-save")
    assert run.returncode == 0, run


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    said = interius(tmp_path, "up", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert said.returncode == 5
    assert said.stderr.startswith(f"Error: The folder {tmp_path / 'file' / 'data'} cannot be used:")
    assert "--data" in said.stderr
    assert len(said.stderr.splitlines()) == 1


async def test_a_stack_whose_log_was_replaced_ends_and_says_what_to_do(tmp_path: Path) -> None:
    async with stack_process(tmp_path / ".interius") as stack, stack.client() as client:
        await client.create_project("Before")

        async def seen() -> bool:
            return bool((await client.projects()).items)

        await until(seen)  # the views follow the log
    shutil.rmtree(stack.data / "nats" / "jetstream")
    said = await asyncio.to_thread(interius, tmp_path, "up", "--port", "0")
    assert said.returncode == 5, said
    assert "Error: The stack ends, because the service projector broke: The views are at " in said.stderr
    assert "services.projector rebuild" in said.stderr
