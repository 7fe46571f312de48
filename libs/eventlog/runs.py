"""Runs read from the log, remembering what was folded before of those that are not over."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec
import structlog

from libs.contracts import subjects
from libs.contracts.run import Run, evolve, passed_over
from libs.eventlog.port import EventLog, LogUnavailable, RawRecord

REMEMBERED = 300  # open runs whose history is kept in memory, some 0.2 MB each

log = structlog.get_logger(__name__)


@dataclass
class _History:
    """``states[i]`` is the run after the event with sequence ``seqs[i]``."""

    seqs: list[int] = field(default_factory=list[int])
    states: list[Run | None] = field(default_factory=list["Run | None"])
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def at(self, seq: int) -> Run | None:
        place = bisect_right(self.seqs, seq)
        return self.states[place - 1] if place else None

    @property
    def read(self) -> int:
        return self.seqs[-1] if self.seqs else 0


class Runs:
    """Reads a run as of now, or as of a sequence. The fold is a pure function of the log, so keeping it is safe."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._known: OrderedDict[str, _History] = OrderedDict()

    async def load(self, project_id: str, run_id: str) -> Run | None:
        """The run as of now, or ``None`` if it was never requested."""
        history = self._remember(subjects.run(project_id, run_id))
        async with history.reading:
            await self._read(history, project_id, run_id)
        return history.at(history.read)

    async def since(self, project_id: str, run_id: str, seq: int) -> Run | None:
        """The run as of sequence ``seq`` or later: what is known, if that is enough."""
        history = self._remember(subjects.run(project_id, run_id))
        return history.at(history.read) if 0 < seq <= history.read else await self.load(project_id, run_id)

    async def at(self, project_id: str, run_id: str, seq: int) -> Run | None:
        """The run as of its event with sequence ``seq``.

        Raises:
            LogUnavailable: whoever answered has not seen that event yet.
        """
        history = self._remember(subjects.run(project_id, run_id))
        async with history.reading:  # of many that wait for neighbouring facts, the first reads for all
            if history.read < seq:
                await self._read(history, project_id, run_id)
        if history.read < seq:  # a replica that lags behind answered
            raise LogUnavailable(f"The log has not reached {seq} yet.")
        return history.at(seq)

    async def _read(self, history: _History, project_id: str, run_id: str) -> None:
        owner = subjects.events_of(subjects.run(project_id, run_id))
        for record in await self._log.load(owner, after=history.read):
            state = _after(history.at(history.read), record)
            history.seqs.append(record.seq)
            history.states.append(state)
        last = history.at(history.read)
        if last and last.over:  # nothing follows from it: what it takes is for those that go on
            self._known.pop(subjects.run(project_id, run_id), None)

    def _remember(self, owner: str) -> _History:
        history = self._known.setdefault(owner, _History())
        self._known.move_to_end(owner)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return history


def _after(run: Run | None, record: RawRecord) -> Run | None:
    try:
        return evolve(run, record.recorded)
    except (msgspec.MsgspecError, KeyError):  # a bug of ours; the run must come to its end all the same
        log.exception("fact_not_read", seq=record.seq, subject=record.subject)
        return passed_over(run, record.seq)
