"""HTTP/1.1 of uvicorn, with an end to how long and how large a request's head may be."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 15.0
HEAD_BYTES = 64 * 1024  # of a head, and of what follows a body: trailers, which nobody here wants, and the like
REASONS = {408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


class BoundedProtocol(HttpToolsProtocol):
    """A client that sends its head drop by drop, or without end, is refused."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = False
    _got_on = False  # by the piece that is being read: a request begins or ends, or there is more of its body
    _seen = 0  # bytes since that was so

    def connection_made(self, transport: Any) -> None:
        """A client is there; it has so long to say what it wants."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A piece of a request, or several requests."""
        self._got_on = False
        super().data_received(data)
        self._seen = 0 if self._got_on else self._seen + len(data)
        if self._seen > HEAD_BYTES:
            self._refuse(431)

    def on_message_begin(self) -> None:
        """The first byte of a head is there."""
        self._in_head = self._got_on = True
        if self._timer is None:
            self._await_head()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; a trailer comes too late to be looked at with the others."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        self._got_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._got_on = True
        super().on_message_complete()

    def _answering(self) -> bool:
        cycle: Any = self.cycle  # none before the first request
        return cycle is not None and not cycle.response_complete

    def _await_head(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(HEAD_SECONDS, self._refuse, 408)

    def _stop_waiting(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int) -> None:
        self._stop_waiting()
        if self.transport.is_closing():
            return
        if not self._answering():
            line = b"HTTP/1.1 %d %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % (status, REASONS[status])
            self.transport.write(line)
        self.transport.close()
