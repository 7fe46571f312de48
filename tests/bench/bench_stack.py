"""The embedded stack as a person starts it: how long the second start takes, and what it costs when nothing happens."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from libs.testing.stack import StackProcess
from tests.bench.measure import Figure

IDLE_SECONDS = 20.0


async def bench() -> list[Figure]:
    with TemporaryDirectory() as folder:
        stack = StackProcess(Path(folder))
        await stack.start()
        stack.stop()
        started = time.perf_counter()
        await stack.start()
        up = time.perf_counter() - started
        try:
            assert stack.process is not None
            ours = psutil.Process(stack.process.pid)
            await asyncio.sleep(5)  # let it settle: this measures idling, it does not wait for anything
            before, begun = sum(ours.cpu_times()[:2]), time.perf_counter()
            await asyncio.sleep(IDLE_SECONDS)
            cpu = (sum(ours.cpu_times()[:2]) - before) / (time.perf_counter() - begun)
            memory = ours.memory_info().rss / 1e6
        finally:
            stack.stop()
    return [
        Figure("embedded stack, second start", up, "s", 4),
        Figure("idle memory of our process", memory, "MB", 200),
        Figure("idle CPU of our process", cpu * 100, "%", 2),
    ]
