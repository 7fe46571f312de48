"""Sentences with what the charter knows marked: ``@Loan`` things, ``$due_on`` columns, ``%open`` values, ``&clerk``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from libs.contracts.charter import Entity
from libs.offline.lexicon import attributes, grammar, verbs, words
from libs.offline.lexicon.nouns import PEOPLE, STAFF
from libs.offline.prose.world import World
from libs.offline.words import human, is_plural, plural, singular, snake

_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(shape), plain)
    for shape, plain in (
        (
            r"\b(?:can't|cant|can not|shall not|must never|may not|must not|mustn't|shouldn't|should not|couldn't"
            r"|is not allowed"
            r" to|are not allowed to)\b",
            "cannot",
        ),
        (r"\b(?:isn't|isnt)\b", "is not"),
        (r"\b(?:aren't|arent)\b", "are not"),
        (r"\b(has|have|had|was|were|did|would)n't\b", r"\1 not"),
        (r"\b(?:don't|dont|doesn't|doesnt)\b", "do not"),
        (r"\b(they|we|you)'re\b", r"\1 are"),
        (r"\b(\w+)'(?:s|re|ve|ll)\b", r"\1"),
        (r"\b(?:is|are) only (?:allowed|able|permitted) to\b", "can only"),
        (r"\b(?:has to|have to|needs to|need to|ought to|shall)\b", "must"),
        (r"\b(?:is|are|be) (?:allowed|able|permitted) to\b", "can"),
        (r"\bmax\.?(?= )", "at most"),
        (r"\b(?:a )?maximum (?:of )?(?=\d)", "at most "),
        (r"\bcanceled\b", "cancelled"),
        (r"\b(is|are) done by\b", r"\1 made by"),
        (r"[\"`]|\*(?! )|(?<! )\*", ""),
        (r"\s+", " "),
    )
)
_NUMBERS = {word: str(value) for word, value in grammar.NUMBER_WORDS.items() if word not in {"one", "half"}}
_PERSON = PEOPLE | STAFF
_NO_ROLE = words("parent child person people contact other friend patient owner staff everyone anyone creator author")
_ALL_OF = re.compile(r" of (?!an? |the |its |each |every |our )")
_DOING = re.compile(r"\b(?:can|cannot|may|must|should|will|could)(?: only| also| then| still)? $")
_CLOSED = (
    grammar.DETERMINERS | grammar.QUANTIFIERS | grammar.PERSONAL | grammar.POSSESSIVE | grammar.PREPOSITIONS
    | grammar.MODALS | grammar.CONJUNCTIONS | grammar.NEGATIONS | grammar.AUXILIARIES | grammar.RELATIVES
    | grammar.SUBORDINATORS
    | grammar.ADVERBS | words("or to only one two three let as has have had new old")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence as written, as marked, the things of the sentences before it, the latest first, and its heading."""

    text: str
    marked: str
    before: tuple[str, ...] = ()
    under: str = ""

    def things(self) -> list[str]:
        """Return the entities it names, in order."""
        return list(dict.fromkeys(re.findall(r"@(\w+)", self.marked)))

    def values(self) -> list[str]:
        """Return the values it names, in order."""
        return re.findall(r"%(\w+)", self.marked)

    def columns(self) -> list[str]:
        """Return the columns it names, in order."""
        return re.findall(r"\$(\w+)", self.marked)

    def subject(self) -> str:
        """Return the entity it is about: the first it names, else the last spoken of."""
        return next(iter((*self.things(), *self.before)), "")


class Marker:
    """Marks what a charter knows in sentences."""

    def __init__(self, world: World, plurals: bool = False) -> None:
        self._tokens = _surfaces(world, "~" if plurals else "")
        longest = sorted(self._tokens, key=len, reverse=True)
        self._shape = (
            re.compile(rf"(?<![\w@$%&-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])") if longest else None
        )

    def mark(self, text: str) -> str:
        """Return a sentence in lower case with everything known marked."""
        low = f" {text.lower().strip()} "
        for shape, plain in _PLAIN:
            low = shape.sub(plain, low)
        for word, number in _NUMBERS.items():
            low = re.sub(rf"\b{word}\b", number, low)
        marked = self._shape.sub(self._token, low) if self._shape else low
        return _people(marked).strip()

    def _token(self, found: re.Match[str]) -> str:
        """Return the mark of a word, which stays as it is where it is what somebody does: "members can order"."""
        token = self._tokens[found[0]]
        if found[0] in {"number", "total", "amount"} and _ALL_OF.match(found.string[found.end() :]):
            return found[0]
        deed = token[0] == "@" and verbs.lemma(found[0]) == found[0] and _DOING.search(found.string[: found.start()])
        return found[0] if deed else token


def _surfaces(world: World, mark: str = "") -> dict[str, str]:
    tokens: dict[str, str] = {}
    for entity in world.entities.values():
        _values(entity, tokens)
    for entity in world.entities.values():
        _columns(entity, tokens)
    for name in world.entities:
        for said in _called(name, world):
            tokens[said] = f"@{name}{mark if is_plural(said.rpartition(' ')[2]) else ''}"
    return tokens


def _values(entity: Entity, tokens: dict[str, str]) -> None:
    for column in entity.fields:
        for value in (one for one in column.choices if singular(one) not in _PERSON and len(one) > 2):
            tokens.update(dict.fromkeys(_forms(human(value)), f"%{value}"))


