"""Runs read from the log, remembering what was folded before."""

from __future__ import annotations

from collections import OrderedDict

from libs.contracts import subjects
from libs.contracts.run import Run, fold
from libs.eventlog.port import EventLog, LogUnavailable

REMEMBERED = 500  # runs whose fold is kept


class Runs:
    """Reads a run as of now, or as of a sequence. The fold is a pure function of the log, so keeping it is safe."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._known: OrderedDict[str, tuple[Run | None, int]] = OrderedDict()

    async def load(self, project_id: str, run_id: str) -> Run | None:
        """The run as of now, or ``None`` if it was never requested."""
        return await self.at(project_id, run_id, None)

    async def at(self, project_id: str, run_id: str, seq: int | None) -> Run | None:
        """The run as of stream sequence ``seq``."""
        owner = subjects.run(project_id, run_id)
        run, read = self._known.get(owner, (None, 0))
        if seq is not None and read >= seq:
            run, read = (run, read) if read == seq else (None, 0)
        if seq is None or read < seq:
            records = await self._log.load(subjects.events_of(owner), after=read)
            wanted = [r.recorded for r in records if seq is None or r.seq <= seq]
            run = fold(wanted, run)
            read = wanted[-1].seq if wanted else read
            if seq is not None and read < seq:  # a replica that lags behind answered
                raise LogUnavailable(f"The log has not reached {seq} yet.")
        self._remember(owner, run, read)
        return run

    def _remember(self, owner: str, run: Run | None, read: int) -> None:
        if read >= self._known.get(owner, (None, 0))[1]:
            self._known[owner] = (run, read)
            self._known.move_to_end(owner)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
