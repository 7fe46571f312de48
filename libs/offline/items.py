"""Lists of noun phrases with what is said of each: "a unique ISBN, a price in euros and a status (open or closed)"."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from libs.offline.lexicon.attributes import (
    ATTRIBUTES,
    CURRENCIES,
    EITHER,
    FLAGS,
    MASS_FIELDS,
    TYPES,
    UNITS,
    WHOLE_UNITS,
)
from libs.offline.lexicon.grammar import NUMBER_WORDS
from libs.offline.lexicon.nouns import LABELS
from libs.offline.phrases import INSIDE, Phrase, phrase_at, split_list
from libs.offline.tokens import Token
from libs.offline.words import is_plural, singular

# Words that are a type and nothing else; "double" may also be a kind of room.
_STRICT_TYPES = frozenset(TYPES) - {
    "double",
    "real",
    "whole",
    "number",
    "char",
    "flag",
    "link",
    "currency",
    "date",
    "email",
}


_OPENING = frozenset({"with", "including", "having", "has", "have", ":"})


@dataclass(frozen=True, slots=True)
class Item:
    """A member of a list with what is said about it: flags, type, bounds, choices, and what it has in turn."""

    phrase: Phrase
    flags: frozenset[str] = frozenset()
    type: str = ""
    bounds: tuple[str, str] = ("", "")
    choices: tuple[str, ...] = ()
    default: str = ""
    length: int = 0
    shortest: int = 0
    scale: int | None = None
    pattern: str = ""
    rest: str = ""
    inner: tuple[Item, ...] = field(default=())

    @property
    def columnar(self) -> bool:
        """Whether it reads as a column rather than as a thing of its own."""
        head, single = self.phrase.head, singular(self.phrase.head)
        if self.type or self.choices or any(self.bounds) or self.flags - {"required", "optional"}:
            return True
        if self.phrase.counted or head in MASS_FIELDS:
            return True
        if self.phrase.plural:
            return False
        return single in ATTRIBUTES and (single not in EITHER or not self.phrase.plural)


def items(tokens: list[Token]) -> list[Item]:
    """Return the members of a list of noun phrases; what is no noun phrase is passed over."""
    out: list[Item] = []
    nested = False
    for part, last in _parts(tokens):
        if out and (extra := _continues(part, out[-1])):
            out[-1] = extra
            continue
        item = read_item(part)
        if item is None:
            continue
        closes = last and bool(out) and len(out[-1].inner) > 1
        if nested and out and not item.inner and (_column_like(item) or closes):
            out[-1] = replace(out[-1], inner=(*out[-1].inner, item))
            continue
        nested = bool(item.inner) and not _bracketed(part)
        out.extend(_opened(item))
    return out


def _opened(item: Item) -> list[Item]:
    """Take "location (latitude and longitude)" for the columns it consists of."""
    if len(item.choices) > 1 and all(choice.rpartition("_")[2] in ATTRIBUTES for choice in item.choices):
        return [Item(Phrase((choice,), (choice,), raw=choice)) for choice in item.choices]
    return [item]


def _parts(tokens: list[Token]) -> list[tuple[list[Token], bool]]:
    """Return the members of a list; of one with a single "and", the last is marked as closing it."""
    parts = split_list(tokens)
    closing = sum(token.tag == "c" for token in tokens) == 1 and bool(parts)
    ends = closing and any(a.tag == "c" and b is parts[-1][0] for a, b in pairwise(tokens))
    return [(part, ends and part is parts[-1]) for part in parts]


def _column_like(item: Item) -> bool:
    return item.columnar or not item.phrase.plural or singular(item.phrase.head) in LABELS


def _bracketed(part: list[Token]) -> bool:
    return any(token.tag == "(" for token in part)


def _continues(part: list[Token], last: Item) -> Item | None:
    """Take "medium or high" as more choices of the item before it."""
    lone = len(part) == 1 and part[0].tag in "jne" and bool(last.choices) and not last.rest
    if lone and part[0].low not in ATTRIBUTES and not is_plural(part[0].low):
        return replace(last, choices=(*last.choices, part[0].low))
    return None


def read_item(part: list[Token]) -> Item | None:
    """Read one member: phrase, brackets, unit, range, "with ..."."""
    if part[0].tag in "wkp":
        return None
    start = next((index for index, token in enumerate(part) if token.tag in INSIDE and token.tag != "r"), len(part))
    head = part[start:]
    limit = [token.low for token in part[:start] if token.tag == "l"]
    phrase, end = phrase_at(head, 0)
    if phrase is None or not phrase.nouns:
        return None
    phrase = _counting(replace(phrase, before=(*phrase.before, *limit)))
    item = Item(phrase, phrase.flags)
    tail = head[end:]
    if tail and tail[0].tag == ":" and any(token.tag == "/" for token in tail):
        return noted(item, tail[1:])
    opens = next((index for index, token in enumerate(tail) if token.low in _OPENING or token.tag == "("), len(tail))
    if opens < len(tail) and tail[opens].low in _OPENING:
        return replace(item, inner=tuple(items(tail[opens + 1 :])))
    return noted(item, tail)


def _counting(phrase: Phrase) -> Phrase:
    """Take "max participants" and "total seats" for numbers."""
    counts = phrase.plural and phrase.words[0] in {"max", "maximum", "min", "minimum", "total"}
    return replace(phrase, counted=True) if counts and len(phrase.words) > 1 else phrase


def noted(item: Item, tail: list[Token]) -> Item:
    """Add what stands behind a phrase: type, flags, bounds, choices, currency, length."""
    inner = [token for token in tail if token.tag not in "()"]
    for token in inner:
        item = _note(item, token)
    item = _length(item, inner)
    return _listed(item, tail)


def _note(item: Item, token: Token) -> Item:
    low = token.low
    if low in FLAGS:
        return replace(item, flags=item.flags | {FLAGS[low]})
    if token.tag == "z":
        low_bound, _, high = low.replace("to", "-").replace("..", "-").replace(" ", "").partition("-")
        return replace(item, bounds=(low_bound.replace(",", "."), high.replace(",", ".")))
    if low in UNITS and not item.type:
        return replace(item, type="integer" if low in WHOLE_UNITS else "decimal")
    if low in CURRENCIES:
        return replace(item, type="money")
    if low in TYPES and not item.type:
        return replace(item, type=TYPES[low])
    return item


def _length(item: Item, tail: list[Token]) -> Item:
    """Read "up to 100 characters" and "at least 3"."""
    for before, number in pairwise(tail):
        if before.tag != "l" or number.tag != "#":
            continue
        value = str(NUMBER_WORDS.get(number.low, number.low.strip("$€£%")))
        if before.low in {"more-than", "less-than"}:
            value = f">{value}" if before.low == "more-than" else f"<{value}"
        if any(token.low.startswith(("char", "letter", "digit")) for token in tail):
            return replace(item, length=int(value) if value.isdigit() else 0)
        low_bound, high = item.bounds
        item = replace(
            item, bounds=(low_bound, value) if before.low in {"at-most", "up-to", "less-than"} else (value, high)
        )
    return item


def _listed(item: Item, tail: list[Token]) -> Item:
    """Read brackets: choices, or the fields of a thing."""
    marks = [index for index, token in enumerate(tail) if token.tag in "(="]
    if not marks:
        return _either(item, tail)
    body = [token for token in tail[marks[0] + 1 :] if token.tag not in ")"]
    parts = [part for part in split_list(body, ",c/|") if part]
    words = ["_".join(token.low for token in part if token.tag not in "dir" or len(part) == 1) for part in parts]
    known = [word for word in words if word in FLAGS or word in _STRICT_TYPES]
    if "default" in words[0] if words else False:
        return replace(item, default=words[0].rpartition("_")[2])
    free = [word for word in words if word and not word.isdigit() and word not in known and "default" not in word]
    if len(words) == 1 and len(parts[0]) == 1 and not known:
        return replace(item, rest=words[0])
    simple = all(len(part) <= 3 and not any(token.tag in "zl#" for token in part) for part in parts)
    if not known and (inner := _bracket_fields(item, body, words)):
        return replace(item, inner=inner)
    return replace(item, choices=tuple(free)) if len(free) > 1 and simple else item


def _bracket_fields(item: Item, body: list[Token], names: list[str]) -> tuple[Item, ...]:
    """Read brackets as columns: those of a thing ("books (title, author)"), or its kinds ("movements (in or out)")."""
    head = singular(item.phrase.head)
    columns = sum(name.rpartition("_")[2] in ATTRIBUTES for name in names)
    of_thing = head not in ATTRIBUTES and columns * 2 >= len(names)
    if any(token.low == "or" for token in body) and not columns and item.phrase.plural and len(names) > 1:
        kind = Phrase(("kind",), ("kind",), raw="kind")
        return (Item(kind, choices=tuple(names)),)
    if (item.phrase.plural and head not in LABELS) or of_thing:
        return tuple(items(body))
    return ()


def _either(item: Item, tail: list[Token]) -> Item:
    """Read "status of open or closed" is left to sentences; here only "low/medium/high" behind a name."""
    slashed = [token.low for token in tail if token.tag in "njev"]
    if len(slashed) > 1 and any(token.tag == "/" for token in tail):
        return replace(item, choices=tuple(slashed))
    return replace(item, rest=" ".join(token.raw for token in tail))
