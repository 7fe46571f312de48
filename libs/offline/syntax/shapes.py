"""What a clause says: what a thing has, of what each one is kept, what it belongs to, what is made with it."""

from __future__ import annotations

from dataclasses import dataclass

from libs.offline.context import Context, owner_thing, thing_like
from libs.offline.facts import Belongs, Has, Mention
from libs.offline.items import Item
from libs.offline.lexicon import attributes, verbs, words
from libs.offline.lexicon.nouns import PEOPLE, STAFF, SYSTEMS
from libs.offline.phrases import Phrase
from libs.offline.prose.heads import column, ownable
from libs.offline.read_has import inner_of
from libs.offline.syntax.chunks import Chunk
from libs.offline.syntax.clauses import Clause
from libs.offline.syntax.nominals import items_of, member_item, members_of, opening, phrase_of
from libs.offline.words import singular

_POSSESSING = words(
    "has have had having contains contain includes include comprises comprise holds hold stores store carries carry states "
    "state specifies specify lists list shows show features feature bears bear consists consist got"
)
_DESCRIBED = words("identified described characterised characterized defined marked made composed recorded labelled")
_KEEPING = words(
    "keep keeps store stores record records note notes need want save saves register know track tracks log logs "
    "remember capture captures kept stored recorded noted saved needed logged tracked captured registered entered "
    "take takes taken measure measures measured ask enter write"
)
_SEEING = verbs.READ | words("want search list report")
_COVERING = words("covers cover concerns concern uses use references reference targets target describes describe")
_SPEAKING = words("i we you system app application software program backend api database service tool platform")
_EACH = words("for of about per on in at with to")
_ONE = words("a an the one each every its their this that exactly another his her")
_MANY = words("several many multiple various two three four")
_POINTING = words("to by for in from under on at about of into within as with")
# What is no object of its verb: to take place, to keep track.
IDIOMS = words("place part care track note account")
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
        return tuple(one for one in self.subject if (owner_thing(one) or ownable(one)) and not column(one))

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
        return any(singular(one.head) in PEOPLE | STAFF for one in self.subject)

    @property
    def being(self) -> bool:
        """Whether the verb is "be" alone."""
        return self.clause.verb.tags.rstrip("r")[-1:] == "b"


def has(said: Said) -> bool:
    """Read "an application states the target and the number of nights"."""
    clause = said.clause
    if not said.owners or not _possesses(said) or _counting(clause.rest):
        return False
    rest = clause.rest[1:] if clause.rest and clause.rest[0].low in {"of", "with", "by"} else clause.rest
    return note(said.context, said.owners, items_of(rest, said.text), said.optional)


def _possesses(said: Said) -> bool:
    first = said.clause.rest[0].low if said.clause.rest else ""
    if "m" in said.clause.verb.tags:
        return said.main in {"have", "contain", "include"}
    if said.clause.passive:
        return said.main in _DESCRIBED and first in {"by", "with", "of"}
    possessing = said.main in _POSSESSING and (not said.person or "h" in said.clause.verb.tags)
    return possessing or (said.main in {"comes", "come"} and first == "with")


def note(context: Context, owners: tuple[Phrase, ...], found: list[Item], optional: bool = False) -> bool:
    """Note what things have, and what that has in turn; say whether there was anything."""
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


def kept(said: Said) -> bool:
    """Read "for each cycle we keep when it started" and "we store the title of each book"."""
    clause = said.clause
    if said.main not in _KEEPING:
        return False
    fronted = _fronted(clause)
    if clause.passive:
        listed = [item for part in members_of(clause.subject) if (item := member_item(part, said.text))]
        return fronted is not None and note(said.context, (fronted,), listed)
    if clause.subject and not {word.low for chunk in clause.subject for word in chunk.words} & _SPEAKING:
        return False
    if fronted is not None:
        return note(said.context, (fronted,), items_of(clause.rest, said.text))
    return _trailing(said) or _asked(said)


def exists(said: Said) -> bool:
    """Read "for each tenancy there are dues", "in each section there are graves": each is of one."""
    clause = said.clause
    there = any(chunk.low == "there" for chunk in clause.subject)
    things = [phrase for prep, phrase in arguments(clause.rest) if not prep]
    fronted = _fronted(clause)
    if not there or not said.being or fronted is None or not things:
        return False
    said.context.facts.belongs.append(Belongs(things[0], fronted, "belong"))
    said.context.subjects = (things[0],)
    return True


def _fronted(clause: Clause) -> Phrase | None:
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
    about = bool(parts) and all(part[0].kind == "K" for part in parts)
    return about and note(said.context, said.context.subjects[:1], items_of(said.clause.rest, said.text))


def _counting(rest: list[Chunk]) -> bool:
    """Say whether a list is a limit instead: "members have 3 loans at a time", "has to", "has no"."""
    first = rest[0] if rest else None
    return first is None or first.words[0].tag in "#x" or first.words[0].low in _LIMITING


def points(said: Said) -> bool:
    """Read "a queen lives in one hive", "a lease covers one flat", "we log inspections of a hive"."""
    clause = said.clause
    if clause.kind == "purpose" and not clause.rest:
        return False
    found = arguments(clause.rest)
    if (said.person or not said.owners) and verbs.lemma(said.main) in _SEEING:
        return False
    if not said.person and _moments(said, found):
        found = [pair for pair in found if not column(pair[1])]
    target = next((phrase for prep, phrase in found if not prep), None)
    if target is not None and not said.being and not clause.passive:
        covers = said.main in _COVERING and not said.person
        children = said.owners if covers else (target,)
        found = found if covers else [pair for pair in found if pair[0]]
    else:
        children = () if said.person and not (clause.passive or said.being) else said.owners
        found = [pair for pair in found if pair[0]]
    done = [link(said, child, pair) for pair in found for child in children]
    if any(done) and children == said.owners:
        said.context.subjects = said.owners
    return any(done)


