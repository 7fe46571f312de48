"""Jails of bubblewrap: namespaces, a root of their own, filtered system calls, and limits; no daemon."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Collection, Generator
from pathlib import Path
from typing import Any

from services.sandbox.drivers import bubblewrap_plan as plans
from services.sandbox.drivers import cgroups, disk, launch, marks, seccomp, uids
from services.sandbox.drivers.bubblewrap_jail import BubblewrapJail, Held
from services.sandbox.port import PYTHON, DriverError, Limits, Spec
from services.sandbox.rootfs import rootfs

START_SECONDS = 20.0  # for the launcher to have prepared everything
ID = re.compile(r"[A-Za-z0-9-]{1,100}")
INSTALL = "bubblewrap is missing. Install it: apt-get install bubblewrap"
REFUSED = (
    "This machine does not let bubblewrap make namespaces. Run as root, or allow them: "
    "sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0"
)


class BubblewrapDriver:
    """See the port. ``folder`` is the house of sandboxes: Python and locks are in it."""

    name = "bubblewrap"

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._life: marks.Life | None = None
        self._cgroups: cgroups.Cgroups | None = None
        self._looked = False  # for a place for cgroups; there may be none
        self._jails: dict[str, BubblewrapJail] = {}
        self._ready = asyncio.Lock()

    @property
    def held_by(self) -> str:
        """What holds the limits; known once a jail was started."""
        return f"cgroups v{self._cgroups.version}" if self._cgroups else "limits of each process, and a watcher"

    async def check(self) -> str:
        """Really start one. Empty if that works, else a sentence that says what to do."""
        spec = Spec(
            f"check-{secrets.token_hex(4)}", (PYTHON, "-I", "-S", "-c", "print('works')"), limits=Limits(seconds=20)
        )
        try:
            jail = await self.start(spec)
        except DriverError as error:
            return str(error)
        told = [line.decode(errors="replace") async for line in jail.lines()]
        ended = await jail.wait()
        if told == ["works"] and ended.code == 0:
            return ""
        said = " ".join(told[-1:]) or ended.message
        return (
            f"{REFUSED} (It says: {said})"
            if "namespace" in said or "uid map" in said
            else f"A jail did not start: {said}"
        )

    async def start(self, spec: Spec) -> BubblewrapJail:
        """Start a jail; see the port."""
        if not ID.fullmatch(spec.id) or spec.id in self._jails:
            raise DriverError(f"{spec.id!r} is not the name of a new jail.")
        async with self._ready:
            life, root, binary, filters = await asyncio.to_thread(self._prepare)
        kept = await asyncio.to_thread(self._keep, spec)
        claim = uids.claim() if os.getuid() == 0 and not kept else None
        uid = claim.uid if claim else kept.uid if kept else os.getuid()
        held = Held({}, life.mark(spec.id), claim=claim, watch_data=bool(kept and not kept.image))
        try:
            if self._cgroups:
                held.cgroup = self._cgroups.make(f"{life.name}.{spec.id}", spec.limits)
            plan = plans.plan(spec, root, uid, kept)
            plan |= {"bubblewrap": binary, "cgroup": [str(door) for door in held.cgroup.doors] if held.cgroup else []}
            process = await self._launch(spec, plan, (held.mark, filters, root), held)
        except OSError as error:
            held.release()
            raise DriverError(f"A jail cannot be made: {error}") from error
        except BaseException:
            held.release()
            raise
        jail = self._jails[spec.id] = BubblewrapJail(spec, process, uid, held)
        jail.on_end(lambda: self._jails.pop(spec.id, None))
        return jail

    def _prepare(self) -> tuple[marks.Life, Path, str, tuple[bytes, ...]]:
        """What all jails need, once."""
        binary = shutil.which("bwrap")
        if not binary:
            raise DriverError(INSTALL)
        filters = seccomp.programs()
        root = rootfs(self._folder)
        self._life = self._life or marks.Life(self._folder)
        if not self._looked:
            self._cgroups, self._looked = _usable(self._life), True
        return self._life, root, binary, filters

    def _keep(self, spec: Spec) -> disk.Kept | None:
        try:
            return disk.keep(spec.data, spec.limits.disk, spec.limits.inodes) if spec.data else None
        except (OSError, subprocess.CalledProcessError) as error:
            raise DriverError(f"Its data cannot be kept: {error}") from error

    async def _launch(
        self, spec: Spec, plan: dict[str, Any], rest: tuple[str, tuple[bytes, ...], Path], held: Held
    ) -> asyncio.subprocess.Process:
        mark, filters, root = rest
        ours, theirs = socket.socketpair()
        with ours, theirs, _files(3 + len(filters)) as (told, options, status, *seccomps):
            for handle, program in zip(seccomps, filters, strict=True):
                _fill(handle, program)
            _fill(options, plans.arguments(spec, root, plans.Handles(options, status, tuple(seccomps))))
            inside = plans.command(spec, limited=held.cgroup is not None)
            argv = [mark, "--args", str(options), "--", *inside]
            _fill(told, json.dumps(plan | {"argv": argv, "socket": theirs.fileno()}).encode())
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", launch.__file__, str(told)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={},
                pass_fds=(told, options, status, *seccomps, theirs.fileno()),
                start_new_session=True,
            )
            theirs.close()
            preparing = asyncio.create_task(asyncio.to_thread(_prepared, ours))
            try:
                handles = await asyncio.shield(preparing)
            except BaseException:
                await asyncio.shield(_given_up(process, preparing, mark))
                raise
            held.handles = {**dict(zip(plan["writable"], handles, strict=True)), "status": os.dup(status)}
            return process

    async def reap(self, keep: Collection[str] = ()) -> list[str]:
        """See the port. Jails of another process of this house that lives are left to it."""
        ours = [jail for name, jail in list(self._jails.items()) if name not in keep]
        await asyncio.gather(*(jail.kill() for jail in ours))
        async with self._ready:
            orphans = await asyncio.to_thread(self._reap_orphans)
        return [*(jail.id for jail in ours), *orphans]

    def _reap_orphans(self) -> list[str]:
        life = self._life = self._life or marks.Life(self._folder)
        groups = self._cgroups or next(cgroups.find(life.house), None)
        left = groups.left() if groups else {}
        marked = {name for _, name in marks.marked(life.house)}
        found = sorted(name for name in {*left, *marked} if life.is_over(name.partition(".")[0]))
        for name in found:
            marks.kill_marked(life.house, name)
            if name in left:
                left[name].end()
        life.forget()
        return [name.partition(".")[2] for name in found]

    async def close(self) -> None:
        """End every jail of this process."""
        await asyncio.gather(*(jail.kill() for jail in list(self._jails.values())))
        if self._cgroups:
            self._cgroups.close()
        if self._life:
            self._life.end()
            self._life = None


def _usable(life: marks.Life) -> cgroups.Cgroups | None:
    """The first place where a cgroup can be made and a process can go in."""
    for place in cgroups.find(life.house):
        try:
            probe = place.make(f"{life.name}.probe", Limits())
        except OSError:
            continue
        enter = ["/bin/sh", "-c", 'for door; do echo 0 > "$door" || exit 1; done', "sh", *map(str, probe.doors)]
        entered = subprocess.run(enter, check=False, capture_output=True).returncode == 0  # noqa: S603
        probe.end()
        if entered:
            return place
    return None


async def _given_up(process: asyncio.subprocess.Process, preparing: asyncio.Task[list[int]], mark: str) -> None:
    """End a launcher, which may be bubblewrap by now."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await marks.gone(asyncio.create_task(process.wait()), mark)
    with contextlib.suppress(OSError, DriverError):
        for handle in await preparing:
            os.close(handle)


@contextlib.contextmanager
def _files(count: int) -> Generator[list[int]]:
    """Files in memory, for what is told in more words than a command line should have."""
    handles = [os.memfd_create("interius", os.MFD_CLOEXEC) for _ in range(count)]
    try:
        yield handles
    finally:
        for handle in handles:
            os.close(handle)


def _fill(handle: int, data: bytes) -> None:
    os.write(handle, data)
    os.lseek(handle, 0, os.SEEK_SET)


def _prepared(ours: socket.socket) -> list[int]:
    """Handles of the folders that the jail can write, once it has them."""
    ours.settimeout(START_SECONDS)
    try:
        told, handles, _, _ = socket.recv_fds(ours, 65_536, 8)
    except TimeoutError as error:
        raise DriverError(f"The launcher was not ready within {START_SECONDS:g} s.") from error
    if not handles:
        reason = json.loads(told)["error"] if told else "the launcher ended at once"
        raise DriverError(
            f"{REFUSED} (It says: {reason})" if "unshare" in reason else f"A jail cannot be made: {reason}"
        )
    return handles
