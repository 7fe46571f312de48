"""Sentences taken apart into clauses: who, what is done, to what; what hangs on a noun stays with that noun."""

from __future__ import annotations

from dataclasses import dataclass, field

from libs.offline.syntax.chunks import Chunk, chunked
from libs.offline.syntax.tagging import tagged
from libs.offline.lexicon import attributes, words
from libs.offline.words import is_plural

_WANTING = words("want wants wanted need needs like wish has have is are able allowed supposed")
_EMBEDDED = frozenset({"relative", "contact", "asked"})


@dataclass(slots=True)
class Clause:
    """A clause. ``kind``: main, aside (when, if), purpose (to ...), relative (who ...), contact (the day it broke), asked
    (when it broke); ``fronted`` stands before the subject; ``shared``: its subject is that of the clause before.
    """

    kind: str
    start: int
    verb: Chunk
    at: int
    subject: list[Chunk] = field(default_factory=lambda: [])
    fronted: list[Chunk] = field(default_factory=lambda: [])
    rest: list[Chunk] = field(default_factory=lambda: [])
    lead: list[Chunk] = field(default_factory=lambda: [])
    shared: bool = False
    hanging: bool = False

    @property
    def passive(self) -> bool:
        """Whether the verb group is a passive one."""
        last = [tag for tag in self.verb.tags if tag != "r"]
        return last[-1:] == ["e"] and "b" in last

    @property
    def long(self) -> bool:
        """Whether what follows belongs to it up to the end, and not to the clause it stands in."""
        return (self.kind not in _EMBEDDED and not self.hanging) or (self.kind == "relative" and not self.passive and self.verb.tags[-1] != "b")


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a plain sentence, in order; none when it has no verb."""
    chunks = _merged(chunked(tagged(text)))
    found: list[Clause] = []
    floor = 0
    for at, chunk in enumerate(chunks):
        if chunk.kind == "v":
            found.append(_opened(chunks, at, floor, found[-1] if found else None))
            floor = at + 1
    _fill(chunks, found)
    return found


def _merged(chunks: list[Chunk]) -> list[Chunk]:
    """Take "want to keep" and "would like to see" for one verb group."""
    out: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        last = out[-1] if out else None
        ends = at + 1 == len(chunks) or chunks[at + 1].kind in ",.c;"
        infinitive = chunk.kind == "v" and chunk.tags[0] == "t"
        if infinitive and last and last.kind in "vj" and last.words[-1].low in _WANTING:
            out[-1] = Chunk("v", (*last.words, *chunk.words))
        elif infinitive and ends and last and last.kind == "n" and any(one.kind == "v" for one in out):
            out[-1] = Chunk("n", (*last.words, *(word._replace(tag="n") for word in chunk.words)))
        else:
            out.append(chunk)
    return out


def _opened(chunks: list[Chunk], at: int, floor: int, before: Clause | None) -> Clause:
    """Return the clause of the verb at an index, with its subject."""
    verb = chunks[at]
    left = at - 1
    while left >= floor and chunks[left].kind in "r(d":
        left -= 1
    if left < floor:
        return Clause("purpose" if verb.tags[0] == "t" else "main", left + 1, verb, at, shared=floor > 0)
    kind = chunks[left].kind
    if verb.tags[0] == "t":
        return Clause("purpose", at, verb, at, shared=True)
    if kind == "w" and chunks[left].low == "whether":
        return Clause("asked", left, verb, at)
    if kind == "k":
        return _relative(chunks, left, at, floor)
    if kind in "sn":
        return _with_subject(chunks, left, at, floor, before)
    return Clause("aside" if kind == "w" else "main", left, verb, at, shared=True)


def _relative(chunks: list[Chunk], left: int, at: int, floor: int) -> Clause:
    """Read "who each give a grade" behind a noun; elsewhere it is what is asked for."""
    back = left - 1
    while back >= floor and chunks[back].kind in "p,":
        back -= 1
    asked = chunks[left].low not in {"who", "which", "that", "whom", "whose"} or _of_column(chunks[back], chunks[left])
    if asked or back < floor or chunks[back].kind not in "n(":
        return Clause("asked", left, chunks[at], at)
    while chunks[back].kind == "(" and back > floor:
        back -= 1
    return Clause("relative", back + 1, chunks[at], at, subject=[chunks[back]])


def _of_column(before: Chunk, relative: Chunk) -> bool:
    """Tell "the title, who wrote it" from "a referee who gives a grade"."""
    return relative.low == "who" and before.words[-1].low in attributes.ATTRIBUTES - attributes.EITHER


def _with_subject(chunks: list[Chunk], left: int, at: int, floor: int, before: Clause | None) -> Clause:
    first = _subject_start(chunks, left, at, floor)
    subject = chunks[first : left + 1]
    previous = chunks[first - 1] if first > floor else None
    if previous is None:
        adjacent = before is not None and floor > 0 and before.kind != "aside"
        return Clause("contact" if adjacent else "main", first, chunks[at], at, subject)
    if previous.kind == "n" and first > 1 and chunks[first - 2].low in {"which", "what", "how"}:
        return Clause("asked", first - 2, chunks[at], at, subject)
    if previous.low == "where" and before is None:
        return Clause("main", first, chunks[at], at, subject)
    if previous.kind == "n" and chunks[first].words[0].low in {"each", "every"}:
        return Clause("main", first, chunks[at], at, subject)
    if previous.kind == "n" and chunks[left].kind == "s" and first >= 2 and chunks[first - 2].kind in "c,v":
        return Clause("contact", first, chunks[at], at, subject)
    if previous.kind == "n":
        fronted = first >= floor + 2 and chunks[first - 2].kind == "p" and _clean_front(chunks, first - 2)
        told = before is not None and before.kind == "aside"
        return Clause("main" if fronted or told else "contact", first, chunks[at], at, subject)
    if previous.low in {"whom", "which"} and first > 3 and chunks[first - 2].kind == "p":
        named = [chunks[first - 2], *[one for one in chunks[floor : first - 2] if one.kind == "n"][-1:]]
        return Clause("relative", first - 2, chunks[at], at, subject, fronted=named)
    if previous.kind == "k" and first > 1 and chunks[first - 2].low in {"so", "such"}:
        return Clause("aside", first - 2, chunks[at], at, subject)
    if previous.kind == "k":
        behind = first - 2 >= floor and chunks[first - 2].kind == "n" and previous.low in {"that", "which", "who"}
        return Clause("contact" if behind else "asked", first - 1, chunks[at], at, subject)
    if previous.low == "whether":
        return Clause("asked", first - 1, chunks[at], at, subject)
    if previous.kind == "w":
        asked = previous.low in {"when", "how", "where"} and first >= 2 and chunks[first - 2].kind in ",cv"
        asked = asked and before is not None and not (chunks[first - 2].kind == "," and before.kind == "main")
        return Clause("asked" if asked else "aside", first - 1, chunks[at], at, subject)
    return Clause("main", first if previous.kind not in "c," else first - 1, chunks[at], at, subject)


def _clean_front(chunks: list[Chunk], at: int) -> bool:
    return at == 0 or chunks[at - 1].kind in "c,;:"


def _subject_start(chunks: list[Chunk], left: int, at: int, floor: int) -> int:
    """Return where the subject that ends at an index starts: over "of the house", and over "and" before a plural verb."""
    first = left
    while first - 2 >= floor and chunks[first - 1].kind == "p" and chunks[first - 2].kind == "n":
        first -= 2
    many = chunks[at].words[0].low in {"are", "have", "were", "can", "may", "must", "should"} | {chunks[at].low}
    joined = first - 1 >= floor and chunks[first - 1].low in {"and", "or", "&"}
    if not (many and joined and chunks[first - 2].kind in "n("):
        return first
    alone = floor == 0 or (chunks[left].kind == "n" and not is_plural(chunks[left].words[-1].low))
    plural_verb = chunks[at].words[0].low in {"are", "have", "were"}
    if not alone or (floor > 0 and not plural_verb):
        return first
    back = first
    while back - 2 >= floor and chunks[back - 1].kind in "c," and chunks[back - 2].kind in "n(":
        back -= 2
        if floor > 0:
            break
    return back


def _fill(chunks: list[Chunk], found: list[Clause]) -> None:
    """Give each clause what follows its verb; what hangs on a noun is one chunk of the clause around it, too."""
    starts = {one.start: one for one in found}
    open_: list[Clause] = []
    for at, chunk in enumerate(chunks):
        short = open_ and not open_[-1].long and at > open_[-1].at
        if short and chunk.kind in ",c;" and at not in starts:
            _close(open_)
        if at in starts:
            open_ = _enter(open_, starts[at])
        if not open_:
            if found:
                found[0].fronted.append(chunk)
        elif at > open_[-1].at:
            open_[-1].rest.append(chunk)
        elif at < open_[-1].at and (open_[-1].kind in _EMBEDDED or open_[-1].hanging) and chunk not in open_[-1].subject:
            open_[-1].lead.append(chunk)
    while len(open_) > 1:
        _close(open_)


def _enter(open_: list[Clause], clause: Clause) -> list[Clause]:
    if clause.kind == "aside" and open_ and open_[-1].rest:
        clause.hanging = True
    if (clause.kind in _EMBEDDED or clause.hanging) and open_:
        while len(open_) > 1 and not open_[-1].long:
            _close(open_)
        return [*open_, clause]
    while len(open_) > 1:
        _close(open_)
    return [clause]


def _close(open_: list[Clause]) -> None:
    """End a clause that hangs on a noun; a short one is said of that noun in the clause around it."""
    inner = open_.pop()
    if not inner.long:
        said = [*inner.lead, *([] if inner.kind == "relative" else inner.subject), inner.verb, *inner.rest]
        told = tuple(word for chunk in said for word in chunk.words if word.tag != ".")
        if open_ and told:
            open_[-1].rest.append(Chunk("A" if inner.hanging else "K", told))
