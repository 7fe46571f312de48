"""The heads of lists: what "tests are done on a sample:" or "we keep spare parts:" announces."""

from __future__ import annotations

import re

from libs.offline.context import Context, thing_like
from libs.offline.facts import Has, Mention
from libs.offline.items import Item
from libs.offline.lexicon import attributes, grammar, nouns, verbs, words
from libs.offline.phrases import Phrase
from libs.offline.prose.lists import members
from libs.offline.prose.members import item_of, thing
from libs.offline.read_has import inner_of
from libs.offline.words import singular

NO_LIST = re.compile(
    r"^(?:to|been|no|not|at most|at least|up to|max|more|less|only|exactly|one|two|three|\d+|full"
    r"|access|it|them|the right|had)\b",
    re.I,
)
NO_OWNER = words(
    "people person report reports note notes example rule rules role roles who search filter if when constraint"
    " constraints hint history life cycle flow lifecycle state states status step steps everyone nobody somebody"
    " permissions access"
)
# Words that make a thing of another one's name: a damage report.
COMPOUND = words("report reports note notes")
RELATING = re.compile(
    r"^(?:(?:they|it|he|she|who|which|that)(?:'re|'s| is| are)? |is |are |belongs? |refers? |points? |comes? |lives? "
    r"|works? )",
    re.I,
)


ASKING = re.compile(
    r"^(?:(?:the |an? )?reports?:|report\b|search\b|filters?\b|sort\b|(?:ranking|leaderboard|statistics):)", re.I
)


def headed(head: str) -> tuple[str, list[str]]:
    """Return the thing that a head such as "tests are done on a sample" announces, and what it says of it."""
    placed = _PLACED.match(head)
    if placed:
        return placed[1], [f"{placed[1]} belongs to {placed[2]}"]
    done = _DONE.match(head)
    if done:
        related = [head, *([f"{done[1] or ''}{done[2]} belongs to {done[3]}"] if done[3] else [])]
        return f"{done[1] or ''}{done[2]}", related
    tail = _TAIL.match(head)
    return (tail[1], [head]) if tail else (head, [])


_PLACED = re.compile(
    r"^(?:the |our |every |each )?([\w-]+(?: [\w-]+)?) (?:takes?|is|are|happens?|belongs?|comes?)"
    r" .*(?:at|on|for|in|of|to|by|from) ((?:an?|the|one) [\w -]+)$",
    re.I,
)


_DONE = re.compile(
    r"^(?:the |our |every |each |an? )?[\w-]+ (?:records?|keeps?|logs?|enters?|writes?|makes?|takes?"
    r"|stores?|creates?|adds?|submits?|places?|files?|leaves?|has|have|needs?|tracks?) (?:an? "
    r"|the |all |their )?"
    r"([\w-]+ )?([\w-]+?)(?: (?:on|for|of|in|to|at|about) ((?:an?|the|each|every) [\w -]+))?$",
    re.I,
)


_TAIL = re.compile(
    r".*\b(?:as|is|keep|record|need|needs|log|store|have|has|about|track|manage|save) (?:an?|each"
    r"|every|the|all|our)?\s*([\w-]+(?: [\w-]+)?)$",
    re.I,
)


def asks(head: str, body: str) -> bool:
    """Say whether a colon opens a wish or a sentence rather than a list."""
    if re.search(
        r"\b(?:can|may|must|should|cannot|never|want|wants|would|like)\b", f"{head} {body.split(',', maxsplit=1)[0]}"
    ):
        return True
    if head.lower().split()[-1] in grammar.SUBORDINATORS | grammar.ADVERBS:
        return True
    first = members(body)[:1]
    told = re.match(r"^(?:an? |the |our )?[\w-]+s? ([\w-]+) \w+", first[0].lower()) if first else None
    if (
        told
        and verbs.lemma(told[1]) == told[1]
        and told[1] in verbs.DEEDS | verbs.CREATE | {"own", "borrow", "play", "order", "rent", "book", "run"}
    ):
        return told[1] not in attributes.ATTRIBUTES
    last = singular(head.lower().split()[-1])
    return last in nouns.SYSTEMS and not re.search(r"\(|,", body)


def column(owner: Phrase) -> bool:
    head = singular(owner.head)
    return head in attributes.ATTRIBUTES and head not in attributes.EITHER and len(owner.words) == 1


def under(owner: Phrase, context: Context) -> Phrase:
    topic = context.topic[0] if context.topic else None
    return topic if topic is not None and topic.key.endswith(f"_{owner.key}") else owner


def one_per(body: str) -> str:
    return re.sub(r"^one per (?:an? )?([\w ]+?) and (?:an? )?(\w+)(?:,? with|,)? ", r"\1, \2, ", body)


def whole(item: Item) -> bool:
    plural = item.phrase.plural and not item.columnar and singular(item.phrase.head) not in nouns.LABELS
    return bool(item.inner) or (plural and singular(item.phrase.head) not in attributes.ATTRIBUTES)


def columnar(items: list[Item], owner: Phrase) -> bool:
    known = sum(item.phrase.head in attributes.ATTRIBUTES or item.columnar for item in items)
    return known * 2 >= len(items) or (owner.plural and known > 0)


def owner_before(name: str) -> Phrase | None:
    low = name.lower().split()
    if len(low) == 2 and (verbs.lemma(low[0]) or low[0] in _NOT_NAMING or low[0] in grammar.ADJECTIVES):
        low = low[1:]
    owner = thing(" ".join(low))
    return owner if owner is not None and not column(owner) and ownable(owner) else None


def ownable(owner: Phrase) -> bool:
    """Say whether a phrase may have columns: also words that elsewhere say nothing, as a law firm's cases."""
    return thing_like(owner) or owner.head in nouns.DEFINABLE or singular(owner.head) in nouns.DEFINABLE


_NOT_NAMING = (
    grammar.AUXILIARIES
    | grammar.DETERMINERS
    | grammar.QUANTIFIERS
    | grammar.POSSESSIVE
    | grammar.CONJUNCTIONS
    | grammar.PREPOSITIONS
)


def opened(item: Item) -> list[Item]:
    """Take "location (latitude and longitude)" for the columns it consists of."""
    if len(item.choices) > 1 and all(choice.lower().split()[-1] in attributes.ATTRIBUTES for choice in item.choices):
        return [one for choice in item.choices if (one := item_of(choice))]
    return [item]


def gathered(parts: list[str]) -> list[str]:
    """Join "result: white wins", "black wins" and "draw" to one member with its values."""
    at = next((index for index, part in enumerate(parts) if re.match(r"^(?:an? |the )?[\w ]{2,30}: [^/(]+$", part)), -1)
    rest = parts[at + 1 :] if at >= 0 else []
    if not rest or any(
        len(part.split()) > 3 or "(" in part or ":" in part or part.split()[-1].lower() in attributes.ATTRIBUTES
        for part in rest
    ):
        return parts
    name, _, first = parts[at].partition(":")
    return [*parts[:at], f"{name} ({'/'.join([first.strip(), *rest])})"]


def note_item(context: Context, owner: Phrase, item: Item) -> None:
    """Note what an owner has, and what that has in turn."""
    context.facts.has.append(Has(owner, item, optional=False))
    context.facts.has.extend(Has(one, inner) for one, inner in inner_of(item))


def mention(context: Context, phrase: Phrase) -> None:
    """Note a thing that the wish defines, and that it is what is spoken of."""
    context.subjects = (phrase,)
    if ownable(phrase):
        context.facts.mentions.append(Mention(phrase, defined=True))
