"""How failed work is tried again: with growing delays, then parked."""

from __future__ import annotations

from collections.abc import Sequence

RETRY_DELAYS = (1.0, 5.0, 30.0, 120.0)


def retry_delay(delivery: int, delays: Sequence[float] = RETRY_DELAYS) -> float | None:
    """Seconds to wait after failed attempt number ``delivery`` (from 1); ``None`` when it was the last."""
    return delays[delivery - 1] if delivery <= len(delays) else None
