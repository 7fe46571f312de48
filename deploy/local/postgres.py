"""A real PostgreSQL server from its wheel, as a child process that ends with us."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from deploy.local.child import die_with_parent, end, free_port
from deploy.local.cluster import SUPERUSER, Account, Cluster, binary, run_as
from deploy.local.nats import StartError

START_SECONDS = 60.0  # recovery after a crash reads back the whole journal
STOP_SECONDS = 10.0
PREDECESSOR_SECONDS = 8.0  # a server whose parent was killed needs this long at most to leave
POLL = 0.01
PORT_ATTEMPTS = 5
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.65535.lock")  # bytes, see unix(7)
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",  # nobody replicates this server: less to write
    "max_wal_senders": "0",
    "jit": "off",  # costs more than it saves on short queries
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# What the server says when it gives up, and what that means to a person.
PORT_TAKEN = "could not create any TCP/IP sockets"
STILL_LEAVING = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
ADVICE = {
    PORT_TAKEN: "Another program listens on that port: choose another one, or stop it.",
    "No space left on device": "The disk is full: make room and start again.",
    "database files are incompatible": "Remove the folder {root}: views are rebuilt from the event log.",
}


class Postgres:
    """``start`` gives the DSN; ``stop`` lets the server finish, ``kill`` does not. Its port is kept."""

    def __init__(self, data: Path, port: int = 0) -> None:
        self._cluster = Cluster(data)
        self._wanted = port
        self._sockets: Path | None = None
        self.port = port
        self.process: subprocess.Popen[Any] | None = None

    @property
    def dsn(self) -> str:
        """Where clients connect. It carries the password: never log it."""
        return f"postgresql://{SUPERUSER}:{self._cluster.password}@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """Process id of the server; 0 when it does not run."""
        return self.process.pid if self.process else 0

    def start(self) -> str:
        """Start, with the data folder made first if there is none, and wait until clients are accepted.

        Raises:
            StartError: the port is taken, the folder is in use or of another version, the disk is full.
        """
        account = self._cluster.ensure()
        self._await_predecessor()
        for attempt in range(PORT_ATTEMPTS):
            self.port = self.port or free_port()
            fault = self._attempt(account)
            if not fault:
                self._wanted = self.port  # whoever knows it goes on asking there
                return self.dsn
            if any(sign in fault for sign in STILL_LEAVING):
                time.sleep(0.1 * 2**attempt)
            elif PORT_TAKEN in fault and not self._wanted:
                self.port = 0
            else:
                break
        raise StartError(
            f"PostgreSQL did not start on port {self.port}: {fault.rstrip('.')}. {self._advice(fault)}".rstrip()
        )

    def _await_predecessor(self) -> None:
        pid_file = self._cluster.path / "postmaster.pid"
        deadline = time.monotonic() + PREDECESSOR_SECONDS
        while pid := _server_of(self._cluster.path):
            if time.monotonic() > deadline:
                raise StartError(
                    f"PostgreSQL (process {pid}) already uses the folder {self._cluster.root}. Stop it, or use another."
                )
            time.sleep(POLL)
        pid_file.unlink(missing_ok=True)  # left behind by a crash; its number may be somebody else's by now

    def _attempt(self, account: Account) -> str:
        """Start once; the answer is empty, or why the server gave up."""
        self._sockets = self._make_socket_folder(account)
        with self._cluster.log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603  # our own binary, our own arguments
                [binary("postgres"), "-D", self._cluster.path, "-p", str(self.port), *self._options()],
                **run_as(account),
                cwd=self._cluster.root,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C must reach us first: clients leave before the server does
                # Not a shutdown but an end: nobody is left to wait for it, and the journal keeps what was committed.
                preexec_fn=die_with_parent(signal.SIGQUIT),  # noqa: PLW1509  # one system call, no lock is taken
            )
        if self._await_ready(self.process):
            return ""
        self.kill()
        return self._last_words()

    def _options(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self._sockets)}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _make_socket_folder(self, account: Account) -> Path:
        self._remove_socket_folder()
        folder = self._cluster.root / "run"
        if len(bytes(folder)) > LONGEST_SOCKET_FOLDER or "," in str(folder):
            folder = Path(tempfile.mkdtemp(prefix="interius-"))
        folder.mkdir(mode=0o700, exist_ok=True)
        account.own(folder)
        return folder

    def _remove_socket_folder(self) -> None:
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def _await_ready(self, process: subprocess.Popen[Any]) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            lines = _lines(self._cluster.path / "postmaster.pid")
            if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(POLL)
        return False

    def _last_words(self) -> str:
        lines = _lines(self._cluster.log)
        said = [line.split(":  ", 1)[-1].strip() for line in lines if "FATAL:" in line or "DETAIL:" in line]
        return ": ".join(said).rstrip(".") or (lines[-1] if lines else "it said nothing")

    def _advice(self, fault: str) -> str:
        found = (advice for sign, advice in ADVICE.items() if sign in fault)
        return next(found, "").format(root=self._cluster.root)

    def stop(self) -> None:
        """Ask it to end (open transactions are rolled back), wait, and kill it if it does not."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it at once with all its processes, as a crash would: nobody answers any more."""
        try:
            children = psutil.Process(self.pid).children() if self.process else []
        except psutil.NoSuchProcess:
            children = []
        self._end(signal.SIGKILL)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()

    def _end(self, sign: signal.Signals) -> None:
        if self.process is None:
            return
        end(self.process, sign, STOP_SECONDS)
        self.process = None
        self._remove_socket_folder()


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _server_of(cluster: Path) -> int:
    """Process id of a live server of this data folder, or 0."""
    lines = _lines(cluster / "postmaster.pid")
    if not lines or not lines[0].isdigit():
        return 0
    try:
        process = psutil.Process(int(lines[0]))
        ours = process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()).samefile(cluster)
    except (psutil.Error, OSError):
        return 0
    return process.pid if ours else 0
