"""Password hashes: argon2id, in threads, two at a time."""

from __future__ import annotations

import asyncio
from functools import partial

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from libs.contracts.errors import TooMany

AT_ONCE = 2  # hashes that run side by side, 19 MiB each
WAITING = 64  # sign-ins in line, about a second's worth; more are sent away


class Passwords:
    """Hashes and checks passwords with OWASP's parameters (m = 19 MiB, t = 2, p = 1)."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
        self._nobody = self._hasher.hash("nobody")
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._in_line = 0

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, known: str | None) -> tuple[bool, str | None]:
        """Whether it is right, and a newer hash to keep if there is one. Without ``known`` it is wrong, as slowly."""
        if self._in_line >= WAITING:
            raise TooMany("Too many people sign in at this moment. Wait 2 s and try again.", 2)
        self._in_line += 1
        try:
            async with self._slots:
                check = partial(self._hasher.verify_and_update, password, known or self._nobody)
                right, newer = await asyncio.to_thread(check)
        finally:
            self._in_line -= 1
        return (right, newer) if known else (False, None)
