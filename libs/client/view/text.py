"""Words and numbers for people."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# Text of models and users reaches a terminal: without this it could move the cursor, or retitle the window.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ASCII = str.maketrans(
    {
        "≠": "!=",
        "≤": "<=",
        "≥": ">=",
        "…": "...",
        "·": "-",
        "–": "-",
        "—": "-",
        "✓": "+",
        "✗": "x",
        "→": "->",
        "“": '"',
        "”": '"',
    }
)


def clean(text: str) -> str:
    """``text`` without control characters; newlines and tabs stay."""
    return _CONTROL.sub("", text)


def one_line(text: str, limit: int = 100) -> str:
    """``text`` on one line of at most ``limit`` characters."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1].rstrip()}…"


def plain_ascii(text: str) -> str:
    """Our own typography in ASCII, for terminals that know nothing else."""
    return text.translate(_ASCII)


def count(number: int, noun: str) -> str:
    """``3 files``, ``1 file``, ``2 entities``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def some(number: int, noun: str) -> str:
    """``count``, or nothing for none."""
    return count(number, noun) if number else ""


def listing(*parts: str) -> str:
    """The parts that say something, with commas."""
    return ", ".join(part for part in parts if part)


def duration(seconds: float) -> str:
    """``0.3 s``, ``12 s``, ``2 min 5 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def money(micro_usd: int) -> str:
    """``$0.0123`` for 12,300 millionths of a dollar; nothing for nothing."""
    return f"${micro_usd / 1_000_000:.4f}" if micro_usd else ""


def moment(rfc3339: str | None) -> datetime | None:
    """The instant that RFC 3339 text stands for; ``None`` where it stands for none."""
    try:
        return datetime.fromisoformat(rfc3339) if rfc3339 else None
    except ValueError:
        return None


def seconds_between(start: str | None, end: str | None) -> float:
    """Seconds from ``start`` to ``end`` (now if it is empty), never negative; 0 where ``start`` is unknown."""
    begun = moment(start)
    until = moment(end) or datetime.now(UTC)
    return max(0.0, (until - begun).total_seconds()) if begun else 0.0


def age(rfc3339: str | None) -> str:
    """How long ago: ``5 s ago``, ``3 h ago``."""
    gone = seconds_between(rfc3339, None)
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if gone >= size:
            return f"{int(gone // size)} {unit} ago"
    return f"{int(gone)} s ago" if rfc3339 else ""


def size(octets: int) -> str:
    """``812 B``, ``3.4 KB``."""
    return f"{octets} B" if octets < 1000 else f"{octets / 1000:.1f} KB"


def short(identifier: str) -> str:
    """The first part of an id, enough to name it."""
    return identifier[:8]
