"""Noun phrases as the names of things and columns, and lists of them as what a thing has."""

from __future__ import annotations

from dataclasses import replace

from libs.offline.items import Item
from libs.offline.lexicon import attributes, grammar, verbs, words
from libs.offline.lexicon.grammar import DETERMINERS, QUANTIFIERS
from libs.offline.phrases import VAGUE, Phrase, third_person
from libs.offline.prose.heads import opened
from libs.offline.prose.member_words import SAID
from libs.offline.prose.members import item_of
from libs.offline.syntax.chunks import Chunk
from libs.offline.syntax.tagging import Word
from libs.offline.words import is_plural, singular

_AND = frozenset({"and", "&", "+", "plus", "as well as"})
_COUNTING = words("number count quantity")
_GROUPING = words("list set collection kind sort series range choice")
_MOMENTS = {"date": "on", "day": "on", "time": "at", "moment": "at"}
# Names that keep their order: the date of birth, the place of birth.
_KEEPING = words("date place time country point proof statement")
# What is of its owner as a whole: the description of the works.
_WHOLE = words("description summary text remark notes photo picture copy")
_SORTING = words("form kind type format shape")
_OPTIONAL = words("optionally maybe perhaps possibly sometimes")
_OPENING = words("with including having")
_WHICH = words("which what")
_WRITING = words("wrote writes written")
_CONDITIONS = words("if unless once when as")
_SAYING = words("says say reads read contains contain")


def phrase_of(chunk: Chunk) -> Phrase | None:
    """Return the phrase of a noun phrase: its naming words, its nouns, what stood before; nothing without a noun."""
    own = chunk.words
    owner = next((at for at, word in enumerate(own) if word.tag == "'"), -1)
    own = own[owner + 1 :] if owner >= 0 else own
    naming = [one for one in own if one.tag in "njeg" and one.low not in VAGUE and one.low not in attributes.FLAGS]
    if len(naming) > 1 and verbs.is_gerund(naming[0].low) and naming[0] is own[0] and is_plural(naming[-1].low):
        naming = naming[1:] if verbs.lemma(naming[0].low) in verbs.SYSTEM else naming
    if len(naming) > 1 and is_plural(naming[-1].low) and third_person(naming[0].low):
        naming = naming[1:]
    if not naming or all(one.tag != "n" for one in naming):
        return None
    clean = tuple(one.low.replace("-", "_").replace("/", "_") for one in naming)
    nouns = tuple(name for name, one in zip(clean, naming, strict=True) if _nominal(one))
    before = tuple(one.low for one in own if one.low in DETERMINERS | QUANTIFIERS or one.tag in "d#")
    flags = frozenset(attributes.FLAGS[one.low] for one in own if one.low in attributes.FLAGS)
    return Phrase(clean, nouns, before, flags, raw=" ".join(one.raw for one in naming))


def _nominal(word: Word) -> bool:
    """Tell a "spare part", which is a thing of its own, from an "active member" or an "accepted application"."""
    describing = word.low in grammar.ADJECTIVES or word.low.endswith("ed") or verbs.is_past(word.low)
    return word.tag in "ng" or (word.tag == "j" and not describing)


def members_of(rest: list[Chunk]) -> list[list[Chunk]]:
    """Split a list at its commas and its "and"."""
    out: list[list[Chunk]] = [[]]
    for chunk in rest:
        if chunk.kind == "n" and chunk.words[0].tag == "d" and out[-1] and out[-1][-1].kind == "n":
            out.append([])
        if chunk.kind in ",;" or (chunk.kind in "c+" and chunk.low in _AND):
            out.append([])
        elif chunk.kind not in ".!?":
            out[-1].append(chunk)
    return [part for part in out if part]


