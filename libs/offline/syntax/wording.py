"""Ways to say the same, brought to the one that the shapes of clauses know."""

from __future__ import annotations

import re

from libs.offline.lexicon import attributes
from libs.offline.words import singular

_I = re.I
_VALUES = r"((?:[\w-]+(?: [\w-]+)?, )*[\w-]+(?: [\w-]+)?,? or [\w-]+(?: [\w-]+)?)"
_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(can)'?t\b", _I), r"\1not"),
    (re.compile(r"\b(musn|mustn|won|don|doesn|isn|aren|wasn|weren|hasn|haven|shouldn|didn)'t\b", _I), r"\1't"),
    (re.compile(r"n't\b", _I), " not"),
    (re.compile(r"'ve\b", _I), " have"),
    (re.compile(r"'re\b", _I), " are"),
    (re.compile(r"'ll\b", _I), " will"),
    (re.compile(r"'d (?=like|love|want)", _I), " would "),
    (re.compile(r"\b(it|that|there|here|he|she|who|what|where|one|when)'s\b", _I), r"\1 is"),
    (re.compile(r"\btheres\b", _I), "there is"),
    (re.compile(r"\bi'm\b", _I), "I am"),
    (re.compile(r",? (?:of course|you know|for example|by the way)(?=[, ])", _I), ""),
    (re.compile(r"\b(?:one|zero) or (?:more|several|many)\b|\bany number of\b|\ba couple of\b", _I), "several"),
    (re.compile(r"(?<=\s)w/(?=\s)"), "with"),
    (re.compile(r"\bdate and (?:the |a )?time\b", _I), "date-and-time"),
    (re.compile(r"\bbetween (-?\d[\d.,]*) and (-?\d)", _I), r"from \1 to \2"),
    (
        re.compile(
            r", (?:like|such as|for example|for instance|say) [^,.;:()]+, (?=(?:with|which|who|each|they)\b)", _I
        ),
        " ",
    ),
    # What comes after these words is a list like one behind a colon.
    (re.compile(r",? (?:that is(?: to say)?|namely|i\.e\.),? (?=(?:the|an?|its|their)\b)", _I), ": "),
    (re.compile(r", (?:and )?(?:that one|this one|it|which) (?:is|must be|has to be) unique(?=,)", _I), " (unique)"),
    (re.compile(r",? (?:that|which) (?:no other [a-z]+ has|(?:must|may|can) not exist twice)\b", _I), " (unique)"),
    (re.compile(r", (?:also|always) (unique|optional|required|mandatory)(?=,| and)", _I), r" (\1)"),
    (re.compile(r"(?<=\w), (?:who|which) is (?:also |always )?an? ([a-z]+)(?=[.,;]|$)", _I), r" (\1)"),
    # "starts at, ends at" in a list are names.
    (re.compile(r"(?<=[,:(] )(?:and )?([a-z]+) (at|on|from|until|by)(?=\s*(?:[,.;)(]|and\b|$))", _I), r"\1-\2"),
    (re.compile(r"(?<=\band )([a-z]+(?:ed|s)) (at|on|from|until)(?=\s*(?:[,.;)(]|$))", _I), r"\1-\2"),
)
_STORY = re.compile(
    r"^(?:[A-Z]+-?\d+:? )?as (?:an?|the) [a-z][\w -]*?,? i (?:can|may|(?:want|need|wish|would like|have|am able)"
    r" to(?: be able to)?) ",
    _I,
)
_AMONG = re.compile(rf"\b\w+ (?:in|to|into|of|under) one of (?:\w+) (\w+): {_VALUES}", _I)


_BEING = r"(?:is|are|can be|may be)(?: always| then| only)? (?:either )?(?:in )?"
_EITHER = re.compile(rf"\b(\w+),? {_BEING}{_VALUES}(?=[.;,]|$| and (?:it|has)\b)", _I)
_SUBJECTS = frozenset({"which", "that", "who", "there", "what", "this"})


def plain(text: str) -> str:
    """Return a sentence with its contractions written out and its asides taken off."""
    for shape, written in _PLAIN:
        text = shape.sub(written, text)
    return _EITHER.sub(_state, _AMONG.sub(_among, text))


def storied(text: str) -> str:
    """Return a user story as what somebody does: "as an agent I can submit an actor" without the agent."""
    return _STORY.sub("I can ", text)


def _state(found: re.Match[str]) -> str:
    """Read "it is either open or closed" as a column with these values."""
    subject, told = found[1].lower(), re.split(r",? or |, ", found[2])
    kinds = all(re.match(r"an? ", one) for one in told)
    plain_values = all(not re.match(r"(?:the|their|its|no|not \w|to|for|by|more|less)\b", one) for one in told)
    column = singular(subject) in attributes.ATTRIBUTES - attributes.EITHER
    if subject in _SUBJECTS or column or not plain_values or any(re.match(r"an? ", one) for one in told) != kinds:
        return found[0]
    if told[1:] == ["not"]:
        return f"{found[1]} has {told[0]} (yes/no)"
    values = "/".join(re.sub(r"^an? ", "", one) for one in told)
    return f"{found[1]} has a {'kind' if kinds else 'status'} ({values})"


def _among(found: re.Match[str]) -> str:
    """Read "lies in one of three areas: North, River or Station" as a column with values."""
    values = re.split(r",? or |, ", found[2])
    return f"has {singular(found[1].lower())} ({'/'.join(values)})"
