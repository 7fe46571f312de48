"""Every refusal and every fault as RFC 9457 problem details."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from msgspec import Struct

from libs.contracts.errors import Refused

MEDIA_TYPE = "application/problem+json"
MAX_BODY = 512 * 1024  # bytes: a wish of 64 KiB, its characters escaped
CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    503: "unavailable",
}
DETAILS = {
    404: "There is nothing at this address. See /docs for what there is.",
    405: "This address does not take that method. See the Allow header.",
    413: f"The request body is larger than {MAX_BODY // 1024} KiB. Send less.",
}

log = structlog.get_logger(__name__)
AnyRequest = Request[Any, Any, Any]


class Fault(Struct, frozen=True):
    """One thing that is wrong with the input, and where (an RFC 6901 pointer into the body, or a parameter's name)."""

    pointer: str
    detail: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """Problem details, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str = ""
    errors: tuple[Fault, ...] = ()


def respond(
    request: AnyRequest,
    status: int,
    code: str,
    detail: str,
    extra: tuple[Mapping[str, str], tuple[Fault, ...]] = ({}, ()),
) -> Response[Problem]:
    """The response for a problem; ``extra`` are headers, and what is wrong in detail."""
    headers, errors = extra
    title = HTTPStatus(status).phrase
    body = Problem(f"/problems/{code}", title, status, detail, code, request.scope["path"], errors)
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers))


def refused(request: AnyRequest, error: Refused) -> Response[Problem]:
    """A refusal of ours."""
    headers: dict[str, str] = {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after:
        headers["Retry-After"] = str(error.retry_after)
    return respond(request, error.status, error.code, str(error), (headers, ()))


def invalid(request: AnyRequest, error: ValidationException) -> Response[Problem]:
    """Input of the wrong shape."""
    faults = tuple(_fault(cast("dict[str, str]", entry)) for entry in error.extra or [])
    detail = "; ".join(f"{fault.pointer or 'body'}: {fault.detail}" for fault in faults) or "The input is not usable."
    return respond(request, 422, "invalid", detail, ({}, faults))


def http(request: AnyRequest, error: HTTPException) -> Response[Problem]:
    """A refusal of the framework."""
    status = error.status_code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return crashed(request, error)
    detail = DETAILS.get(status) or _sentence(error)
    return respond(request, status, CODES.get(status, "bad_request"), detail, (error.headers or {}, ()))


def not_text(request: AnyRequest, _error: UnicodeDecodeError) -> Response[Problem]:
    """Bytes where there should be text."""
    return respond(request, 422, "invalid", "The request body is not UTF-8 text. Send it as UTF-8.")


def crashed(request: AnyRequest, error: Exception) -> Response[Problem]:
    """A bug: logged here, and not told to whoever asked."""
    log.error("request_failed", path=request.scope["path"], exc_info=error)
    detail = "Something broke on our side. It has been logged; please try again."
    return respond(request, 500, "internal_error", detail)


def _fault(entry: dict[str, str]) -> Fault:
    key, message = entry.get("key", ""), entry.get("message", "not usable")
    if entry.get("source") != "body":
        return Fault(key, message)
    path = "" if key == "data" else "/" + re.sub(r"\[(\d+|\.\.\.)\]", r"/\1", key).replace(".", "/").strip("/")
    return Fault(path, message)


def _sentence(error: HTTPException) -> str:
    said = error.detail[:300] or "The request is not usable."
    return f"The request body is not JSON: {said}." if isinstance(error.__cause__, SerializationException) else said


HANDLERS: dict[int | type[Exception], Any] = {
    Refused: refused,
    ValidationException: invalid,
    HTTPException: http,
    UnicodeDecodeError: not_text,
    Exception: crashed,
}
