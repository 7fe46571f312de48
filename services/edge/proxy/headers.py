"""What of a request's and an answer's head passes between a client and an app, and what is not for the other side."""

from __future__ import annotations

import re
from typing import Any

from libs.runtime.frames import RequestHead, ResponseHead
from services.edge.auth import COOKIE
from services.edge.proxy.refusals import Refusal

Headers = list[tuple[bytes, bytes]]

MOST_HEADERS = 100
MOST_BYTES = 32 * 1024  # of a head
HOP_BY_HOP = frozenset(
    (
        *(b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization", b"te"),
        *(b"trailer", b"transfer-encoding", b"upgrade", b"expect"),
    )
)
OURS_TO_SAY = frozenset((b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"))
NOT_FOR_CLIENTS = frozenset((b"date", b"clear-site-data"))  # ours says it; would reach the cookies of a whole domain
NOT_FOR_APPS = frozenset(("CONNECT", "TRACE"))
LENGTH = re.compile(rb"[0-9]{1,15}")
DOMAIN = re.compile(rb";\s*domain\s*=[^;]*", re.IGNORECASE)
WITHOUT_BODY = (204, 304)


def values(headers: Headers, wanted: bytes) -> list[bytes]:
    """Every value of a header."""
    return [value for name, value in headers if name.lower() == wanted]


def request_head(scope: dict[str, Any]) -> RequestHead:
    """The head as the app gets it, still without the length of its body.

    Raises:
        Refusal: it is too large, or asks for what is not passed on.
    """
    given: Headers = scope["headers"]
    target: bytes = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    if len(given) > MOST_HEADERS or len(target) + sum(len(name) + len(value) for name, value in given) > MOST_BYTES:
        raise Refusal(431, "too_large", f"A request's head has at most {MOST_HEADERS} headers and 32 KiB.")
    if scope["method"] in NOT_FOR_APPS:
        raise Refusal(501, "not_passed_on", f"{scope['method']} is not passed on to apps.")
    if any(b"websocket" in value.lower() for value in values(given, b"upgrade")):
        raise Refusal(501, "not_passed_on", "WebSockets are not passed on to apps. Use requests, or an event stream.")
    return RequestHead(scope["method"], target, [*_passed(given), *_forwarded(scope)])


def _passed(given: Headers) -> Headers:
    left_out = HOP_BY_HOP | OURS_TO_SAY | _named(given) | {b"content-length"}
    kept = [(name, value) for name, value in given if name.lower() not in left_out]
    return [(name, _without_ours(value) if name.lower() == b"cookie" else value) for name, value in kept]


def _named(headers: Headers) -> set[bytes]:
    """Headers that are for this hop because ``Connection`` says so; what routes and frames is not up to it."""
    named = {name.strip().lower() for value in values(headers, b"connection") for name in value.split(b",")}
    return named - {b"host", b"content-length", b"cookie", b"authorization"}


def _without_ours(cookies: bytes) -> bytes:
    """A browser never sends our session here, and if anything else does, no app is to have it."""
    return b";".join(part for part in cookies.split(b";") if part.split(b"=")[0].strip() != COOKIE.encode()).strip()


def _forwarded(scope: dict[str, Any]) -> Headers:
    client = scope.get("client") or ("", 0)
    host = next(iter(values(scope["headers"], b"host")), b"")
    return [
        (b"x-forwarded-for", str(client[0]).encode()),
        (b"x-forwarded-host", host),
        (b"x-forwarded-proto", scope["scheme"].encode()),
    ]


def declared(scope: dict[str, Any]) -> int | None:
    """How long the body is said to be.

    Raises:
        Refusal: it says so twice, or not in digits.
    """
    told = values(scope["headers"], b"content-length")
    if not told:
        return None
    if len(told) > 1 or not LENGTH.fullmatch(told[0]) or values(scope["headers"], b"transfer-encoding"):
        raise Refusal(400, "bad_request", "The length of the body is not told in one way. Send one Content-Length.")
    return int(told[0])


def framed(head: RequestHead, length: int | None) -> RequestHead:
    """The head with how the body's end is told to the app."""
    told = (b"transfer-encoding", b"chunked") if length is None else (b"content-length", str(length).encode())
    return RequestHead(head.method, head.target, [*head.headers, told])


def response_headers(head: ResponseHead) -> Headers:
    """What of an app's head the client gets. A cookie stays with the app's own host."""
    left_out = HOP_BY_HOP | _named(head.headers) | NOT_FOR_CLIENTS
    if head.status in WITHOUT_BODY or values(head.headers, b"transfer-encoding"):
        left_out |= {b"content-length"}
    kept = [(name.lower(), value) for name, value in head.headers if name.lower() not in left_out]
    return [(name, DOMAIN.sub(b"", value) if name == b"set-cookie" else value) for name, value in kept]
