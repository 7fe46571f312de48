"""One sandbox at one host: it does what ``domain.next_step`` says, until there is nothing left to do."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
from msgspec.structs import replace

from libs.contracts import sandbox_events as e
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.sandbox import Sandbox, apply
from libs.contracts.work import HostSandbox
from libs.eventlog.port import Conflict, HandBack, Release
from services.sandbox.environments import NotNow
from services.sandbox.hosting.domain import STARTS, Held, LetGo, Start, Wait, next_step
from services.sandbox.hosting.serving import NoJails, NoStart, Served, Version, serve
from services.sandbox.port import DriverError

if TYPE_CHECKING:
    from services.sandbox.hosting.host import Host

BACK_SECONDS = 0.2
AGAIN_SECONDS = 1.0  # before a start that failed through no fault of the app, times the attempt

log = structlog.get_logger(__name__)


class Tenure:
    """Holds the sandbox, as far as its facts are known here, and what serves it."""

    def __init__(self, host: Host, cause: Envelope, work: HostSandbox) -> None:
        self.done = asyncio.Event()
        self.wake = asyncio.Event()
        self._host = host
        self._cause = cause
        self._work = work
        self._ids = (work.project_id, work.sandbox_id)
        self._heard: deque[Recorded] = deque()
        self._terms: set[int] = set()
        self._served: Served | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._known: Sandbox | None = None

    def _hear(self, recorded: Recorded) -> None:
        self._heard.append(recorded)
        self.wake.set()

    async def run(self) -> None:
        """Serve it until it has ended.

        Raises:
            HandBack: this host is leaving. Release: another host has it.
        """
        with self._host.feed.of(self._work.sandbox_id, self._hear):
            try:
                self._known = await self._host.store.load(self._ids)
                while await self._step():
                    pass
            finally:
                await self._close()

    async def _step(self) -> bool:
        """Do what is next; whether there will be more."""
        sandbox = self._sandbox()
        if self._host.leaving:
            raise HandBack(BACK_SECONDS)
        match next_step(sandbox, self._held(), self._work.as_of, datetime.now(UTC)):
            case LetGo(another):
                if another:
                    log.warning("sandbox_taken_over", sandbox=sandbox.id, host=sandbox.host)
                    raise Release
                return False
            case Wait(seconds):
                await self._sleep(seconds)
            case Start(attempt):
                await self._start(sandbox, attempt)
            case ending:
                return not await self._end(sandbox, ending)
        return True

    def _sandbox(self) -> Sandbox:
        """The sandbox with whatever was heard of it."""
        self.wake.clear()
        while self._heard:
            self._known = apply(self._known, self._heard.popleft())
        if self._known is None:
            raise HandBack(AGAIN_SECONDS)  # its facts are not to be read yet
        return self._known

    def _held(self) -> Held:
        served = self._served
        if served is None:
            return Held(frozenset(self._terms))
        return Held(
            frozenset(self._terms), served.term, served.wanted, served.upstream.idle, served.ended, served.steady
        )

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0.01)):
                await self.wake.wait()

    async def _append(self, sandbox: Sandbox, event: e.SandboxEvent) -> int:
        """The fact's sequence, or 0 if something happened meanwhile: then all is decided anew."""
        try:
            return await self._host.store.append(self._ids, self._cause, event, sandbox.seq)
        except Conflict:
            self._known = await self._host.store.load(self._ids)
            return 0

    async def _start(self, sandbox: Sandbox, attempt: int) -> None:
        host = self._host
        starting = e.SandboxStarting(host.name, sandbox.run_id, sandbox.wanted, attempt)
        term = await self._append(sandbox, starting)
        if not term:
            return
        self._terms.add(term)
        self._known = await host.store.load(self._ids)
        task = asyncio.create_task(self._serve(sandbox))
        try:
            await self._until(task, sandbox, term)
            if task.done():
                await self._started(task, sandbox, term)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _until(self, task: asyncio.Task[Served], sandbox: Sandbox, term: int) -> None:
        """Wait for the start to be over, or for it not to be wanted any more."""
        while not task.done():
            waking = asyncio.create_task(self.wake.wait())
            await asyncio.wait({task, waking}, return_when=asyncio.FIRST_COMPLETED)
            waking.cancel()
            now = self._sandbox()
            if self._host.leaving or now.stop or now.term != term or now.wanted != sandbox.wanted:
                return

    async def _serve(self, sandbox: Sandbox) -> Served:
        host = self._host
        run = await host.platform.runs.load(sandbox.project_id, sandbox.run_id)
        if run is None:
            raise NoStart("The run is gone.", "Deploy another one.")
        values = await host.vault.get(sandbox.id)
        said = host.log_of(sandbox, values)
        data = host.means.kept.place(sandbox)
        if data and sandbox.served and not data.exists():
            said.add("[The data of this sandbox is on another machine, or was removed: it begins with none.]")
        files = {path: file.content for path, file in run.files.items()}
        return await serve(host.means, sandbox, Version(files, values, said), self.wake.set)

    async def _started(self, task: asyncio.Task[Served], sandbox: Sandbox, term: int) -> None:
        try:
            served = task.result()
        except NoStart as error:
            await self._fail(e.SandboxFailed("start", str(error), error.advice, log=error.log))
        except NoJails as error:
            await self._fail(e.SandboxFailed("host", str(error)))
        except (DriverError, NotNow) as error:
            await self._not_now(error)
        except (ValueError, OSError) as error:
            await self._fail(e.SandboxFailed("project", f"It cannot be put into a jail: {error}", "Mend the project."))
        else:
            await self._ready(served, sandbox, term)

    async def _not_now(self, error: Exception) -> None:
        attempt = self._sandbox().attempt
        if attempt >= STARTS:
            advice = "An operator can see more with: interius doctor"
            await self._fail(e.SandboxFailed("host", f"There is no jail for it: {error}", advice))
        else:
            log.warning("sandbox_not_started", sandbox=self._work.sandbox_id, attempt=attempt, cause=str(error))
            await self._sleep(AGAIN_SECONDS * attempt)

    async def _fail(self, failed: e.SandboxFailed) -> None:
        serving = self._served is not None and not self._served.ended
        sandbox = self._sandbox()
        if await self._append(sandbox, replace(failed, serving=serving)):
            self._known = await self._host.store.load(self._ids)

    async def _ready(self, served: Served, sandbox: Sandbox, term: int) -> None:
        """Take requests, say so, and let go of the version before."""
        served.term, served.wanted = term, sandbox.wanted
        before = self._served
        try:
            await served.open(self._host.means.wire, sandbox.id)
            now = self._sandbox()
            took = round((datetime.now(UTC) - now.updated_at).total_seconds() * 1000)
            if await self._append(now, e.SandboxReady(term, sandbox.run_id, sandbox.wanted, max(took, 0))):
                self._served = served
        finally:
            if self._served is not served:  # it is no longer wanted, or whether it is said to be ready is not known
                await served.close()
        if self._served is served:
            if before:
                self._retire(before)
            self._known = await self._host.store.load(self._ids)

    def _retire(self, before: Served) -> None:
        task = asyncio.create_task(before.retire())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _end(self, sandbox: Sandbox, event: e.SandboxEvent) -> bool:
        """End it, and say so; whether it has ended."""
        last = self._served.log.tail if self._served else ()
        await self._close()
        if isinstance(event, e.SandboxStopped) and event.wiped:
            await asyncio.to_thread(self._host.means.kept.wipe, sandbox)
            await self._host.vault.forget(sandbox.id)
        assert isinstance(event, e.SandboxStopped | e.SandboxExpired | e.SandboxFailed)
        return bool(await self._append(sandbox, replace(event, log=last)))

    async def _close(self) -> None:
        served, self._served = self._served, None
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        if served:
            await served.close()
