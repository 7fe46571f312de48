"""One tail of the log for all clients: each fact is read once, encoded once, and kept for those who watch."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from libs.eventlog.port import EventLog, RawRecord
from services.edge.frames import Frame, ends, frame, live_frame, name_of
from services.edge.history import History
from services.edge.seats import Seats
from services.edge.wire import Idle, chunked

RING_FRAMES = 512
RING_BYTES = 1_000_000
EVERYTHING = "events.project.>"
LIVE = "live."

Listener = Callable[[RawRecord], None]


class Ring:
    """The newest frames of one owner. Whatever stands above ``floor`` is in it."""

    __slots__ = ("_bytes", "floor", "frames", "idle", "watchers")

    def __init__(self, floor: int) -> None:
        self.floor = floor
        self.frames: deque[Frame] = deque()
        self.idle: set[Idle] = set()
        self.watchers = 0
        self._bytes = 0

    def add(self, position: int, data: bytes, last: bool = False) -> None:
        self.frames.append((position, data, last))
        self._bytes += len(data)
        while len(self.frames) > RING_FRAMES or (self._bytes > RING_BYTES and len(self.frames) > 1):
            self.floor, dropped, _ = self.frames.popleft()
            self._bytes -= len(dropped)

    def above(self, position: int) -> list[Frame]:
        """Newest first while searching: the cost is the number of new frames, not the size of the ring."""
        found: list[Frame] = []
        for item in reversed(self.frames):
            if item[0] <= position:
                break
            found.append(item)
        found.reverse()
        return found

    def share(self, fresh: Sequence[Frame]) -> None:
        """Hand frames that were just added to all who have the rest."""
        if not self.idle:
            return
        ending = any(last for _, _, last in fresh)
        chunk = b"" if ending else chunked(b"".join(data for _, data, _ in fresh))
        for client in tuple(self.idle):
            client.take(fresh[0][0], fresh[-1][0], chunk)

    def wake(self) -> None:
        """Have all who wait look again."""
        for client in tuple(self.idle):
            client.wake()


class Hub:
    """Rings exist only for runs and projects that somebody watches; everything older is read from the log."""

    def __init__(self, log: EventLog, epoch: str, head: int, seats: Seats) -> None:
        self.epoch = epoch
        self.closing = False
        self.seats = seats
        self.history = History(log, epoch, lambda: self._position)
        self._log = log
        self._position = head
        self._rings: dict[str, Ring] = {}
        self._fragments = 0
        self._listeners: list[Listener] = []

    async def reached(self, seq: int) -> bool:
        """Whether the log has come to ``seq``; this copy's tail may be behind it."""
        return seq <= self._position or seq <= await self._log.head()

    def on_record(self, listener: Listener) -> None:
        """Have ``listener`` see every fact as it passes."""
        self._listeners.append(listener)

    async def follow(self) -> None:
        """Read the log for ever."""
        async for batch in self._log.tail(EVERYTHING, after=self._position):
            fresh: defaultdict[Ring, list[Frame]] = defaultdict(list)
            for record in batch:
                for ring, item in self._take(record):
                    ring.add(*item)
                    fresh[ring].append(item)
                self._position = record.seq
            for ring, frames in fresh.items():
                ring.share(frames)

    def _take(self, record: RawRecord) -> list[tuple[Ring, Frame]]:
        for listener in self._listeners:
            listener(record)
        rings = [(owner, ring) for owner in _owners(record.subject) if (ring := self._rings.get(owner))]
        if not rings:
            return []
        data = frame(record, self.epoch, name_of(record))
        return [(ring, (record.seq, data, ends(record.subject, owner))) for owner, ring in rings]

    def fragment(self, subject: str, body: bytes) -> None:
        """Hand a live fragment to those who asked for them."""
        rings = [ring for owner in _owners(subject) if (ring := self._rings.get(LIVE + owner))]
        if rings and (data := live_frame(body)):
            self._fragments += 1
            for ring in rings:
                ring.add(self._fragments, data)
                ring.wake()

    @contextmanager
    def watch(self, owner: str, live: bool = False) -> Generator[Ring]:
        """The ring of ``owner``, kept while somebody watches."""
        key, floor = (LIVE + owner, self._fragments) if live else (owner, self._position)
        ring = self._rings.setdefault(key, Ring(floor))
        ring.watchers += 1
        try:
            yield ring
        finally:
            ring.watchers -= 1
            if not ring.watchers:
                del self._rings[key]

    def close(self) -> None:
        """Let every stream end."""
        self.closing = True
        for ring in self._rings.values():
            ring.wake()


def _owners(subject: str) -> tuple[str, ...]:
    """The project, and the run if it is about one, that a subject of either kind belongs to."""
    match subject.split(".", 5):
        case [_, "project", project_id, "run", run_id, _]:
            return f"project.{project_id}", f"project.{project_id}.run.{run_id}"
        case [_, "project", project_id, *_]:
            return (f"project.{project_id}",)
        case _:
            return ()