def _forms(value: str) -> set[str]:
    """Return how a value is written: "no show", "no-show", "no-shows"."""
    joined = value.replace(" ", "-")
    noun = " " not in value and not verbs.lemma(value) and value not in grammar.ADJECTIVES and not value.endswith("ed")
    if noun or (joined != value and not verbs.is_past(value)):
        return {value, joined, plural(joined)}
    return {value, joined}


def _columns(entity: Entity, tokens: dict[str, str]) -> None:
    for column in (*entity.fields, *entity.computed):
        bare = column.name.removeprefix(f"{snake(entity.name)}_")
        for name in (*_said(column.name), *(_said(bare) if bare != column.name else ())):
            tokens.setdefault(name, f"${column.name}")
            tokens.setdefault(name.replace(" ", "-"), f"${column.name}")
        tokens.setdefault(column.name, f"${column.name}")
        for name in _short(column.name):
            tokens.setdefault(name, f"${column.name}")
        if column.type == "boolean":
            flag = column.name.removeprefix("is_")
            tokens.setdefault(human(flag), f"%{flag}")
    for link in entity.relations:
        tokens.setdefault(f"{link.name}_id", f"${link.name}")
        if link.name != snake(link.target):
            tokens.setdefault(human(link.name), f"${link.name}")


_UNITS = words(
    "litres liters kg km m cm mm g grams minutes hours days percent eur usd kilos metres meters sqm m2 ms mb"
)
_VAGUE = words(
    "name date time number code id type price amount status at on count address url email no level value rate fee"
    " cost total"
    " title text description link file key notes note by in of to from hours days day month year kind size reason user"
)


def _short(name: str) -> set[str]:
    """Return shorter ways to say a column: "volume" of volume_litres, "plate" of licence_plate."""
    first, _, last = name.rpartition("_")
    if not first:
        return set()
    if last in _UNITS:
        return {human(first)} - _CLOSED
    return {last} if last not in _VAGUE | _CLOSED and len(last) > 3 and not verbs.is_past(last) else set()


def _said(name: str) -> set[str]:
    plain = human(name)
    base = re.sub(r" (?:on|at|date|time)$", "", plain)
    out = {plain, base, plural(plain)}
    if base != plain:
        out |= {f"{base} date", f"{base} time", f"{base} on", f"{base} at", f"date of {base}"}
    if plain.startswith(("start", "end")) and base in {"starts", "ends", "start", "end"}:
        stem = base.rstrip("s")
        out |= {f"{stem} time", f"{stem} date", f"{stem}s", stem}
    if base != plain and (lemma := verbs.lemma(base)):
        gerund = f"{lemma.removesuffix('e')}ing"
        out |= {f"{one} {tail}" for one in (lemma, gerund) for tail in ("date", "time")}
    if plural(singular(plain)) == plain:
        out.add(singular(plain))
        out.add(f"number of {plain}")
    if plain.endswith((" number", " count", " amount")) and " " in plain:
        out.add(plain.rpartition(" ")[0])
    return {one for one in out if len(one) > 2 and one not in _CLOSED}


def _called(name: str, world: World) -> set[str]:
    plain = human(name)
    out = {plain, plural(plain), snake(name), world.entities[name].plural}
    tail = plain.rpartition(" ")[2]
    alone = sum(human(one).rpartition(" ")[2] == tail for one in world.entities) == 1
    if " " in plain and alone and tail not in attributes.ATTRIBUTES:
        out |= {tail, plural(tail)}
    swapped = {one.replace("enrolment", "enrollment") for one in out} | {
        one.replace("enrollment", "enrolment") for one in out
    }
    return out | swapped


_PERSONS = "|".join(sorted({*(_PERSON - _NO_ROLE), *map(plural, _PERSON - _NO_ROLE)}, key=len, reverse=True))
_ROLE = re.compile(rf"(?<![@$%&\w-])(?:([a-z]+(?:-[a-z]+)?) )?({_PERSONS})(?![\w-])")


def _people(marked: str) -> str:
    """Mark people that are no entity: "community managers", "the front desk staff"."""
    marked = re.sub(
        r"\b(front desk|back office|help desk)(?: staff| team)?\b",
        lambda found: f"&{found[1].replace(' ', '_')}",
        marked,
    )

    marked = re.sub(
        r"^as an? (?!new |registered )([a-z]+(?: [a-z]+)?)(?=,? i )", lambda found: f"as a &{snake(found[1])}", marked
    )
    return _ROLE.sub(_person, marked)


def _person(found: re.Match[str]) -> str:
    before, head = found[1] or "", singular(found[2])
    if head == "lead" and not (before and _naming(before)):
        return found[0]
    if before and _naming(before):
        return f"&{snake(before)}_{head}"
    return f"{before} &{head}" if before else f"&{head}"


def _naming(word: str) -> bool:
    """Say whether a word before a person is part of the role's name: "lab manager", not "registered users"."""
    if word in {
        "main",
        "senior",
        "junior",
        "head",
        "sales",
        "project",
        "lab",
        "community",
        "account",
        "shift",
        "store",
    }:
        return True
    return not (
        word in _CLOSED
        or verbs.lemma(word)
        or word in grammar.ADJECTIVES | _PERSON
        or word.endswith(("ed", "ly", "ing"))
    )
