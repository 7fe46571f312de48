"""What is said of a document beside its charter: what was assumed, what it holds that a charter cannot say."""

from __future__ import annotations

from dataclasses import dataclass, field

_MAX_LINES, _MAX_LENGTH = 60, 400


class Broken(Exception):  # it says what the document is
    """A document of a known kind that cannot be read; ``line`` counts from 1, 0 where no line is to blame."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(slots=True)
class Notes:
    """Lines for the reader of a charter, each said once."""

    assumptions: dict[str, None] = field(default_factory=dict[str, None])
    lost: dict[str, None] = field(default_factory=dict[str, None])

    def assume(self, text: str) -> None:
        """Note how something was read."""
        self.assumptions[cut(text, _MAX_LENGTH)] = None

    def lose(self, text: str) -> None:
        """Note something of the document that is not kept."""
        self.lost[cut(text, _MAX_LENGTH)] = None


def capped(lines: dict[str, None]) -> tuple[str, ...]:
    """Return the lines, at most as many as a charter holds; the last says how many are left out."""
    if len(lines) <= _MAX_LINES:
        return tuple(lines)
    return (*list(lines)[: _MAX_LINES - 1], f"There are {len(lines) - _MAX_LINES + 1} more of the same kinds.")


def cut(text: object, limit: int = 60) -> str:
    """Return text of a document as one line that is safe to show, of at most ``limit`` characters."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())
    return line if len(line) <= limit else f"{line[: limit - 3]}..."
