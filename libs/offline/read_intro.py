"""Sentences that say what is wanted: "a library API with members and books", "track orders", "there are two roles"."""

from __future__ import annotations

from libs.offline.clauses import Clause
from libs.offline.context import Context, phrases_of, place_like, thing_like
from libs.offline.facts import Has, Mention
from libs.offline.items import Item, items
from libs.offline.lexicon import words
from libs.offline.lexicon.grammar import PERSONAL
from libs.offline.lexicon.nouns import PEOPLE, STAFF, SYSTEM_FILLERS, SYSTEMS, TITLE_HEADS
from libs.offline.lexicon.verbs import SYSTEM
from libs.offline.phrases import Phrase, phrase_at, split_list
from libs.offline.read_has import add_inner
from libs.offline.tokens import Token
from libs.offline.words import is_plural, singular

_BUILDING = words("want need build create make design develop generate write implement code program set give")
_MARKERS = frozenset(
    {"with", "including", "containing", "for", ":", "to", "that", "which", "where", "about", "of", "around"}
)
_ROLE_WORDS = frozenset({"role", "type", "kind"})


def read_intro(clause: Clause, context: Context) -> bool:
    """Read "I want a todo app for several users" and "we need to track shipments and carriers"."""
    verb = clause.verb
    lows = {token.low for token in clause.subject}
    speaking = not clause.subject or lows <= PERSONAL | {"also"} or bool(lows & SYSTEMS) or context.first
    if any(singular(token.low) in PEOPLE for token in clause.subject):
        return False
    if verb.negated or not SYSTEM.intersection(verb.lemmas) or not speaking or verb.passive:
        return False
    if not clause.subject and verb.lemmas[0] not in SYSTEM:
        return False
    context.facts.asked = True
    rest = _past_pronouns(list(clause.rest))
    if rest and rest[0].tag == "t":
        return read_listing(rest[2:], context)
    if verb.lemmas[-1] in _BUILDING:
        return read_title(rest, context)
    return read_listing(rest, context)


def _past_pronouns(rest: list[Token]) -> list[Token]:
    while rest and rest[0].tag in {"p", ","}:
        rest = rest[1:]
    return rest


def read_title(rest: list[Token], context: Context) -> bool:
    """Read "a library API with members, books and loans": a name, then what it keeps."""
    phrase, end = phrase_at(rest, 0)
    if phrase is None or not phrase.nouns:
        return read_markers(rest, context)
    following = rest[end].low if end < len(rest) else ""
    system = phrase.head in TITLE_HEADS and not phrase.plural
    listed = following in {"", ","} or rest[end].tag == "c"
    if not system and (phrase.plural or (listed and following != "")):
        return read_listing(rest, context)
    if (
        not system
        and following == "with"
        and not context.first
        and not (place_like(phrase) or context.facts.title == ())
    ):
        return read_listing(rest, context)
    _name(context, phrase)
    read_markers(rest[end:], context)
    return True


def _name(context: Context, phrase: Phrase) -> None:
    words = tuple(word for word in phrase.words if word not in SYSTEM_FILLERS)
    if words and not context.facts.title:
        context.facts.title = words


def read_markers(rest: list[Token], context: Context) -> bool:
    """Read what follows the name: "for a shop", "with ...", "to manage ...", ": ..."."""
    for index, token in enumerate(rest):
        if token.low not in _MARKERS and token.tag != "g":
            continue
        after = rest[index + 1 :]
        if token.low == "to" and after and after[0].tag == "v":
            return read_listing(after[1:], context)
        if token.low == "for" and after and after[0].tag != "g":
            return _for(after, context)
        if token.tag == "g" or token.low in {"with", "including", "containing", ":", "about", "of", "around"}:
            return read_listing(after, context)
    return False


def _for(after: list[Token], context: Context) -> bool:
    """Tell whom a system is for from what it is for."""
    phrase, end = phrase_at(after, 0)
    if phrase is None or not phrase.nouns:
        return read_markers(after, context)
    if singular(phrase.head) in PEOPLE:
        if phrase.plural and (phrase.many or phrase.key == "user"):
            _mention(context, Item(phrase))
    elif place_like(phrase) or "my" in phrase.before or not phrase.plural:
        if not context.facts.title:
            _name(context, phrase)
    else:
        return read_listing(after, context)
    read_markers(after[end:], context)
    return True


def read_listing(rest: list[Token], context: Context) -> bool:
    """Read a list of things to keep, each perhaps with what it has."""
    found = items(_to_list(rest))
    things = [item for item in found if thing_like(item.phrase) or (len(item.phrase.nouns) > 1 and item.phrase.plural)]
    for before, item in zip((None, *things), things, strict=False):
        _mention(context, item)
        if before and "their" in item.phrase.before and singular(item.phrase.head) not in PEOPLE:
            context.facts.has.append(Has(before.phrase, item))
    return bool(things)


def _to_list(rest: list[Token]) -> list[Token]:
    """Go past -ing forms and infinitives before the list: "for managing", "to keep"."""
    index = 0
    while index < len(rest) and rest[index].tag in "gvtcrp":
        index += 1
    return rest[index:]


def _mention(context: Context, item: Item) -> None:
    if item.phrase.head in SYSTEMS:
        return
    if item.columnar and not item.inner and not item.phrase.plural:
        context.facts.loose.append(item)
        return
    context.facts.mentions.append(Mention(item.phrase))
    add_inner(context, item)


def read_there_are(clause: Clause, context: Context) -> bool:
    """Read "there are members and books" and "there are two roles: admin and editor"."""
    opens = clause.verb.being and any(token.low == "there" for token in clause.tokens[:3])
    if not opens or clause.verb.negated:
        return False
    return read_roles(list(clause.rest), context) or _staff(clause, context) or read_listing(list(clause.rest), context)


def _staff(clause: Clause, context: Context) -> bool:
    """Take "there are admins, mechanics and a receptionist" for roles."""
    heads = [singular(phrase.head) for phrase in phrases_of(list(clause.rest))]
    if not heads or not set(heads) & STAFF or not set(heads) <= PEOPLE | STAFF:
        return False
    context.facts.roles.extend(phrases_of(list(clause.rest)))
    return True


def read_roles(rest: list[Token], context: Context) -> bool:
    """Read "roles: admin, editor" wherever a list of people follows the word role or user."""
    parts = split_list(rest, ":")
    head = {singular(token.low) for token in parts[0]} if parts else set[str]()
    if len(parts) < 2 or not head & (_ROLE_WORDS | {"user", "people", "person"}):
        return False
    roles = [phrase for phrase in phrases_of(parts[1]) if singular(phrase.head) in PEOPLE | STAFF or "role" in head]
    context.facts.roles.extend(roles)
    return bool(roles)


def listing_of_things(found: list[Item]) -> bool:
    """Say whether most members of a list are things rather than columns."""
    things = [item for item in found if not item.columnar and (is_plural(item.phrase.head) or item.inner)]
    return len(things) * 2 > len(found)
