"""Sentences that bound a column ("the rating is between 1 and 5"), list its values, or state a rule in words."""

from __future__ import annotations

from dataclasses import replace

from libs.offline.clauses import Clause
from libs.offline.context import Context, phrases_of
from libs.offline.facts import Limit, Stated
from libs.offline.items import Item, noted
from libs.offline.lexicon import words
from libs.offline.lexicon.attributes import FLAGS, TYPES
from libs.offline.phrases import Phrase, phrase_at, split_list
from libs.offline.tokens import Token

_ORDERS = words("report notify remind send alert email calculate compute sort filter count show list")
_BELOW = frozenset({"below", "above", "over", "under", "past", "beyond"})

# What is needed from somebody is a rule, not a column.
CONSENTS = frozenset({"approval", "permission", "confirmation", "consent", "attention"})


def read_limit(clause: Clause, context: Context) -> bool:
    """Read constraints on one column and the list of its values."""
    verb = clause.verb
    if not (verb.being or verb.lemmas[-1:] in {("go",), ("fall",), ("drop",), ("exceed",), ("range",), ("take",)}):
        return False
    subjects = [_split_subject(part, context) for part in split_list(list(clause.subject))]
    subjects = [subject for subject in subjects if subject is not None]
    rest = list(clause.rest)
    if not subjects or not rest:
        return False
    hint = context.subjects[0] if context.subjects else None
    made = [Limit(owner, _item(clause, phrase, rest), hint) for owner, phrase in subjects]
    told = [limit for limit in made if limit.item != Item(limit.item.phrase)]
    context.facts.limits.extend(told)
    return bool(told)


def _item(clause: Clause, phrase: Phrase, rest: list[Token]) -> Item:
    plain = Item(phrase)
    if phrase.head in {"combination", "pair"}:
        return plain
    return replace(_negated(clause, plain, rest) if clause.verb.negated else _plain(clause, plain, rest), rest="")


def _plain(clause: Clause, item: Item, rest: list[Token]) -> Item:
    noticed = noted(item, [token for token in rest if token.tag not in "(="])
    noticed = replace(noticed, choices=())
    if noticed.flags - item.flags or any(noticed.bounds) or noticed.length:
        return noticed
    if _types(rest):
        return noticed
    return replace(item, choices=_choices(clause, rest))


def _types(rest: list[Token]) -> bool:
    nouns = [token for token in rest if token.tag in "nj"]
    return len(nouns) in {1, 2} and rest[-1] is nouns[-1] and nouns[-1].low in TYPES and rest[0].tag in "dn"


def _negated(clause: Clause, item: Item, rest: list[Token]) -> Item:
    """Read "cannot be negative" and "never goes below zero"."""
    lows = [token.low for token in rest]
    if "negative" in lows or ("below" in lows and ({"zero", "0"} & set(lows))):
        return replace(item, bounds=("0", ""))
    if {"empty", "blank", "null", "missing"} & set(lows):
        return replace(item, flags=item.flags | {"required"})
    numbers = [token.low for token in rest if token.tag == "#" and token.low.isdigit()]
    if clause.verb.lemmas == ("exceed",) and len(rest) <= 3 and numbers:
        return replace(item, bounds=("", numbers[0]))
    return item


def _choices(clause: Clause, rest: list[Token]) -> tuple[str, ...]:
    """Read "can be open, closed or archived" and "is one of red, green, blue"."""
    body = _past_lead(rest)
    parts = split_list(body, ",c/")
    body = [token for part in parts for token in part[1 if part[0].tag == "i" else 0 :]] if len(parts) > 1 else body
    words = ["_".join(token.low.replace("-", "_") for token in part if token.tag not in "d:") for part in parts]
    alternatives = any(token.low == "or" or token.tag == "/" for token in rest) or rest[0].low in {"one", "either"}
    short = all(0 < len([t for t in part if t.tag not in "d:"]) <= 3 for part in parts)
    plain = not any(token.tag in "#lzvwpms" for token in body)
    return tuple(dict.fromkeys(words)) if alternatives and short and plain and len(words) > 1 else ()


