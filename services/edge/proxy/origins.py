"""The origins of apps: an ASGI application in front of ours, which takes what is asked of ``<sandbox>.<domain>``."""

from __future__ import annotations

import asyncio
import contextlib
import time
from http import HTTPStatus
from typing import Any

import structlog

from libs.contracts import subjects
from libs.contracts.sandbox import Sandbox
from libs.runtime.exchange import CHUNK
from libs.runtime.frames import NOBODY, RequestHead
from libs.runtime.tunnel import Wire
from services.edge.proxy.headers import declared, framed, request_head, values
from services.edge.proxy.passage import Bounds, Passage, Upload, in_time, too_large
from services.edge.proxy.refusals import BROKEN, ClientGone, Refusal, answer, not_served
from services.edge.proxy.sandboxes import Sandboxes
from services.edge.settings import shares
from services.edge.wire import Wire as Socket

SEARCHES = 3  # for who has the sandbox, while it moves from one host or version to the next
PAUSE = 0.05  # seconds between them
DISCARD_SECONDS = 1.0
NOT_HERE = "This domain is for apps alone. Ask for the console by another name, or set another SANDBOX_DOMAIN."

log = structlog.get_logger(__name__)
Scope = dict[str, Any]


class Origins:
    """Tells our own host from those of apps; neither ever answers for the other."""

    def __init__(self, ours: Any, apps: Proxy, domain: str) -> None:
        self._ours = ours
        self._apps = apps
        self._domain = domain
        self._suffix = f".{domain}"

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._ours(scope, receive, send)
            return
        hosts = values(scope["headers"], b"host")
        names = {hostname(host) for host in hosts}
        if any(name.endswith(self._suffix) for name in names):
            if len(hosts) != 1:
                await answer(Refusal(400, "bad_request", "A request has one Host header."), scope, send)
                return
            await self._apps(names.pop().removesuffix(self._suffix), scope, receive, send)
            return
        if any(shares(name, self._domain) for name in names):
            await answer(Refusal(421, "misdirected", NOT_HERE), scope, send)
            return
        await self._ours(scope, receive, send)


def hostname(host: bytes) -> str:
    """The name in a Host header, without its port."""
    return host.decode("latin-1").strip().partition(":")[0].rstrip(".").lower()


class Proxy:
    """Puts requests to apps."""

    def __init__(self, wire: Wire, sandboxes: Sandboxes, bounds: Bounds) -> None:
        self._wire = wire
        self._sandboxes = sandboxes
        self._bounds = bounds

    async def __call__(self, sandbox_id: str, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request to an app."""
        began, status, started = time.perf_counter(), 0, False
        upload = Upload(receive, self._bounds)

        async def noted(message: dict[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            status = await self._answer(sandbox_id, scope, upload, noted)
        except ClientGone:
            await _cut(send, receive)
        except Refusal as refusal:
            status = refusal.status
            if started:
                await _cut(send, receive)
            else:
                if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                    await upload.discard(DISCARD_SECONDS)
                await answer(refusal, scope, send)
        took = round((time.perf_counter() - began) * 1000, 1)
        log.debug("proxied", sandbox=sandbox_id[:64], method=scope["method"], status=status, milliseconds=took)

    async def _answer(self, sandbox_id: str, scope: Scope, upload: Upload, send: Any) -> int:
        head, length = request_head(scope), declared(scope)
        if length and length > self._bounds.body:
            raise too_large(self._bounds.body)
        sandbox = await self._serving(sandbox_id)
        first, last = await upload.next()
        head = framed(head, len(first) if last else length)
        for search in range(SEARCHES):
            if search:
                await asyncio.sleep(PAUSE)
                sandbox = await self._serving(sandbox_id, anew=True)
            status = await self._ask(sandbox, head, (first, last), (upload, send))
            if status:
                return status
        raise Refusal(*BROKEN[NOBODY])

    async def _serving(self, sandbox_id: str, anew: bool = False) -> Sandbox:
        sandbox = await (self._sandboxes.reload(sandbox_id) if anew else self._sandboxes.find(sandbox_id))
        if sandbox is None or not sandbox.serving:
            raise not_served(sandbox)
        return sandbox

    async def _ask(
        self, sandbox: Sandbox, head: RequestHead, body: tuple[bytes, bool], client: tuple[Upload, Any]
    ) -> int:
        """The status, or 0 if nobody was there to be asked."""
        (first, last), (upload, send) = body, client
        whole = len(first) <= CHUNK
        opening = (first, last) if whole else (b"", False)
        subject = subjects.http(sandbox.id, sandbox.serving)
        async with self._wire.ask(subject, head, *opening) as exchange:
            passage = Passage(exchange, upload, send, self._bounds)
            try:
                rest = (None, last) if whole else (first, last)
                return await in_time(passage.go(*rest), self._bounds.total)
            except Refusal as refusal:
                if refusal.code == BROKEN[NOBODY][1] and not passage.started:
                    return 0
                raise


async def _cut(send: Any, receive: Any) -> None:
    """End the connection in the middle, so that the client sees that this is not all."""
    Socket(send).abort()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while (await receive())["type"] != "http.disconnect":
                pass
