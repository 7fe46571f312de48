"""Hosting's way to the log: append to a sandbox with its version, and queue the work of hosting it."""

from __future__ import annotations

from collections.abc import Callable

from libs.contracts import subjects
from libs.contracts.codec import Order
from libs.contracts.envelope import Envelope, caused_by, derive_id, now
from libs.contracts.errors import Unavailable
from libs.contracts.events import Deleted
from libs.contracts.sandbox import Sandbox, fold
from libs.contracts.sandbox_events import SandboxEvent
from libs.contracts.work import HostSandbox
from libs.eventlog.port import Conflict, EventLog, Expected, WorkQueue
from libs.runtime import tracing

SOURCE = "interius/sandbox"
TRIES = 10
Decide = Callable[[Sandbox | None], SandboxEvent | None]
Ids = tuple[str, str]  # project and sandbox


class SandboxStore:
    """Reads sandboxes and appends to them."""

    def __init__(self, log: EventLog, queue: WorkQueue) -> None:
        self._log = log
        self._queue = queue

    async def load(self, ids: Ids, until: int = 0) -> Sandbox | None:
        """The sandbox as it stands, or as of the fact ``until``."""
        records = await self._log.load(subjects.events_of(subjects.sandbox(*ids)))
        return fold(record.recorded for record in records if not until or record.seq <= until)

    async def change(self, ids: Ids, cause: Envelope, decide: Decide) -> int:
        """Append what ``decide`` makes of the sandbox as it stands; gives the sequence of its newest fact.

        Raises:
            Unavailable: others kept appending first.
        """
        for _ in range(TRIES):
            sandbox = await self.load(ids)
            event = decide(sandbox)
            if event is None:
                return sandbox.seq if sandbox else 0
            try:
                return await self.append(ids, cause, event, sandbox.seq if sandbox else 0)
            except Conflict:
                continue
        raise Unavailable("The sandbox is changing too fast right now. Try again.")

    async def append(self, ids: Ids, cause: Envelope, event: SandboxEvent, seq: int) -> int:
        """Append one fact to the sandbox as of ``seq``.

        Raises:
            Conflict: it is no longer at that.
        """
        owner = subjects.sandbox(*ids)
        envelope = caused_by(cause, event.type_tag(), owner, SOURCE, str(seq))
        expected = Expected(subjects.events_of(owner), seq)
        return await self._log.append(subjects.event(owner, event.event_name()), event, envelope, expected)

    async def order(self, cause: Envelope, work: HostSandbox) -> None:
        """Queue the work of hosting."""
        owner = subjects.sandbox(work.project_id, work.sandbox_id)
        await self._queue.put(Order(caused_by(cause, work.type_tag(), owner, SOURCE), work))

    async def is_deleted(self, project_id: str) -> bool:
        """Whether the project is gone."""
        return bool(await self._log.load(subjects.event(subjects.project(project_id), Deleted.event_name())))

    async def ids_of(self, project_id: str) -> list[str]:
        """Every sandbox that a project ever had."""
        asked = await self._log.load(f"events.{subjects.project(project_id)}.sandbox.*.deploy_requested")
        return sorted({subjects.parse(record.subject).sandbox_id for record in asked})


def command(actor: str, ids: Ids, step: str) -> Envelope:
    """A cause for a fact that a person's command makes."""
    return Envelope(
        id=derive_id(ids[1], step),
        type="interius.command.v1",
        source=SOURCE,
        time=now(),
        subject=ids[1],
        correlationid=ids[1],
        actor=actor,
        traceparent=tracing.current(),
    )