def items_of(rest: list[Chunk], text: str) -> list[Item]:
    """Return what a list says a thing has; "copies with a barcode" opens a list of its own."""
    at = opening(rest)
    if at < 0:
        found = [item for part in members_of(rest) if (item := member_item(part, text))]
        return [one for item in found for one in _flat(item)]
    near = rest[at - 1]
    alone = near.kind == "n" and at > 1 and rest[at - 2].kind == "p" and near.words[0].tag not in "d#"
    before = items_of([near] if alone else rest[:at], text)
    end = _closed(rest, at + 1)
    inner = items_of(rest[at + 1 : end], text)
    opened = [*before[:-1], replace(before[-1], inner=tuple(inner))] if before else inner
    return [*opened, *items_of(rest[end:], text)]


def _flat(item: Item) -> list[Item]:
    """Take "location (latitude and longitude)" for the columns it consists of."""
    inner = item.inner or tuple(one for one in opened(item) if one is not item)
    single = bool(inner) and not item.phrase.plural and item.phrase.head in attributes.ATTRIBUTES
    return (
        list(inner) if single and all(singular(one.phrase.head) in attributes.ATTRIBUTES for one in inner) else [item]
    )


def _closed(rest: list[Chunk], start: int) -> int:
    """Return where the list that "with" opened ends: at the next things of which it is said what they have."""
    for at in range(start + 1, len(rest) - 1):
        if (
            rest[at - 1].kind in ",c"
            and rest[at].kind == "n"
            and (named := phrase_of(rest[at]))
            and thing_plural(named)
        ):
            end = next((index for index in range(at, len(rest)) if rest[index].kind in ",c"), len(rest))
            if any(one.kind == "(" or one.low in _OPENING for one in rest[at:end]):
                return at
    return len(rest)


def opening(rest: list[Chunk]) -> int:
    """Return where "with" says what the thing before it has, -1 where it does not."""
    for at, chunk in enumerate(rest):
        if chunk.low in _OPENING and 0 < at < len(rest) - 1 and rest[at - 1].kind in "n,d":
            first = next((one for one in rest if one.kind == "n"), rest[at - 1])
            nearest = rest[at - 1] if phrase_of(rest[at - 1]) else first
            named = phrase_of(nearest)
            counted = at > 2 and rest[at - 2].low == "of" and rest[at - 3].words[-1].low in _COUNTING
            column = named is None or (singular(named.head) in attributes.ATTRIBUTES and not named.plural)
            if not counted and not column and rest[at + 1].kind == "n":
                return at
    return -1


def member_item(part: list[Chunk], text: str) -> Item | None:
    """Return the item that a member of a list describes; nothing when it describes none."""
    optional = any(word.low in _OPTIONAL for chunk in part if chunk.kind == "r" for word in chunk.words)
    part = _past(part)
    if not part:
        return None
    name, tail = _named(part)
    if not name:
        return None
    said = text[tail[0].start : tail[-1].end].removeprefix("of ") if tail else ""
    item = item_of(f"{name} {said}".strip())
    return replace(item, flags=item.flags | {"optional"}) if item and optional else item


def _past(part: list[Chunk]) -> list[Chunk]:
    at = 0
    while at < len(part) and part[at].kind in "rws:":
        at += 1
    at += at + 1 < len(part) and part[at].kind == "p" and (part[at + 1].kind == "K" or part[at + 1].low in _WHICH)
    return part[at + (at + 1 < len(part) and part[at].low in _WHICH and part[at + 1].kind == "n") :]


def _named(part: list[Chunk]) -> tuple[str, list[Chunk]]:
    """Return the name in a member, and what is said of it."""
    first = part[0]
    if first.kind == "(" and "/" in first.low:
        return "status", part
    if first.kind == "K":
        return asked(first), part[1:]
    if len(part) > 2 and part[1].low == "or" and len(first.words) > 1:
        return _either(part), []
    if first.kind not in "nj":
        return "", []
    named = _words(first)
    part = [chunk for chunk in part if chunk.kind not in "eA" or chunk.words[0].low in _CONDITIONS]
    tail = part[1:]
    if len(part) > 1 and part[1].kind == "K":
        told = _moment(named, part[1])
        relative = part[1].words[0].tag == "k" or part[1].words[0].low == "that"
        return told, part[1:] if told == named and relative else part[2:]
    if len(part) > 2 and part[1].low == "of" and part[2].kind == "n" and not _of_thing(first, part[2]):
        return _of(named, part)
    return named, tail


