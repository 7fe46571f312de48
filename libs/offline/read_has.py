"""Sentences that say what a thing has: "a book has a title", "for each book we store", "we track name and price"."""

from __future__ import annotations

from libs.offline.clauses import Clause
from libs.offline.context import Context, owner_thing, phrases_of, thing_like
from libs.offline.facts import Has, Mention
from libs.offline.items import Item, items
from libs.offline.lexicon import words
from libs.offline.lexicon.grammar import PERSONAL
from libs.offline.phrases import Phrase, phrase_at
from libs.offline.tokens import Token

_KEEPING = words("store record keep track save know need capture hold want list remember collect note show have define")
_POSSESSING = words(
    """
    have contain include comprise store hold carry record feature capture require specify need consist keep own list
    show save cover
    """
)
# What is needed from somebody is a rule, not a column.
CONSENTS = frozenset({"approval", "permission", "confirmation", "consent", "attention"})
_EACH = frozenset({"for", "of", "about", "per", "on"})


def add_has(context: Context, owners: tuple[Phrase, ...], found: list[Item], optional: bool = False) -> bool:
    """Note each item for each owner; items inside items ("lines with a quantity") belong to those in turn."""
    for owner in owners:
        context.facts.has.extend(Has(owner, item, optional) for item in found)
    for item in found:
        add_inner(context, item)
    return bool(owners and found)


def add_inner(context: Context, item: Item) -> None:
    """Note what an item has in turn."""
    context.facts.has.extend(Has(owner, inner) for owner, inner in inner_of(item))


def inner_of(item: Item) -> list[tuple[Phrase, Item]]:
    """Return each owner and item inside an item, at any depth."""
    return [pair for inner in item.inner for pair in ((item.phrase, inner), *inner_of(inner))]


def read_has(clause: Clause, context: Context) -> bool:
    """Read "a book has a title, an author and tags"."""
    verb = clause.verb
    fits = verb.having or bool(_POSSESSING.intersection(verb.lemmas) and not verb.passive and not verb.modal)
    if not fits or verb.negated or _speaker(clause.subject):
        return False
    owners = tuple(owner for owner in context.owners(clause.subject) if owner_thing(owner))
    if "need" in verb.lemmas and any(token.low in CONSENTS for token in clause.rest):
        return False
    optional = verb.modal in {"can", "may", "might", "could"} or any(t.low == "optionally" for t in clause.tokens)
    rest = list(clause.rest)
    if rest and rest[0].low == "of":
        rest = rest[1:]
    return add_has(context, owners, items(rest), optional)


def read_storing(clause: Clause, context: Context) -> bool:
    """Read "for each book we store the title" and "we store the title and author of each book"."""
    if not _KEEPING.intersection(clause.verb.lemmas) or clause.verb.negated:
        return False
    owner = _fronted(clause.subject) or _fronted(clause.tokens)
    if owner is not None:
        return add_has(context, (owner,), items(list(clause.rest)))
    if not _speaker(clause.subject):
        return False
    if {"want", "need", "have"} & set(clause.verb.lemmas):
        return False
    cut, owner = _trailing(list(clause.rest))
    return owner is not None and thing_like(owner) and add_has(context, (owner,), items(cut))


def read_keeping(clause: Clause, context: Context) -> bool:
    """Read "we have customers and orders": plural things of a speaker are things to keep."""
    if not _KEEPING.intersection(clause.verb.lemmas) or clause.verb.negated or not _speaker(clause.subject):
        return False
    found = [item for item in items(list(clause.rest)) if item.phrase.plural and thing_like(item.phrase)]
    things = [item for item in found if not item.columnar]
    for item in things:
        context.facts.mentions.append(Mention(item.phrase, strong=False))
        add_inner(context, item)
    return bool(things)


def _fronted(tokens: tuple[Token, ...]) -> Phrase | None:
    if len(tokens) < 2 or tokens[0].low not in _EACH or tokens[1].tag not in "dqsn":
        return None
    phrase, end = phrase_at(list(tokens), 1)
    speaks = any(token.low in PERSONAL or token.low in {"system", "api", "app"} for token in tokens[end:])
    return phrase if speaks and phrase is not None and phrase.nouns and thing_like(phrase) else None


def _trailing(rest: list[Token]) -> tuple[list[Token], Phrase | None]:
    """Cut "of each book" off the end of a list."""
    for at in range(len(rest) - 1, 0, -1):
        if rest[at].low in _EACH:
            phrase, end = phrase_at(rest, at + 1)
            whole = phrase is not None and end == len(rest) and bool(phrase.nouns)
            each = bool(phrase and ({"each", "every", "a", "an", "all"} & set(phrase.before) or phrase.plural))
            counting = rest[at - 1].low in {"number", "date", "amount"}
            return (rest[:at], phrase) if whole and each and not counting else (rest, None)
    return rest, None


def _speaker(subject: tuple[Token, ...]) -> bool:
    lows = {token.low for token in subject}
    system = {"system", "app", "api", "application", "backend", "service", "database", "software", "tool", "platform"}
    one = bool(lows & {"a", "an", "each", "every"})
    return bool(lows & {"i", "we", "you"}) or bool(lows & system and len(phrases_of(list(subject))) == 1 and not one)
