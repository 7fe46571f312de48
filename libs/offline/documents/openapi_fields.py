"""One property of an OpenAPI schema as a field."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from msgspec.structs import replace

from libs.contracts.fields import Field, FieldType
from libs.offline.documents.names import key
from libs.offline.documents.notes import Notes
from libs.offline.documents.openapi_schemas import Schema, Schemas, listing
from libs.offline.documents.types import by_name
from libs.offline.fields import kind as named

_FORMATS: dict[str, FieldType] = {
    "date": "date", "date-time": "datetime", "datetime": "datetime", "email": "email", "idn-email": "email",
    "uuid": "uuid", "uri": "url", "url": "url", "iri": "url",
}  # fmt: skip
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
_MAX_INT = 2**31 - 1
_LONG = 500  # characters; what may be longer is printed as a text without a short limit
_HOUSE_TEXT = 10_000  # the longest text of a printed project


def field_of(name: str, value: Any, schemas: Schemas, notes: Notes) -> tuple[Field, bool] | None:
    """Return a property's field and whether null is allowed; nothing where it holds what is not kept (noted)."""
    schema, empty = schemas.plain(value)
    if schema.get("format") in ("binary", "byte") or schema.get("type") == "file":
        notes.lose(f"{name}: binary data is not kept; keep files elsewhere and their address here.")
        return None
    made = Field(name, "json", description=_text(schema, "description"), unique=_unique(schema))
    made = _typed(made, schema, schemas)
    default = schema.get("default")
    return replace(made, default=None if default is None else _written(default, made.type)), empty


def _text(schema: Schema, name: str) -> str:
    return str(schema.get(name) or "")


def _unique(schema: Schema) -> bool:
    said = schema.get("x-unique") is True or schema.get("uniqueItems") is True
    return (said and schema.get("type") != "array") or _text(schema, "description").lower().startswith("unique ")


def _typed(field: Field, schema: Schema, schemas: Schemas) -> Field:
    choices = [each for each in listing(schema, "enum") if each is not None]
    kinds = {schemas.plain(each)[0].get("type") for word in ("anyOf", "oneOf") for each in listing(schema, word)}
    if "const" in schema and isinstance(schema["const"], str):
        choices = [schema["const"]]
    if choices and all(isinstance(each, str) for each in choices):
        return replace(field, type="enum", choices=tuple(choices))
    if kinds - {"null"} == {"number", "string"}:
        return _number(
            field,
            next(
                part
                for part in listing(schema, "anyOf") + listing(schema, "oneOf")
                if schemas.plain(part)[0].get("type") == "number"
            ),
        )
    if schema.get("type") == "integer":
        return _whole(field, schema, choices)
    if schema.get("type") == "number":
        return _number(field, schema)
    if schema.get("type") == "boolean":
        return replace(field, type="boolean")
    return _string(field, schema) if schema.get("type") == "string" else field


def _string(field: Field, schema: Schema) -> Field:
    form, plain = _text(schema, "format"), key(field.name)
    found = _FORMATS.get(form) or by_name(field.name, "string")
    found = found if form or found == "email" else "string"
    low, high = _count(schema, "minLength"), _count(schema, "maxLength")
    pattern = _text(schema, "pattern") or (_CLOCK if form in ("time", "partial-time") else "")
    long = high is None and not pattern and named(plain, plain.rpartition("_")[2]) == "text"
    if found == "string" and (long or (high or 0) > _LONG):
        found = "text"
    high = None if (found == "text" and high == _HOUSE_TEXT) or (found == "url" and high == 2083) else high
    made = replace(field, type=found, min_length=low, max_length=high, pattern=pattern or None)
    return replace(made, minimum=_moment(schema, "ge"), maximum=_moment(schema, "le"))


def _moment(schema: Schema, name: str) -> str | None:
    """Return a bound of a date or time, which printed projects call ``ge`` and ``le``."""
    found = schema.get(name) or schema.get({"ge": "formatMinimum", "le": "formatMaximum"}[name])
    return found if isinstance(found, str) else None


def _count(schema: Schema, name: str) -> int | None:
    found = schema.get(name)
    return int(found) if isinstance(found, int | float) and 0 <= found < 1e9 else None


def _whole(field: Field, schema: Schema, choices: list[Any]) -> Field:
    low, high = _bounds(schema, Decimal(1))
    numbers = sorted(each for each in choices if isinstance(each, int))
    if numbers and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        low, high = Decimal(numbers[0]), Decimal(numbers[-1])
    low = None if low is not None and low <= -_MAX_INT else low
    high = None if high is not None and high >= _MAX_INT else high
    return replace(field, type="integer", minimum=_plain(low), maximum=_plain(high))


def _number(field: Field, schema: Schema) -> Field:
    plain = key(field.name)
    step = _decimal(schema.get("multipleOf"))
    scale = max(0, -int(step.normalize().as_tuple().exponent)) if step and step.is_finite() else None
    money = named(plain, plain.rpartition("_")[2]) == "money" and scale in (None, 2)
    low, high = _bounds(
        schema, Decimal("0.01") if money else Decimal(1).scaleb(-(6 if scale is None else min(scale, 12)))
    )
    kept = None if money or scale is None else min(scale, 12)
    return replace(field, type="money" if money else "decimal", minimum=_plain(low), maximum=_plain(high), scale=kept)


def _bounds(schema: Schema, step: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """Return inclusive bounds; an exclusive one is a flag in OpenAPI 3.0 and a number in 3.1."""
    ends: list[Decimal | None] = []
    for name, other, sign in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        bound, exclusive = _decimal(schema.get(name)), schema.get(other)
        if exclusive is True and bound is not None:
            bound += sign * step
        elif not isinstance(exclusive, bool) and (beyond := _decimal(exclusive)) is not None:
            bound = beyond + sign * step
        ends.append(bound)
    return ends[0], ends[1]


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 18 else None


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    return format(value.to_integral_value() if value == value.to_integral_value() else value, "f")


def _written(value: Any, kind: FieldType) -> str:
    if kind == "json":
        return json.dumps(cast("object", value))
    return str(value).lower() if isinstance(value, bool) else str(value)
