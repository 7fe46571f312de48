"""Models, small ones above all, may fall into saying the same thing for ever; that need not be paid for."""

from __future__ import annotations

_SPAN = 1000  # characters that must repeat before it counts: no code and no prose that is meant does that
_LONGEST = 200  # characters of the repeated piece


def repeated(text: str) -> str:
    """The piece of which the end of ``text`` is an endless repetition, or nothing."""
    tail = text[-_SPAN:]
    if len(tail) < _SPAN:
        return ""
    periods = (period for period in range(1, _LONGEST + 1) if tail[period:] == tail[:-period])
    return tail[-period:] if (period := next(periods, 0)) else ""


def without_repetition(text: str, piece: str) -> str:
    """``text`` with the repetition of ``piece`` at its end said once."""
    start = len(text)
    while text.endswith(piece, 0, start):
        start -= len(piece)
    return f"{text[:start]}{piece} …"
