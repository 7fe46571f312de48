"""Sentences put into the plainer form that the grammar reads, before it reads them."""

from __future__ import annotations

import re

from libs.offline.plainer import plainer

_I = re.IGNORECASE
_VALUE = r"[\w'-]+(?: [\w'-]+)?"
_VALUES = rf"((?:{_VALUE}, ?)*{_VALUE},? or {_VALUE}|{_VALUE}(?:(?:, ?{_VALUE})+,? and {_VALUE}))"
# Talk of signing in, which is not a thing to keep.
SIGN_IN = re.compile(r"\b(log ?in|login|sign ?in|sign ?up|authenticat\w+|password|jwt|oauth|register and)\b", _I)
_LETS = re.compile(
    r"^(.*?)\b(?:lets?|allows?|enables?|letting|allowing|enabling|permits?)\s+(?:the |our |my )?"
    r"((?:[a-z-]+ ){1,2}?)(to )?(?=[a-z])",
    _I,
)
_DANGLING = re.compile(r"(?:[,\s]+(?:and|that|which|to|it|should|must|can|will|also|where))+\s*$", _I)
_POSSIBLE = re.compile(
    r"\bit (?:should|must|is|has to|needs to)(?: be)? possible (?:for (?:the |an? )?(\w+) )?to\b", _I
)
_NO_ACTOR = frozenset({"me", "us", "him", "her", "to", "in", "on", "for", "a", "it", "an", "of", "and", "the"})
# "a code that must be unique" is "a code (unique)"; a list of values likewise, so that what follows stays in the list.
_RELATIVE = re.compile(
    r",? (?:that|which|who) (?:must be|should be|has to be|is|are|be)(?: always)? "
    r"(unique|optional|required|mandatory|positive)(?=[\s,.]|$)",
    _I,
)
_CHOICE = re.compile(
    r",? (?:that|which) (?:can|may|could|must|should|is|are|will)(?: only)?(?: be)?(?: either| one of)?:? " + _VALUES,
    _I,
)
_NAMED_CHOICE = re.compile(
    r"\b(status|state|stage|priority|type|kind|level|severity|difficulty|visibility|size|gender|role|condition|method)"
    r"(?:: | of | being |, either |, one of | is one of | \(?either | )"
    r"(?!(?:and|or|is|can|of|which|that|for|to|must)\b)" + _VALUES,
    _I,
)
_COLON_CHOICE = re.compile(r"\b(\w+): " + _VALUES, _I)


_ALL_OF = re.compile(
    r"\b(?:have|has|gets?) (?:(?:full|complete|all|unlimited) )?(?:crud|access|rights|permissions?)"
    r"(?: (?:rights|access|permissions?))? (?:on|to|for|over) (?=[a-z])",
    re.I,
)
_READING = re.compile(
    r"\b(?:have|has|gets?) (?:only )?(?:read(?:[- ]only)?|viewing|view(?:[- ]only)?) (?:access|rights|permissions?)"
    r" (?:on|to|for) (?=[a-z])",
    re.I,
)


def granted(sentence: str) -> str:
    """Return a sentence in which who "has CRUD on" things manages them, and who "has read access to" them sees them."""
    return _READING.sub("see ", _ALL_OF.sub("manage ", sentence))


def rephrased(sentence: str) -> list[str]:
    """Return a sentence in plainer words, in two parts where it says what a system lets people do.

    "As a guest I want to book" and "it lets guests book" become "guests can book".
    """
    told = _POSSIBLE.sub(lambda found: f"{found[1] or 'users'} can", plainer(sentence))
    told = _bracketed(told)
    found = _LETS.match(told)
    if found is None or found[2].split()[-1].lower() in _NO_ACTOR:
        return [told]
    before = _DANGLING.sub("", found[1])
    after = f"{found[2]}can {told[found.end() :]}"
    return [before, after] if len(before.split()) > 2 else [after]


def _bracketed(sentence: str) -> str:
    """Put flags and values that hang behind a name into brackets."""
    told = _RELATIVE.sub(r" (\1)", sentence)
    told = _CHOICE.sub(lambda found: f" ({_values(found[1])})", told)
    return _COLON_CHOICE.sub(_named, _NAMED_CHOICE.sub(_named, told))


def _named(found: re.Match[str]) -> str:
    if " or " not in found[2] or any(len(value.split()) > 2 for value in found[2].split(",")[:-1]):
        return found[0]
    return f"{found[1]} ({_values(found[2])})"


def _values(text: str) -> str:
    return re.sub(r",? (?:or|and) ", ", ", re.sub(r"\beither ", "", text))
