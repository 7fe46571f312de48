"""``python -m libs.runtime.apply``: an operator lets the server follow the declared streams and consumers."""

from __future__ import annotations

import asyncio
import sys

from libs.eventlog.connection import Connection
from libs.eventlog.provision import apply, provision
from libs.runtime.settings import RuntimeSettings, read


async def main(url: str, replicas: int) -> None:
    """Apply, then compare."""
    connection = await Connection.open(url, "apply")
    try:
        await apply(connection.client, replicas)
        await provision(connection.client, replicas)
    finally:
        await connection.close()
    sys.stdout.write(f"Streams and consumers at {url} are as declared.\n")


if __name__ == "__main__":
    settings = read(RuntimeSettings)
    asyncio.run(main(settings.nats_url, settings.nats_replicas))
