"""Exchanges over NATS: what is being answered stays so, and what comes is all of it or is told to be not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest

from deploy.local.nats import NatsServer
from libs.eventlog.connection import Connection, settled
from libs.runtime import tunnel
from libs.runtime.exchange import SILENT_BEATS, Exchange
from libs.runtime.frames import Broken, RequestHead, ResponseHead
from libs.runtime.tunnel import Wire

SUBJECT = "http.test.1"
ASKED = RequestHead("GET", b"/", [])
OK = ResponseHead(200, [])


@pytest.fixture
async def wires(nats: NatsServer) -> AsyncGenerator[tuple[Wire, Wire, Connection]]:
    """Who asks, who answers, and the connection of the first."""
    async with AsyncExitStack() as stack:
        made: list[Wire] = []
        connections = [await Connection.open(nats.url, name) for name in ("asks", "answers")]
        for connection in connections:
            stack.push_async_callback(connection.close)
            made.append(Wire(connection.client))
            await made[-1].start()
            stack.push_async_callback(made[-1].close)
        yield made[0], made[1], connections[0]


async def test_what_is_being_answered_is_not_lost_when_its_server_takes_no_more(
    wires: tuple[Wire, Wire, Connection],
) -> None:
    asks, answers, connection = wires
    taken, going = asyncio.Event(), asyncio.Event()

    async def handler(exchange: Exchange, _head: RequestHead) -> None:
        taken.set()
        await going.wait()
        await exchange.respond(OK, b"done", last=True)

    leave = await answers.serve(SUBJECT, handler)
    async with asks.ask(SUBJECT, ASKED, b"", True) as exchange:
        await asyncio.wait_for(taken.wait(), 60)
        await leave()
        await asyncio.sleep(0.1)
        await exchange.beat()
        await settled(connection.client)  # whatever the server has to say to that is here
        going.set()
        assert (await asyncio.wait_for(exchange.head(), 60)).status == 200
        assert await exchange.receive() == (b"done", True)


async def test_an_answer_of_which_a_piece_was_lost_is_never_taken_for_whole(
    wires: tuple[Wire, Wire, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    asks, answers, _ = wires
    publish, sent = answers.publish, list[bytes]()

    async def lossy(subject: str, data: bytes, inbox: str) -> None:
        sent.append(data)
        if not data.endswith(b"second"):
            await publish(subject, data, inbox)

    monkeypatch.setattr(answers, "publish", lossy)

    async def handler(exchange: Exchange, _head: RequestHead) -> None:
        await exchange.respond(OK)
        for piece in (b"first", b"second", b"third"):
            await exchange.send(piece, last=piece == b"third")

    await answers.serve(SUBJECT, handler)
    got = b""
    async with asks.ask(SUBJECT, ASKED, b"", True) as exchange:
        await exchange.head()
        with pytest.raises(Broken):
            while True:
                piece, last = await exchange.receive()
                got += piece
                assert not last
    assert got == b"first"


PIECES = [bytes([number]) for number in range(9)]  # more than a window, each way


async def _echo(exchange: Exchange, _head: RequestHead) -> None:
    await exchange.respond(OK)
    last = False
    while not last:
        piece, last = await exchange.receive()
        await exchange.send(piece, last)


async def _echoed(asks: Wire) -> bytes:
    """What came back, of which all is ``PIECES``; a broken exchange is an empty answer."""

    async def up(exchange: Exchange) -> None:
        for piece in PIECES:
            await exchange.send(piece)
        await exchange.send(b"", last=True)

    async def down(exchange: Exchange) -> bytes:
        await exchange.head()
        got, last = b"", False
        while not last:
            piece, last = await exchange.receive()
            got += piece
        return got

    try:
        async with asks.ask(SUBJECT, ASKED, b"", False) as exchange:
            return (await asyncio.gather(up(exchange), down(exchange)))[1]
    except Broken:
        return b""


@pytest.mark.parametrize("loses", ["asks", "answers"])
async def test_whichever_frame_is_lost_an_exchange_comes_to_its_end_whole_or_told_to_be_not(
    wires: tuple[Wire, Wire, Connection], loses: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks, answers, _ = wires
    monkeypatch.setattr(tunnel, "BEAT_SECONDS", 0.02)
    side = asks if loses == "asks" else answers
    publish, sent, lost = side.publish, 0, 0

    async def lossy(subject: str, data: bytes, inbox: str) -> None:
        nonlocal sent
        sent += 1
        if sent != lost:
            await publish(subject, data, inbox)

    monkeypatch.setattr(side, "publish", lossy)
    await answers.serve(SUBJECT, _echo)
    beating = [asyncio.create_task(wire.beat()) for wire in wires[:2]]
    try:
        assert await asyncio.wait_for(_echoed(asks), 60) == b"".join(PIECES)
        for lost in range(1, 20):  # read by ``lossy``
            sent = 0
            assert await asyncio.wait_for(_echoed(asks), 60) in {b"".join(PIECES), b""}, f"frame {lost}"
    finally:
        for task in beating:
            task.cancel()


async def test_an_end_that_stands_still_is_noticed(wires: tuple[Wire, Wire, Connection]) -> None:
    asks, answers, _ = wires
    taken = asyncio.Event()

    async def still(_exchange: Exchange, _head: RequestHead) -> None:
        taken.set()
        await asyncio.Event().wait()

    await answers.serve(SUBJECT, still)
    async with asks.ask(SUBJECT, ASKED, b"", True) as exchange:
        await asyncio.wait_for(taken.wait(), 60)
        for _ in range(SILENT_BEATS + 1):  # of which nothing is answered: that side has no beat of its own here
            await exchange.beat()
        with pytest.raises(Broken):
            await asyncio.wait_for(exchange.head(), 60)
