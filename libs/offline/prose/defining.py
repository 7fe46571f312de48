"""Sentences that list what a thing has, read as lists: "Cars: plate (unique), year", "a room has a name"."""

from __future__ import annotations

import re
from collections.abc import Callable

from libs.offline.context import Context, heading_kind
from libs.offline.items import Item
from libs.offline.lexicon import grammar, verbs
from libs.offline.phrases import Phrase
from libs.offline.prose.heads import (
    ASKING,
    COMPOUND,
    NO_LIST,
    NO_OWNER,
    RELATING,
    asks,
    column,
    columnar,
    gathered,
    headed,
    mention,
    note_item,
    one_per,
    opened,
    ownable,
    owner_before,
    under,
    whole,
)
from libs.offline.prose.lists import members, with_values
from libs.offline.prose.members import item_of, thing
from libs.offline.read_intro import read_title
from libs.offline.tokens import normalise, tokenise

_DET = r"(?:(?:an?|the|each|every|all|our|any|these|those|for each|for every|for an?)\s+)?"
_NAME = r"([a-z][\w'-]*(?:\s[a-z][\w'-]*){0,2}?)"
_HAVE = r"(?:has|have|having|contains?|stores?|consists? of|comes? with|includes?)"
_COLON = re.compile(r"^([^:]{2,60}?)(?:\s*\([^()]*\))?\s*(?::|\s-)\s+(\S.*)$")
_HAS = re.compile(
    rf"^{_DET}{_NAME}(?:,? (?:also|always|just|only|we (?:store|keep|record|need|save)))?\s+{_HAVE}\s+(.+)$", re.I
)
_KEPT = re.compile(
    rf"^(?:for|of|about) (?:each|every|an?|the|all|our)?\s*{_NAME},? (?:we|i|you|it)? ?(?:want to"
    r" |need to |must |should )?"
    r"(?:store|keep|record|need|save|know|track|have|want|hold)s?(?: track of)?:?\s+(.+)$",
    re.I,
)
_AS = re.compile(
    r"^(.*\b(?:as|take|takes|make|makes|submit|submits|create|open|leave|leaves|write|writes|file|place|post|posts)"
    r" an? ([a-z][\w-]*(?: [a-z][\w-]*)?)) (?:with|having|containing) (.+)$",
    re.I,
)
_WITHS = re.compile(
    r"^((?:.*?\b(?:have|has|are|is|there's|keep|track|manage|store|need|want|record|see|sells?"
    r"|offers?|rent out|for|and|of)\s+)?)(?:an? |the |our |several |many |some )?"
    r"([a-z][\w-]*(?: [a-z][\w-]*)?),? (?:(?:each|every one|all|which all|who all|every)(?: of"
    r" (?:them|which|whom))? )?(?:with|has|have|having) ([^;]+)$",
    re.I,
)
_RECORDING = re.compile(
    rf"^({_DET}[a-z]+) ([a-z]+) ({_DET}[a-z]+(?: [a-z]+)?)(?: (?:from|between) ((?:an?|the|its)?"
    r" ?[a-z -]+?) (?:to|until|and) ((?:an?|the|its)? ?[a-z -]+?))?(?:,? (?:with|giving|and gives)"
    r" (.+))?$",
    re.I,
)


def defined(sentence: str, context: Context) -> list[str] | None:
    """Note what a definition states and return the sentences left to read; nothing when the sentence is none."""
    text = with_values(sentence.strip().rstrip("."))
    for shape in _SHAPES:
        left = shape(text, context)
        if left is not None:
            return left
    return None


def _colon(text: str, context: Context) -> list[str] | None:
    found = _COLON.match(text)
    if found is None or re.search(r"->|=", found[1]):
        return None
    if ASKING.match(text):
        return []
    head, body = found[1].strip(" *"), found[2]
    if heading_kind(head) == "entities" and (parts := _nested(body)) is not None:
        _note(parts, context)
        return []
    name, related = headed(head)
    owner = thing(name)
    if owner is None or owner.words[-1] in NO_OWNER or heading_kind(head) or asks(head, body):
        return None
    if context.first and name == head and (left := _intro(head, body, context)) is not None:
        return left
    items = [item for part in members(one_per(body)) if (item := item_of(part))]
    if (column(owner) and not owner.plural) or not items:
        return None
    owner = under(owner, context)
    mention(context, owner)
    return [*related, *_owns(owner, one_per(body), context)]


def _intro(head: str, body: str, context: Context) -> list[str] | None:
    """Read "Chess club: players (name, rating), tournaments (name) and games" as a title and its things."""
    parts = _nested(body)
    if parts is None:
        return None
    read_title(tokenise(normalise(head.lower())), context)
    _note(parts, context)
    return []


def _note(parts: list[tuple[Phrase, list[Item]]], context: Context) -> None:
    for owner, items in parts:
        mention(context, owner)
        for item in items:
            note_item(context, owner, item)


