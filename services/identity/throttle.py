"""How often this copy of identity lets somebody try, for each account and over all."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from libs.contracts.errors import TooMany
from services.identity.domain import Attempts, failed, wait

REMEMBERED = 10_000  # accounts, about 2 MB
WINDOW = 60.0  # seconds
FAILURES_PER_WINDOW = 300  # over all accounts: a list of stolen passwords tries each account only once


class Throttle:
    """Counts an attempt as failed until it succeeds, so that many at once do not slip through."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._attempts: OrderedDict[str, Attempts] = OrderedDict()
        self._window = 0.0
        self._in_window = 0

    def enter(self, account: str) -> None:
        now = self._clock()
        if now - self._window > WINDOW:
            self._window, self._in_window = now, 0
        attempts = self._attempts.get(account, Attempts())
        everybody = self._window + WINDOW - now if self._in_window >= FAILURES_PER_WINDOW else 0.0
        _refuse(max(wait(attempts, now), everybody))
        self._in_window += 1
        self._attempts[account] = failed(attempts, now)
        self._attempts.move_to_end(account)
        if len(self._attempts) > REMEMBERED:
            self._attempts.popitem(last=False)

    def succeeded(self, account: str) -> None:
        self._attempts.pop(account, None)
        self._in_window = max(0, self._in_window - 1)


def _refuse(seconds: float) -> None:
    if seconds > 0:
        whole = math.ceil(seconds)
        raise TooMany(f"Too many failed sign-ins. Wait {whole} s and try again.", whole)
