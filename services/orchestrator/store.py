"""The orchestrator's way to the log: append to a run with its version, queue orders, and know who owns a project."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import structs

from libs.contracts import events, subjects
from libs.contracts.codec import Order, Recorded
from libs.contracts.envelope import Envelope, caused_by, derive_id, now
from libs.contracts.errors import NotFound, Unavailable
from libs.contracts.run import Run
from libs.contracts.work import Work
from libs.eventlog.port import Conflict, EventLog, Expected, WorkQueue
from libs.eventlog.runs import Runs
from libs.runtime import tracing

SOURCE = "interius/orchestrator"
TRIES = 20  # appends of one fact before we call the run too busy; parallel files make a few conflicts normal
Decide = Callable[[Run | None], events.RunEvent | None]


class RunStore:
    """Reads runs and appends to them; a conflict is answered by reading again and deciding again."""

    def __init__(self, log: EventLog, queue: WorkQueue, runs: Runs) -> None:
        self._log = log
        self._queue = queue
        self.runs = runs

    async def append(self, ids: tuple[str, str], cause: Envelope, decide: Decide) -> int:
        """Append what ``decide`` makes of the run as it stands; gives the sequence of the run's newest fact.

        Raises:
            Unavailable: others kept appending first.
        """
        owner = subjects.run(*ids)
        for _ in range(TRIES):
            run = await self.runs.load(*ids)
            seq = run.read if run else 0
            event = decide(run)
            if event is None:
                return seq
            envelope = caused_by(cause, event.type_tag(), owner, SOURCE)
            try:
                expected = Expected(subjects.events_of(owner), seq)
                return await self._log.append(subjects.event(owner, event.event_name()), event, envelope, expected)
            except Conflict:
                continue
        raise Unavailable("The run is changing too fast right now. Try again.")

    async def order(self, fact: Recorded, work: Work) -> None:
        """Queue work that follows from ``fact``."""
        owner = subjects.run(work.project_id, work.run_id)
        envelope = caused_by(fact.envelope, work.type_tag(), owner, SOURCE, work.item)
        await self._queue.put(Order(envelope, structs.replace(work, as_of=fact.seq)))

    async def check_project(self, project_id: str, actor: str) -> None:
        """Make sure the project exists and is the actor's.

        Raises:
            NotFound: it does not, or is somebody else's.
        """
        history = await self._log.load(f"events.{subjects.project(project_id)}.*")
        facts = [record.recorded.event for record in history]
        created = next((fact for fact in facts if isinstance(fact, events.Created)), None)
        gone = any(isinstance(fact, events.Deleted) for fact in facts)
        if created is None or gone or created.owner != actor:
            raise NotFound("There is no such project.")

    async def is_deleted(self, project_id: str) -> bool:
        """Whether the project is gone."""
        owner = subjects.project(project_id)
        return bool(await self._log.load(subjects.event(owner, events.Deleted.event_name())))

    async def run_ids(self, project_id: str) -> list[str]:
        """Every run that was ever requested in a project."""
        requested = await self._log.load(f"events.{subjects.project(project_id)}.run.*.requested")
        return [subjects.parse(record.subject).run_id for record in requested]


def command(actor: str, run_id: str, step: str) -> Envelope:
    """A cause for a fact that a person's command makes: the same step of the same run is the same cause."""
    return Envelope(
        id=derive_id(run_id, step),
        type="interius.command.v1",
        source=SOURCE,
        time=now(),
        subject=run_id,
        correlationid=run_id,
        actor=actor,
        traceparent=tracing.current(),
    )
