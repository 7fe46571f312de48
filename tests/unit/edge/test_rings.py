"""What a client that holds a cursor sees, whatever happens between the log and the ring."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts import events, subjects
from libs.contracts.envelope import Envelope, new_id, now
from libs.contracts.errors import TooMany
from libs.eventlog.memory import MemoryLog
from libs.testing.waiting import until
from services.edge.hub import RING_BYTES, RING_FRAMES, Hub, Ring
from services.edge.seats import Seats
from services.edge.stream import EventStream, Patience, Watch

OWNER = subjects.run("p", "r")
PATIENCE = Patience(heartbeat=5.0, write=5.0)


async def tell(log: MemoryLog, event: events.Event, owner: str = OWNER) -> int:
    envelope = Envelope(id=new_id(), type=event.type_tag(), source="test", time=now(), subject=owner, correlationid="r")
    return await log.append(subjects.event(owner, event.event_name()), event, envelope)


class Client:
    """Stands for the HTTP server: collects what is sent, and leaves when told."""

    def __init__(self) -> None:
        self.sent = bytearray()
        self.status = 0
        self.complete = False
        self.left = asyncio.Event()
        self.ready = asyncio.Event()
        self.ready.set()

    async def send(self, message: dict[str, Any]) -> None:
        await self.ready.wait()
        self.status = message.get("status", self.status)
        self.sent += message.get("body", b"")
        self.complete = message["type"] == "http.response.body" and not message.get("more_body")

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    @property
    def seqs(self) -> list[int]:
        lines = bytes(self.sent).split(b"\n")
        return [int(line.rsplit(b"-", 1)[1]) for line in lines if line.startswith(b"id: ")]


def stream(hub: Hub, after: int = 0, patience: Patience = PATIENCE, expires: float = 1e12) -> EventStream:
    return EventStream(hub, Watch("ada", OWNER, after, live=False, expires=expires), patience)


async def watch(hub: Hub, client: Client, **options: Any) -> None:
    await asyncio.wait_for(stream(hub, **options)({}, client.receive, client.send), 60)


@given(st.lists(st.integers(1, 400_000), min_size=1, max_size=700), st.integers(0, 800))
def test_a_ring_holds_everything_above_its_floor(sizes, cursor):
    ring = Ring(0)
    for seq, size in enumerate(sizes, 1):
        ring.add(seq, bytes(min(size, 5000)))
    found = [seq for seq, _, _ in ring.above(cursor)]
    assert found == list(range(max(cursor, ring.floor) + 1, len(sizes) + 1))
    assert len(ring.frames) <= RING_FRAMES
    assert sum(len(data) for _, data, _ in ring.frames) <= RING_BYTES


def test_one_frame_is_kept_however_big_it_is():
    ring = Ring(0)
    ring.add(1, b"x")
    ring.add(2, bytes(RING_BYTES + 1))
    assert [seq for seq, _, _ in ring.above(0)] == [2]
    assert ring.floor == 1


async def test_facts_that_come_while_one_connects_are_neither_lost_nor_told_twice():
    log = MemoryLog()
    hub = Hub(log, "e", 0, Seats(100, 100, "event streams"))
    following = asyncio.create_task(hub.follow())
    total = 60

    async def write() -> None:
        for n in range(total):
            await tell(log, events.StageStarted("review", f"w{n}", 1))
            await asyncio.sleep(0)
        await tell(log, events.Cancelled("ada"))

    writing = asyncio.create_task(write())
    clients = []
    watching = []
    for _ in range(20):
        clients.append(Client())
        watching.append(asyncio.create_task(watch(hub, clients[-1])))
        await asyncio.sleep(0)
    await asyncio.gather(writing, *watching)
    for client in clients:
        assert client.seqs == list(range(1, total + 2))
        assert client.complete
        assert bytes(client.sent).endswith(b"event: end\ndata: {}\n\n")
    following.cancel()


async def test_rings_exist_only_while_somebody_watches():
    log = MemoryLog()
    hub = Hub(log, "e", 0, Seats(100, 100, "event streams"))
    client = Client()
    watching = asyncio.create_task(watch(hub, client))
    await until(lambda: client.sent)
    assert set(hub._rings) == {OWNER}
    client.left.set()
    await watching
    assert not hub._rings
    assert hub.seats.taken == 0


async def test_only_so_many_streams_at_once_and_only_so_many_of_one_user():
    hub = Hub(MemoryLog(), "e", 0, Seats(3, 2, "event streams", "EDGE_STREAMS_PER_USER"))
    others = [asyncio.create_task(watch(hub, Client())) for _ in range(2)]
    await until(lambda: hub.seats.taken == 2)
    with pytest.raises(TooMany, match=r"2 event streams .*EDGE_STREAMS_PER_USER=2"):
        await watch(hub, Client())
    with hub.seats.one_more("bob"), pytest.raises(TooMany, match="open here"), hub.seats.one_more("eve"):
        pass
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    assert hub.seats.taken == 0


async def test_one_who_fell_behind_the_ring_is_served_from_the_log():
    log = MemoryLog()
    hub = Hub(log, "e", 0, Seats(100, 100, "event streams"))
    following = asyncio.create_task(hub.follow())
    client = Client()
    watching = asyncio.create_task(watch(hub, client))
    await until(lambda: client.sent)
    client.ready.clear()  # does not read
    for n in range(RING_FRAMES * 2):
        await tell(log, events.StageStarted("review", f"w{n}", 1))
    await until(lambda: hub._position == RING_FRAMES * 2)
    client.ready.set()
    await tell(log, events.Cancelled("ada"))
    await watching
    assert client.seqs == list(range(1, RING_FRAMES * 2 + 2))
    following.cancel()


async def test_one_who_does_not_read_is_cut():
    log = MemoryLog()
    hub = Hub(log, "e", 0, Seats(100, 100, "event streams"))
    await tell(log, events.StageStarted("review", "w", 1))
    client = Client()
    patience = Patience(heartbeat=5.0, write=0.05)
    calls = 0

    async def send(message: dict[str, Any]) -> None:
        nonlocal calls
        calls += 1
        if calls > 1:
            await asyncio.Event().wait()

    await asyncio.wait_for(stream(hub, patience=patience)({}, client.receive, send), 60)
    assert hub.seats.taken == 0


async def test_a_quiet_stream_says_something():
    hub = Hub(MemoryLog(), "e", 0, Seats(100, 100, "event streams"))
    client = Client()
    watching = asyncio.create_task(watch(hub, client, patience=Patience(heartbeat=0.01, write=5.0)))
    await until(lambda: client.sent.count(b": still here\n") >= 3)
    client.left.set()
    await watching


async def test_closing_ends_every_stream_with_a_final_chunk():
    hub = Hub(MemoryLog(), "e", 0, Seats(100, 100, "event streams"))
    clients = [Client() for _ in range(5)]
    watching = [asyncio.create_task(watch(hub, client)) for client in clients]
    await until(lambda: all(client.sent for client in clients))
    hub.close()
    await asyncio.gather(*watching)
    assert all(client.complete for client in clients)


async def test_a_story_that_was_read_to_its_end_has_no_content():
    log = MemoryLog()
    await tell(log, events.StageStarted("review", "w", 1))
    end = await tell(log, events.Cancelled("ada"))
    client = Client()
    await watch(Hub(log, "e", 2, Seats(100, 100, "event streams")), client, after=end)
    assert client.status == 204
    assert not client.sent


class Connection:
    """Stands for a response of uvicorn whose client reads in fits and starts."""

    def __init__(self) -> None:
        self.chunked_encoding = True
        self.disconnected = self.write_paused = False
        self.flow = self.transport = self
        self.body = bytearray()
        self.wrote = 0

    def write(self, chunk: bytes) -> None:
        size, _, rest = chunk.partition(b"\r\n")
        self.body += rest[: int(size, 16)]
        self.wrote += 1

    async def send(self, message: dict[str, Any]) -> None:
        while self.write_paused:  # noqa: ASYNC110  # stands for the drain of a socket
            await asyncio.sleep(0)
        self.body += message.get("body", b"")


async def test_what_is_written_past_the_client_s_task_keeps_its_place():
    log = MemoryLog()
    hub = Hub(log, "e", 0, Seats(100, 100, "event streams"))
    following = asyncio.create_task(hub.follow())
    connections = [Connection() for _ in range(8)]
    idle = Client()
    watching = [asyncio.create_task(stream(hub)({}, idle.receive, one.send)) for one in connections]
    chance = random.Random(7)
    for n in range(400):
        await tell(log, events.StageStarted("review", f"w{n}", 1))
        chance.choice(connections).write_paused ^= True
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
    for one in connections:
        one.write_paused = False
    await tell(log, events.Cancelled("ada"))
    await asyncio.wait_for(asyncio.gather(*watching), 60)
    for one in connections:
        ids = [int(line[6:]) for line in bytes(one.body).split(b"\n") if line.startswith(b"id: e-")]
        assert ids == list(range(1, 402))
        assert one.body.endswith(b"event: end\ndata: {}\n\n")
    assert sum(one.wrote for one in connections) > 100
    following.cancel()


async def test_one_who_read_further_than_the_tail_has_come_hears_nothing_twice():
    log = MemoryLog()
    hub = Hub(log, "e", 0, Seats(100, 100, "event streams"))
    for n in range(5):
        await tell(log, events.StageStarted("review", f"w{n}", 1))
    connection, idle = Connection(), Client()
    watching = asyncio.create_task(stream(hub)({}, idle.receive, connection.send))
    await until(lambda: b"id: e-5" in connection.body)
    following = asyncio.create_task(hub.follow())
    await until(lambda: hub._position == 5)
    await tell(log, events.Cancelled("ada"))
    await asyncio.wait_for(watching, 60)
    ids = [line for line in bytes(connection.body).split(b"\n") if line.startswith(b"id: ")]
    assert len(ids) == len(set(ids)) == 6
    following.cancel()
