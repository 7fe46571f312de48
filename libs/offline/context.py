"""What earlier sentences left in the air: whom "it", "they" and "each" mean, and which heading we are under."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from libs.offline.clauses import Clause
from libs.offline.facts import Facts
from libs.offline.lexicon import words
from libs.offline.lexicon.nouns import DEFINABLE, NEVER, PEOPLE, PLACES, SYSTEMS
from libs.offline.phrases import Phrase, phrase_at, split_list
from libs.offline.tokens import Token, tokenise
from libs.offline.words import singular

_KINDS = {
    "entities": "entity entities model models resource resources table tables object objects data domain things",
    "roles": "role roles actor actors persona personas",
    "fields": "field fields attribute attributes property properties column columns",
    "rules": "rule rules constraint constraints validation validations invariants",
    "features": "feature features requirement requirements endpoint endpoints functionality scope overview description "
    "goal goals note notes background introduction summary context specification permission permissions story stories "
    "functions capabilities relationships relations relationship misc other details",
}
_PRONOUNS = words("it they each them these this those he she one which that who everyone everybody")


def heading_kind(under: str) -> str:
    """Return what a heading announces: entities, roles, fields, rules, features, or nothing known."""
    words = under.lower().replace(":", " ").split()
    tail = words[-1] if words and len(words) <= 6 else ""
    return next((kind for kind, names in _KINDS.items() if tail in names.split()), "")


@dataclass(slots=True)
class Context:
    """The reader's memory while it goes through the sentences."""

    facts: Facts
    first: bool = True
    subjects: tuple[Phrase, ...] = ()
    # What the sentence before was about, where it spoke of one: "a stay begins".
    spoken: tuple[Phrase, ...] = ()
    person: Phrase | None = None
    under: str = ""
    topic: tuple[Phrase, ...] = field(default=())
    said: frozenset[str] = frozenset()

    def enter(self, under: str) -> None:
        """Take the heading of the next sentence as what "it" means, when it names a thing."""
        if under != self.under:
            self.under = under
            self.topic = self._heading(under)
            self.subjects = self.topic or self.subjects

    def _heading(self, under: str) -> tuple[Phrase, ...]:
        titled = set(re.findall(r"\w+", under.lower())) <= set(self.facts.title) and bool(under)
        if not under or heading_kind(under) or len(under.split()) > 5 or titled:
            return ()
        return tuple(phrase for phrase in phrases_of(tokenise(under))[:1] if thing_like(phrase))

    def owners(self, tokens: tuple[Token, ...]) -> tuple[Phrase, ...]:
        """Return the things a subject names, following pronouns back; empty when it names the speaker."""
        lows = {token.low for token in tokens}
        found = phrases_of(list(tokens))
        if found:
            return found
        return self.subjects if lows & _PRONOUNS and not lows & {"i", "we", "you"} else ()

    def remember(self, clause: Clause) -> None:
        """Keep what a clause was about for the pronouns to come."""
        named = tuple(phrase for phrase in phrases_of(list(clause.subject)) if thing_like(phrase))
        if named:
            self.subjects = named
        nouns = [token for token in clause.tokens if token.tag == "n" and singular(token.low) in PEOPLE]
        if nouns:
            self.person = Phrase((nouns[0].low,), (nouns[0].low,), raw=nouns[0].raw)


def thing_like(phrase: Phrase) -> bool:
    """Say whether a phrase may name a thing to keep at all."""
    head = singular(phrase.head)
    if head == "application" and phrase.words == phrase.nouns[-1:] and "the" not in phrase.before:
        return True
    if head in DEFINABLE and phrase.plural and len(phrase.words) == 1:
        return True
    timed = len(phrase.nouns) > 1 and head in {"day", "hour", "slot", "year", "week"}
    return timed or (head not in NEVER and phrase.head not in NEVER and head not in SYSTEMS and len(head) > 1)


def owner_thing(phrase: Phrase) -> bool:
    """Say whether a phrase may own columns: a thing, or a compound of one ("a discount code")."""
    named = bool({"a", "an", "each", "every"} & set(phrase.before)) or phrase.plural
    return thing_like(phrase) or (len(phrase.nouns) > 1 and named and singular(phrase.head) not in SYSTEMS)


def place_like(phrase: Phrase) -> bool:
    """Say whether a phrase names the house the system is for ("a small shop")."""
    return singular(phrase.head) in PLACES and not phrase.plural


def phrases_of(tokens: list[Token]) -> tuple[Phrase, ...]:
    """Return the noun phrases at the head of each member of a list."""
    out: list[Phrase] = []
    for part in split_list(tokens):
        at = next((index for index, token in enumerate(part) if token.tag in "dqs#jregnl"), len(part))
        while at < len(part) and part[at].tag == "l":
            at += 1
        phrase, _ = phrase_at(part, at)
        if phrase is not None and phrase.nouns:
            limit = tuple(token.low for token in part[:at] if token.tag == "l")
            out.append(replace(phrase, before=(*limit, *phrase.before)))
    return tuple(out)
