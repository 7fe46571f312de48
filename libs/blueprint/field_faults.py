"""What keeps a field from being printed."""

from __future__ import annotations

from collections.abc import Iterator

from libs.blueprint import values
from libs.blueprint.patterns import UnusablePattern
from libs.contracts.fields import Field


def field_faults(field: Field) -> Iterator[str]:
    """Yield what is wrong within one field, each fault beginning with the attribute it is about."""
    yield from _misplaced(field)
    yield from _choices(field)
    yield from _ranges(field)
    yield from _default(field)


def _misplaced(field: Field) -> Iterator[str]:
    """Yield attributes that a field of this type cannot have."""
    lengths = field.min_length is not None or field.max_length is not None
    if field.choices and field.type != "enum":
        yield f'choices stand on a field of type {field.type}; use type "enum" or leave them out'
    if lengths and field.type not in values.TEXT_TYPES:
        yield f"min_length and max_length do not apply to type {field.type}; use minimum and maximum or leave them out"
    if (field.minimum or field.maximum) and field.type not in values.BOUNDED_TYPES:
        yield f"minimum and maximum do not apply to type {field.type}; use min_length and max_length or leave them out"
    if field.scale is not None and field.type != "decimal":
        yield f"scale applies to decimal, not to {field.type}; leave it out"
    if field.pattern is not None and field.type not in ("string", "text"):
        yield f"pattern applies to string and text, not to {field.type}; leave it out"
    if (field.unique or field.indexed) and field.type == "json":
        yield "unique and indexed do not apply to json, which databases cannot compare; leave them out"


def _choices(field: Field) -> Iterator[str]:
    if field.type == "enum" and not field.choices:
        yield "choices are missing; name the values of the enum"
    if len(set(field.choices)) < len(field.choices):
        yield "choices name a value twice; name each once"
    if any(choice != choice.strip() or not choice.isprintable() for choice in field.choices):
        yield "choices hold a value with invisible characters or spaces at its ends; write it without"


def _ranges(field: Field) -> Iterator[str]:
    if field.type in values.TEXT_TYPES:
        yield from _lengths(field)
    elif field.type in values.BOUNDED_TYPES:
        yield from _bounds(field)


def _lengths(field: Field) -> Iterator[str]:
    low, high = values.shortest(field), values.longest(field)
    if low < 0 or high < 1:
        yield "min_length must be at least 0 and max_length at least 1"
    elif low > high:
        yield f"min_length {low} is above max_length {high}; swap or change them"
    else:
        yield from _pattern(field)


def _pattern(field: Field) -> Iterator[str]:
    try:
        if not values.samples(field):
            yield f"pattern, min_length and max_length leave no value: nothing between them matches {field.pattern}"
    except UnusablePattern as error:
        yield f"pattern {field.pattern} cannot be used ({error}); write one without look-around and back-references"


def _bounds(field: Field) -> Iterator[str]:
    broken = False
    for word, text in (("minimum", field.minimum), ("maximum", field.maximum)):
        fault = "" if text is None else _fault_of(field, text)
        broken = broken or bool(fault)
        if fault:
            yield f'{word} "{text}" is no {field.type}: {fault}'
    low, high = (None, None) if broken else values.bounds(field)
    if low is not None and high is not None and low > high:
        yield f"minimum {field.minimum} is above maximum {field.maximum}; swap or change them"


def _fault_of(field: Field, text: str) -> str:
    try:
        values.parse(field, text)
    except ValueError as error:
        return str(error)
    return ""


def _default(field: Field) -> Iterator[str]:
    if not values.has_default(field) or values.default_factory(field) or (field.type == "enum" and not field.choices):
        return
    fault = _fault_of(field, field.default or "")
    if fault:
        yield f'default "{field.default}" is no {field.type}: {fault}'
    elif not _allowed(field):
        yield f'default "{field.default}" is refused by the field\'s own bounds or pattern; change one of them'


def _allowed(field: Field) -> bool:
    """Tell whether the default keeps the bounds and the pattern, as far as those can be read."""
    try:
        return values.allows(field, values.parse(field, field.default or ""))
    except ValueError:
        return True
