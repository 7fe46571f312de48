"""To what a clause says that a thing belongs: "a queen lives in one hive", "we log inspections of a hive"."""

from __future__ import annotations

from dataclasses import replace

from libs.offline.context import thing_like
from libs.offline.facts import Belongs, Mention
from libs.offline.items import Item
from libs.offline.lexicon import attributes, verbs, words
from libs.offline.lexicon.nouns import PEOPLE, PLACES, STAFF, SYSTEMS
from libs.offline.phrases import Phrase
from libs.offline.prose.heads import column
from libs.offline.syntax.chunks import Chunk
from libs.offline.syntax.nominals import items_of, opening, phrase_of
from libs.offline.syntax.shapes import Said, fronted_of, note
from libs.offline.words import singular

_COVERING = words("covers cover concerns concern uses use references reference targets target describes describe")
_ONE = words("a an the one each every its their this that exactly another his her")
_MANY = words("several many multiple various two three four")
_POINTING = words("to by for in from under on at about of into within as with against during between")
_AMID = words("in under for")
_OWNING = words("own owns")
_SEEING = verbs.READ | words("want search list report")
# What is no object of its verb: to take place, to keep track.
# How nouns end that name what somebody did.
_DEED = ("ion", "ment", "ing", "al", "ance", "ence", "ry")
_OTHER = frozenset({"another", "another one", "the other", "the other one"})
IDIOMS = words("place part care track note account")


def points(said: Said) -> bool:
    """Read "a queen lives in one hive", "a lease covers one flat", "we log inspections of a hive"."""
    found = arguments(said.clause.rest)
    if (said.person or not said.owners) and verbs.lemma(said.main) in _SEEING:
        return False
    if not said.person and _moments(said, found):
        found = [pair for pair in found if not column(pair[1]) and pair[0] != "between"]
    target = next((phrase for prep, phrase in found if not prep), None)
    if leaves(said):
        return True
    if said.main == "nested" or (said.main in _OWNING and target is not None):
        return _itself(said) if target is None else _told(said, target, list(said.subject))
    children, found = _children(said, found, target)
    done = [link(said, child, pair) for pair in found for child in children]
    if any(done) and children == said.owners:
        said.context.subjects = said.owners
    return any(done)


def leaves(said: Said) -> bool:
    """Note what the record is of that a deed leaves, where the wish names it."""
    found = arguments(said.clause.rest)
    record = recorded(said, found, next((phrase for prep, phrase in found if not prep), None))
    return record is not None and _told(said, record, [*said.subject, *(one for _, one in found)])


def _children(
    said: Said, found: list[tuple[str, Phrase]], target: Phrase | None
) -> tuple[tuple[Phrase, ...], list[tuple[str, Phrase]]]:
    """Return what points at something, and at what: the object of a deed, else the subject."""
    behind = [pair for pair in found if pair[0]]
    if target is not None and not said.being and not said.clause.passive:
        deed = bool(said.owners) and all(_deed(one) for one in said.owners)
        covers = said.main in _COVERING and not said.person
        if deed and not covers and not said.person:
            return said.owners, [pair for pair in found if pair[0] in {"", "by"}]
        return (said.owners, found) if covers else ((target,), behind)
    still = said.clause.passive or said.being or verbs.lemma(said.main) in verbs.INSIDE | verbs.BELONG
    alone = [pair for pair in behind if "one" in pair[1].before and pair[0] in _AMID]
    return (said.owners, alone) if said.person and not still else (said.owners, behind)


def _deed(phrase: Phrase) -> bool:
    """Say whether a thing is named for a deed that its rows are: an inspection checks a hive, tastings rate a wine."""
    head = singular(phrase.head)
    stems = [head.removesuffix(ending) for ending in _DEED if head.endswith(ending)]
    told = head.endswith("ing") and phrase.plural
    told = told or any(len(stem) > 2 and (verbs.lemma(stem) or verbs.lemma(f"{stem}e")) for stem in stems)
    return told and (phrase.plural or bool({"a", "an", "each", "every"} & set(phrase.before)))