def _nested(body: str) -> list[tuple[Phrase, list[Item]]] | None:
    """Read a list of things, each perhaps "with" what it has; nothing when most members are columns."""
    out: list[tuple[Phrase, list[Item]]] = []
    opened = False
    for part in members(body):
        found = re.match(
            r"(?:an? )?(?:(?:menu|list|collection|set|number) of )?(.+?) (?:with|having|including) (.+)$", part
        )
        name = re.split(r" (?:between|of|for|in|on|by) ", found[1])[0] if found and "(" not in found[1] else ""
        item = item_of(part)
        if name and (phrase := thing(name)) is not None:
            out.append((phrase, [one] if (one := item_of(found[2] if found else "")) else []))
            opened = True
        elif item is not None and out and opened and not whole(item):
            out[-1][1].append(item)
        elif item is not None:
            out.append((item.phrase, list(item.inner)))
            opened = False
    things = sum(bool(items) or (phrase.plural and not column(phrase)) for phrase, items in out)
    return out if things * 2 > len(out) else None


def _possessing(text: str, context: Context) -> list[str] | None:
    found = _KEPT.match(text) or _HAS.match(text)
    if found is None or NO_LIST.match(found[2]):
        return None
    owner = _subject(found[1], context)
    if owner is not None and len(members(found[2])) > 1 and not column(owner):
        mention(context, owner)
    return None if owner is None else _owns(owner, found[2], context)


def _subject(name: str, context: Context) -> Phrase | None:
    low = name.lower()
    if low in {"it", "they", "each", "these"}:
        return context.subjects[0] if context.subjects else None
    if low.split()[0] in grammar.SUBORDINATORS:
        return None
    owner = thing(low)
    modal = any(word in grammar.MODALS | grammar.AUXILIARIES | grammar.NEGATIONS for word in low.split())
    if (
        owner is None
        or modal
        or set(owner.words)
        & ((NO_OWNER - (COMPOUND if len(owner.words) == 2 else set())) | {"that", "which", "number"})
        or not ownable(owner)
    ):
        return None
    return None if len(owner.words) > 2 and any(verbs.lemma(word) for word in owner.words[:-1]) else owner


def _recorded(text: str, context: Context) -> list[str] | None:
    found = _AS.match(text)
    if found is None or (owner := _subject(found[2], context)) is None:
        return None
    mention(context, owner)
    return [found[1], *_owns(owner, found[3], context)]


def _accompanied(text: str, context: Context) -> list[str] | None:
    """Read "we have members, each with a name and an email" and "then there are trainers with a name and a bio"."""
    found = _WITHS.match(text)
    if found is None:
        return None
    owner = owner_before(found[2])
    items = [item for part in members(found[3]) if (item := item_of(part))]
    if owner is None or len(items) < 2 or not columnar(items, owner):
        return None
    mention(context, owner)
    return [f"{found[1]}{found[2]}".strip(), *_owns(owner, found[3], context)]


def _recording(text: str, context: Context) -> list[str] | None:
    """Read "a member books a room from a start time to an end time, with a title" as what a booking has."""
    found = _RECORDING.match(text)
    lemma = verbs.lemma(found[2]) if found else ""
    records = verbs.RECORD_ALSO.get(lemma, ()) or ((verbs.RECORD[lemma],) if lemma in verbs.RECORD else ())
    if found is None or not records or not (found[4] or found[6]):
        return None
    record = next((one for one in records if one in context.said), records[0])
    owner = Phrase((record,), (record,), raw=record)
    mention(context, owner)
    listed = ", ".join(part for part in (found[4], found[5], found[6]) if part)
    return [f"{found[1]} {found[2]} {found[3]}", *_owns(owner, listed, context)]


def _listed(text: str, context: Context) -> list[str] | None:
    """Read "Name, contact email, website" under the heading "Suppliers"."""
    if not context.topic or "," not in text or re.search(r"\b(?:is|are|has|have|can|must|never|only|should)\b", text):
        return None
    return _owns(context.topic[0], text, context)


def _owns(owner: Phrase, body: str, context: Context) -> list[str]:
    """Note the members of a list for their owner and return what was no member, as sentences about the owner."""
    left: list[str] = []
    context.subjects = (owner,)
    for part in gathered(members(body)):
        asked = re.match(r"(?:who|which|what|on which|in which) \w+ (?:it|they|he|she)\b", part)
        item = item_of(part) if asked or not RELATING.match(part) else None
        if item is not None:
            for one in opened(item):
                note_item(context, owner, one)
        elif left and re.match(r"(?:optionally |also |or )?(?:to|for|by|on|in) ", part):
            left[-1] = f"{left[-1]} and {part}"
        elif either := re.fullmatch(r"(?:is )?(?:either )?\(([^()]+)\)", part):
            note_item(
                context,
                owner,
                Item(Phrase(("status",), ("status",), raw="status"), choices=tuple(either[1].split("/"))),
            )
        elif found := RELATING.match(part) or re.match(r"(?:must|may|can|cannot|should|never|only)\b", part):
            verb = re.sub(r"^(?:they|it|he|she|who|which|that)\s*", "", part, flags=re.I)
            verb = re.sub(r"^'re |^'s ", "is ", verb)
            left.append(f"{owner.raw} {verb}" if found else part)
    return left


_SHAPES: tuple[Callable[[str, Context], list[str] | None], ...] = (
    _colon, _recorded, _recording, _possessing, _accompanied, _listed,
)  # fmt: skip
