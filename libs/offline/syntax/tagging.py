"""Words of a sentence with their part of speech, as one letter each.

``n`` noun, ``j`` adjective, ``d`` determiner, ``#`` number, ``v`` finite verb, ``e`` participle, ``g`` -ing form,
``i`` infinitive, ``m`` modal, ``b`` be, ``h`` have, ``r`` adverb, ``x`` not, ``p`` preposition, ``t`` "to",
``s`` personal pronoun, ``k`` who/which/what, ``w`` when/if, ``c`` and/or, and punctuation as itself.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple, Protocol, cast

from HanTa import HanoverTagger  # pyright: ignore[reportMissingTypeStubs]

from libs.offline.lexicon import verbs, words
from libs.offline.words import is_plural

_WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W\d_]\w*(?:(?:-|/|'(?!s\b))(?=\w)\w+)*|'s\b|[^\w\s]")
_LETTERS = {
    "AJ0": "j", "AJC": "j", "AJS": "j", "ORD": "j", "AT0": "d", "DPS": "d", "DT0": "d", "CRD": "#", "CJC": "c",
    "CJS": "w", "CJT": "k", "DTQ": "k", "PNQ": "k", "AVQ": "k", "PNP": "s", "PNI": "s", "PNX": "s", "PRP": "p",
    "PRF": "p", "TO0": "t", "VM0": "m", "XX0": "x", "AV0": "r", "AVP": "r", "EX0": "s", "ITJ": "r", "POS": "'",
    "VVB": "v", "VVZ": "v", "VVD": "v", "VVN": "e", "VVG": "g", "VVI": "i", "VDB": "v", "VDZ": "v", "VDD": "v",
    "VDI": "i", "VDN": "e", "VDG": "g", "VHG": "g", "VBG": "g",
}  # fmt: skip
# What these words are in a wish, whatever else they may be elsewhere.
_FIXED = {
    letter: words(told)
    for letter, told in {
        "d": "a an the each every all any both no this these those their its his her our my your many several multiple "
        "various some few numerous",
        "w": "when if unless until while because once whenever before after",
        "p": "with per by of for in on at from via without within under about",
        "c": "and or plus &",
        "k": "who which whom whose what",
        "m": "can cannot may must should will shall could might would",
        "r": "also then only always usually normally sometimes later together exactly just optionally",
        "x": "not never",
    }.items()
}
# What stands behind the noun of "which flat", where it ends or goes on with a clause of its own.
_ENDING = frozenset({"", ",", ".", ";", ")", "c", "s"})
_MOMENT = re.compile(r"-(?:at|on|from|until|by|time)$")
_DEEDS = verbs.CREATE | verbs.UPDATE | verbs.DELETE | verbs.READ | verbs.ALL
_KNOWN = {word: letter for letter, told in _FIXED.items() for word in told}


class Word(NamedTuple):
    """A word: as written, in lower case, its letter, and where it starts and ends in the text read."""

    raw: str
    low: str
    tag: str
    start: int
    end: int


class _Tagger(Protocol):
    def tag_sent(self, sent: list[str], taglevel: int = 1) -> list[str]: ...


@cache
def _tagger() -> _Tagger:
    return cast("_Tagger", HanoverTagger.HanoverTagger("morphmodel_en.pgz"))


@lru_cache(maxsize=4000)
def tagged(text: str) -> tuple[Word, ...]:
    """Return the words of a plain sentence."""
    found = list(_WORD.finditer(text))
    raw = [one[0] for one in found]
    tags = _tagger().tag_sent([_lowered(one) for one in raw[:1]] + raw[1:], taglevel=0) if raw else []
    words = [
        Word(one[0], one[0].lower(), _letter(one[0], tag), one.start(), one.end())
        for one, tag in zip(found, tags, strict=True)
    ]
    return tuple(_settled(words))


def _lowered(first: str) -> str:
    """Return the first word of a sentence in lower case where it may be a verb: "Belongs to one call"."""
    low = first.lower()
    return low if verbs.lemma(low) and verbs.lemma(low) != low else first


def _letter(raw: str, tag: str) -> str:
    low = raw.lower()
    if not raw[0].isalnum():
        return raw[0]
    if low in _KNOWN:
        return _KNOWN[low]
    if _MOMENT.search(low):
        return "n"
    if tag.startswith("VB") and tag != "VBG":
        return "b"
    if tag.startswith("VH") and tag != "VHG":
        return "h"
    return _LETTERS.get(tag, "n")


def _settled(words: list[Word]) -> list[Word]:
    """Mend what the tagger takes for something else between its neighbours."""
    for at, word in enumerate(words):
        before, after = words[at - 1] if at else None, words[at + 1] if at + 1 < len(words) else None
        earlier = "".join(one.tag for one in words[:at])
        known = _asked(word, before, after, earlier) if before is not None else ""
        words[at] = word._replace(tag=known or _mended(word, before, after, earlier))
    return words


def _mended(word: Word, before: Word | None, after: Word | None, earlier: str) -> str:
    last, following = before.tag if before else "", after.tag if after else ""
    if word.low in {"before", "after", "once"} and following in {"d", "n"}:
        return "w" if word.low == "once" else "p"
    if word.tag in "vi" and last in {"d", "p", "j", "#"} and (before is None or before.low not in {"each", "all"}):
        return "n"
    if word.tag == "i" and (last not in {"t", "m", "x", "r", "c"} or (last == "c" and not {"m", "t"} & set(earlier))):
        return "v"
    if word.tag == "v" and (last in {"b", "h"} or _reduced(word, last, after, earlier)):
        return "e"
    if word.tag in "vi" and before is not None and _listed(word, before, after, earlier):
        return "n"
    if word.low == "lots" and (after is None or after.low != "of"):
        return "n"
    if word.tag == "n" and last == "m":
        return "i"
    return _deed(word, before, after)


def _asked(word: Word, before: Word, after: Word | None, earlier: str) -> str:
    """Tell the noun of "which flat" and the verbs of "we note" and "can invite and book one"; empty for others."""
    following = after.tag if after else ""
    if word.tag in "rjv" and before.low in {"which", "what"} and following in _ENDING:
        return "n"
    if word.tag != "n" or not verbs.lemma(word.low):
        return ""
    if before.low in {"we", "i", "they"}:
        return "v"
    doing = bool({"m", "t"} & set(earlier)) and before.tag == "c" and after is not None
    return "i" if doing and after is not None and after.low in {"one", "them", "it"} else ""


def _listed(word: Word, before: Word, after: Word | None, earlier: str) -> bool:
    """Take "a start time, abstract, licence expire date" for names: bare forms in a list of what a thing has."""
    following = after.tag if after else "."
    if earlier.count("(") > earlier.count(")") and before.tag in {",", "c", "("}:
        return True
    if word.low.endswith(("s", "ed")) or {"m", "t"} & set(earlier) or word.low in _DEEDS:
        return False
    inside = before.tag in {",", "c", ":"} and following in {"n", ",", "c", ".", ")", "(", "#"}
    compound = before.tag == "n" and following == "n" and not is_plural(before.low)
    return (inside or compound) and bool({"h", ":", "v", "("} & set(earlier))


def _reduced(word: Word, last: str, after: Word | None, earlier: str) -> bool:
    """Take "the instrument wanted, a price" for what is said of the instrument."""
    ends = after is None or after.tag in {",", ".", ")", ";", "c"} or after.low == "by"
    return bool(set("vbh") & set(earlier)) and ends and last == "n" and word.low.endswith("ed")


def _deed(word: Word, before: Word | None, after: Word | None) -> str:
    """Take "buyers order fruit", "customers own accounts" and "a member books a room" for deeds."""
    if before is None or after is None or before.tag != "n":
        return word.tag
    if word.tag == "n" and verbs.lemma(word.low) not in {"", word.low}:
        one = not is_plural(before.low) and word.low.endswith("s")
        return "v" if one and (after.tag == "d" or (after.tag == "n" and is_plural(after.low))) else "n"
    base = word.tag in "nj" and not is_plural(word.low) and (word.tag == "n" or verbs.lemma(word.low) == word.low)
    deed = is_plural(before.low) and base and after.tag in {"n", "d"}
    return "v" if deed and is_plural(after.low) else word.tag
