"""The shortcuts of our client override what nats-py keeps to itself: what comes out must be what nats-py gives."""

from __future__ import annotations

import asyncio

import nats as nats_py
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client
from nats.aio.msg import Msg

from libs.eventlog.client import STATUS_LINE, parse_headers
from libs.eventlog.connection import settled
from libs.testing.waiting import until

ODD = st.binary() | st.sampled_from([b"A", b" b ", b":", b": ", b"\r\n", b"\r", b"\xc3\xbc", b"\xff", b"\x1c", b"x y"])


@given(st.lists(ODD).map(b"".join))
def test_headers_are_read_as_nats_py_reads_them(raw: bytes):
    assert parse_headers(raw) == Client._parse_header_lines(raw)


async def test_a_raw_subscription_gives_what_a_plain_one_gives(nats, connection):
    plain = await nats_py.connect(nats.url)
    subscription = await plain.subscribe("raw.>")
    await settled(plain)
    seen: list[tuple[bytes, bytes, bytes, bytes]] = []
    raw = await connection.client.subscribe_raw("raw.>", lambda *message: seen.append(message))
    sent = [(b"", None), (b"x" * 100_000, {"ce-id": "ü: 1", "Empty": ""}), (b"one", {"A": "b"})]
    for body, headers in sent:
        await connection.client.publish("raw.a", body, reply="back", headers=headers)
    await until(lambda: len(seen) == len(sent))
    told = [await subscription.next_msg(5) for _ in sent]
    assert [(m.subject.encode(), m.reply.encode(), m.data) for m in told] == [message[:3] for message in seen]
    assert [m.headers or {} for m in told] == [parse_headers(message[3]) for message in seen]
    await connection.client.unsubscribe_raw(raw)
    await connection.client.publish("raw.a", b"late")
    await subscription.next_msg(5)
    assert len(seen) == len(sent)
    await plain.close()


async def test_what_the_server_itself_says_has_a_status_line(connection):
    """A tail tells heartbeats and refusals from facts by it."""
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    await connection.client.subscribe_raw("answers", lambda *message: heard.set_result(message[3]))
    await connection.client.publish("nobody.listens", b"", reply="answers")
    assert (await asyncio.wait_for(heard, 60)).startswith(STATUS_LINE + b"503")


async def test_what_is_settled_the_server_has_seen(nats, connection):
    """A plain flush lets its ping overtake the subscriptions before it."""
    for number in range(20):
        client = await nats_py.connect(nats.url)
        await client.subscribe(f"here.{number}", cb=_answer)
        await settled(client)
        assert (await connection.client.request(f"here.{number}", b"", timeout=5)).data == b"yes"
        await client.close()


async def _answer(message: Msg) -> None:
    await message.respond(b"yes")
