"""What can be wrong with a provider, as it looks on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

FaultKind = Literal[
    "rate_limit",
    "quota",
    "server",
    "auth",
    "hang",
    "stall",
    "cut",
    "no_end",
    "truncated",
    "refusal",
    "filtered",
    "garbage",
    "empty",
    "wrong_shape",
    "stream_error",
]
_STATUS: dict[str, tuple[int, str, str]] = {
    "rate_limit": (429, "rate_limit_exceeded", "Rate limit reached"),
    "quota": (429, "insufficient_quota", "You exceeded your current quota"),
    "server": (500, "server_error", "The server had an error"),
    "auth": (401, "invalid_api_key", "Incorrect API key provided: {key}"),
}
TEXTS: dict[str, str] = {
    "garbage": "Sure! Here it is: {{{",
    "empty": "",
    "wrong_shape": '{"nonsense": 1}',
}
FINISHES: dict[str, str | None] = {"truncated": "length", "filtered": "content_filter", "no_end": None}
HALVES = frozenset({"truncated", "filtered", "cut", "stall", "stream_error"})  # these stop half way


@dataclass(frozen=True, slots=True)
class Fault:
    """One response gone wrong. ``retry_after`` is sent as the header of that name.

    ``hang`` sends nothing, ``stall`` stops in mid-answer with the connection open, ``cut`` closes it there, ``no_end``
    leaves out the finish reason, ``stream_error`` sends an error event.
    """

    kind: FaultKind
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP error as OpenAI words it."""

    status: int
    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def body(self) -> dict[str, Any]:
        """The error object."""
        return {"error": {"message": self.message, "type": self.code, "code": self.code, "param": None}}


def refusal_of(fault: Fault | None, key: str) -> Refusal | None:
    """The HTTP error that ``fault`` is, if it is one; 401 repeats the key, as some providers do."""
    if fault is None or fault.kind not in _STATUS:
        return None
    status, code, message = _STATUS[fault.kind]
    headers = {"retry-after": fault.retry_after} if fault.retry_after else {}
    return Refusal(status, code, message.format(key=key), headers)


def unknown_feature(body: dict[str, Any], refuses: frozenset[str]) -> Refusal | None:
    """HTTP 400 for the first part of a request that this provider does not know."""
    text = repr(body)
    for feature in sorted(refuses):
        if f"'{feature}'" in text:
            return Refusal(400, "invalid_request_error", _complaint(feature))
    return None


def _complaint(feature: str) -> str:
    if feature in {"json_schema", "json_object", "response_format"}:
        return f"This model does not support response_format of type '{feature}'"
    if feature == "max_tokens":
        return "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    if feature in {"stream_options", "temperature"}:
        return f"Unsupported parameter: '{feature}'"
    return f"Invalid schema for response_format: '{feature}' is not permitted"
