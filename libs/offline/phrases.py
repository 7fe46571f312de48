"""Noun phrases and lists of them: "a unique ISBN, the number of copies and a status (open or closed)"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from libs.offline.lexicon import words
from libs.offline.lexicon.attributes import FLAGS
from libs.offline.lexicon.grammar import QUANTIFIERS
from libs.offline.lexicon.verbs import lemma
from libs.offline.tokens import Token
from libs.offline.words import is_plural, singular

INSIDE = frozenset("dqs#jregnxz")
# Adjectives that judge or point and are no part of a name.
VAGUE = words(
    """
    simple small basic big large little new old good nice great modern fast easy quick different same own specific
    certain relevant proper important several following various respective individual possible related associated
    corresponding tiny huge whole serious busy separate many own lightweight minimal straightforward common such
    particular given entire single stored saved available
    """
)
_TIMED = words("starts ends start end created updated begins published born due opened closed")
_MEASURES = words("number amount count quantity")
_GLUE = words("list set collection kind sort group series range type")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its naming words in order, which of them are nouns, and what stood before them."""

    words: tuple[str, ...]
    nouns: tuple[str, ...]
    before: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    counted: bool = False
    raw: str = ""

    @property
    def head(self) -> str:
        """The last noun, as written."""
        return self.nouns[-1]

    @property
    def plural(self) -> bool:
        """Whether the phrase stands for more than one."""
        return is_plural(self.head)

    @property
    def many(self) -> bool:
        """Whether a word before it says "many"."""
        return bool(QUANTIFIERS.intersection(self.before)) or "up-to" in self.before

    @property
    def key(self) -> str:
        """The snake_case singular of its nouns, as an entity would be called."""
        return "_".join((*self.nouns[:-1], singular(self.head))).replace("-", "_").replace("'s", "").replace("'", "")


def phrase_at(tokens: list[Token], start: int) -> tuple[Phrase | None, int]:
    """Return the noun phrase that starts at an index, and the index after it."""
    end = start
    named = False
    while end < len(tokens) and tokens[end].tag in INSIDE and not (named and tokens[end].tag in "z#"):
        named = named or tokens[end].tag == "n"
        end += 1
    while end > start and tokens[end - 1].tag != "n":
        end -= 1
    if end == start:
        return None, start
    return _of(tokens, _phrase(tokens[start:end]), end)


def _phrase(tokens: list[Token]) -> Phrase:
    """Build a phrase from its words; a possessive inside ("a book's title") stays in front as owner."""
    naming = [token for token in tokens if token.tag in "njeg" and token.low not in VAGUE and token.low not in FLAGS]
    naming = _trimmed(naming)
    nouns = tuple(token.low.replace("'s", "") for token in naming if token.tag == "n")
    flags = frozenset(FLAGS[token.low] for token in tokens if token.low in FLAGS)
    before = tuple(token.low for token in tokens if token.tag in "dqs#xr" or token.low in {"own", "up-to"})
    words = tuple(token.low.replace("'s", "") for token in naming)
    raw = " ".join(token.raw for token in naming)
    return Phrase(words, nouns, before, flags, raw=raw)


def _trimmed(naming: list[Token]) -> list[Token]:
    """Drop leading -ing forms before a plural ("managing books") and "list of" heads."""
    while len(naming) > 1 and naming[1].tag == "n" and is_plural(naming[-1].low) and _doing(naming[0]):
        naming = naming[1:]
    return naming


def _doing(token: Token) -> bool:
    """Say whether a word before a plural is what is done with it: "managing books", "stores apartments"."""
    return token.tag == "g" or (token.tag == "n" and third_person(token.low))


def third_person(word: str) -> bool:
    """Say whether a word is what one does, as "stores" is, and hardly the first part of a name, as "sales" is."""
    return word.endswith("s") and lemma(word) not in {"", word} and word not in {"sales", "goods", "sports", "works"}


def _of(tokens: list[Token], phrase: Phrase, end: int) -> tuple[Phrase, int]:
    """Read on over "of": the number of copies, the date of birth, a list of tags."""
    if end < len(tokens) and tokens[end].low in {"at", "on"} and phrase.words[-1:] and phrase.words[-1] in _TIMED:
        return replace(phrase, words=(*phrase.words, tokens[end].low)), end + 1
    if end >= len(tokens) or tokens[end].low != "of":
        return phrase, end
    after, stop = phrase_at(tokens, end + 1)
    if after is None:
        return phrase, end
    if phrase.head in _MEASURES:
        return replace(
            after, before=phrase.before, counted=True, flags=phrase.flags, words=_measured(phrase, after)
        ), stop
    if phrase.head in _GLUE and after.plural:
        return replace(after, before=(*after.before, "many")), stop
    if phrase.head in {"date", "time", "place", "year", "country"}:
        words = (*phrase.words, "of", *after.words)
        return Phrase(words, (phrase.head,), phrase.before, phrase.flags, raw=f"{phrase.raw} of {after.raw}"), stop
    return phrase, end


def _measured(measure: Phrase, after: Phrase) -> tuple[str, ...]:
    extra = tuple(word for word in measure.words if word not in _MEASURES)
    tail = after.words if measure.head != "amount" else (*after.words, "amount")
    return (*extra, *tail)


def split_list(tokens: list[Token], marks: str = ",c") -> list[list[Token]]:
    """Split words at commas and "and" that stand outside brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.tag == "(") - (token.tag == ")")
        if depth == 0 and token.tag in marks and token.tag:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]
