"""Lists in running text: split at commas and "and" outside brackets, values that are joined by "or" put in brackets."""

from __future__ import annotations

import re

_STOP = (
    r"(?!(?:and|or|with|which|that|when|but|from|it|an?|the|its|their|be|to|has|have|is|are|if|of|by|optional|unique"
    r"|for|only|as|in|on|at|nobody|we|they)\b)"
)
_IN = r"(?:in|on|past|no|not) "
_WORD = rf"(?:{_IN})?{_STOP}[\w'+-]+(?:(?<=ed) (?:in|out|off|up)\b)?"
_VALUE = rf"{_WORD}(?: {_WORD}){{0,2}}"
_OR = rf"{_VALUE}(?:, {_VALUE})*,? or (?:other\b|{_VALUE})"
_AND = rf"{_VALUE}(?:, {_VALUE})*,? (?:or|and) {_VALUE}"
_LEAD = (
    r"(?:,? (?:which|that) (?:is|are|can be|may be|must be|should be|can)|,? being|,? which is|,? can be| is| are"
    r"| may be| must be| should be)"
)
_SURE = r"(?: one of(?: the following)?:?| any of:?| either(?: of)?:?|: ?(?:one of |either )?| = )"
_CHOICES = (
    re.compile(rf"(?<=\w)(?:{_LEAD})?{_SURE} ?({_OR})(?=[,.;)]| ?$| and | with | but | from | when )", re.I),
    re.compile(rf"(?<=\w){_LEAD} ({_OR})(?=[,.;)]| ?$| and | with | \(| from | when )", re.I),
    re.compile(rf"(?<=\w) of ({_OR})(?=[,.;)]| ?$| and | with )", re.I),
)
_KINDS = re.compile(
    r"\b(status|state|stage|priority|type|kind|level|severity|difficulty|visibility|size|gender"
    rf"|category|condition|method) ({_OR})(?=[,.;)]| ?$| and | with )",
    re.I,
)
_STAGES = re.compile(
    r"(?<=\w),? (?:and )?(?:goes|go|moves?|runs?|passes) through (?:the )?(stages?|states?|status"
    rf"(?:es)?|steps?|phases?):? ({_AND})",
    re.I,
)
_RUN_ON = re.compile(
    r"(?:[,;]|\band\b)\s+(?:and |but |so |while )?(?=(?:an?|each|every|no|the) [a-z-]+(?: (?!that"
    r"|which|who|and\b|or\b)[a-z-]+)? "
    r"(?:has|have|can|is|are|must|may|belongs|should|goes|starts|cannot|can't|needs to)\b)"
    r"|(?<!once)(?<!when)(?<!if)(?<!that)(?<!what)(?<!until)(?<!after)"
    r"\s(?:and )?(?=(?:the|each|every) [a-z]+ (?:has|have) )|,? and then (?=[a-z]+s )"
    r"|:\s+(?=(?!status|state)(?:an? |the |each |every )?[a-z]+ (?:has|have) )|,\s+(?:but |and"
    r" |so )(?=(?:users?|we|they|you|it) )",
    re.I,
)


def members(text: str) -> list[str]:
    """Return the members of a list; brackets and quotes are not looked into."""
    text = re.sub(r"\b(between|from) (\S+) and (?=\S*\d)", r"\1 \2 to ", text)
    out, depth, at = [""], 0, 0
    while at < len(text):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        joint = _JOINT.match(text, at) if depth <= 0 else None
        if joint:
            out.append("")
            at = joint.end()
        else:
            out[-1] += text[at]
            at += 1
    return [part.strip(" ,;.") for part in out if part.strip(" ,;.")]


_JOINT = re.compile(
    r"(?:\s*[,;]\s*(?:and\b|&|plus\b|as well as\b)?\s+|,(?=[a-z])|\s+(?:and|&|plus|as well as)\s+)", re.I
)


def run_on(sentence: str) -> list[str]:
    """Return the sentences that one is made of: "a room has a name, and a desk is in a room"."""
    inside = [found.span() for found in re.finditer(r"\([^()]*\)", sentence)]
    out, at = [], 0
    for found in _RUN_ON.finditer(sentence):
        if not any(start < found.start() < end for start, end in inside):
            out.append(sentence[at : found.start()])
            at = found.end()
    return [part.strip(" ,") for part in (*out, sentence[at:]) if part.strip(" ,")]


def with_values(text: str) -> str:
    """Return text in which "a category of economy, compact or SUV" reads "a category (economy/compact/SUV)"."""
    parts = re.split(r"(\([^()]*\))", text)
    return "".join(part if part.startswith("(") else _bracketed(part) for part in parts)


def _bracketed(text: str) -> str:
    text = _STAGES.sub(lambda found: f", {_stage(found[1])} ({'/'.join(values(found[2]))})", text)
    text = _KINDS.sub(lambda found: f"{found[1]} ({'/'.join(values(found[2]))})", text)
    text = _LETTERS.sub(lambda found: f"{found[1]} ({'/'.join(_letters(found[2]))})", text)
    for shape in _CHOICES:
        text = shape.sub(lambda found: f" ({'/'.join(values(found[1]))})", text)
    return text


def _letters(text: str) -> list[str]:
    """Return the letters of "A, B or C" and of "A to G"."""
    spanned = re.fullmatch(r"([A-Z])(?: to |-)([A-Z])", text)
    return [chr(at) for at in range(ord(spanned[1]), ord(spanned[2]) + 1)] if spanned else values(text)


_LETTERS = re.compile(r"\b([a-z]+) ([A-Z](?: to |-)[A-Z]|[A-Z](?:, [A-Z])*,? or [A-Z])(?=[,.;)]| ?$| and | with )")


def _stage(word: str) -> str:
    return (
        {"st": "status", "ph": "phase"}.get(word[:2].lower(), "stage")
        if not word.lower().startswith("stage")
        else "stage"
    )


def values(text: str) -> list[str]:
    """Return the values of a list that commas, slashes, bars, "or" and "and" join."""
    parts = re.split(r"\s*(?:[,/|;]|->|→)\s*(?:or |and )?|\s+(?:or|and)\s+", text.strip(" .()"))
    return [
        part
        for part in (re.sub(r"^(?:an?|the|either|finally|then) ", "", part.strip(" .'\"")) for part in parts)
        if part
    ]
