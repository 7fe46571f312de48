"""Waiting for a fact itself, with a limit, instead of sleeping for luck."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LIMIT = 20.0  # seconds
STEP = 0.01  # seconds between looks


async def until(true: Callable[[], object], limit: float = LIMIT) -> None:
    """Return as soon as ``true()`` holds.

    Raises:
        TimeoutError: it did not within ``limit`` seconds.
    """
    async with asyncio.timeout(limit):
        while not true():  # noqa: ASYNC110  # a test looks from outside: nobody sets an event for it
            await asyncio.sleep(STEP)
