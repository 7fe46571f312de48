"""Sentences taken apart into clauses: who, what is done, to what; what hangs on a noun stays with that noun."""

from __future__ import annotations

from dataclasses import dataclass, field

from libs.offline.lexicon import attributes, words
from libs.offline.syntax.chunks import Chunk, chunked
from libs.offline.syntax.tagging import tagged
from libs.offline.words import is_plural

_WANTING = words("want wants wanted need needs like wish has have is are able allowed supposed")
_EMBEDDED = frozenset({"relative", "contact", "asked"})


@dataclass(slots=True)
class Clause:
    """A clause; ``fronted`` stands before the subject; ``shared``: its subject is that of the clause before.

    ``kind``: main, aside (when, if), purpose (to ...), relative (who ...), contact (the day it broke), asked (when it
    broke); ``hanging``: an aside that is said of the member of a list before it.
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
        told = bool(self.rest) and self.rest[-1].kind == "s"
        return (self.kind not in _EMBEDDED and not self.hanging) or (
            self.kind == "relative" and not self.passive and self.verb.tags[-1] != "b" and not told
        )


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


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the subject of a verb stands: its first and last chunk, the verb, and what was before."""

    chunks: list[Chunk]
    first: int
    left: int
    at: int
    floor: int
    before: Clause | None

    def back(self, steps: int) -> Chunk | None:
        """The chunk so many steps before the subject."""
        return self.chunks[self.first - steps] if self.first - steps >= 0 else None

    def behind(self, kinds: str) -> bool:
        """Whether the chunk two steps before the subject is of one of these kinds."""
        second = self.back(2)
        return second is not None and second.kind in kinds


def _with_subject(chunks: list[Chunk], left: int, at: int, floor: int, before: Clause | None) -> Clause:
    place = _Place(chunks, _subject_start(chunks, left, at, floor), left, at, floor, before)
    kind, back = _kind(place)
    clause = Clause(kind, place.first - back, chunks[at], at, chunks[place.first : left + 1])
    if kind == "relative":
        named = [one for one in chunks[floor : place.first - 2] if one.kind == "n"]
        clause.fronted = [chunks[place.first - 2], *named[-1:]]
    return clause


def _kind(place: _Place) -> tuple[str, int]:
    """Return the kind of a clause by what stands before its subject, and how many chunks of that open it."""
    previous = place.back(1) if place.first > place.floor else None
    if previous is None:
        adjacent = place.before is not None and place.floor > 0 and place.before.kind != "aside"
        return ("contact" if adjacent else "main"), 0
    told = {"n": _after_noun, "k": _after_relative, "w": _after_opener}.get(previous.kind)
    return told(place, previous) if told else ("main", int(previous.kind in "c,"))


def _after_noun(place: _Place, previous: Chunk) -> tuple[str, int]:
    """Tell "the day it broke" from "after each night the astronomer files a report"."""
    second = place.back(2)
    if second is not None and second.low in {"which", "what", "how"}:
        return "asked", 2
    if place.chunks[place.first].words[0].low in {"each", "every"}:
        return "main", 0
    if place.chunks[place.left].kind == "s" and place.behind("c,v"):
        return "contact", 0
    fronted = place.behind("p") and place.first >= place.floor + 2 and _clean_front(place.chunks, place.first - 2)
    aside = place.before is not None and place.before.kind == "aside"
    return ("main" if fronted or aside else "contact"), 0


def _after_relative(place: _Place, previous: Chunk) -> tuple[str, int]:
    """Read "of whom we keep the name", "so that people can register", "the fee that a member pays", "what it cost"."""
    second = place.back(2)
    if previous.low == "where" and place.before is None:
        return "main", 0
    if previous.low in {"whom", "which"} and place.first > 3 and place.behind("p"):
        return "relative", 2
    if second is not None and second.low in {"so", "such"}:
        return "aside", 2
    behind = place.behind("n") and place.first - 2 >= place.floor and previous.low in {"that", "which", "who"}
    return ("contact" if behind else "asked"), 1


def _after_opener(place: _Place, previous: Chunk) -> tuple[str, int]:
    """Tell "we note when it started" from "when a machine breaks"."""
    asking = previous.low in {"when", "how", "where"} and place.behind(",cv") and place.before is not None
    told = place.behind(",") and place.before is not None and place.before.kind == "main"
    return ("asked" if previous.low == "whether" or (asking and not told) else "aside"), 1


def _clean_front(chunks: list[Chunk], at: int) -> bool:
    return at == 0 or chunks[at - 1].kind in "c,;:"


def _subject_start(chunks: list[Chunk], left: int, at: int, floor: int) -> int:
    """Return where the subject that ends at an index starts: over "of the house", and over "and" if many act."""
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
        if open_ and _ended(open_[-1], chunk, at) and at not in starts:
            _close(open_)
        if at in starts:
            open_ = _enter(open_, starts[at])
        if open_:
            _put(open_[-1], chunk, at)
        elif found:
            found[0].fronted.append(chunk)
    while len(open_) > 1:
        _close(open_)


def _ended(clause: Clause, chunk: Chunk, at: int) -> bool:
    """Say whether a chunk is past a clause that hangs on a noun."""
    return not clause.long and at > clause.at and chunk.kind in ",c;"


def _put(clause: Clause, chunk: Chunk, at: int) -> None:
    inside = clause.kind in _EMBEDDED or clause.hanging
    if at > clause.at:
        clause.rest.append(chunk)
    elif at < clause.at and inside and chunk not in clause.subject:
        clause.lead.append(chunk)


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
