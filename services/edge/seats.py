"""How many streams are open: in all, and of each user, so that others have some too."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Generator

from libs.contracts.errors import TooMany

BUSY_SECONDS = 5


class Seats:
    """So many streams of a kind as one copy serves; ``setting`` names what bounds those of one user."""

    def __init__(self, most: int, each: int, kind: str, setting: str = "") -> None:
        self._most = most
        self._each = each
        self._kind = kind
        self._by = f" ({setting}={each})" if setting else ""
        self._open = Counter[str]()

    @property
    def taken(self) -> int:
        """Streams that are open."""
        return self._open.total()

    @contextlib.contextmanager
    def one_more(self, user_id: str) -> Generator[None]:
        """While a stream is open.

        Raises:
            TooMany: this copy serves as many as it may, or as many to this user.
        """
        if self._open[user_id] >= self._each:
            raise TooMany(
                f"You have {self._each} {self._kind} open already{self._by}."
                f" Close one, wait {BUSY_SECONDS} s and try again.",
                BUSY_SECONDS,
            )
        if self.taken >= self._most:
            raise TooMany(f"Too many {self._kind} are open here. Wait {BUSY_SECONDS} s and try again.", BUSY_SECONDS)
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            self._open += Counter()  # forgets who has none
