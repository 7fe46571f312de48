"""What a clause says: what a thing has, of what each one is kept, what it belongs to, what is made with it."""

from __future__ import annotations

from dataclasses import dataclass

from libs.offline.context import Context, owner_thing, thing_like
from libs.offline.facts import Has, Mention
from libs.offline.items import Item
from libs.offline.lexicon import words
from libs.offline.lexicon.nouns import PEOPLE, STAFF
from libs.offline.phrases import Phrase
from libs.offline.prose.heads import column, ownable
from libs.offline.read_has import inner_of
from libs.offline.syntax.chunks import Chunk
from libs.offline.syntax.clauses import Clause
from libs.offline.syntax.nominals import items_of, member_item, members_of, phrase_of
from libs.offline.words import singular

_POSSESSING = words(
    "has have had having contains contain includes include comprises comprise holds hold stores store carries carry "
    "states state records record specifies specify lists list shows show features feature bears bear consists "
    "consist got notes note says say mentions mention documents document tells"
)
_DESCRIBED = words(
    "identified described characterised characterized defined marked made composed recorded labelled "
    "registered stored kept saved entered given noted"
)
_KEEPING = words(
    "keep keeps store stores record records note notes need want save saves register know track tracks log logs "
    "remember capture captures kept stored recorded noted saved needed logged tracked captured registered entered "
    "take takes taken measure measures measured ask enter write"
)
_SPEAKING = words("i we you system app application software program backend api database service tool platform")
_EACH = words("for of about per on in at with to")
_OPTIONAL = words("may can might could")
_LIMITING = words("only max maximum most one exactly least no access been at just more fewer less up")


@dataclass(frozen=True, slots=True)
class Said:
    """A clause with those it is about, the sentence it stands in, and what was said before."""

    clause: Clause
    subject: tuple[Phrase, ...]
    text: str
    context: Context

    @property
    def owners(self) -> tuple[Phrase, ...]:
        """Those of the subject that may have columns."""
        listing = sum(chunk.kind in ",c" for chunk in self.clause.rest) > 1 and self.main in {"has", "have"}
        return tuple(
            one
            for one in self.subject
            if (owner_thing(one) or ownable(one)) and (not column(one) or (listing and {"a", "each"} & set(one.before)))
        )

    @property
    def main(self) -> str:
        """The word that says what is done."""
        return next((word.low for word in reversed(self.clause.verb.words) if word.tag in "vehi"), "")

    @property
    def optional(self) -> bool:
        """Whether it only may be so."""
        return bool(_OPTIONAL & {word.low for word in self.clause.verb.words})

    @property
    def person(self) -> bool:
        """Whether somebody who does things is among the subject."""
        speaking = bool(self.clause.subject) and self.clause.subject[0].low in {"i", "we"}
        return speaking or any(singular(one.head) in PEOPLE | STAFF for one in self.subject)

    @property
    def every(self) -> list[Chunk]:
        """All that the clause consists of."""
        return [*self.clause.fronted, *self.clause.subject, self.clause.verb, *self.clause.rest]

    @property
    def denied(self) -> bool:
        """Whether it is said not to be so."""
        return "x" in self.clause.verb.tags or any(word.low == "cannot" for word in self.clause.verb.words)

    @property
    def being(self) -> bool:
        """Whether the verb is "be" alone."""
        return self.clause.verb.tags.rstrip("r")[-1:] == "b"


def has(said: Said) -> bool:
    """Read "an application states the target and the number of nights"."""
    clause = said.clause
    if not said.owners or not _possesses(said) or _counting(clause):
        return False
    rest = clause.rest[1:] if clause.rest and clause.rest[0].low in {"of", "with", "by"} else clause.rest
    return note(said.context, said.owners, items_of(rest, said.text), said.optional)


def _possesses(said: Said) -> bool:
    first = said.clause.rest[0].low if said.clause.rest else ""
    if "m" in said.clause.verb.tags:
        described = said.clause.passive and said.main in _DESCRIBED and first == "with"
        return described or said.main in {"have", "contain", "include"}
    if said.clause.passive:
        return said.main in _DESCRIBED and first in {"by", "with", "of"}
    possessing = said.main in _POSSESSING and (not said.person or "h" in said.clause.verb.tags)
    return possessing or (said.main in {"comes", "come"} and first == "with")


def note(context: Context, owners: tuple[Phrase, ...], found: list[Item], optional: bool = False) -> bool:
    """Note what things have, and what that has in turn; say whether there was anything."""
    owners = tuple(one for one in owners if len(found) > 1 or _generic(one))
    if not found or not owners:
        return False
    for owner in owners:
        if len(found) > 1 or found[0].columnar:
            context.facts.mentions.append(Mention(owner, defined=True))
        context.facts.has.extend(Has(owner, item, optional) for item in found)
    for item in found:
        if len(item.inner) > 1:
            context.facts.mentions.append(Mention(item.phrase, defined=True))
    context.facts.has.extend(Has(one, inner) for item in found for one, inner in inner_of(item))
    context.subjects = owners
    return True


def _generic(owner: Phrase) -> bool:
    """Say whether a phrase stands for any thing of its kind: not "the accountant", who has ideas."""
    return not {"the", "this", "that", "my", "our", "his", "her", "no"} & set(owner.before)


def kept(said: Said) -> bool:
    """Read "for each cycle we keep when it started" and "we store the title of each book"."""
    clause = said.clause
    if said.main not in _KEEPING:
        return False
    fronted = fronted_of(clause)
    if clause.passive:
        listed = [item for part in members_of(clause.subject) if (item := member_item(part, said.text))]
        return fronted is not None and note(said.context, (fronted,), listed)
    if clause.subject and not {word.low for chunk in clause.subject for word in chunk.words} & _SPEAKING:
        return False
    if fronted is not None:
        return note(said.context, (fronted,), items_of(clause.rest, said.text))
    return _trailing(said) or _asked(said)


def fronted_of(clause: Clause) -> Phrase | None:
    """Return the thing of "for each thing" before the subject."""
    for at, chunk in enumerate(clause.fronted[:-1]):
        if chunk.low in _EACH and clause.fronted[at + 1].kind == "n":
            phrase = phrase_of(clause.fronted[at + 1])
            near = chunk.low in {"for", "of", "per"} or (phrase and {"each", "every"} & set(phrase.before))
            return phrase if phrase is not None and near and thing_like(phrase) else None
    return None


def _trailing(said: Said) -> bool:
    rest = said.clause.rest
    for at in range(len(rest) - 2, 0, -1):
        owner = phrase_of(rest[at + 1]) if rest[at].low in _EACH and rest[at + 1].kind == "n" else None
        if owner is not None:
            each = bool({"each", "every"} & set(owner.before))
            return each and note(said.context, (owner,), items_of(rest[:at], said.text))
    return False


def _asked(said: Said) -> bool:
    """Read "we need to know who wrote it, when it was sent and what it says" of what was last spoken of."""
    parts = members_of(said.clause.rest)
    about = bool(parts) and all(part[0].kind == "K" and "s" in part[0].tags for part in parts)
    return about and note(said.context, said.context.subjects[:1], items_of(said.clause.rest, said.text))


def _counting(clause: Clause) -> bool:
    """Say whether a list is a limit instead: "members have 3 loans at a time", "has to", "may have one"."""
    first = clause.rest[0] if clause.rest else None
    if first is None or first.words[0].low == "one":
        return first is None or "m" in clause.verb.tags
    return first.words[0].tag in "#x" or first.words[0].low in _LIMITING
