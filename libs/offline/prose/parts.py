"""A marked sentence that says several things, taken apart into what is said one after the other."""

from __future__ import annotations

import re

_OPENS = (
    r"(?:only|no|nobody|no one|never|an?|the|each|every|all|both|one|2|at most|they|he|she|i|it|you|there|we|also"
    r"|any|its"
    r"|their|when|in an?|for each|for an?|(?:[a-z_]+ ){1,3}(?:can|may|must|cannot)\b"
    r"|once|if|if an?|[@&]\w+|%\w+ @\w+|%\w+ ones)"
)
_CUT = re.compile(
    rf"\s*;\s*|\s*: (?={_OPENS} )|,\s*(?:and |but |so |then |while )*(?={_OPENS}\b)|\s(?:and|but) (?={_OPENS}\b)"
)
_FINITE = re.compile(
    r"(?<![%$@])\b(?:can|cannot|may|must|should|will|is|are|has|have|gets?|needs?|requires?|never|do|does|stays?|remains?"
    r"|goes|go|accepts?|takes?|lets|changes?|holds?)\b|^(?:at most|no|one|only one) (?:\w+ )?(?:\d+ )?@?\w+"
    r"|^(?:the |our |a )?&\w+ (?:also |then |only )*(?!and\b|or\b|of\b|with\b|in\b|is\b)[a-z]{3,}"
    r"|^(?:the |an? )?@\w+ (?:also |only )*(?:sees?|views?|reads?|changes?|edits?|creates?|manages?|deletes?"
    r"|approves?)\b"
    r"|^(?:he|she|they|i) (?:also |only )*[a-z]{3,}"
)
_SOMEBODY = re.compile(
    r"^(?:the |our |a )?&\w+ (?:also |then |only )*(?!and\b|or\b|of\b|with\b|in\b|is\b|for\b)[a-z]{3,} (?:the "
    r"|all |an? |new )*[@%]?\w+"
)
_ACTORS = re.compile(r"^(?:both|only|the|either|our|an?| )*[@&]?\w+$")
_CONDITION = re.compile(
    r"^(?:only )?(?:if|when|once|whenever|as soon as|after|before|until|unless|while|as long as|because|so that"
    r"|since)\b"
)
_HANGING = re.compile(r"^(?:also|it|they) (?:not|too)$|^(?:also|as well|too)\b|\b(?:as well|also not|neither|too)$")


def parts(marked: str) -> list[str]:
    """Return the clauses of a sentence that say something by themselves; a condition stays with its clause."""
    pieces: list[str] = []
    at = 0
    inside = [found.span() for found in re.finditer(r"\([^()]*\)", marked)]
    for found in _CUT.finditer(marked):
        left, right = marked[at : found.start()], marked[found.end() :]
        if any(start < found.start() < end for start, end in inside) or not _apart(left, right, found[0]):
            continue
        pieces.append(left)
        at = found.end()
    pieces.append(marked[at:])
    return [piece.strip(" ,;:") for piece in pieces if piece.strip(" ,;:")]


def _apart(left: str, right: str, joint: str) -> bool:
    if _CONDITION.match(left.strip()) and "," not in left.strip(" ,"):
        return False
    if _CONDITION.match(right):
        return ";" in joint or (bool(re.search(r",", right)) and bool(_FINITE.search(left)))
    head = re.split(r"[,;:]", right, maxsplit=1)[0]
    if _SOMEBODY.match(head):
        return not _ACTORS.match(left)
    return bool(_FINITE.search(left)) and bool(_FINITE.search(head)) and not _HANGING.search(head)
