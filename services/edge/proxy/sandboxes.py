"""Sandboxes as this edge knows them: read from the log when first asked for, then kept up to date by its tail."""

from __future__ import annotations

import re
from collections import OrderedDict

from msgspec import MsgspecError

from libs.contracts import subjects
from libs.contracts.errors import NotFound, Unavailable
from libs.contracts.sandbox import Sandbox, apply, fold
from libs.eventlog.port import EventLog, RawRecord
from services.edge.database import Reader

ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,45}[a-z0-9])?-[0-9a-f]{16}")
REMEMBERED = 10_000


class Sandboxes:
    """Finds sandboxes by id."""

    def __init__(self, log: EventLog, reader: Reader) -> None:
        self._log = log
        self._reader = reader
        self._known: OrderedDict[str, Sandbox] = OrderedDict()
        self._loading: dict[str, list[RawRecord]] = {}

    def hear(self, record: RawRecord) -> None:
        """Take up a fact as it passes."""
        parts = record.subject.split(".")
        if len(parts) < 6 or parts[3] != "sandbox":
            return
        sandbox_id = parts[4]
        if sandbox_id in self._loading:
            self._loading[sandbox_id].append(record)
        if known := self._known.get(sandbox_id):
            self._keep(sandbox_id, _applied(known, record))

    async def find(self, sandbox_id: str) -> Sandbox | None:
        """The sandbox, if there is one."""
        if known := self._known.get(sandbox_id):
            self._known.move_to_end(sandbox_id)
            return known
        return await self.reload(sandbox_id)

    async def reload(self, sandbox_id: str) -> Sandbox | None:
        """The sandbox as the log has it now."""
        if not ID.fullmatch(sandbox_id):
            return None
        heard = self._loading.setdefault(sandbox_id, [])
        try:
            sandbox = await self._load(sandbox_id)
            for record in heard:
                sandbox = _applied(sandbox, record) if sandbox else None
        finally:
            self._loading.pop(sandbox_id, None)
        return self._keep(sandbox_id, sandbox) if sandbox else None

    async def _load(self, sandbox_id: str) -> Sandbox | None:
        project_id = await self._project(sandbox_id)
        if not project_id:
            return None
        records = await self._log.load(subjects.events_of(subjects.sandbox(project_id, sandbox_id)))
        return fold(record.recorded for record in records)

    async def _project(self, sandbox_id: str) -> str:
        try:
            row = await self._reader.one("find_sandbox_place", id=sandbox_id)
        except Unavailable:
            row = None
        if row:
            return row["project_id"]
        # Newer than the views, or the views are away.
        found = await self._log.load(f"events.project.*.sandbox.{sandbox_id}.deploy_requested", limit=1)
        return subjects.parse(found[0].subject).project_id if found else ""

    def _keep(self, sandbox_id: str, sandbox: Sandbox) -> Sandbox:
        """The newest of it that is known: another load may have been quicker, and more was heard since."""
        known = self._known.get(sandbox_id)
        newest = known if known and known.seq > sandbox.seq else sandbox
        self._known[sandbox_id] = newest
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return newest

    async def owned(self, user_id: str, sandbox_id: str) -> Sandbox:
        """The sandbox, if it is this user's.

        Raises:
            NotFound: it is not.
        """
        sandbox = await self.find(sandbox_id)
        if sandbox is None or sandbox.owner != user_id:
            raise NotFound("There is no such sandbox.")
        return sandbox


def _applied(sandbox: Sandbox, record: RawRecord) -> Sandbox:
    try:
        return apply(sandbox, record.recorded) or sandbox
    except (MsgspecError, KeyError, ValueError):  # no event of ours
        return sandbox
