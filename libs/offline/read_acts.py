"""Sentences about deeds and belonging: who may do what, whose a thing is, what points at what."""

from __future__ import annotations

from dataclasses import replace

from libs.offline.clauses import Clause
from libs.offline.context import Context, phrases_of, thing_like
from libs.offline.facts import Act, Belongs, Has, Limit
from libs.offline.items import Item, items, noted
from libs.offline.lexicon import verbs, words
from libs.offline.lexicon.nouns import PEOPLE
from libs.offline.phrases import Phrase, split_list
from libs.offline.read_has import add_has, add_inner
from libs.offline.tokens import Token
from libs.offline.words import singular

_POINTING = words("to by for in with from under on at about of per")
_PRIVATE = frozenset({"private", "personal"})
_PART = words("part member child")


def read_own(clause: Clause, context: Context) -> bool:
    """Read "each sees only their own lists" and "lists are private"."""
    subject = context.owners(clause.subject)
    if clause.verb.being and _PRIVATE & {token.low for token in clause.rest[:2]}:
        context.facts.owned.extend(phrase for phrase in subject if thing_like(phrase))
        return bool(subject)
    if not _says_own(clause) or clause.verb.being:
        return False
    objects = [phrase for phrase in phrases_of(list(clause.rest)) if thing_like(phrase) and _own(phrase)]
    actor = _person(clause, context)
    for phrase in objects:
        context.facts.owned.append(phrase)
        if actor is not None:
            lemmas = tuple(lemma for lemma in clause.verb.lemmas if lemma != "have")
            context.facts.acts.append(Act(actor, lemmas, phrase, modal=True, own=True, binding=bool(lemmas)))
    return bool(objects)


def _says_own(clause: Clause) -> bool:
    lows = [token.low for token in clause.tokens]
    return "own" in lows and bool({"their", "his", "her", "its", "my"} & set(lows))


def _own(phrase: Phrase) -> bool:
    return "own" in phrase.before


def _person(clause: Clause, context: Context) -> Phrase | None:
    named = [phrase for phrase in phrases_of(list(clause.subject)) if singular(phrase.head) in PEOPLE]
    return named[0] if named else context.person


def read_belonging(clause: Clause, context: Context) -> bool:
    """Read "a loan belongs to a member", "a task is assigned to a user", "orders are placed by customers"."""
    verb = clause.verb
    lemma = verb.lemmas[-1] if verb.lemmas else ""
    inside = (
        lemma in verbs.INSIDE and bool(clause.rest) and clause.rest[0].low in {"in", "at", "for", "under", "on", "from"}
    )
    points = lemma in verbs.BELONG or inside or verb.passive or (verb.being and _pointing(clause.rest))
    if not points or verb.negated or verb.only:
        return False
    children = tuple(phrase for phrase in context.owners(clause.subject) if thing_like(phrase))
    parents = [found for found in _parents(clause) if thing_like(found[1])]
    with_at = next((index for index, token in enumerate(clause.rest) if token.low == "with"), -1)
    if with_at > 0:
        add_has(context, children, items(list(clause.rest[with_at + 1 :])))
    if not children or not parents:
        return False
    for word, parent in parents:
        _point(context, clause, children, (word, parent))
    return True


def _point(context: Context, clause: Clause, children: tuple[Phrase, ...], to: tuple[str, Phrase]) -> None:
    word, parent = to
    verb = clause.verb
    optional = verb.modal in {"can", "may", "could", "might"} or "optional" in parent.flags
    for child in children:
        if word == "by" and verb.passive and singular(parent.head) in PEOPLE:
            deed = Act(parent, verb.lemmas, child, only=verb.only, modal=bool(verb.modal))
            context.facts.acts.append(deed)
        else:
            lemma = verb.lemmas[-1] if verb.lemmas else ""
            if lemma == "assign" and singular(child.head) in PEOPLE and singular(parent.head) not in PEOPLE:
                context.facts.belongs.append(Belongs(parent, child, lemma))
                continue
            context.facts.belongs.append(Belongs(child, parent, lemma, parent.many, optional))


def _pointing(rest: tuple[Token, ...]) -> bool:
    lows = [token.low for token in rest[:3]]
    return bool(lows) and (lows[0] in _POINTING or bool(_PART & set(lows) and "of" in lows))


