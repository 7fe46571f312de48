"""A real nats-server for tests: started once, with streams wiped between tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, asynccontextmanager

from deploy.local.nats import NatsServer
from libs.contracts.streams import STREAMS
from libs.eventlog.connection import Connection
from libs.eventlog.provision import provision
from libs.testing.servers import serving


def nats_server() -> AbstractContextManager[NatsServer]:
    """A server on a free port with a folder of its own."""
    return serving(NatsServer)


@asynccontextmanager
async def fresh_streams(url: str) -> AsyncGenerator[Connection]:
    """A connection to a server whose streams are newly made, empty."""
    connection = await Connection.open(url, "test")
    try:
        await wipe(connection)
        await provision(connection.client)
        yield connection
    finally:
        await connection.close()


async def wipe(connection: Connection) -> None:
    """Delete every stream and bucket of the house."""
    js = connection.client.jetstream()
    declared = {spec.name for spec in STREAMS}
    for info in await js.streams_info():
        name = info.config.name or ""
        if name in declared or name.startswith(("KV_", "OBJ_")):
            await js.delete_stream(name)
