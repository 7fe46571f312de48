"""Lists that follow a colon or stand in brackets, and whose they are."""

from __future__ import annotations

import re
from itertools import pairwise

from libs.offline.context import Context, heading_kind, owner_thing
from libs.offline.facts import Belongs, Mention
from libs.offline.lexicon import attributes
from libs.offline.lexicon.nouns import NEVER, SYSTEMS
from libs.offline.phrases import Phrase
from libs.offline.prose.heads import ASKING, NO_OWNER, asks, column, columnar, ownable
from libs.offline.syntax.chunks import Chunk, chunked
from libs.offline.syntax.clauses import Clause, clauses
from libs.offline.syntax.nominals import items_of, phrase_of
from libs.offline.syntax.pointing import IDIOMS, arguments, link
from libs.offline.syntax.shapes import Said, note
from libs.offline.syntax.tagging import tagged
from libs.offline.words import is_plural, singular

_COLON = re.compile(r"^([^:()=]+(?:\([^()]*\)[^:()=]*)*)(?::\s|\s=\s)\s*(\S.*)$", re.S)


def bracketed(text: str, context: Context) -> tuple[str, bool]:
    """Note what things in a sentence have in brackets; return the sentence without them, and whether there were any."""
    chunks = chunked(tagged(text))
    left, done = text, False
    for before, chunk in pairwise(chunks):
        owner = phrase_of(before) if chunk.kind == "(" and before.kind == "n" else None
        inside = text[chunk.start + 1 : chunk.end - 1]
        inner = (
            chunk.kind == "(" and not is_plural(before.words[-1].low) and before.words[-1].low in attributes.ATTRIBUTES
        )
        definite = owner is not None and "the" in owner.before and not owner.plural
        if (
            owner is None
            or inner
            or definite
            or re.search(r"/|\bor\b|:", re.sub(r"\([^()]*\)", "", inside))
            or not ownable(owner)
        ):
            continue
        found = items_of(list(chunked(chunk.words[1:-1])), text)
        if len(found) > 1 and columnar(found, owner) and not (column(owner) and not owner.plural):
            done = note(context, (owner,), found)
            left = left.replace(text[chunk.start : chunk.end], "", 1).replace(" ,", ",")
    return re.sub(r"\s{2,}", " ", left), done


def parenthesised(text: str) -> list[str]:
    """Return a sentence and those that stand in brackets in it: "who the member is (members have a name)"."""
    inner = [found for found in re.findall(r"\(([^()]+)\)", text) if _sentence(found)]
    for one in inner:
        text = text.replace(f" ({one})", "", 1)
    return [text, *inner]


def _sentence(text: str) -> bool:
    found = clauses(text)
    return bool(found) and found[0].kind == "main" and "h" in found[0].verb.tags and bool(found[0].subject)


def listed(text: str, context: Context) -> list[str] | None:
    """Read "someone reports a fault: description, date" as what a fault has; return what is left to read."""
    found = _COLON.match(text)
    if found is None or ASKING.match(text) or heading_kind(found[1].strip()):
        return None
    head, body = found[1].strip(), found[2]
    inside = clauses(body)
    if any(one.kind == "main" and not one.hanging for one in inside) or asks(head, body) or _columns(head):
        return None
    owner = _owner(head, context)
    items = items_of(list(chunked(tagged(body))), body)
    if owner is None or len(items) < 2 or all(one.phrase.plural and not one.columnar for one in items):
        return None
    if not note(context, (owner,), items):
        return None
    context.facts.mentions.append(Mention(owner, defined=True))
    return [head] if clauses(head) else []


def _columns(head: str) -> bool:
    """Say whether a head lists columns already, so that what follows are values of the last of them."""
    found = clauses(head)
    return bool(found) and "h" in found[-1].verb.tags


def _owner(head: str, context: Context) -> Phrase | None:
    """Return the thing a list is about: what is done or kept in the head, else what it is named after."""
    found = clauses(head)
    chunks = [chunk for chunk in chunked(tagged(head)) if chunk.kind not in "r."]
    phrases = [phrase for chunk in chunks if chunk.kind == "n" and (phrase := phrase_of(chunk))]
    if any(singular(one.head) in SYSTEMS for one in phrases):
        return None
    if found:
        return _object(found[-1])
    if len(phrases) == 2 and chunks[-1].words[0].low in {"their", "its"}:
        context.facts.mentions.append(Mention(phrases[0]))
        context.facts.belongs.append(Belongs(phrases[1], phrases[0], "belong"))
        return phrases[1]
    if len(phrases) < 2 or chunks[0].kind != "n" or any(chunk.kind in ",c(" for chunk in chunks):
        return None
    _linked(chunks, context)
    return next((one for one in phrases if _fits(one)), None)


def _linked(chunks: list[Chunk], context: Context) -> None:
    """Read "interviews of an application" as of what each is."""
    first = phrase_of(chunks[0])
    if first is not None and _fits(first):
        for pair in arguments(chunks[1:]):
            link(Said(Clause("main", 0, chunks[0], 0), (first,), "", context), first, pair)


def _object(clause: Clause) -> Phrase | None:
    pairs = arguments(clause.rest)
    called = [
        one
        for at, chunk in enumerate(clause.rest[:-1])
        if chunk.low == "as" and (one := phrase_of(clause.rest[at + 1]))
    ]
    if called and {"a", "an"} & set(called[0].before):
        return called[0]
    objects = [one for prep, one in pairs if not prep and one.words[-1] not in IDIOMS]
    behind = [one for prep, one in pairs if prep]
    subject = [phrase for chunk in clause.subject[:1] if chunk.kind == "n" and (phrase := phrase_of(chunk))]
    still = clause.passive or clause.verb.tags[-1] == "b"
    order = [*subject, *objects, *behind] if still else [*objects, *subject, *behind]
    return next((one for one in order if _fits(one)), None)


def _fits(owner: Phrase) -> bool:
    named = singular(owner.head) not in NEVER and owner.words[-1] not in NO_OWNER
    return named and (owner_thing(owner) or ownable(owner)) and not column(owner)
