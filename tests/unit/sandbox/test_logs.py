"""What an app prints, on its way out: without secrets, and so much that its neighbours are heard as well."""

from __future__ import annotations

from collections import deque

import pytest

from services.sandbox.hosting.logs import BURST, HIDDEN, AppLog
from services.sandbox.output import Output

KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END KEY-----\n"


class Sent(list[str]):
    async def __call__(self, text: str) -> None:
        self.append(text)


class Stream:
    def __init__(self, *pieces: bytes) -> None:
        self._pieces = deque(pieces)

    async def read(self, n: int = -1, /) -> bytes:
        return self._pieces.popleft() if self._pieces else b""


@pytest.mark.parametrize("secret", ["token of mine", "token of mine\n", "a line\ntoken of mine\nanother", KEY])
async def test_a_secret_of_several_lines_is_hidden_in_each(secret: str):
    sent = Sent()
    log = AppLog(sent, [secret])
    for line in secret.splitlines():
        log.add(f"it is {line}!")
    await log.flush()
    assert set("".join(sent).splitlines()) == set(log.tail) == {f"it is {HIDDEN}!"}


async def test_what_there_was_no_room_for_is_told_at_the_end_without_its_secrets():
    sent = Sent()
    log = AppLog(sent, ["token of mine"])
    for _ in range(BURST // 100 + 1):
        log.add("x" * 99)
    log.add("the token of mine is")
    await log.flush()
    assert "token" not in "".join(sent)
    assert log.tail[-1] == f"the {HIDDEN} is"


@pytest.mark.parametrize(("piece", "floods"), [(b"\n", True), (b"ab\n", True), (b"x" * 999 + b"\n", False)])
async def test_a_flood_of_lines_is_one_though_they_are_short(piece: bytes, floods: bool):
    output = Output(4 * 1024 * 1024)
    await output.drain(Stream(*[piece * (65_536 // len(piece))] * 30))  # less than 2 MiB
    assert output.flooded.is_set() is floods
