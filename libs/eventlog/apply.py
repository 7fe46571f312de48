"""``python -m libs.eventlog.apply``: an operator lets the server follow the declared streams and consumers."""

from __future__ import annotations

import asyncio
import os
import sys

from libs.eventlog.connection import Connection
from libs.eventlog.provision import apply, provision


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
    asyncio.run(main(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"), int(os.environ.get("NATS_REPLICAS", "1"))))
