"""What was called answers in its own time, up to the caller's limit and no other."""

from __future__ import annotations

import httpx

from libs.blueprint.probes import Probes
from services.sandbox.checking.blame import Blame
from services.sandbox.checking.caller import Caller
from services.sandbox.checking.exercise import HS256

# The example of jwt.io.
KEY = "your-256-bit-secret"
TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
    ".SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
)


async def nowhere() -> None:
    return


async def test_no_limit_but_the_callers_own_is_kept() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert set(request.extensions["timeout"].values()) == {None}
        return httpx.Response(200, stream=httpx.ByteStream(b"{}"))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://app") as client:
        caller = Caller(client, Blame({}, (), Probes(False, "", ())), "secret", nowhere)
        assert (await caller.ask("GET", "/")).status == 200


async def test_no_connection_is_used_twice_since_it_may_be_closed_between() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["connection"] == "close"
        return httpx.Response(200, stream=httpx.ByteStream(b"{}"))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://app") as client:
        caller = Caller(client, Blame({}, (), Probes(False, "", ())), "secret", nowhere)
        assert (await caller.ask("GET", "/", "a token")).status == 200


async def test_a_token_that_another_key_signed_is_told_apart() -> None:
    async with httpx.AsyncClient() as client:
        own, other = (Caller(client, Blame({}, (), Probes(False, "", ())), key, nowhere) for key in (KEY, "another"))
    text, _, signature = TOKEN.rpartition(".")
    assert text.startswith(f"{HS256}.")
    assert own.signed(text, signature)
    assert not other.signed(text, signature)
