"""Statements without a verb: titles, "Book: title, author", "Tasks with a due date", bare lists."""

from __future__ import annotations

from libs.offline.clauses import Clause
from libs.offline.context import Context, heading_kind, phrases_of, place_like, thing_like
from libs.offline.facts import Has, Mention
from libs.offline.items import Item, items
from libs.offline.lexicon.domains import DOMAINS
from libs.offline.lexicon.nouns import SYSTEMS, TITLE_HEADS
from libs.offline.phrases import Phrase, phrase_at
from libs.offline.read_has import add_has, add_inner
from libs.offline.read_intro import listing_of_things, read_listing, read_markers, read_roles, read_title
from libs.offline.tokens import Token

_TITLES = frozenset(word for words, _ in DOMAINS for word in words.split())


def read_fragment(clause: Clause, context: Context) -> bool:
    """Read a statement that has no verb."""
    if clause.verb.lemmas or clause.verb.being or clause.verb.modal:
        return False
    tokens = [token for token in clause.tokens if token.tag != "."]
    while tokens and tokens[0].tag in {"r", "c", ","}:
        tokens = tokens[1:]
    if not tokens:
        return False
    kind = heading_kind(context.under)
    if kind in _BY_HEADING:
        return _BY_HEADING[kind](tokens, context)
    return _free(tokens, context)


def _free(tokens: list[Token], context: Context) -> bool:
    phrase, end = phrase_at(tokens, 0)
    if phrase is None or not phrase.nouns:
        return _opening(tokens, context)
    mark = tokens[end].low if end < len(tokens) else ""
    colon = next((index for index, token in enumerate(tokens) if token.tag == ":"), -1)
    if colon >= 0 and (read_roles(tokens, context) or _defined(tokens, colon, context)):
        return True
    if (
        phrase.head in SYSTEMS
        or (context.first and phrase.head in TITLE_HEADS)
        or (context.first and _titled(tokens, end, mark, phrase.plural))
    ):
        return read_title(tokens, context)
    if mark in {"with", "("} or context.topic == ():
        return _bare(tokens, context, named=mark in {"with", "("})
    return add_has(context, context.topic, items(tokens))


def _opening(tokens: list[Token], context: Context) -> bool:
    """Read "for managing books and authors" and "to track expenses" at the start."""
    return context.first and read_markers(tokens, context)


def _titled(tokens: list[Token], end: int, mark: str, is_plural: bool) -> bool:
    """Say whether a first fragment is the name of a system: "Inventory for a shop", "online store"."""
    phrase, _ = phrase_at(tokens, 0)
    if not is_plural and tokens[end:] and all(token.tag == "g" for token in tokens[end:]):
        return True
    known = phrase is not None and (place_like(phrase) or bool(_TITLES.intersection(phrase.words)))
    if mark == "":
        return known and not is_plural
    return not is_plural and mark in {"for", "with", "to", "that", ":"} and (known or tokens[end].low == "for")


def _defined(tokens: list[Token], colon: int, context: Context) -> bool:
    """Read "Book: title, author" and "an inventory: products, suppliers"."""
    head, body = tokens[:colon], tokens[colon + 1 :]
    named = phrases_of(head)
    found = items(body)
    if not named or not found:
        return False
    owner = named[0]
    kind = heading_kind(" ".join(token.low for token in head))
    if kind in _BY_HEADING:
        return _BY_HEADING[kind](body, context)
    if listing_of_things(found) or owner.head in SYSTEMS or not thing_like(owner):
        if not owner.plural:
            read_title(head, context)
        return read_listing(body, context)
    context.facts.mentions.append(Mention(owner))
    return add_has(context, (owner,), found)


def _bare(tokens: list[Token], context: Context, named: bool) -> bool:
    """Read "Tasks with a due date" and "books, authors"; a bare word counts only when it is known."""
    found = [item for item in items(tokens) if thing_like(item.phrase)]
    for item in found:
        strong = bool(item.inner) or (named and item.phrase.plural)
        context.facts.mentions.append(Mention(item.phrase, strong=strong))
        add_inner(context, item)
    return bool(found)


def _entities(tokens: list[Token], context: Context) -> bool:
    colon = next((index for index, token in enumerate(tokens) if token.tag == ":"), -1)
    if colon > 0:
        owner = phrases_of(tokens[:colon])[:1]
        context.facts.mentions.extend(Mention(phrase) for phrase in owner)
        return add_has(context, owner, items(tokens[colon + 1 :]))
    found = items(tokens)
    for item in found:
        inner = item.inner or tuple(Item(_word(item, choice)) for choice in item.choices)
        context.facts.mentions.append(Mention(item.phrase))
        context.facts.has.extend(Has(item.phrase, one) for one in inner)
    return bool(found)


def _word(item: Item, choice: str) -> Phrase:
    words = tuple(choice.split("_"))
    return Phrase(words, words[-1:], raw=" ".join(words))


def _roles(tokens: list[Token], context: Context) -> bool:
    roles = [phrase for phrase in phrases_of(tokens) if len(phrase.words) <= 3]
    context.facts.roles.extend(roles[:1] if any(token.tag in ":(" for token in tokens) else roles)
    return bool(roles)


def _fields(tokens: list[Token], context: Context) -> bool:
    return add_has(context, context.topic or context.subjects, items(tokens))


_BY_HEADING = {"entities": _entities, "roles": _roles, "fields": _fields}
