"""Words with their part of speech, as one letter each, so that shapes of sentences can be matched on the letters.

``d`` determiner, ``q`` quantity ("many"), ``p`` pronoun, ``s`` possessive, ``i`` preposition, ``t`` "to", ``c`` "and",
``m`` modal, ``x`` negation, ``b`` be, ``h`` have, ``v`` verb, ``e`` participle after be, ``g`` -ing form,
``j`` adjective, ``r`` adverb, ``#`` number, ``z`` range, ``l`` limit ("at most"), ``n`` noun, ``w`` when/if,
``k`` which/that, and punctuation as itself.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from libs.offline.lexicon import grammar, nouns, verbs, words
from libs.offline.lexicon.attributes import ATTRIBUTES, FLAGS
from libs.offline.lexicon.catalog import FIELDS
from libs.offline.words import is_plural, singular

LIMITS = frozenset({"at-most", "at-least", "up-to", "more-than", "less-than"})
_WORD = re.compile(
    r"(?P<range>\d+(?:[.,]\d+)?\s*(?:-|\bto\b|\.\.)\s*\d+(?:[.,]\d+)?)|(?P<num>[$€£]?\d+(?:[.,]\d+)*%?)"
    r"|(?P<word>[^\W\d][\w]*(?:[-'][\w]+)*)|(?P<sign>[,:()\"/|;.!?=<>+-])"
)
_GROUP = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(re.escape(key) for key in sorted(grammar.GROUPS, key=len, reverse=True))
    + r")(?![\w-])",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?:between|from)\s+(\d+(?:[.,]\d+)?)\s*(?:and|to|through|-|until)\s*(\d+(?:[.,]\d+)?)", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_CLASSES = (
    (grammar.DETERMINERS, "d"), (grammar.QUANTIFIERS, "q"), (grammar.PERSONAL, "p"), (grammar.POSSESSIVE, "s"),
    (grammar.CONJUNCTIONS, "c"), (frozenset({"or"}), "c"), (grammar.MODALS, "m"), (grammar.NEGATIONS, "x"),
    (grammar.AUXILIARIES, "b"), (grammar.RELATIVES, "k"), (grammar.SUBORDINATORS, "w"), (grammar.PREPOSITIONS, "i"),
    (LIMITS, "l"), (frozenset({"to"}), "t"),
    (words("has have had having contains contain includes comprises consists"), "h"),
)  # fmt: skip
# Plurals that stand before nouns: sales order, goods receipt.
_PLURAL_MODIFIERS = frozenset({"sales", "goods", "sports", "news", "works", "savings", "parts", "operations", "human"})
_LY = frozenset({"family", "supply", "reply", "assembly", "fly", "butterfly", "anomaly", "monopoly"})
# Verbs no noun is spelled like.
_NO_NOUNS = frozenset(
    {
        "belong",
        "consist",
        "refer",
        "exceed",
        "enroll",
        "enrol",
        "borrow",
        "depend",
        "apply",
        "send",
        "own",
        "want",
        "wish",
    }
)
_CLOSED = {word: tag for words, tag in _CLASSES for word in words}


class Token(NamedTuple):
    """A word: as written, in lower case, its letter, and where it starts and ends in the sentence read."""

    raw: str
    low: str
    tag: str
    start: int
    end: int


def normalise(text: str) -> str:
    """Return a sentence with its groups of words ("has to") replaced by the one word they act as."""
    ranged = _BETWEEN.sub(lambda found: f"{found[1]}-{found[2]}", text)
    ranged = ranged.replace(" - ", " : ")
    return re.sub(r"[ ]{2,}", " ", _GROUP.sub(lambda found: grammar.GROUPS[found[0].lower()], ranged))


def tokenise(text: str) -> list[Token]:
    """Return the tagged words of a normalised sentence."""
    raw = [_raw(found) for found in _WORD.finditer(text)]
    out: list[Token] = []
    for index, token in enumerate(raw):
        following = raw[index + 1] if index + 1 < len(raw) else None
        out.append(token if token.tag else token._replace(tag=_open(token, out, following)))
    return out


def tags(tokens: list[Token]) -> str:
    """Return the letters of the words as one string, for matching shapes."""
    return "".join(token.tag for token in tokens)


def _raw(found: re.Match[str]) -> Token:
    text = found[0]
    kind = found.lastgroup
    low = _CAMEL.sub("_", text).lower() if kind == "word" else text.lower()
    tag = {"range": "z", "num": "#", "sign": text}.get(kind or "", "")
    if kind == "word":
        tag = "#" if low in grammar.NUMBER_WORDS else _CLOSED.get(low, "")
    return Token(
        text, low, {";": ",", "|": "/", ".": ".", "!": ".", "?": "."}.get(tag, tag), found.start(), found.end()
    )


def _open(token: Token, before: list[Token], following: Token | None) -> str:
    """Return the letter of a word of an open class, from itself and its neighbours."""
    low = token.low
    last = before[-1].tag if before else ""
    if low in {"own", "owns"} and last != "s":
        return "h" if last in {"n", "k", "m", "p"} else "j"
    if low in FLAGS or low in grammar.ADJECTIVES:
        return "v" if _deed(low, before, following) else _adjective(low, last, following)
    if low in grammar.ADVERBS or (low.endswith("ly") and low not in _LY and not verbs.lemma(low)):
        return "r"
    base = verbs.lemma(low)
    return _verb_or_noun(low, base, before, following) if base else "n"


def _deed(low: str, before: list[Token], following: Token | None) -> bool:
    """Take "customers open tickets" for a deed, unlike "status open"."""
    many = bool(before) and before[-1].tag == "n" and is_plural(before[-1].low)
    return many and verbs.lemma(low) == low and following is not None and is_plural(following.low)


def _adjective(low: str, last: str, following: Token | None) -> str:
    base = verbs.lemma(low)
    if base and last in {"m", "t", "r"} and low in {"open", "complete", "own"}:
        return "v"
    ends = following is None or following.tag in {",", "c", ".", ")", "i", "b", "m", "h"}
    return "n" if ends and (low in ATTRIBUTES or low in {"average", "minimum", "maximum"}) else "j"


def _verb_or_noun(low: str, base: str, before: list[Token], following: Token | None) -> str:
    last = _meaningful(before)
    next_tag = following.tag if following else ""
    if last in {"m", "p"} or (last in {"x", "t"} and low == base):
        return "v"
    if last == "b":
        return "g" if verbs.is_gerund(low) else "e" if verbs.is_past(low) else "n"
    if verbs.is_gerund(low):
        return "n" if low in ATTRIBUTES or singular(low) in nouns.THINGS or last in {"d", "s", "j"} else "g"
    if verbs.is_past(low):
        return _participle(low, last, before, next_tag)
    return _plain(low, base, before, following)


def _participle(low: str, last: str, before: list[Token], next_tag: str) -> str:
    if last == "n" and next_tag in {"i", "t", "d"} and low not in {"set", "read", "put"}:
        return "e"
    if last == "n" and is_plural(before[-1].low) and next_tag == "n":
        return "v"
    return "n" if low in {"set", "read", "put", "lead", "feed", "seed"} and last in {"d", "s", "j", "n"} else "j"


def _plain(low: str, base: str, before: list[Token], following: Token | None) -> str:
    """Tell "members order books" from "the order of a member"."""
    last = _meaningful(before)
    if base in _NO_NOUNS and last not in {"d", "s", "j"}:
        return "v"
    next_tag = _CLOSED.get(following.low, following.tag) if following else ""
    if before and before[-1].low in {"each", "everyone", "everybody"} and low != base and next_tag != "h":
        return "v"
    if last == "#" and low == "needs":
        return "v"
    if last in {"d", "s", "j", "q", "#", "i", "g", "v", "h", "t"}:
        return "n"
    if last == ")":
        return "v" if next_tag in {"d", "s", "q"} else "n"
    if last in {"", ",", "c", ":", "."}:
        return _opening(low, base, before, following, next_tag)
    if last in {"n", "x", "e", "k"}:
        return _after_noun(low, base, before[-1].low if before else "", following, next_tag)
    return "v" if last == "w" and next_tag in {"d", "s", "q"} else "n"


def _opening(low: str, base: str, before: list[Token], following: Token | None, next_tag: str) -> str:
    """A verb opens an order ("Track orders"), a noun opens everything else."""
    if low != base or following is None:
        return "v" if low != base and _verb_list(before) and next_tag in {"d", "s", "q"} else "n"
    if _verb_list(before) and next_tag in {"d", "s", "q", "n", "", "c", ",", "p", "j"}:
        return "v"
    if _last_is_and(before) and _after_modal(low, before, following):
        return "v"
    thing = f"{low}_{singular(following.low)}" in FIELDS or (low in nouns.THINGS and low not in verbs.SYSTEM)
    orders = next_tag in {"d", "s", "q", "p", "j", "#"} or (next_tag in {"", "n"} and not thing and not before)
    return "v" if orders and not (before and next_tag == "") else "n"


def _last_is_and(before: list[Token]) -> bool:
    """Say whether the word before is "and"."""
    return bool(before) and before[-1].tag == "c"


def _after_modal(low: str, before: list[Token], following: Token) -> bool:
    """Take "users can rate recipes and leave comments" for two deeds."""
    modal = any(token.tag == "m" for token in before)
    if modal and following.tag == "p":
        return True
    return modal and f"{low}_{singular(following.low)}" not in FIELDS and is_plural(following.low)


def _verb_list(before: list[Token]) -> bool:
    """Say whether the list this word continues is one of verbs: "create, edit and delete"."""
    words = [token.tag for token in before if token.tag not in {",", "c", "r"}]
    return bool(words) and words[-1] == "v"


def _after_noun(low: str, base: str, last_word: str, following: Token | None, next_tag: str) -> str:
    object_follows = next_tag in {"d", "s", "q", "#", "l", "p", "j", "z", "i", "t"} or (
        following is not None and next_tag in {"", "n"} and (is_plural(following.low) or following.low.endswith("ing"))
    )
    object_follows = object_follows or (base in verbs.DEEDS and low == base and next_tag in {"", "n"})
    many = is_plural(last_word) and last_word not in _PLURAL_MODIFIERS
    object_follows = object_follows or (many and low == base and next_tag in {"", "n"})
    agrees = is_plural(last_word) == (low == base) or last_word in {"each", "staff", "that", "who", "which"}
    strong = low not in nouns.THINGS and singular(low) not in nouns.THINGS
    if not (object_follows and agrees):
        return "n"
    return "v" if strong or next_tag in {"d", "s", "q", "#", "l"} or is_plural(last_word) else "n"


def _meaningful(before: list[Token]) -> str:
    """Return the letter before this word, looking through adverbs."""
    return next((token.tag for token in reversed(before) if token.tag != "r"), "")
