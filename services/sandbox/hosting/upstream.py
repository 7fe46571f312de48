"""Requests that came through the tunnel, put to the app in its jail. Whatever the app answers is hostile."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator

import httpx

from libs.runtime.exchange import CHUNK, Exchange
from libs.runtime.frames import Broken, RequestHead, ResponseHead
from services.sandbox.sockets import Box, JailTransport

CONNECTIONS = 64  # to one app; more wait
MOST = 256  # requests that an app has at once, with those that wait; its host has room for others too
WAIT_SECONDS = 10.0  # for one of them
WRITE_SECONDS = 30.0  # that an app may leave a request unread
TIMEOUTS = {"connect": 5.0, "read": None, "write": WRITE_SECONDS, "pool": WAIT_SECONDS}
SMALL = 16 * 1024  # bytes of an answer that are waited for, to send them with its head
NO_BODY = (204, 304)


class _Body(httpx.AsyncByteStream):
    """A request's body as it comes through the tunnel."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        last = False
        while not last:
            data, last = await self._exchange.receive()
            if data:
                yield data


class Upstream:
    """One app on its socket. ``look`` is a path that we alone ask."""

    def __init__(self, jail: Box, name: str) -> None:
        self._transport = JailTransport(jail, name, CONNECTIONS)
        self.look = f"/health/{secrets.token_hex(8)}"  # nobody else asks it: what is logged of it is ours
        self._open = 0
        self._used = time.monotonic()
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def idle(self) -> float:
        """Seconds since something was last being answered; no clock that is set anew changes them."""
        return 0.0 if self._open else time.monotonic() - self._used

    async def answers(self) -> bool:
        """Whether the app answers anything at all."""
        request = httpx.Request("GET", f"http://app{self.look}", headers={"host": "localhost"})
        request.extensions = {"timeout": dict.fromkeys(TIMEOUTS, 2.0)}
        try:
            response = await self._transport.handle_async_request(request)
            await response.aclose()
        except httpx.TransportError:
            return False
        return True

    async def handle(self, exchange: Exchange, head: RequestHead) -> None:
        """Answer one request."""
        if self._open >= MOST:
            await exchange.abort("busy")
            return
        self._open += 1
        self._quiet.clear()
        try:
            await self._exchange(exchange, head)
        except httpx.PoolTimeout:
            await exchange.abort("busy")
        except httpx.ConnectError:
            await exchange.abort("unreachable")
        except httpx.LocalProtocolError:
            await exchange.abort("bad_request")
        except (httpx.TransportError, httpx.StreamError, httpx.InvalidURL):
            await exchange.abort("bad_answer")
        finally:
            self._open -= 1
            self._used = time.monotonic()
            if not self._open:
                self._quiet.set()

    async def _exchange(self, exchange: Exchange, head: RequestHead) -> None:
        request = httpx.Request(
            head.method,
            "http://app/",
            headers=head.headers,
            stream=_Body(exchange),
            extensions={"target": head.target, "timeout": TIMEOUTS},
        )
        response = await self._transport.handle_async_request(request)
        try:
            if not 200 <= response.status_code < 600:  # an upgrade that nobody asked for, or no status at all
                raise Broken("bad_answer")
            await _pass_on(response, exchange, head.method)
        except Broken as broken:
            await exchange.abort(broken.code)
        finally:
            await response.aclose()

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing is being answered, at most this long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._quiet.wait()

    async def close(self) -> None:
        """Leave the app."""
        await self._transport.aclose()


async def _pass_on(response: httpx.Response, exchange: Exchange, method: str) -> None:
    """The answer, as it is: nothing in it is unpacked, followed or looked into."""
    head = ResponseHead(response.status_code, response.headers.raw)
    if method == "HEAD" or response.status_code in NO_BODY:
        await exchange.respond(head, last=True)
        return
    assert isinstance(response.stream, httpx.AsyncByteStream)
    chunked = "transfer-encoding" in response.headers  # which goes before any length that is told too
    declared = "" if chunked else response.headers.get("content-length", "")
    if declared.isascii() and declared.isdecimal() and len(declared) < 9 and int(declared) <= SMALL:
        whole = b"".join([part async for part in response.stream])
        await exchange.respond(head, whole, last=True)
        return
    await exchange.respond(head)
    async for part in response.stream:
        for start in range(0, len(part), CHUNK):
            await exchange.send(part[start : start + CHUNK])
    await exchange.send(b"", last=True)
