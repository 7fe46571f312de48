"""Around every request: an id, security headers, one line in the log, and the start of a trace."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import structlog

from libs.contracts.envelope import new_id
from libs.runtime import tracing
from services.edge.stream import DIRECT_SEND

REQUEST_ID = re.compile(rb"^[A-Za-z0-9._-]{1,64}$")
SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
NO_CONTENT_ALLOWED = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox")
NO_STORE = (b"cache-control", b"no-store")
HSTS = (b"strict-transport-security", b"max-age=31536000")
COMMANDS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
QUIET = frozenset({"/health", "/ready", "/metrics"})

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]
log = structlog.get_logger(__name__)


class Door:
    """An ASGI application around ours."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, request_id = time.perf_counter(), 0, _request_id(scope)

        async def add_headers(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _headers(scope, message["headers"], request_id)}
            await send(message)

        scope[DIRECT_SEND] = send
        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()), _traced(scope):
            try:
                await self._app(scope, receive, add_headers)
            finally:
                _log(scope, status, time.perf_counter() - started)
                _note(scope, status)


def _traced(scope: Scope) -> AbstractContextManager[object]:
    # Reads lead to nothing that a trace could follow, and an event stream lasts for hours.
    if scope["method"] not in COMMANDS:
        return nullcontext()
    return tracing.span(f"edge {scope['method']}", _header(scope, b"traceparent").decode(errors="replace"))


def _note(scope: Scope, status: int) -> None:
    if scope["method"] in COMMANDS:
        route = scope.get("path_template", "")
        tracing.note(f"edge {scope['method']} {route}".strip(), route=route, status=status)


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _request_id(scope: Scope) -> bytes:
    given = _header(scope, b"x-request-id")
    return given if REQUEST_ID.match(given) else new_id().encode()


def _headers(scope: Scope, given: list[tuple[bytes, bytes]], request_id: bytes) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in given}
    added = [header for header in (NO_CONTENT_ALLOWED, NO_STORE) if header[0] not in names]
    secure = [HSTS] if scope.get("scheme") == "https" else []
    return [*given, *added, *SECURITY, *secure, (b"x-request-id", request_id)]


def _log(scope: Scope, status: int, seconds: float) -> None:
    path = scope["path"]
    write = log.debug if path in QUIET else log.info
    user = getattr(scope.get("user"), "id", "")
    write(
        "request",
        method=scope["method"],
        path=path[:200],
        route=scope.get("path_template", ""),
        status=status,
        milliseconds=round(seconds * 1000, 1),
        user=user,
    )