def _past_lead(rest: list[Token]) -> list[Token]:
    """Go past "one of", "either", "one of the following:"."""
    lows = [token.low for token in rest]
    if ":" in lows:
        return rest[lows.index(":") + 1 :]
    if "of" in lows[:3] and {"one", "any", "either"} & set(lows[:2]):
        return [token for token in rest[lows.index("of") + 1 :] if token.low not in {"following", "these", "values"}]
    return rest[1:] if lows[0] == "either" else rest


def _split_subject(tokens: list[Token], context: Context) -> tuple[Phrase | None, Phrase] | None:
    """Return owner and column of a subject: "a book's ISBN", "the price of a product", "its price"."""
    for index, token in enumerate(tokens):
        if token.raw.endswith(("'s", "s'")) and index + 1 < len(tokens):
            owner, column = phrase_at(tokens[: index + 1], 0)[0], phrase_at(tokens, index + 1)[0]
            return (owner, column) if owner and column and column.nouns else None
        if token.low == "of" and index:
            column, owner = phrase_at(tokens[:index], 0)[0], phrase_at(tokens, index + 1)[0]
            return (owner, column) if owner and column and column.nouns and owner.nouns else None
    phrase = next((found for found in phrases_of(tokens)[:1]), None)
    if phrase is None:
        return None
    pointed = {"its", "their", "his", "her"} & set(phrase.before)
    return (context.subjects[0] if pointed and context.subjects else None, phrase)


def read_rule(clause: Clause, context: Context) -> bool:
    """Keep a clause that binds behaviour as a rule in words."""
    if not _binding(clause):
        return False
    about = (*phrases_of(list(clause.subject)), *phrases_of(list(clause.rest)))
    context.facts.rules.append(Stated(clause.text, about))
    _floating(clause, context)
    return True


def _binding(clause: Clause) -> bool:
    verb = clause.verb
    if not clause.subject:
        return bool(_ORDERS.intersection(verb.lemmas[:1])) and len(clause.rest) > 1
    if clause.tokens and {"i", "we", "you"} & {token.low for token in clause.subject}:
        return False
    if clause.subject[0].low == "no" and verb.modal:
        return True
    if "need" in verb.lemmas and any(token.low in CONSENTS for token in clause.rest):
        return True
    strict = verb.modal in {"must", "should", "shall", "cannot"} and not (verb.being and _only_flags(clause))
    counted = any(token.tag == "l" for token in clause.rest) and bool(verb.lemmas) and not verb.having
    limited = any(token.tag == "l" for token in clause.rest) and verb.having
    conditional = bool(clause.condition) and not verb.having and not _told(clause)
    return (
        (verb.negated and bool(verb.modal or verb.lemmas))
        or (strict and not verb.having)
        or counted
        or limited
        or conditional
    )


def _told(clause: Clause) -> bool:
    """Say whether a conditional sentence tells a story or a reason rather than a rule."""
    lows = {token.low for token in clause.tokens}
    first = clause.condition.split()[:1]
    return bool(lows & {"was", "were", "had", "did", "got"}) or first in (["because"], ["since"], ["although"])


def _only_flags(clause: Clause) -> bool:
    """Say whether "must be ..." is wholly kept by the column itself."""
    rest = list(clause.rest[:4])
    return any(token.low in FLAGS or token.tag in "zl" for token in rest) or (bool(rest) and _types(rest))


def _floating(clause: Clause, context: Context) -> None:
    """Take "products below their reorder level" to say that products have a reorder level."""
    rest = list(clause.rest)
    for index, token in enumerate(rest):
        if token.low not in _BELOW:
            continue
        owner, column = phrases_of(rest[:index])[-1:], phrases_of(rest[index + 1 :])[:1]
        if owner and column and {"their", "its", "the"} & set(column[0].before):
            context.facts.limits.append(Limit(owner[0], Item(column[0], frozenset({"level"}))))
