"""The whole stack as a child process, as a person starts it: ``interius up`` on a free port and a folder of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from deploy.local.child import free_port
from libs.client.api import Interius
from libs.client.errors import ClientError
from libs.client.models import RunView
from libs.client.signin import Credentials

START_SECONDS = 60.0
OVER = {"completed", "failed", "cancelled"}


class StackProcess:
    """``start``, ``kill`` and ``stop`` as often as you like on the same data folder and port."""

    def __init__(self, data: Path, *options: str, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._options = options
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("LLM_")}
        # Most tests are about the spine: those that are about the sandbox ask for it.
        self._environment |= {"NO_COLOR": "1", "VERIFY_RUNS": "false", **environment}
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start and wait until everything is ready."""
        command = [
            str(Path(sys.executable).parent / "interius"),
            "up",
            "--port",
            str(self.port),
            "--data",
            str(self.data),
        ]
        self.data.mkdir(parents=True, exist_ok=True)
        self._spawn([*command, *self._options])
        await self.ready()

    def _spawn(self, command: list[str]) -> None:
        with (self.data / "up.log").open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603  # our own command
                command, env=self._environment, stdout=output, stderr=output, start_new_session=True
            )

    async def ready(self) -> None:
        """Wait until the edge says that everything it needs is there."""
        async with asyncio.timeout(START_SECONDS):
            while True:
                assert self.process is not None
                if self.process.poll() is not None:
                    raise AssertionError(f"the stack ended: {self.log()[-3000:]}")
                with contextlib.suppress(ClientError):
                    async with Interius(self.url) as client:
                        if (await client.ready()).ready:
                            return
                await asyncio.sleep(0.05)

    def log(self) -> str:
        """What it printed."""
        return (self.data / "up.log").read_text(errors="replace")

    def server(self, name: str) -> psutil.Process:
        """The ``nats-server`` or ``postgres`` of this stack."""
        assert self.process is not None
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if child.name() == name)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end; gives its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, sign: signal.Signals) -> int:
        if self.process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(sign)
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process = None

    def client(self) -> Interius:
        """A client that signs in as the first user."""
        known = json.loads((self.data / "credentials.json").read_text())
        return Interius(self.url, credentials=Credentials(known["email"], known["password"]))


@asynccontextmanager
async def stack_process(data: Path, *options: str, **environment: str) -> AsyncGenerator[StackProcess]:
    """A stack that is running, and is stopped at the end."""
    stack = StackProcess(data, *options, **environment)
    await stack.start()
    try:
        yield stack
    finally:
        stack.stop()


async def ended(client: Interius, run_id: str, limit: float = 60.0) -> RunView:
    """Wait for the end of a run, whatever dies on the way."""
    async with asyncio.timeout(limit):
        while True:
            with contextlib.suppress(ClientError):
                if (run := await client.run(run_id)).status in OVER:
                    return run
            await asyncio.sleep(0.1)
