"""One container, from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from docker.errors import NotFound

from services.sandbox.drivers import endings
from services.sandbox.drivers.base import BaseJail
from services.sandbox.drivers.docker.engine import Engine, Frames
from services.sandbox.drivers.docker.ground import Ground
from services.sandbox.drivers.docker.handle import Handle
from services.sandbox.port import RUN, DriverError, Exit, Spec

TICK = 0.25  # seconds between looks at what nobody tells by itself
DISK_TICKS = 4  # looks between two at folders that have to be counted
LOOKS, LOOK_SECONDS = 20, 0.05  # until one that was killed is believed to have killed itself
END_SECONDS = 20.0  # how long dockerd may take to see that a container has ended
KILLED = -int(signal.SIGKILL)
GONE = Path(os.devnull, "ended")
SIGNALS = 128  # dockerd tells the end by a signal as this and the signal's number

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Container:
    """What a jail holds of its container. Without a handle its first process is out of our sight."""

    id: str
    engine: Engine
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    handle: Handle | None
    ground: Ground


class DockerJail(BaseJail):
    """See the port. Of a program that ends before dockerd has named its process, what limits it met is not told."""

    def __init__(self, spec: Spec, container: Container) -> None:
        run = container.handle.run if container.handle else container.ground.writable.get(RUN, GONE)
        super().__init__(spec, container.ground.uid, run)
        self._container = container
        self._refused = False  # more processes than it may have

    def _input(self) -> asyncio.StreamWriter:
        return self._container.streams[1]

    async def _live(self) -> Exit:
        reading = asyncio.create_task(self._output.drain(Frames(self._container.streams[0])))
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({reading, watching}, return_when=asyncio.FIRST_COMPLETED)
            return watching.result() if watching.done() else await self._verdict()
        finally:
            watching.cancel()
            await self._leave_nothing(reading)

    async def _watch(self) -> Exit:
        """Until a limit is hit that does not end it by itself, or we end it."""
        loop, limits, ticks = asyncio.get_running_loop(), self._limits, 0
        deadline = loop.time() + (limits.seconds or float("inf"))
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._stop.wait()
                return endings.stopped()
            ticks += 1
            if self._output.flooded.is_set():
                return endings.output(limits)
            if loop.time() > deadline:
                return endings.time(limits)
            if self._counted():
                return endings.memory(limits)
            if ticks % DISK_TICKS == 0 and await asyncio.to_thread(self._container.ground.is_full, limits):
                return endings.disk(limits)

    def _counted(self) -> bool:
        """Whether somebody in it was killed for its memory; also looks whether processes were refused."""
        if not self._container.handle:
            return False
        self._refused = self._refused or self._container.handle.cgroup.process_refusals() > 0
        return self._container.handle.cgroup.memory_kills() > 0

    async def _verdict(self) -> Exit:
        """What dockerd says about a container that has ended."""
        engine, container = self._container.engine, self._container.id
        try:
            async with asyncio.timeout(END_SECONDS):
                await engine.call(lambda: engine.api.wait(container, timeout=END_SECONDS))
                state = await self._state()
        except NotFound:
            return Exit("lost", KILLED, "Its container was removed by somebody else.")
        except (DriverError, TimeoutError) as error:
            return Exit("lost", KILLED, f"Its container was lost. {error}")
        return self._told(state)

    async def _state(self) -> dict[str, Any]:
        """How it ended. That it was killed for its memory dockerd may hear only after it heard of its end."""
        engine, container = self._container.engine, self._container.id
        state: dict[str, Any] = {}
        for _ in range(LOOKS):
            state = (await engine.call(lambda: engine.api.inspect_container(container)))["State"]
            if state["OOMKilled"] or int(state["ExitCode"]) != SIGNALS + signal.SIGKILL:
                break
            await asyncio.sleep(LOOK_SECONDS)
        return state

    def _told(self, state: dict[str, Any]) -> Exit:
        code = int(state["ExitCode"])
        code = SIGNALS - code if code > SIGNALS else code
        if state["OOMKilled"] and code:
            return endings.memory(self._limits)
        full = self._container.handle.full() if self._container.handle else []
        return endings.exited(code, self._limits, self._refused, full)

    async def _leave_nothing(self, reading: asyncio.Task[None]) -> None:
        container = self._container
        if container.handle:
            container.handle.kill()
        try:
            await container.engine.remove(container.id)
        except DriverError as error:  # the reaper does it once dockerd is back
            log.warning("jail_left", jail=self.id, reason=str(error))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await reading
        container.streams[1].transport.abort()  # what it has not read would keep it open
        self.run = GONE  # its handle may be another's by now
        if container.handle:
            container.handle.close()
        await asyncio.to_thread(container.ground.clear)
