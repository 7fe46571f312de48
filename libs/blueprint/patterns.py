"""Strings that match a regular expression, for the tests of the generated project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from re import _constants as op  # pyright: ignore[reportAttributeAccessIssue]  # the parser has no public name
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue]
from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_. /@:+#"
_MAX_REPEAT = 64  # a longer minimum is met by no column of a first project
_MAX_TRIES = 400


class UnusablePattern(ValueError):
    """The pattern is no regular expression the generated project could check."""


@lru_cache(maxsize=256)
def matches(pattern: str, shortest: int, longest: int, count: int) -> tuple[str, ...]:
    """Return up to ``count`` different strings within the lengths that match; raise ``UnusablePattern``."""
    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern))
        tree = parser.parse(pattern)
    except (re.error, SchemaError, OverflowError) as error:
        raise UnusablePattern(" ".join(str(error).split())) from error
    if tree.getwidth()[0] > longest:
        return ()
    found: dict[str, None] = {}
    for extra in range(_MAX_REPEAT):
        for text in islice(_sequence(list(tree), extra), _MAX_TRIES):
            if shortest <= len(text) <= longest and re.search(pattern, text):
                found[text] = None
            if len(found) == count:
                return tuple(found)
        if extra > longest:
            break
    return tuple(found)


def _sequence(items: list[tuple[Any, Any]], extra: int) -> Iterator[str]:
    """Yield texts of a sequence; the last item varies fastest."""
    if not items:
        yield ""
        return
    for head in islice(_item(*items[0], extra), _MAX_TRIES):
        for tail in _sequence(items[1:], extra):
            yield head + tail


def _item(code: Any, value: Any, extra: int) -> Iterator[str]:
    if code is op.LITERAL:
        yield chr(value)
    elif code is op.AT:
        yield ""
    elif code in (op.IN, op.ANY, op.NOT_LITERAL):
        yield from (char for char in _ALPHABET if _allows(code, value, char))
    elif code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        yield from _repeat(value, extra)
    elif code is op.SUBPATTERN:
        yield from _sequence(list(value[3]), extra)
    elif code is op.BRANCH:
        for branch in value[1]:
            yield from _sequence(list(branch), extra)


def _repeat(value: Any, extra: int) -> Iterator[str]:
    low, high, body = value
    times = min(low + extra, high, max(low, _MAX_REPEAT))
    yield from _sequence(list(body) * times, extra if low != high else 0)


def _allows(code: Any, value: Any, char: str) -> bool:
    if code is op.ANY:
        return True
    if code is op.NOT_LITERAL:
        return ord(char) != value
    negated = value[0][0] is op.NEGATE
    return any(_in_class(kind, what, char) for kind, what in value if kind is not op.NEGATE) != negated


_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
}


def _in_class(kind: Any, what: Any, char: str) -> bool:
    if kind is op.LITERAL:
        return ord(char) == what
    if kind is op.RANGE:
        return what[0] <= ord(char) <= what[1]
    return re.fullmatch(_CATEGORIES[what], char) is not None
