"""The two servers of a local stack, their data folder, and the account of its first user."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

from deploy.local.nats import NatsServer, StartError
from deploy.local.postgres import Postgres
from libs.eventlog.connection import Connection
from libs.eventlog.provision import apply

SUPERUSER_EMAIL = "admin@interius.local"
SUPERVISE_SECONDS = 0.25
ROOM = 4_000_000  # bytes that must fit before it is worth starting

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Access:
    """How to reach a running stack and sign in as its first user."""

    url: str
    email: str
    password: str


class Servers:
    """nats-server and PostgreSQL on one data folder that nobody else uses at the same time."""

    def __init__(self, data: Path) -> None:
        self.data = data.resolve()
        self.nats = NatsServer(self.data / "nats")
        self.postgres = Postgres(self.data / "postgres")
        self._lock = FileLock(self.data / "lock")
        self._dsn = ""

    def start(self) -> None:
        """Start both. Call it from the main thread: the servers end with the thread that started them.

        Raises:
            StartError: another stack uses the folder, or a server did not start.
        """
        self._take_folder()
        try:
            self.nats.start()
            self._dsn = self.postgres.start()
        except BaseException:
            self.stop()
            raise

    def _take_folder(self) -> None:
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StartError(
                f"Another stack already uses the folder {self.data}. Stop it, or choose another folder with --data."
            ) from None
        except OSError as error:
            raise StartError(
                f"The folder {self.data} cannot be used: {error.strerror}. Choose another with --data."
            ) from None
        if not has_room(self.data):
            self._lock.release()
            raise StartError(
                f"There is no room left in the folder {self.data}. Make some, or choose another with --data."
            )

    async def follow_declarations(self) -> None:
        """Let the streams of an older version of ours follow this one's: here we are the operator."""
        connection = await Connection.open(self.nats.url, "local")
        try:
            await apply(connection.client)
        finally:
            await connection.close()

    def stop(self) -> None:
        """Stop both and free the folder."""
        self.nats.stop()
        self.postgres.stop()
        self._lock.release()

    async def supervise(self) -> None:
        """Start a server again, on its port, when it has died, or cannot write any more and there is room again."""
        full = False
        while True:
            await asyncio.sleep(SUPERVISE_SECONDS)
            full = self._unstick(full)
            for name, server in (("nats-server", self.nats), ("postgres", self.postgres)):
                if server.process is None or server.process.poll() is not None:
                    status = server.process.returncode if server.process else "it did not start"
                    log.error("server_died", server=name, status=status)
                    with contextlib.suppress(StartError, OSError):  # the next round tries again
                        server.start()

    def _unstick(self, known: bool) -> bool:
        """Whether the log cannot be written."""
        if not self.nats.stuck():
            return False
        if not known:
            log.error("disk_full", folder=str(self.data), advice="Make room; what waits goes on by itself then.")
        elif self.nats.process is not None and has_room(self.data):
            log.error("starts_again", server="nats-server", reason="there is room again")
            self.nats.process.terminate()
        return True

    def environment(self, port: int) -> dict[str, str]:
        """Settings of every service of this stack."""
        return {
            "NATS_URL": self.nats.url,
            "DATABASE_URL": self._dsn,
            "EDGE_PORT": str(port),
            "FIRST_SUPERUSER_EMAIL": SUPERUSER_EMAIL,
            "FIRST_SUPERUSER_PASSWORD": self.access(port).password,
            "LOG_FORMAT": "console" if sys.stderr.isatty() else "json",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        }

    def access(self, port: int) -> Access:
        """The first user's account: made once, kept in the data folder, readable by its owner only."""
        file = self.data / "credentials.json"
        access = Access(f"http://127.0.0.1:{port}", SUPERUSER_EMAIL, _password(file) or secrets.token_urlsafe(18))
        handle, unfinished = tempfile.mkstemp(dir=self.data)  # made with mode 0600
        with os.fdopen(handle, "w") as out:
            json.dump({"url": access.url, "email": access.email, "password": access.password}, out)
        Path(unfinished).replace(file)
        return access


def has_room(folder: Path) -> bool:
    """Whether something can be written there."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(ROOM))
            probe.flush()
    except OSError:
        return False
    return True


def _password(file: Path) -> str:
    """What is kept; empty where nothing is, or a full disk left half of it. Identity takes a new one at its start."""
    try:
        return str(json.loads(file.read_text())["password"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ""
