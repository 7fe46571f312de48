"""The process manager and the agents in one process on a real nats-server, with a scripted model: run until quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from libs.contracts import asks, events, subjects
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope, new_id, now
from libs.contracts.run import Run
from libs.llm.port import Model
from libs.runtime.platform import Platform
from libs.runtime.service import Service, running
from libs.runtime.settings import RuntimeSettings

OWNER = "alice"
LIMIT = 60.0  # seconds until a story is given up
QUICK_RETRIES = (0.05, 0.1)


class OneModel:
    """Every agent asks the same model, which may write code."""

    def __init__(self, model: Model, *, writes_code: bool = True) -> None:
        self._model = model
        self._writes_code = writes_code

    def get(self, _agent: str, _override: str) -> Model:
        """The model."""
        return self._model

    def writes_code(self, _override: str) -> bool:
        """As told."""
        return self._writes_code

    async def close(self) -> None:
        """Nothing to give back."""


class Town:
    """Asks and looks as a client would, only straight at NATS."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.project_id = new_id()

    async def found(self) -> None:
        """Make the project."""
        owner = subjects.project(self.project_id)
        created = events.Created("Test", OWNER)
        envelope = Envelope(
            id=new_id(),
            type=created.type_tag(),
            source="test",
            time=now(),
            subject=owner,
            correlationid=self.project_id,
        )
        await self.platform.log.append(subjects.event(owner, "created"), created, envelope)

    async def request(self, wish: str = "A library API with books.", **options: Any) -> str:
        """Start a run; gives its id."""
        run_id = options.pop("run_id", new_id())
        ask = asks.RequestRun(OWNER, self.project_id, run_id, wish, **options)
        await self.platform.ask(ask, asks.Receipt)
        return run_id

    async def command(self, kind: Callable[..., asks.Ask], run_id: str, *details: str) -> asks.Receipt:
        """Approve, revise or cancel a run."""
        return await self.platform.ask(kind(OWNER, self.project_id, run_id, *details), asks.Receipt)

    async def until(self, run_id: str, done: Callable[[Run], bool] = lambda run: run.over) -> Run:
        """Wait for the fact itself: the run as it is once ``done`` says so."""
        history: list[Recorded] = []
        async with asyncio.timeout(LIMIT):
            owner = subjects.events_of(subjects.run(self.project_id, run_id))
            async for batch in self.platform.log.tail(owner, 0):
                history += [record.recorded for record in batch]
                run = await self.platform.runs.at(self.project_id, run_id, history[-1].seq)
                if run and done(run):
                    return run
        raise AssertionError("a tail never ends")

    async def history(self, run_id: str) -> list[events.Event]:
        """Every fact of a run, in order."""
        owner = subjects.events_of(subjects.run(self.project_id, run_id))
        return [record.recorded.event for record in await self.platform.log.load(owner)]


Builder = Callable[[Platform], Awaitable[Service]]


@asynccontextmanager
async def town(url: str, builders: tuple[Builder, ...], **settings: Any) -> AsyncGenerator[Town]:
    """A town of the given services."""
    runtime = RuntimeSettings(nats_url=url, log_level="ERROR", retry_delays=QUICK_RETRIES, **settings)
    platform = await Platform.open(runtime, "town")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(platform.close)
        for build in builders:
            await stack.enter_async_context(running(platform, await build(platform)))
        made = Town(platform)
        await made.found()
        yield made
