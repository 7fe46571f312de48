"""A JSON Schema said in words."""

from __future__ import annotations

import json
from typing import Any

from libs.contracts.fields import END

Schema = dict[str, Any]
PLURALS = {"text": "texts", "integer": "integers", "number": "numbers"}


def words(schema: Schema) -> str:
    """``list of at most 30 [Relation](#relation)``."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(words(option) for option in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(f"`{choice}`" for choice in schema["enum"])
    match schema.get("type"):
        case "array":
            return _array(schema)
        case "string":
            return _with("text", _string_bounds(schema))
        case "integer" | "number":
            return _with(schema["type"], _number_bounds(schema))
        case "null":
            return "nothing"
        case other:
            return str(other or "anything")


def _array(schema: Schema) -> str:
    lowest, highest = schema.get("minItems"), schema.get("maxItems")
    count = _between(lowest, highest)
    item = words(schema.get("items", {}))
    return f"list of {count + ' ' if count else ''}{PLURALS.get(item, item)}"


def _with(name: str, bounds: list[str]) -> str:
    return f"{name} ({', '.join(bounds)})" if bounds else name


def _string_bounds(schema: Schema) -> list[str]:
    count = _between(schema.get("minLength"), schema.get("maxLength"))
    pattern = f"like `{schema['pattern'].replace(END, '$')}`" if "pattern" in schema else ""
    return [bound for bound in (f"{count} characters" if count else "", pattern) if bound]


def _number_bounds(schema: Schema) -> list[str]:
    named = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    return [f"{word} {schema[key]}" for key, word in named.items() if key in schema]


def _between(lowest: int | None, highest: int | None) -> str:
    if lowest is not None and highest is not None:
        return f"{lowest} to {highest}"
    if lowest is not None:
        return f"at least {lowest}"
    return f"at most {highest}" if highest is not None else ""


def default(schema: Schema, name: str, required: list[str]) -> str:
    """What a field is when it is left out."""
    if name in required:
        return "required"
    value = schema.get("default")
    if isinstance(value, dict):
        return "its defaults"
    return "nothing" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"
