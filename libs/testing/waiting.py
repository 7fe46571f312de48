"""Waiting for a fact itself, with a limit, instead of sleeping for luck."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

LIMIT = 60.0  # seconds
STEP = 0.01  # seconds between looks


async def until(look: Callable[[], Any], limit: float = LIMIT) -> Any:
    """The first true value that ``look`` gives; it may be a coroutine function.

    Raises:
        TimeoutError: it gave none within ``limit`` seconds.
    """
    async with asyncio.timeout(limit):
        while not (seen := await _seen(look)):  # noqa: ASYNC110  # a test looks from outside
            await asyncio.sleep(STEP)
    return seen


async def _seen(look: Callable[[], Any]) -> Any:
    seen = look()
    return await seen if inspect.isawaitable(seen) else seen