def _parents(clause: Clause) -> list[tuple[str, Phrase]]:
    """Return each noun phrase behind a preposition, with the preposition."""
    out: list[tuple[str, Phrase]] = []
    word = ""
    rest = list(clause.rest)
    cut = next((index for index, token in enumerate(rest) if token.low == "with" and index), len(rest))
    for part in split_list(rest[:cut]):
        flags = frozenset({"optional"}) if any(token.low == "optionally" for token in part) else frozenset[str]()
        for index, token in enumerate(part):
            if token.low in _POINTING or token.tag == "t":
                word = token.low
                found = phrases_of(part[index + 1 :])
                out.extend((word, replace(phrase, flags=phrase.flags | flags)) for phrase in found[:1])
        if word and part[0].tag in "dqs#nj":
            out.extend((word, phrase) for phrase in phrases_of(part)[:1])
    return out


def read_act(clause: Clause, context: Context) -> bool:
    """Read "only librarians add books", "customers place orders", "books can only be added by librarians"."""
    verb = clause.verb
    if not verb.lemmas or verb.having:
        return False
    if verb.passive:
        return _passive(clause, context)
    _rated(clause, context)
    actors = [phrase for phrase in context.owners(clause.subject) if thing_like(phrase)]
    objects = [phrase for phrase in _objects(clause) if thing_like(phrase)]
    if not actors or not objects:
        return False
    binding = not verb.negated
    for actor in actors:
        for phrase in objects:
            own = _own(phrase)
            made = Act(actor, verb.lemmas, phrase, only=verb.only, modal=bool(verb.modal), own=own, binding=binding)
            context.facts.acts.append(made)
    _object_of(clause, context, objects[0])
    if verbs.CREATE.intersection(verb.lemmas) or verbs.ALL.intersection(verb.lemmas):
        for item in items(list(clause.rest)):
            add_inner(context, item)
    return binding


def _rated(clause: Clause, context: Context) -> None:
    """Take "rate movies from 1 to 10" for the bounds of the rating."""
    for token in clause.rest if "rate" in clause.verb.lemmas else ():
        if token.tag == "z":
            rating = Phrase(("rating",), ("rating",), raw="rating")
            context.facts.limits.append(Limit(None, noted(Item(rating), [token])))


def _object_of(clause: Clause, context: Context, thing: Phrase) -> None:
    """Take "schedule viewings of properties" to say that a viewing is of a property."""
    made = verbs.CREATE.intersection(clause.verb.lemmas) and not clause.verb.negated
    for word, phrase in _parents(clause) if made else []:
        if word in {"of", "for", "on", "about"} and thing_like(phrase) and phrase.key != thing.key:
            context.facts.belongs.append(Belongs(thing, phrase, "", phrase.many))


def read_transfer(clause: Clause, context: Context) -> bool:
    """Read "from one account to another account": a relation to each end."""
    lows = [token.low for token in clause.rest]
    pairs = [
        (index, lows.index("to", index)) for index, low in enumerate(lows) if low == "from" and "to" in lows[index:]
    ]
    if not pairs or clause.verb.negated:
        return False
    ends = [phrases_of(list(clause.rest)[at + 1 :])[:1] for at in pairs[0]]
    owners = context.owners(clause.subject)
    if not all(ends) or ends[0][0].key.rpartition("_")[2] != ends[1][0].key.rpartition("_")[2]:
        return False
    for word, (phrase, *_) in zip(("from", "to"), ends, strict=True):
        end = Phrase((word, phrase.key), phrase.nouns, raw=phrase.raw)
        context.facts.has.extend(Has(owner, Item(end)) for owner in owners if thing_like(owner))
    return bool(owners)


def _objects(clause: Clause) -> list[Phrase]:
    """Return what is acted on: the noun phrases up to the first preposition, or behind it when none came before."""
    rest = list(clause.rest)
    if any(token.low in {"everything", "anything", "all"} for token in rest[:1]):
        return [Phrase(("everything",), ("all",), raw="everything")]
    cut = next((index for index, token in enumerate(rest) if token.tag in "itw" and index), len(rest))
    return list(phrases_of(rest[:cut])) or list(phrases_of(rest))


def _passive(clause: Clause, context: Context) -> bool:
    if clause.verb.negated:
        return False
    agents = [phrase for word, phrase in _parents(clause) if word == "by" and singular(phrase.head) in PEOPLE]
    things = [phrase for phrase in context.owners(clause.subject) if thing_like(phrase)]
    for agent in agents:
        for thing in things:
            made = Act(agent, clause.verb.lemmas, thing, only=_only(clause), modal=bool(clause.verb.modal))
            context.facts.acts.append(made)
    return bool(agents and things)


def _only(clause: Clause) -> bool:
    return any(token.low == "only" for token in clause.tokens)
