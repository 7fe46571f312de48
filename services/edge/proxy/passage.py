"""One request on its way to an app and back, both ways at once and nothing held whole."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from libs.runtime.exchange import Exchange
from libs.runtime.frames import Broken
from services.edge.proxy.headers import response_headers
from services.edge.proxy.refusals import ClientGone, Refusal, broken

Receive = Callable[[], Coroutine[Any, Any, dict[str, Any]]]
Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Bounds:
    """Bytes of a request's body; seconds for a client to go on, for an answer to begin, and in all."""

    body: int
    client: float
    answer: float
    total: float


class Upload:
    """The request's body, counted and waited for."""

    def __init__(self, receive: Receive, bounds: Bounds) -> None:
        self._receive = receive
        self._bounds = bounds
        self._size = 0

    async def next(self) -> tuple[bytes, bool]:
        """A piece, and whether it is the last.

        Raises:
            Refusal: too much, or too slow. ClientGone: there will be no more.
        """
        try:
            async with asyncio.timeout(self._bounds.client):
                message = await self._receive()
        except TimeoutError:
            raise Refusal(408, "too_slow", "The rest of the request did not come in time.") from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        data: bytes = message.get("body", b"")
        self._size += len(data)
        if self._size > self._bounds.body:
            raise too_large(self._bounds.body)
        return data, not message.get("more_body", False)

    async def discard(self, seconds: float) -> None:
        """Take what still comes, for a while: a connection that is closed over it loses the answer too."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                message = await self._receive()
                while message["type"] != "http.disconnect" and message.get("more_body"):
                    message = await self._receive()

    async def gone(self) -> None:
        """Wait until the client has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


class Passage:
    """What is done with an exchange that is begun; ``started`` once the client has the head of the answer."""

    def __init__(self, exchange: Exchange, upload: Upload, send: Send, bounds: Bounds) -> None:
        self._exchange = exchange
        self._upload = upload
        self._send = send
        self._bounds = bounds
        self._patience = asyncio.timeout(None)  # for the answer; it begins when all has been asked
        self.started = False

    async def go(self, first: bytes | None, last: bool) -> int:
        """Pass everything on, ``first`` before anything else; gives the status.

        Raises:
            Refusal: it came to nothing. ClientGone: the client left.
        """
        down = asyncio.create_task(self._down())  # first, so that its patience has begun
        up = asyncio.create_task(self._up(first, last))
        try:
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            if not down.done():
                try:
                    up.result()
                except Broken:  # the app may have answered without reading on
                    return await down
            return await down
        except Broken as error:
            raise broken(error.code) from error
        finally:
            for task in (up, down):
                task.cancel()
            await asyncio.gather(up, down, return_exceptions=True)

    async def _up(self, first: bytes | None, last: bool) -> None:
        if first is not None:
            await self._exchange.send(first, last)
        while not last:
            data, last = await self._upload.next()
            await self._exchange.send(data, last)
        if not self.started:
            self._patience.reschedule(asyncio.get_running_loop().time() + self._bounds.answer)
        await self._upload.gone()
        raise ClientGone

    async def _down(self) -> int:
        try:
            async with self._patience:
                head = await self._exchange.head()
        except TimeoutError:
            detail = f"The app did not begin to answer within {self._bounds.answer:g} s."
            raise Refusal(504, "too_late", detail) from None
        self.started = True
        start = {"type": "http.response.start", "status": head.status, "headers": response_headers(head)}
        await self._send(start)
        last = False
        while not last:
            data, last = await self._exchange.receive()
            await self._put({"type": "http.response.body", "body": data, "more_body": not last})
        return head.status

    async def _put(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(self._bounds.client):
                await self._send(message)
        except TimeoutError:
            raise ClientGone from None


def too_large(most: int) -> Refusal:
    """The body is more than is passed on."""
    return Refusal(413, "too_large", f"A request's body has at most {most // 1024} KiB. Send less.")


async def in_time(work: Coroutine[Any, Any, int], seconds: float) -> int:
    """``work``, cut off after its time.

    Raises:
        Refusal: it was.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await work
    raise Refusal(504, "too_late", f"Nothing takes longer than {seconds:g} s here.")
