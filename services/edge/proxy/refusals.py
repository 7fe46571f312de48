"""Why an app's origin does not answer with the app's own words: RFC 9457 problem details, as everywhere."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec

from libs.contracts.sandbox import Sandbox
from libs.runtime.frames import LOST, NOBODY
from services.edge.problems import MEDIA_TYPE, Problem

RETRY = b"1"  # seconds
CLOSES = (408, 413)  # what is still to come of the request is not waited for


class Refusal(Exception):  # an answer, not a fault
    """The request is answered by us."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


class ClientGone(Exception):
    """There is nobody left to answer."""


BROKEN = {
    NOBODY: (503, "host_away", "No host has this sandbox right now. Try again in a moment."),
    LOST: (502, "app_lost", "The app's host went away while it answered. Try again."),
    "busy": (503, "app_busy", "The app is answering as many requests as it may. Try again in a moment."),
    "unreachable": (502, "app_away", "The app does not take connections. It may have ended: look at its logs."),
    "bad_answer": (502, "bad_answer", "The app's answer is no whole HTTP answer, or its head is too large."),
    "bad_request": (400, "bad_request", "This request cannot be put to an app: its head is not valid HTTP/1.1."),
}
NOT_SERVED = {
    "requested": (503, "no_host_yet", "This sandbox waits for a host. Try again in a moment."),
    "starting": (503, "starting", "This sandbox is starting. Try again in a moment."),
    "stopping": (503, "stopping", "This sandbox is being stopped."),
    "failed": (502, "failed", "This sandbox failed. Its owner sees why with: interius sandboxes"),
    "stopped": (503, "stopped", "This sandbox is stopped. Its owner can start it with: interius restart"),
    "expired": (503, "expired", "This sandbox's time is over. Its owner can start it with: interius restart"),
}


def broken(code: str) -> Refusal:
    """What a broken exchange is to the client."""
    return Refusal(*BROKEN.get(code, (502, "app_lost", "The app's answer was lost on the way.")))


def not_served(sandbox: Sandbox | None) -> Refusal:
    """Why nothing serves it."""
    if sandbox is None:
        return Refusal(404, "not_found", "There is no such sandbox.")
    return Refusal(*NOT_SERVED.get(sandbox.status, NOT_SERVED["starting"]))


async def answer(refusal: Refusal, scope: dict[str, Any], send: Any) -> None:
    """Send the problem."""
    title = HTTPStatus(refusal.status).phrase
    problem = Problem(
        f"/problems/{refusal.code}", title, refusal.status, refusal.detail, refusal.code, scope["path"][:200]
    )
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"cache-control", b"no-store")]
    if refusal.status in CLOSES:
        headers.append((b"connection", b"close"))
    if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", RETRY))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else msgspec.json.encode(problem)
    await send({"type": "http.response.body", "body": body})
