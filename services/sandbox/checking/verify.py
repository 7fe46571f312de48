"""A project, really run: installed, imported, started, called, tested, migrated, and what all that showed."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

from libs.contracts.artifacts import Check, Verification
from services.sandbox.checking.blame import Place
from services.sandbox.checking.caller import SECONDS, Caller
from services.sandbox.checking.exercise import ADMIN, Exercise
from services.sandbox.checking.findings import Fault, check
from services.sandbox.checking.patches import patches
from services.sandbox.checking.project import APPLICATION, MAIN, Project
from services.sandbox.checking.suite import SECONDS as SUITE_SECONDS
from services.sandbox.checking.suite import run_tests
from services.sandbox.environments import Environment, Environments
from services.sandbox.packages import Refused, wanted
from services.sandbox.sockets import JailTransport
from services.sandbox.worker import SOCKET, Ran, Worker
from services.sandbox.workers import Kind, Workers

LOOK_AGAIN = 0.01  # seconds
LAST_LINES = 0.3  # seconds that the last lines of what did not start may take
Told = Callable[[str], None]


@dataclass(frozen=True)
class Patience:
    """Seconds until something is taken to hang, on a machine that has other things to do."""

    importing: float = 60.0
    start: float = 60.0
    answer: float = SECONDS
    migrations: float = 60.0
    tests: float = SUITE_SECONDS


class Verifier:
    """Runs projects in jails."""

    def __init__(self, environments: Environments, workers: Workers, patience: Patience | None = None) -> None:
        self._environments = environments
        self._workers = workers
        self._patience = patience or Patience()

    async def verify(self, project: Project, told: Told = lambda _: None) -> Verification:
        """Every check of a project.

        Raises:
            NotNow: its packages cannot be downloaded now.
            DriverError: no jail can be started.
        """
        began = asyncio.get_running_loop().time()
        told("installing its packages\n")
        try:
            environment = await self._environments.get(wanted(project.files))
        except Refused as refused:
            return _report(project, [check("install", [Fault(str(refused), Place(refused.path, refused.line))])])
        spent = round((asyncio.get_running_loop().time() - began) * 1000)
        told("running it\n")
        return _report(project, [check("install", [], "", spent), *await self._run(project, environment)])

    async def _run(self, project: Project, environment: Environment) -> list[Check]:
        async with AsyncExitStack() as stack:
            kinds: tuple[Kind, ...] = ("call", "check", "check")
            taken = [stack.enter_async_context(self._worker(project, environment, kind)) for kind in kinds]
            serving, *testing = await asyncio.gather(*taken)
            served = asyncio.create_task(self._served(project, serving))
            stack.push_async_callback(_cancelled, served)
            preparing = self._imported(project, testing[0]), self._migrated(project, testing[-1])
            imported, migrated = await asyncio.gather(*preparing)
            if not imported.passed:  # whatever else fails, fails of this
                return [imported]
            tested = await run_tests(project, testing, self._patience.tests)
            return [imported, *migrated, *await served, *tested]

    @asynccontextmanager
    async def _worker(self, project: Project, environment: Environment, kind: Kind) -> AsyncGenerator[Worker]:
        worker = await self._workers.take(environment, kind)
        try:
            await worker.fill(project.sources)
            yield worker
        finally:
            await worker.close()

    async def _imported(self, project: Project, worker: Worker) -> Check:
        if MAIN not in project.files:
            return check("import", [Fault(f"There is no {MAIN} that makes the application.")])
        env = {"DATABASE_URL": f"sqlite:///{worker.data}/import.db"}
        modules = [_module(path) for path in sorted(project.files) if path.startswith("app/") and path.endswith(".py")]
        ran = await worker.run("interius_import", *modules, env=env, seconds=self._patience.importing)
        return check("import", self._faults(project, ran, "It cannot be imported."), "", ran.milliseconds)

    def _faults(self, project: Project, ran: Ran, sentence: str) -> list[Fault]:
        if ran.code == 0 and not ran.ended:
            return []
        if ran.ended:
            sentence = f"{sentence} The jail ended: {ran.ended.message or ran.ended.ending}"
        elif ran.code == -9:
            sentence = f"{sentence} It was not done in time."
        return [Fault(sentence, project.blame.of_text(ran.output), ran.output[-3000:])]

    async def _migrated(self, project: Project, worker: Worker) -> list[Check]:
        if not project.migrates:
            return []
        env = {"DATABASE_URL": f"sqlite:///{worker.data}/migrations.db", "LOG_LEVEL": "ERROR"}
        ran = await worker.run("interius_migrate", env=env, seconds=self._patience.migrations)
        faults = self._faults(project, ran, "The migrations do not lead from nothing to the models and back.")
        placed = [Fault(each.message, project.blame.of_migrations(each.text), each.text) for each in faults]
        said = "" if faults else "Up, as the models declare, down and up again."
        return [check("migrations", placed, said, ran.milliseconds)]

    async def _served(self, project: Project, worker: Worker) -> list[Check]:
        secret = secrets.token_urlsafe(32)
        env = {
            "DATABASE_URL": f"sqlite:///{worker.data}/app.db",
            "ADMIN_EMAIL": ADMIN["username"],
            "ADMIN_PASSWORD": ADMIN["password"],
            "SECRET_KEY": secret,
        }
        transport = JailTransport(worker.jail, SOCKET)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            caller = Caller(client, project.blame, secret, worker.where, self._patience.answer)
            listening = asyncio.create_task(_listen(worker, caller))
            try:
                await worker.serve(APPLICATION, env)
                return await self._called(project, worker, caller)
            finally:
                await _cancelled(listening)

    async def _called(self, project: Project, worker: Worker, caller: Caller) -> list[Check]:
        began = asyncio.get_running_loop().time()
        fault = await self._started(worker, caller)
        spent = round((asyncio.get_running_loop().time() - began) * 1000)
        if fault:
            return [check("start", [fault], "", spent)]
        await Exercise(project, caller).run()
        ended = [] if worker.alive else [Fault("It ended while it was called.", text="\n".join(caller.log)[-3000:])]
        made = [finding.check() for finding in caller.findings.values()]
        return [check("start", ended, "", spent), *made]

    async def _started(self, worker: Worker, caller: Caller) -> Fault | None:
        """Wait until it answers; the fault if it does not."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.start):
                while worker.alive:
                    if (await caller.ask("GET", "/health")).status:
                        return None
                    await asyncio.sleep(LOOK_AGAIN)
        await worker.where()
        await asyncio.sleep(LAST_LINES)
        printed = "\n".join(caller.log)[-6000:]
        late = f"It did not answer within {self._patience.start:g} s."
        why = late if worker.alive else "It ended instead of starting."
        place = caller.blame.of_text(printed)
        return Fault(why, place if place.path else Place(MAIN), printed[-3000:])


async def _listen(worker: Worker, caller: Caller) -> None:
    async for line in worker.lines():
        caller.hear(line.decode(errors="replace"))


async def _cancelled(task: asyncio.Task[object]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _report(project: Project, checks: list[Check]) -> Verification:
    accepted = all(each.passed for each in checks)
    return Verification(accepted, tuple(checks), () if accepted else patches(project, checks))
