"""Sentences about deeds and belonging: who may do what, whose a thing is, what points at what."""

from __future__ import annotations

from dataclasses import replace

from libs.offline.clauses import Clause
from libs.offline.context import Context, phrases_of, thing_like
from libs.offline.facts import Act, Limit
from libs.offline.items import Item, items, noted
from libs.offline.lexicon import verbs, words
from libs.offline.lexicon.nouns import PEOPLE
from libs.offline.phrases import Phrase, split_list
from libs.offline.read_has import add_inner
from libs.offline.words import singular

_POINTING = words("to by for in with from under on at about of per")
_PRIVATE = frozenset({"private", "personal"})


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
