"""Moves between states that are marked in a sentence: groups of states and what is said between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Move = tuple[str, str]
_VALUE = re.compile(r"%(\w+)")
_BY = re.compile(r" by (?:the |an? |our )?(?:[@&]\w+|[a-z]+)(?: staff| team)?(?=,| and| or|;|\.|$)")
_JOINT = r"(?: (?:is|are|be|being|gets?|it|they|an?|the|either|finally|\w+ly)\b)*"
_OR = re.compile(rf"^,?(?: (?:or|/)|/|\|)(?: to)?{_JOINT} ?$")
_COMMA = re.compile(r"^, ?$")
_AND = re.compile(rf"^,? and{_JOINT} ?$")
_THEN = re.compile(
    r"\b(?:then|later|next|finally|after that|afterwards|becomes?|become|moves?|goes?|go|turns?|to|into|ends?"
    r"|until|eventually"
    r"|changes?|followed by|on to)\b"
)
_SUBJECT = re.compile(
    r"^(?: status| state)?(?: @\w+| ones?| \$\w+)?(?: that| which)?(?: it| they| we| you)?(?: can| may| could"
    r"| must| is| are"
    r"| gets?| will)\b(?:(?!\b(?:not|never|cannot|if|when|while)\b)[^%;.])*$"
)
_WHEN = re.compile(r"\b(?:when|if|after|once|while|as long as|provided|from)\b[^%]*$")
_STEPS = re.compile(r"\bthrough\b|\b(?:life ?cycle|flow|workflow|pipeline|phases|life)\b")
_ORDERED = re.compile(r"\bthen\b|\bfinally\b|\bstarts?\b|\bfirst\b|\bafterwards\b|\bnext\b|\bbegins?\b")
_GOING_ON = re.compile(
    r"^(?:from (?:there|then|here)|then|after(?:wards| that)|next|later|finally|(?:it|they) (?:is|are|gets?|can"
    r"|may|moves?|goes?)"
    r" (?:be )?then)\b|\b(?:them|they|it)\b"
)
_OPENS = re.compile(r"\b(?:starts?|begins?|comes? in|new|at first|initially|is first|are first)\b")
# "Filed ones published", "mark confirmed moves as done".
_GAPPED = re.compile(r" (?:ones?|@\w+)(?: (?:as|to|into|back to|on to))?(?: an?)? \(?")
_DENIED = re.compile(r"(?<![%$@])\b(?:not|never|cannot|no|nobody)\b")


@dataclass(frozen=True, slots=True)
class Group:
    """States that stand beside each other, and where in the sentence."""

    values: tuple[str, ...]
    start: int
    end: int


def plain(marked: str) -> str:
    """Return a sentence without those by whom a state is reached, and with "starts" and "ends" as words."""
    text = re.sub(r"\$start\w*(?= (?:out )?(?:as|in|with|at) )", "starts", marked)
    text = re.sub(r"\$end\w*(?= (?:as|in|with|at|up) )", "ends", text)
    return _BY.sub("", text)


def moves(marked: str, before: Sequence[str] = ()) -> tuple[list[Move], tuple[str, ...]]:
    """Return the moves a sentence tells and the states it ends with; ``before``: the last ones told."""
    text = plain(marked)
    groups = _groups(text)
    out: list[Move] = []
    for one, two in pairwise(groups):
        gap = text[one.end : two.start]
        out += _between(one, two, gap, text)
    told = bool(out) or bool(_ORDERED.search(text)) or text.startswith("from there")
    first = groups[0] if groups else None
    opening = text[: first.start] if first else ""
    if (
        first
        and told
        and _GOING_ON.search(opening)
        and not _DENIED.search(opening)
        and not _OPENS.search(text[: first.end + 12])
        and not set(first.values) & {*before}
    ):
        out = [*((old, new) for old in before for new in first.values), *out]
    return [pair for pair in dict.fromkeys(out) if pair[0] != pair[1]], groups[-1].values if groups else ()


def _groups(text: str) -> list[Group]:
    found = list(_VALUE.finditer(text))
    ordered = bool(_ORDERED.search(text) or _STEPS.search(text))
    kinds = [_kind(text[one.end() : two.start()]) for one, two in pairwise(found)]
    groups: list[Group] = []
    for index, value in enumerate(found):
        aimed = bool(groups) and bool(re.search(r"\b(?:be|get|become|to)(?: \w+)? $", text[: groups[-1].start]))
        together = index > 0 and _together(kinds, index - 1, ordered, "" if aimed else text[value.end() :])
        if together:
            last = groups.pop()
            groups.append(Group((*last.values, value[1]), last.start, value.end()))
        else:
            groups.append(Group((value[1],), value.start(), value.end()))
    return groups


def _kind(gap: str) -> str:
    return "or" if _OR.match(gap) else "," if _COMMA.match(gap) else "and" if _AND.match(gap) else ""


def _together(kinds: list[str], at: int, ordered: bool, rest: str) -> bool:
    """Say whether two states are alternatives: joined by "or", or by "and" where no order is told."""
    kind = kinds[at]
    ahead = next((one for one in kinds[at:] if one != ","), "")
    if kind == "or":
        return True
    if kind in {",", "and"}:
        last = ahead or "and"
        subject = bool(re.match(r"(?:,? (?:and |or )?%\w+)*(?: @\w+| ones?)? (?:can|may|could)\b", rest))
        return last == "or" and not (ordered and kind == ",") if not subject else True
    return False


def _between(one: Group, two: Group, gap: str, text: str) -> list[Move]:
    pairs = [(old, new) for old in one.values for new in two.values]
    kind = _kind(gap)
    if kind in {",", "and"}:
        return pairs if _ORDERED.search(text) or _STEPS.search(text) else []
    if _DENIED.search(gap) or re.search(r"[;.]", gap):
        return []
    if _WHEN.search(gap) and not re.search(r"\bthen\b", gap):
        only = re.search(r"\b(?:only|can be|may be|can|put|back)\b", text[: one.start])
        return [(new, old) for old, new in pairs] if only else []
    if _SUBJECT.match(gap) or _GAPPED.fullmatch(gap):
        return pairs
    return pairs if _THEN.search(gap) and not re.search(r"@\w+ .*@\w+", gap) else []
