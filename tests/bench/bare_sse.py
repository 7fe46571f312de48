"""The least that could serve events: an ordered consumer whose messages are written to every open socket."""

from __future__ import annotations

import asyncio
import os

import nats
import uvloop

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Connection(asyncio.Protocol):
    open_ones: set[asyncio.Transport] = set()  # noqa: RUF012  # the one server of this process

    def connection_made(self, transport) -> None:
        self.transport = transport

    def data_received(self, _data: bytes) -> None:
        self.transport.write(HEAD)
        self.open_ones.add(self.transport)

    def connection_lost(self, _error) -> None:
        self.open_ones.discard(self.transport)


async def main() -> None:
    client = await nats.connect(os.environ["NATS_URL"])
    await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", int(os.environ["EDGE_PORT"]))
    subscription = await client.jetstream().subscribe("events.project.>", ordered_consumer=True)
    async for message in subscription.messages:
        seq = message.metadata.sequence.stream
        frame = b"id: 0-%d\nevent: e\ndata: %b\n\n" % (seq, message.data)
        chunk = b"%x\r\n%b\r\n" % (len(frame), frame)
        for transport in Connection.open_ones:
            transport.write(chunk)


if __name__ == "__main__":
    uvloop.run(main())
