"""Calls a served project from outside, as one of its users, and keeps what was wrong with the answers."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Collection as Several
from typing import Any

import httpx

from services.sandbox.checking.blame import Blame, Place
from services.sandbox.checking.findings import Fault, Finding

SECONDS = 30.0  # for one answer; the slowest, one of many at once, takes 1, and 9 on a machine that is far too busy
MANY = 3  # times as long as one answer may take one of many
LARGEST = 2 * 1024 * 1024  # bytes of an answer
LOG = 400  # lines of the project's own that are kept
Where = Callable[[], Awaitable[None]]  # has the application print where its threads are


class Answer:
    """What came back; ``status`` 0 means nothing did, and ``why`` says so."""

    def __init__(self, status: int, body: bytes = b"", why: str = "") -> None:
        self.status, self._body, self.why = status, body, why

    @property
    def json(self) -> Any:
        """The body; None where it is no JSON."""
        try:
            return json.loads(self._body)
        except (ValueError, RecursionError):
            return None

    @property
    def text(self) -> str:
        """The beginning of the body."""
        return self._body[:500].decode(errors="replace")


class Caller:
    """One client for all calls; faults go to the check of the endpoint that was called."""

    def __init__(
        self, client: httpx.AsyncClient, blame: Blame, secret: str, where: Where, seconds: float = SECONDS
    ) -> None:
        self._client = client
        self._secret = secret.encode()
        self._where = where
        self._asked_where = 0.0
        self._seconds = seconds
        self.blame = blame
        self.log: deque[str] = deque(maxlen=LOG)
        self.heard = 0  # lines, all in all
        self.findings: dict[str, Finding] = {}
        self.broken = 0  # answers that did not come, or were a 5xx

    def finding(self, name: str) -> Finding:
        """The check of that name."""
        if name not in self.findings:
            self.findings[name] = Finding(name)
        return self.findings[name]

    async def ask(self, method: str, path: str, token: str = "", *, among: int = 1, **options: Any) -> Answer:
        """Ask, as one ``among`` many at once, which takes longer; never raises."""
        seconds = self._seconds * min(among, MANY)
        headers = {"Connection": "close"}  # one that is kept may be closed just when it is used again
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with asyncio.timeout(seconds):
                async with self._client.stream(method, path, headers=headers, timeout=None, **options) as answer:
                    body = b""
                    async for chunk in answer.aiter_raw():
                        body += chunk
                        if len(body) > LARGEST:
                            return Answer(0, why=f"its answer is larger than {LARGEST} bytes")
                    self._look_for_secrets(method, path, body)
                    return Answer(answer.status_code, body)
        except (TimeoutError, httpx.TimeoutException):
            await self._look_where()
            return Answer(0, why=f"it did not answer within {seconds:g} s")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return Answer(0, why=f"it did not answer: {error or type(error).__name__}")

    async def _look_where(self) -> None:
        """Have it print where it hangs; once for all that hang together."""
        if time.monotonic() - self._asked_where > self._seconds / 2:
            self._asked_where = time.monotonic()
            await self._where()

    def hear(self, line: str) -> None:
        """Take up a line that the project printed."""
        self.log.append(line)
        self.heard += 1

    def _look_for_secrets(self, method: str, path: str, body: bytes) -> None:
        if self._secret in body:
            told = f"{method} {path} answers with the application's own secrets."
            self.finding("secrets").faults.append(Fault(told, self.blame.of_endpoint(path)))

    def signed(self, text: str, signature: str) -> bool:
        """Tell whether a text of a token is signed with the application's key."""
        made = hmac.digest(self._secret, text.encode(), "sha256")
        return base64.urlsafe_b64encode(made).decode().rstrip("=") == signature

    async def expect(
        self, wanted: Several[int], call: tuple[str, str, str], place: Place, token: str = "", **options: Any
    ) -> Answer:
        """Ask, and note a fault where the answer is not one of ``wanted``; ``call`` is method, path and in words why.

        An empty ``wanted`` takes every answer but a 5xx.
        """
        method, path, _ = call
        finding, seen, began = self.finding(f"{method} {_plain(path)}"), self.heard, time.monotonic()
        answer = await self.ask(method, path, token, **options)
        finding.calls += 1
        finding.seconds += time.monotonic() - began
        if answer.status and (answer.status in wanted or (not wanted and answer.status < 500)):
            return answer
        if not answer.status or answer.status >= 500:
            self.broken += 1
            place, printed = await self._traced(seen, place)
        else:
            printed = ""
        finding.faults.append(Fault(_sentence(call, wanted, answer), place, printed))
        return answer

    async def _traced(self, seen: int, place: Place) -> tuple[Place, str]:
        """The place that the project's log names for what just broke."""
        for _ in range(10 if self.heard == seen else 3):
            printed = "\n".join(list(self.log)[-60:])
            traced = self.blame.of_text(printed)
            if traced.path and self.heard > seen:
                return traced, printed[-2500:]
            await asyncio.sleep(0.02)
        return place, "\n".join(list(self.log)[-8:])


def _sentence(call: tuple[str, str, str], wanted: Several[int], answer: Answer) -> str:
    method, path, why = call
    hoped = " or ".join(str(status) for status in sorted(wanted)) or "an answer that is no server error"
    got = f"{answer.status}: {answer.text}" if answer.status else answer.why
    return f"{method} {path} ({why}): {hoped} was expected; {got}"


def _plain(path: str) -> str:
    """A path without the ids in it."""
    return "/".join("{id}" if part.isdigit() else part for part in path.split("?", maxsplit=1)[0].split("/"))


def described(document: Any) -> Mapping[str, set[str]]:
    """Path -> methods of an OpenAPI document; ids in paths are ``{id}``."""
    found: dict[str, set[str]] = {}
    paths = document.get("paths") if isinstance(document, dict) else None
    for path, item in (paths if isinstance(paths, dict) else {}).items():
        methods = {str(method).upper() for method in item} if isinstance(item, dict) else set[str]()
        known = methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        found.setdefault(re.sub(r"\{[^}]*\}", "{id}", str(path)), set()).update(known)
    return found
