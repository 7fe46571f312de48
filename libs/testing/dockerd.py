"""A real dockerd for tests: everything it has is in one folder, and it changes nothing of the machine's network."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import AbstractContextManager
from pathlib import Path

import psutil

from deploy.local.child import die_with_parent, end
from deploy.local.nats import StartError
from libs.testing.servers import serving

START_SECONDS = 30.0
STOP_SECONDS = 15.0
# No bridge and no rule: what is tested has no network. Without the last one it would switch on forwarding of the host.
NO_NETWORK = ("--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false")


def _program() -> str | None:
    """Debian puts it where only root's own path leads."""
    return shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def missing() -> str:
    """What a dockerd of our own needs and this machine has not; empty where all is there."""
    if os.geteuid() != 0:
        return "a dockerd of the tests' own needs root"
    return "" if _program() else "there is no dockerd: run deploy/debian.sh"


def dockerd_server() -> AbstractContextManager[Dockerd]:
    """A dockerd with a folder of its own."""
    return serving(Dockerd)


class Dockerd:
    """``start`` gives its address, as DOCKER_HOST has it. ``stop`` leaves no process and no mount of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "run" / "docker.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"unix://{self.socket}"

    def start(self) -> str:
        """Start and wait until it answers; again after ``kill`` it finds what it had.

        Raises:
            StartError: it ended at once, or did not answer in time; with the end of its log.
        """
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        with (self.folder / "dockerd.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # Debian's own, found by its name
                self._command(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  # one prctl call, no locks
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                told = (self.folder / "dockerd.log").read_text(errors="replace")[-2000:]
                self.stop()
                raise StartError(f"dockerd did not start: {told}")
            time.sleep(0.02)
        return self.url

    def _command(self) -> list[str]:
        return [
            _program() or "dockerd",
            *("--data-root", str(self.folder / "data"), "--exec-root", str(self.folder / "exec")),
            *("--pidfile", str(self.folder / "run" / "docker.pid"), "-H", self.url, *NO_NETWORK),
        ]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
            line.settimeout(5)
            line.connect(str(self.socket))
            line.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in line.recv(64)
        return False

    def kill(self) -> None:
        """SIGKILL, to its containerd too: its containers go on."""
        assert self.process
        self.process.kill()
        self.process.wait()
        for process in self._ours("containerd"):
            if "shim" not in process.name():
                process.kill()
        # A dead one that nobody has waited for yet would be taken for one that lives.
        (self.folder / "exec" / "containerd" / "containerd.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """End it, and by their ids what it leaves: containerd, shims with their containers, mounts."""
        if self.process:
            end(self.process, signal.SIGTERM, STOP_SECONDS)
        for process in [*self.containers(), *self._ours("dockerd", "containerd")]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(self._ours("dockerd", "containerd"), STOP_SECONDS)
        for place in mounts(self.folder):
            subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)  # noqa: S603, S607

    def containers(self) -> list[psutil.Process]:
        """Processes in its containers."""
        return [child for shim in self._ours("containerd-shim") for child in shim.children(recursive=True)]

    def _ours(self, *names: str) -> list[psutil.Process]:
        """Its containerd and shims: they name our folder."""
        found: list[psutil.Process] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                called = process.cmdline()
                if Path(called[0] if called else "").name.startswith(names) and str(self.folder) in " ".join(called):
                    found.append(process)
        return found


def mounts(folder: Path) -> list[str]:
    """What is mounted in ``folder``, innermost first."""
    places = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return sorted((place for place in places if place.startswith(f"{folder}/")), reverse=True)
