"""What the log holds of a run or project, as frames: read once for all who ask for the same at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from libs.contracts import subjects
from libs.eventlog.port import EventLog, RawRecord
from services.edge.frames import LAST, Frame, ends, frame, name_of

AT_ONCE = 4  # loads; more of them side by side would only make each run out of time
PIECE_BYTES = 256_000  # encoded, and later written, without letting go of the loop
MOST_RECORDS = 2000  # held in memory for one who comes late; they come back for the rest


@dataclass(frozen=True)
class Past:
    """Everything above some sequence up to ``covered`` at least, in pieces of a bounded size."""

    covered: int
    pieces: Sequence[Sequence[Frame]]


class History:
    """Reads the log. ``position`` gives a sequence that the log has certainly reached."""

    def __init__(self, log: EventLog, epoch: str, position: Callable[[], int]) -> None:
        self._log = log
        self._epoch = epoch
        self._position = position
        self._loading: dict[tuple[str, int], asyncio.Task[Past]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def above(self, owner: str, after: int) -> Past:
        """What ``owner`` has above sequence ``after``.

        Raises:
            Unavailable: the log does not answer.
        """
        key = owner, after
        loading = self._loading.get(key)
        if loading is None:
            loading = self._loading[key] = asyncio.create_task(self._load(owner, after))
            loading.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(loading)

    def _forget(self, key: tuple[str, int], done: asyncio.Task[Past]) -> None:
        del self._loading[key]
        if not done.cancelled():
            done.exception()  # whoever still waits has it; if nobody does, it is no matter

    async def _load(self, owner: str, after: int) -> Past:
        async with self._slots:
            covered = self._position()
            records = await self._log.load(subjects.events_of(owner), after=after, limit=MOST_RECORDS)
            if len(records) == MOST_RECORDS:  # there may be more
                covered = records[-1].seq
            return Past(covered, await self._pieces(owner, records))

    async def _pieces(self, owner: str, records: Sequence[RawRecord]) -> Sequence[Sequence[Frame]]:
        pieces: list[list[Frame]] = []
        size = PIECE_BYTES
        for record in records:
            if size >= PIECE_BYTES:
                pieces.append([])
                size = 0
                await asyncio.sleep(0)
            data = frame(record, self._epoch, name_of(record))
            pieces[-1].append((record.seq, data, ends(record.subject, owner)))
            size += len(data)
        return pieces

    async def over(self, owner: str, by: int) -> bool:
        """Whether the story of ``owner`` ended at or before sequence ``by``."""
        names = LAST if ".run." in owner else ("deleted",)
        found = await asyncio.gather(*[self._log.load(subjects.event(owner, name)) for name in names])
        return any(records and records[0].seq <= by for records in found)