def _moments(said: Said, found: list[tuple[str, Phrase]]) -> bool:
    """Read "a lease runs from a start date to an end date" as columns, "from one port to another" as its ends."""
    ends = [one for prep, one in found if prep in {"from", "to"}]
    if len(ends) > 1 and (ends[0].key == ends[1].key or "another" in ends[1].before) and said.owners:
        names = [(prep, *ends[0].nouns[:-1], singular(ends[0].head)) for prep in ("from", "to")]
        return note(said.context, said.owners, [Item(Phrase(name, name, raw=" ".join(name))) for name in names])
    given = [one for prep, one in found if prep and column(one) and {"a", "an"} & set(one.before)]
    known = [one for one in given if singular(one.head) in attributes.DATE | attributes.DATETIME]
    return note(said.context, said.owners, [Item(one, one.flags) for one in known])


def link(said: Said, child: Phrase, to: tuple[str, Phrase]) -> bool:
    """Note that a thing points at another, where both may be things and it is said of how many."""
    prep, parent = to
    if prep == "by" and "the" in parent.before:
        return False
    if not thing_like(parent) or column(parent) or column(child) or not thing_like(child) or child.key == parent.key:
        return False
    many = bool(_MANY & set(parent.before)) and parent.plural
    one = bool(_ONE & set(parent.before)) and not parent.plural
    if said.person and child in said.subject and singular(parent.head) not in PEOPLE | STAFF and said.clause.passive:
        # "A mechanic is assigned to every order": the order has a mechanic.
        child, parent, many = parent, child, False
    if one or many:
        said.context.facts.belongs.append(Belongs(child, parent, verbs.lemma(said.main) or said.main, many, said.optional))
    return one or many


def arguments(rest: list[Chunk]) -> list[tuple[str, Phrase]]:
    """Return each noun phrase behind a verb with the preposition it stands behind, empty for the object."""
    out: list[tuple[str, Phrase]] = []
    prep, joined = "", True
    for at, chunk in enumerate(rest):
        if chunk.kind in "KA:" or (chunk.low == "with" and not _lone(rest[at + 1 :])):
            break
        if chunk.kind in "pt":
            prep, joined = chunk.low, True
        elif chunk.kind in "c,":
            joined = True
        elif chunk.kind == "n" and (phrase := phrase_of(chunk)) is not None:
            apposed = not joined or (out and chunk.words[0].low in {"its", "their", "his", "her"})
            idiom = not prep and phrase.words[-1] in IDIOMS
            out += [] if apposed or idiom or (prep and prep not in _POINTING) else [(prep, phrase)]
            joined = False
        elif chunk.kind not in "r(d":
            joined = False
    return out


def _lone(rest: list[Chunk]) -> bool:
    """Say whether "with" names one partner, as in "placed with one supplier", rather than a list."""
    alone = bool(rest) and rest[0].kind == "n" and rest[0].words[0].low in {"one", "a", "an", "exactly"}
    phrase = phrase_of(rest[0]) if alone else None
    return phrase is not None and not column(phrase) and not any(chunk.kind in ",c" for chunk in rest[1:])


def accompanied(said: Said) -> bool:
    """Read "I enter pieces with title and composer", "a booking is for one room, with a check-in date and a status"."""
    rest = said.clause.rest
    at = next((at for at, chunk in enumerate(rest) if at and chunk.low == "with"), -1)
    their = at > 0 and at + 1 < len(rest) and rest[at + 1].words[0].low in {"their", "its", "his", "her"}
    whose = said.owners if said.being or said.clause.passive or their else ()
    if whose and at > 0:
        listed = items_of(rest[at + 1 :], said.text)
        return len(listed) > 1 and note(said.context, whose, listed)
    at = opening(rest)
    if at <= 0:
        return False
    if rest[at - 1].low == "each" or rest[at - 2].low == "each":
        return _between(said, at)
    found = [item for item in items_of(rest, said.text) if len(item.inner) > 1 and item.phrase.head not in SYSTEMS]
    return any([note(said.context, (item.phrase,), list(item.inner)) for item in found])


def _between(said: Said, at: int) -> bool:
    """Read "put pieces on a rehearsal, each with its position" as of what stands between the two."""
    pairs = arguments(said.clause.rest[:at])
    thing = next((one for prep, one in pairs if not prep), None)
    place = next((one for prep, one in pairs if prep and _ONE & set(one.before)), None)
    listed = items_of(said.clause.rest[at + 1 :], said.text)
    if thing is None or place is None or not listed:
        return bool(thing and listed) and note(said.context, (thing,) if thing else (), listed)
    name = (*place.nouns[:-1], singular(place.head), *thing.nouns[:-1], singular(thing.head))
    between = Phrase(name, name, raw=" ".join(name))
    said.context.facts.belongs.extend(Belongs(between, one, "belong") for one in (place, thing))
    said.context.facts.mentions.append(Mention(between, defined=True))
    return note(said.context, (between,), listed)
