"""Phrases of a sentence: noun phrases, verb groups, brackets, and the small words between them."""

from __future__ import annotations

from dataclasses import dataclass

from libs.offline.syntax.tagging import Word

_NOMINAL = frozenset("djn#'g")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A phrase; ``kind`` is ``n`` noun phrase, ``v`` verb group, ``(`` bracket, else the letter of its one word."""

    kind: str
    words: tuple[Word, ...]

    @property
    def low(self) -> str:
        """The words in lower case."""
        return " ".join(word.low for word in self.words)

    @property
    def start(self) -> int:
        """Where it starts in the sentence."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where it ends in the sentence."""
        return self.words[-1].end

    @property
    def tags(self) -> str:
        """The letters of its words."""
        return "".join(word.tag for word in self.words)


def chunked(words: tuple[Word, ...]) -> list[Chunk]:
    """Return the phrases of a sentence in order."""
    out: list[Chunk] = []
    at = 0
    while at < len(words):
        end = _bracket(words, at) or _verb(words, at) or _noun(words, at)
        kind = "(" if words[at].tag == "(" and end else "v" if end and _verb(words, at) else "n"
        named = bool(end) and kind == "n" and all(word.tag not in "nd#" for word in words[at:end])
        out.append(Chunk("j" if named else kind if end else words[at].tag, words[at : end or at + 1]))
        at = end or at + 1
    return out


def _bracket(words: tuple[Word, ...], at: int) -> int:
    if words[at].tag != "(":
        return 0
    depth = 0
    for index in range(at, len(words)):
        depth += (words[index].tag == "(") - (words[index].tag == ")")
        if depth == 0:
            return index + 1
    return len(words)


def _verb(words: tuple[Word, ...], at: int) -> int:
    """Return where the verb group that starts here ends, 0 when none starts."""
    index, main = at, False
    if words[at].tag == "t" and (at + 1 >= len(words) or words[at + 1].tag not in "ibhr"):
        return 0
    while index < len(words):
        tag = words[index].tag
        if tag in "mbhxt" or (tag == "r" and index > at):
            main = main or tag in "mbht"
        elif (tag == "v" and not main) or (tag == "i" and main) or (tag in "eg" and main and index > at):
            return _particle(words, index + 1)
        else:
            break
        index += 1
    while index > at and words[index - 1].tag == "r":
        index -= 1
    return index if main and index > at and words[at].tag != "r" else 0


def _particle(words: tuple[Word, ...], end: int) -> int:
    particle = end < len(words) and words[end].tag == "r" and words[end].low in {"up", "down", "out", "off", "over"}
    return end + 1 if particle else end


def _noun(words: tuple[Word, ...], at: int) -> int:
    """Return where the noun phrase that starts here ends, 0 when none starts."""
    index, nouns = at, False
    while index < len(words) and words[index].tag in _NOMINAL | {"e", "r"}:
        tag = words[index].tag
        if tag == "d" and index > at and words[index - 1].tag not in "d#":
            break
        if tag == "#" and nouns:
            break
        if tag in "eg" and nouns and (index + 1 >= len(words) or words[index + 1].tag not in "n"):
            break
        nouns = nouns or tag == "n"
        index += 1
    while index > at and words[index - 1].tag in "rd'" and index - 1 > at:
        index -= 1
    starts = words[at].tag in "djn#" or (words[at].tag in "eg" and nouns)
    return index if starts and index > at else 0
