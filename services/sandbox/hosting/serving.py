"""One version of an app at work: its jail, its log, the way to it, and its place on NATS."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from libs.contracts import subjects
from libs.contracts.artifacts import SourceFile
from libs.contracts.sandbox import Sandbox
from libs.runtime.tunnel import Wire
from services.sandbox.environments import Environments
from services.sandbox.hosting.kept import KeptData
from services.sandbox.hosting.logs import AppLog
from services.sandbox.hosting.upstream import Upstream
from services.sandbox.hosting.vault import Values
from services.sandbox.packages import Refused, wanted
from services.sandbox.port import DATA, DriverError, no_place
from services.sandbox.worker import SOCKET, Worker
from services.sandbox.workers import Workers

APP = "app.main:app"
START_SECONDS = 30.0  # for an app to answer its first request
LOOK_SECONDS = 0.01  # between looks whether it does
SWITCH_SECONDS = 0.5  # for every edge to hear where the next version is
DRAIN_SECONDS = 10.0  # for what is being answered by the version before
STEADY_SECONDS = 60.0  # after which an app that ends is not one that cannot run

log = structlog.get_logger(__name__)


class NoStart(Exception):
    """The app did not come to answer; the message says why, ``advice`` what to do, ``log`` what it said."""

    def __init__(self, message: str, advice: str = "", said: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.advice = advice
        self.log = said


Ready = Callable[[], Awaitable[tuple[Environments, Workers]]]  # DriverError where there is nothing to make jails with


class NoJails(Exception):
    """This machine has nothing to make jails with; the message says what to install."""


@dataclass(frozen=True)
class Means:
    """What apps are served with."""

    kept: KeptData
    ready: Ready
    wire: Wire


class Served:
    """An app that answers, until it is closed or ends by itself; then ``on_end`` is called."""

    def __init__(self, worker: Worker, said: AppLog, on_end: Callable[[], None]) -> None:
        self.term = 0
        self.wanted = 0
        self.log = said
        self.upstream = Upstream(worker.jail, SOCKET)
        said.ours = self.upstream.look
        self.ended = ""
        self._worker = worker
        self._on_end = on_end
        self._since = asyncio.get_running_loop().time()
        self._reading = asyncio.create_task(said.follow(worker.lines()))
        self._watching = asyncio.create_task(self._watch())
        self._leave_nats: Callable[[], Awaitable[None]] | None = None

    @property
    def steady(self) -> bool:
        """Whether it has been there for a good while."""
        return asyncio.get_running_loop().time() - self._since > STEADY_SECONDS

    async def _watch(self) -> None:
        ending = await self._worker.jail.wait()
        self.ended = ending.message or f"The app ended with status {ending.code}."
        self._on_end()

    async def answering(self) -> None:
        """Wait until the app answers.

        Raises:
            NoStart: it ended, or was not there in time.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while not self.ended:
                    if self._worker.socket.is_socket() and await self.upstream.answers():
                        return
                    await asyncio.sleep(LOOK_SECONDS)
        await asyncio.sleep(0)
        why = self.ended or f"The app did not answer within {START_SECONDS:g} s."
        raise NoStart(why, "See what it said last, and mend the project.", self.log.tail)

    async def open(self, wire: Wire, sandbox_id: str) -> None:
        """Take requests."""
        self._leave_nats = await wire.serve(subjects.http(sandbox_id, self.term), self.upstream.handle)

    async def retire(self) -> None:
        """End it once nobody comes here any more and what is being answered is done."""
        try:
            await asyncio.sleep(SWITCH_SECONDS)
            await self._leave()
            await self.upstream.quiet(DRAIN_SECONDS)
        finally:
            await self.close()

    async def _leave(self) -> None:
        if self._leave_nats:
            leave, self._leave_nats = self._leave_nats, None
            await leave()

    async def close(self) -> None:
        """End it now."""
        self._watching.cancel()
        await self._worker.close()
        await self._leave()
        await self.upstream.close()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading


@dataclass(frozen=True)
class Version:
    """What is served: files by path, the environment's values, and where its lines go."""

    files: Mapping[str, str]
    values: Values
    said: AppLog


async def serve(means: Means, sandbox: Sandbox, version: Version, on_end: Callable[[], None]) -> Served:
    """An app that answers.

    Raises:
        NoStart: it does not. NoJails: nothing is served here. DriverError: there is no jail for it now.
        NotNow: there are no packages for it, for now.
    """
    try:
        environments, workers = await means.ready()
    except DriverError as error:
        raise NoJails(str(error)) from error
    try:
        environment = await environments.get(wanted(version.files))
    except Refused as refused:
        raise NoStart(f"{refused.path}: {refused}", "Mend that line, then deploy again.") from refused
    data = means.kept.place(sandbox)
    if data:
        try:
            data.mkdir(parents=True, exist_ok=True)
        except OSError as error:  # else it would be said to be a fault of the project
            raise no_place(data.parent, error) from error
    worker = await workers.take(environment, "serve", data)
    served = None
    try:
        await worker.fill(SourceFile(path, text) for path, text in version.files.items())
        served = Served(worker, version.said, on_end)
        await worker.serve(APP, _variables(worker, version.values))
        await served.answering()
    except BaseException:
        await (served.close() if served else worker.close())
        raise
    return served


def _variables(worker: Worker, values: Values) -> dict[str, str]:
    ours = {"DATABASE_URL": f"sqlite:///{worker.jail.path(DATA)}/app.db", "SECRET_KEY": values.key}
    return ours | values.variables | values.secrets
