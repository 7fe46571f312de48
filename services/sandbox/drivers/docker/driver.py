"""Makes jails with Docker."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from services.sandbox.drivers import marks
from services.sandbox.drivers.docker import container as described
from services.sandbox.drivers.docker.engine import Engine
from services.sandbox.drivers.docker.ground import Ground, ground, remove
from services.sandbox.drivers.docker.handle import Handle
from services.sandbox.drivers.docker.image import image
from services.sandbox.drivers.docker.jail import Container, DockerJail
from services.sandbox.port import DriverError, Spec
from services.sandbox.probe import probe

OVERDUE_SECONDS = 60.0  # after which the driver of a jail, though it lives, is not believed to end it any more
LOOKS, LOOK_SECONDS = 20, 0.05  # at a process that is not to be seen, until it is believed to be on another machine
ID = re.compile(r"[A-Za-z0-9-]{1,100}")


class DockerDriver:
    """See the port. ``folder`` is the house's, ``url`` as in DOCKER_HOST; no ``runtime`` is Docker's own."""

    name = "docker"

    def __init__(self, folder: Path, url: str = "", runtime: str = "") -> None:
        self._folder = folder.absolute()
        self._engine = Engine(url)
        self._runtime = runtime
        self._life: marks.Life | None = None
        self._jails: dict[str, DockerJail | None] = {}  # none while it is being started
        self._image = ""
        self._shared = False  # whether folders of the host stand in for mounts that dockerd and we see in each other
        self._preparing = asyncio.Lock()

    async def check(self) -> str:
        """Really start one. Empty if that works, else a sentence that says what to do."""
        return await probe(self)

    async def start(self, spec: Spec) -> DockerJail:
        """Start a container; see the port."""
        if not ID.fullmatch(spec.id) or spec.id in self._jails:
            raise DriverError(f"{spec.id!r} is not the name of a new jail.")
        self._jails[spec.id] = None
        try:
            await self._prepare()
            try:
                jail = await self._start(spec)
            except _OutOfSight:  # dockerd is not of this machine as we see it, or we are not root
                self._shared = True
                jail = await self._start(spec)
        except BaseException:
            del self._jails[spec.id]
            raise
        self._jails[spec.id] = jail
        jail.on_end(lambda: self._forget(spec.id))
        return jail

    def _forget(self, jail: str) -> None:
        self._jails.pop(jail, None)

    async def _prepare(self) -> None:
        async with self._preparing:
            if not self._image:
                self._image = await self._engine.call(lambda: image(self._engine.api, self._folder))

    async def _start(self, spec: Spec) -> DockerJail:
        stands = await asyncio.to_thread(ground, spec, self._place(spec.id), shared=self._shared)
        try:
            held = await self._contain(spec, stands)
        except BaseException:
            await asyncio.shield(self._undo(spec, stands))
            raise
        return DockerJail(spec, held)

    async def _contain(self, spec: Spec, stands: Ground) -> Container:
        """A running container, its streams taken before it could say anything."""
        engine, name = self._engine, self._named(spec.id)
        config = described.configuration(spec, self._image, stands.uid)
        host = described.host(spec, stands.uid, stands.writable, self._runtime)
        labels = described.labels(self._lived.house, self._lived.name, spec)
        made = await engine.call(
            lambda: engine.api.create_container(**config, name=name, labels=labels, host_config=host)
        )  # fmt: skip
        taken = await engine.call(engine.attach, made["Id"])
        streams = await asyncio.open_connection(sock=taken)
        try:
            await engine.call(lambda: engine.api.start(made["Id"]))
            handle = await self._hold(made["Id"])
        except BaseException:
            streams[1].close()
            raise
        await asyncio.to_thread(stands.started)
        return Container(made["Id"], engine, streams, handle, stands)

    async def _hold(self, container: str) -> Handle | None:
        """Its first process; none if that is out of sight, or has ended already."""
        if self._shared:
            return None
        failed: OSError | None = None
        for _ in range(LOOKS):
            state = await self._state(container)
            if not state["Running"]:
                return None
            try:
                return Handle(state["Pid"], container)
            except OSError as error:  # it may be ending just now, which dockerd hears a moment later
                failed = error
            await asyncio.sleep(LOOK_SECONDS)
        raise _OutOfSight(str(failed)) from failed

    async def _state(self, container: str) -> dict[str, Any]:
        return (await self._engine.call(lambda: self._engine.api.inspect_container(container)))["State"]

    async def _undo(self, spec: Spec, stands: Ground) -> None:
        with contextlib.suppress(DriverError):  # the reaper does it then
            await self._engine.remove(self._named(spec.id))
        await asyncio.to_thread(stands.clear)

    @property
    def _lived(self) -> marks.Life:
        if not self._life:
            self._life = marks.Life(self._folder)
        return self._life

    def _named(self, jail: str) -> str:
        return f"interius-{self._lived.house}-{self._lived.name}.{jail}"

    def _place(self, jail: str) -> Path:
        return self._folder / "docker" / f"{self._lived.name}.{jail}"

    async def reap(self, keep: Collection[str] = ()) -> list[str]:
        """See the port. Jails of another process of this house that lives are left to it.

        Raises:
            DriverError: dockerd does not answer.
        """
        ours = [jail for name, jail in list(self._jails.items()) if jail and name not in keep]
        await asyncio.gather(*(jail.kill() for jail in ours))
        left = [labels for labels in await self._left() if self._is_orphan(labels)]
        await asyncio.gather(*(self._engine.remove(labels["id"]) for labels in left))
        await asyncio.to_thread(self._clear_places)
        return [*(jail.id for jail in ours), *(labels[described.JAIL] for labels in left)]

    async def _left(self) -> list[dict[str, str]]:
        """Labels of every container of this house, with the id of each."""
        filters = {"label": f"{described.HOUSE}={self._lived.house}"}
        found = await self._engine.call(lambda: self._engine.api.containers(all=True, filters=filters))
        return [{**each["Labels"], "id": each["Id"]} for each in found]

    def _is_orphan(self, labels: dict[str, str]) -> bool:
        """Nobody who lives cares for it: its driver is gone or does not end it, or it is ours and was lost."""
        life, expires = labels[described.LIFE], int(labels.get(described.EXPIRES, 0))
        if life == self._lived.name:
            return labels[described.JAIL] not in self._jails
        return self._lived.is_over(life) or bool(expires and time.time() > expires + OVERDUE_SECONDS)

    def _clear_places(self) -> None:
        for place in (self._folder / "docker").glob("*.*"):
            life, _, jail = place.name.partition(".")
            if self._is_orphan({described.LIFE: life, described.JAIL: jail}):
                remove(place)
        self._lived.forget()

    async def close(self) -> None:
        """End every jail of this process."""
        await asyncio.gather(*(jail.kill() for jail in list(self._jails.values()) if jail))
        self._engine.close()
        if self._life:
            self._life.end()
            self._life = None


class _OutOfSight(Exception):
    """The first process of a running container cannot be reached from here."""