def _either(part: list[Chunk]) -> str:
    """Read "colour yellow or red" as a column with values."""
    own = [word for word in part[0].words if word.tag != "d"]
    name = next((at for at, word in enumerate(own) if word.low in attributes.ATTRIBUTES), -1)
    if name < 0 or name + 1 >= len(own):
        return " ".join(word.low for word in own)
    values = [" ".join(word.low for word in own[name + 1 :]), *(chunk.low for chunk in part[2::2])]
    return f"{' '.join(word.low for word in own[: name + 1])} ({'/'.join(values)})"


def _of_thing(first: Chunk, after: Chunk) -> bool:
    """Tell "inspections of a hive" from "the colour of the queen"."""
    phrase = phrase_of(first)
    return phrase is not None and thing_plural(phrase) and after.words[0].low in {"a", "an", "the", "each", "every"}


def _words(chunk: Chunk) -> str:
    phrase = phrase_of(chunk)
    flags = [word.low for word in chunk.words if word.low in attributes.FLAGS]
    named = (
        " ".join(phrase.words).replace("_", "-")
        if phrase
        else " ".join(one.low for one in chunk.words if one.tag != "d")
    )
    return " ".join([*flags, named])


def _of(head: str, part: list[Chunk]) -> tuple[str, list[Chunk]]:
    """Name "number of nights", "area of law" and "colour of the queen"."""
    after, tail, pointed = _words(part[2]), part[3:], part[2].words[0].tag == "d"
    last = head.rsplit(maxsplit=1)[-1]
    while len(tail) > 1 and tail[0].low == "of" and tail[1].kind == "n":
        after, tail = f"{_words(tail[1])} {after}", tail[2:]
    if last in _COUNTING:
        return f"{head} of {after}", tail
    if last in _GROUPING:
        return after, tail
    if last in _WHOLE | attributes.MONEY or part[2].words[-1].low in _SORTING:
        return head, tail
    if last in _KEEPING or not pointed:
        return f"{head} of {after}", tail
    return f"{singular(after) if ' ' not in after else after} {head}", tail


def _moment(named: str, said: Chunk) -> str:
    """Name "the date it was set up" after what happened; elsewhere the noun is name enough."""
    ending = _MOMENTS.get(named.rsplit(maxsplit=1)[-1])
    happened = [word for word in said.words if word.tag in "ev"]
    if ending is None or not happened or all(word.tag != "s" for word in said.words):
        return named
    verb = " ".join(word.low for word in said.words[said.words.index(happened[-1]) :] if word.tag in "evr")
    return f"{verb} {ending}"


def asked(chunk: Chunk) -> str:
    """Name what "when it started", "what it cost" or "how many nights it takes" asks for."""
    low = chunk.low
    if any(shape.match(low) for shape, _ in SAID):
        return low
    done = next((word.low for word in reversed(chunk.words) if word.tag in "evi"), "")
    nouns = [word.low for word in chunk.words if word.tag in "nj" and word.low not in {"many", "much"}]
    shapes = (
        ("who the ", " ".join(nouns)),
        ("how many", f"number of {nouns[0]}" if nouns else ""),
        ("which ", " ".join(nouns)),
        ("how much", " ".join(nouns)),
        ("what ", " ".join(nouns) or ("text" if done in _SAYING else singular(done))),
        ("when", done and f"{done} at"),
        ("who", done and ("author" if done in _WRITING else f"{done} by")),
        ("whether", f"{done or ' '.join(nouns[-1:])} (yes/no)"),
        ("where", "location"),
        ("how long", "duration"),
    )
    return next((name for start, name in shapes if low.startswith(start)), "")


def thing_plural(phrase: Phrase) -> bool:
    """Say whether a phrase stands for many things rather than for a column of several values."""
    return is_plural(phrase.head) and phrase.head not in attributes.MASS_FIELDS
