"""The HTTP server: one task among others in a loop that belongs to somebody else."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator
from typing import Any

import uvicorn

from services.edge.door import Door
from services.edge.proxy.origins import Origins, Proxy
from services.edge.proxy.protocol import BoundedProtocol
from services.edge.settings import EdgeSettings

DRAIN_SECONDS = 5  # for requests that are being answered when we stop
BACKLOG = 2048


class Server(uvicorn.Server):
    """uvicorn without its hands on signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to whoever runs the loop."""
        yield


class Listener:
    """Serves ``app`` on a socket that is bound at once, so that a port that is taken is known at the start."""

    def __init__(self, app: Any, apps: Proxy, settings: EdgeSettings, close_streams: Callable[[], None]) -> None:
        self._socket = bind(settings.edge_host, settings.edge_port)
        self.port: int = self._socket.getsockname()[1]
        self._close_streams = close_streams
        self._server = Server(
            uvicorn.Config(
                Origins(Door(app), apps, settings.sandbox_domain),
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )

    async def serve(self) -> None:
        """Answer requests until cancelled; then end the event streams cleanly and let the other answers finish."""
        serving = asyncio.create_task(self._server.serve([self._socket]))
        try:
            await asyncio.shield(serving)
        finally:
            self._close_streams()
            self._server.should_exit = True
            await asyncio.wait({serving}, timeout=DRAIN_SECONDS + 1)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket, or leave the process with a sentence on why there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay (40 ms a request) off only where it is.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise SystemExit(
            f"The edge cannot listen on {host}:{port} ({error.strerror}). "
            f"Set EDGE_PORT (and EDGE_HOST) to an address that is free, or stop the program that uses it."
        ) from None
    listening.setblocking(False)
    return listening