def _told(said: Said, child: Phrase, ends: list[Phrase]) -> bool:
    """Note that a thing is of each of these."""
    done = [link(said, child, ("of", replace(one, before=() if one.plural else ("a",)))) for one in ends]
    return any(done)


def _itself(said: Said) -> bool:
    """Read "categories can be nested"."""
    names = [("parent", *one.nouns[:-1], singular(one.head)) for one in said.owners[:1]]
    found = [Item(Phrase(name, name, raw=" ".join(name))) for name in names]
    return note(said.context, said.owners[:1], found, optional=True)


def recorded(said: Said, found: list[tuple[str, Phrase]], target: Phrase | None) -> Phrase | None:
    """Return the record that a deed leaves, where the wish names it: who submits an actor makes a submission."""
    lemma = verbs.lemma(said.main)
    if len(lemma) < 4 or said.being or not (said.clause.passive or (said.person and target is not None)):
        return None
    near = {one.key for one in (*said.subject, *(one for _, one in found), *([target] if target else []))}
    stem = lemma[: max(4, len(lemma) - 2)]
    for name in said.context.facts.nouns:
        own = name not in near and (
            (name == lemma and said.clause.passive) or (name.startswith(stem) and name.endswith(_DEED))
        )
        if own and singular(name) not in PEOPLE | STAFF and name not in attributes.ATTRIBUTES:
            return Phrase((name,), (name,), ("a",), raw=name)
    return None


def _moments(said: Said, found: list[tuple[str, Phrase]]) -> bool:
    """Read "a lease runs from a start date to an end date" as columns, "from one port to another" as its ends."""
    ends = [one for prep, one in found if prep in {"from", "to"}]
    if len(ends) > 1 and (ends[0].key == ends[1].key or "another" in ends[1].before) and said.owners:
        names = [(prep, *ends[0].nouns[:-1], singular(ends[0].head)) for prep in ("from", "to")]
        return note(said.context, said.owners, [Item(Phrase(name, name, raw=" ".join(name))) for name in names])
    given = [one for prep, one in found if prep and {"a", "an"} & set(one.before)]
    facing = [one for prep, one in found if prep == "between" and one.plural and {"two", "2"} & set(one.before)]
    if facing and said.owners:
        names = [(place, *facing[0].nouns[:-1], singular(facing[0].head)) for place in ("first", "second")]
        return note(said.context, said.owners, [Item(Phrase(name, name, raw=" ".join(name))) for name in names])
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
    # "Employees work in departments" is said of each of them.
    agents = prep == "by" and singular(parent.head) in PEOPLE | STAFF
    one = one or (
        prep != ""
        and not agents
        and parent.plural
        and child.plural
        and not (*parent.before, *child.before)
        and not many
    )
    acting = child in said.subject and singular(child.head) in PEOPLE | STAFF | PLACES
    if acting and said.clause.passive and prep != "by" and singular(parent.head) not in PEOPLE | STAFF:
        # "A mechanic is assigned to every order": the order has a mechanic.
        child, parent, many = parent, child, False
    if one or many:
        said.context.facts.belongs.append(
            Belongs(child, parent, verbs.lemma(said.main) or said.main, many, said.optional)
        )
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
        elif chunk.low in _OTHER and out:
            out.append((prep, replace(out[-1][1], before=("another",))))
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
    done = [note(said.context, (item.phrase,), list(item.inner)) for item in found]
    return any(done)


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


def exists(said: Said) -> bool:
    """Read "for each tenancy there are dues", "in each section there are graves": each is of one."""
    clause = said.clause
    there = any(chunk.low == "there" for chunk in clause.subject)
    things = [phrase for prep, phrase in arguments(clause.rest) if not prep]
    fronted = fronted_of(clause)
    if not there or not said.being or fronted is None or not things:
        return False
    said.context.facts.belongs.append(Belongs(things[0], fronted, "belong"))
    said.context.subjects = (things[0],)
    return True
