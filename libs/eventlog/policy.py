"""How failed work is tried again: with growing delays, then parked."""

from __future__ import annotations

RETRY_DELAYS = (1.0, 5.0, 30.0, 120.0)
MAX_DELIVERIES = len(RETRY_DELAYS) + 1


def retry_delay(delivery: int) -> float | None:
    """Seconds to wait after failed attempt number ``delivery`` (from 1); ``None`` when it was the last."""
    return RETRY_DELAYS[delivery - 1] if delivery <= len(RETRY_DELAYS) else None
