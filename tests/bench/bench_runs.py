"""Whole runs through the edge: alone, a hundred at once, and against a model of known speed."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec

from deploy.local.child import free_port
from deploy.local.servers import Servers
from libs.llm.config import Models as ConfiguredModels
from libs.llm.config import ModelSettings
from libs.llm.port import Answer, Model, OnDelta, T, Task
from libs.llm.scripted import ScriptedModel
from libs.runtime import logs
from libs.runtime.main import keep_loaded
from libs.runtime.platform import Platform
from libs.runtime.service import running
from libs.runtime.settings import RuntimeSettings, read
from libs.testing.openai_requests import Request
from libs.testing.openai_server import OpenAIServer
from libs.testing.scripts import script
from libs.testing.town import OneModel
from services.agents import app as agents
from services.edge.app import build as edge
from services.identity.app import build as identity
from services.orchestrator.app import build as orchestrator
from services.projector.app import build as projector
from services.projects.app import build as projects
from tests.bench.measure import Figure, median, percentile

FILES = 8
ALONE = 30
AT_ONCE = 100
FIRST_TOKEN, TOKENS_PER_SECOND = 0.5, 100.0


@asynccontextmanager
async def house(model: Model) -> AsyncGenerator[httpx.AsyncClient]:
    """Everything in this process on real servers, as ``interius up`` does it, but with the given model."""
    with TemporaryDirectory() as folder:
        servers = Servers(Path(folder))
        servers.start()
        try:
            port = free_port()
            os.environ.update(servers.environment(port), VERIFY_RUNS="false")  # told apart
            async with AsyncExitStack() as stack:
                settings = read(RuntimeSettings)
                logs.configure(settings)
                platform = await Platform.open(settings, "bench")
                stack.push_async_callback(platform.close)
                making = [partial(agents.build, name=name, models=OneModel(model)) for name in agents.NAMES]
                for build in (projector, identity, projects, orchestrator, *making, edge):
                    await stack.enter_async_context(running(platform, await build(platform)))
                keep_loaded()
                yield await stack.enter_async_context(_signed_in(servers, port))
        finally:
            servers.stop()


@asynccontextmanager
async def _signed_in(servers: Servers, port: int) -> AsyncGenerator[httpx.AsyncClient]:
    access = servers.access(port)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=access.url, timeout=120, limits=limits) as client:
        answer = await client.post("/v1/login", json={"email": access.email, "password": access.password})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


@asynccontextmanager
async def apart(client: httpx.AsyncClient, count: int) -> AsyncGenerator[list[httpx.AsyncClient]]:
    """As many browsers: one pool of so many connections looks at all of them for each request, which is not ours."""
    verify = httpx.create_ssl_context()
    async with AsyncExitStack() as stack:
        browsers = [
            httpx.AsyncClient(base_url=client.base_url, headers=client.headers, timeout=120, verify=verify)
            for _ in range(count)
        ]
        yield [await stack.enter_async_context(browser) for browser in browsers]


async def project(client: httpx.AsyncClient) -> str:
    return (await client.post("/v1/projects", json={"name": "Bench"})).json()["id"]


async def run_once(client: httpx.AsyncClient, project_id: str) -> tuple[str, float]:
    """How a run ended and how long it took, from sending the wish to its end on SSE."""
    started = time.perf_counter()
    answer = await client.post(f"/v1/projects/{project_id}/runs", json={"wish": "Sums that add numbers."})
    run_id = answer.json()["id"]
    async with client.stream("GET", f"/v1/runs/{run_id}/events") as stream:
        async for line in stream.aiter_lines():
            if line in {"event: completed", "event: failed", "event: cancelled"}:
                return line.removeprefix("event: "), time.perf_counter() - started
    return "lost", 0.0


async def bench() -> list[Figure]:
    async with house(ScriptedModel(script(FILES))) as client:
        project_id = await project(client)
        for _ in range(5):
            await run_once(client, project_id)
        alone = [(await run_once(client, project_id))[1] for _ in range(ALONE)]
        async with apart(client, AT_ONCE) as browsers:
            started = time.perf_counter()
            many = await asyncio.gather(*(run_once(browser, project_id) for browser in browsers))
            seconds = time.perf_counter() - started
    lost = sum(status != "completed" for status, _ in many)
    slowest = percentile([took for _, took in many], 0.99)
    return [
        Figure("run, instant model, 8 files, alone, p50", median(alone) * 1000, "ms", 150),
        Figure("100 runs at once: lost", lost, "runs", 0, bare=f"p99 of a run {slowest:.1f} s"),
        Figure("100 runs at once", AT_ONCE / seconds, "runs/s", 10, at_most=False),
        await _against_model_server(),
    ]


class TimedModel:
    """A model whose calls are timed: together they are the path that a run cannot be faster than."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.spans: list[tuple[float, float]] = []

    async def answer(self, task: Task[T], on_delta: OnDelta) -> Answer[T]:
        started = time.perf_counter()
        try:
            return await self._model.answer(task, on_delta)
        finally:
            self.spans.append((started, time.perf_counter()))

    async def close(self) -> None:
        await self._model.close()

    def covered(self) -> float:
        """Seconds in which at least one call was going on; calls beside each other count once."""
        total, reached = 0.0, 0.0
        for started, ended in sorted(self.spans):
            total += max(0.0, ended - max(started, reached))
            reached = max(reached, ended)
        return total


async def _scripted(request: Request) -> msgspec.Struct | str:
    return (await ScriptedModel(script(FILES)).answer(request.task(), lambda _: None)).value


async def _against_model_server() -> Figure:
    async with OpenAIServer(_scripted, speed=(FIRST_TOKEN, TOKENS_PER_SECOND)) as server:
        settings = ModelSettings(llm_base_url=server.url, model_default="bench", llm_max_concurrency=64)
        model = TimedModel(ConfiguredModels(settings).get("requirements"))
        async with house(model) as client:
            project_id = await project(client)
            await run_once(client, project_id)
            model.spans.clear()
            status, took = await run_once(client, project_id)
            assert status == "completed", status
    path = model.covered()
    return Figure(
        "run against a model of 0.5 s and 100 tokens/s", took / path, "×", 1.15, bare=f"model calls {path:.2f} s"
    )
