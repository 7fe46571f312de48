"""JSON Schema of an answer in the strict subset that providers hold a model to.

The subset is OpenAI's: the root is an object, each object is closed and requires all its properties, and the only
keywords are those named here. Limits that a provider does not take are written into the description instead.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

_OF_STRINGS = frozenset(("minLength", "maxLength"))
_OF_NUMBERS = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
OPENAI_LIMITS = _OF_NUMBERS | {"pattern", "format", "minItems", "maxItems"}  # as its guide to structured outputs lists
LIMITS = OPENAI_LIMITS | _OF_STRINGS
_DROPPED = frozenset(("default", "discriminator", "title", "examples", "required", "additionalProperties"))
_JSON_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string"}

Schema = dict[str, Any]


class NotStrictError(TypeError):
    """The type has no form in the strict subset."""


@lru_cache(maxsize=64)
def strict_schema(answer: type[msgspec.Struct], keep: frozenset[str] = LIMITS) -> Schema:
    """Schema of ``answer`` that keeps the limit keywords in ``keep``; shared, so not to be changed.

    Raises:
        NotStrictError: ``answer`` holds ``Any``, a ``dict`` or a fixed-length tuple.
    """
    raw = msgspec.json.schema(answer)
    parts = {name: _strict(part, name, keep) for name, part in raw["$defs"].items()}
    root = parts.pop(raw["$ref"].rsplit("/", 1)[1])
    return {**root, "$defs": parts} if parts else root


def _strict(node: Schema, place: str, keep: frozenset[str]) -> Schema:
    _refuse(node, place)
    out = {k: _part(k, v, place, keep) for k, v in node.items() if k not in _DROPPED and k not in LIMITS - keep}
    if "properties" in out:
        out["required"] = list(out["properties"])
        out["additionalProperties"] = False
    if "enum" in out:
        out["type"] = _JSON_KINDS[type(out["enum"][0])]
    if notes := [f"{k}={v}" for k, v in node.items() if k in LIMITS - keep]:
        out["description"] = f"{out.get('description', '')} ({', '.join(notes)})".strip()
    return out


def _part(key: str, value: Any, place: str, keep: frozenset[str]) -> Any:
    if key == "properties":
        return {name: _strict(part, f"{place}.{name}", keep) for name, part in value.items()}
    if key == "items":
        return _strict(value, f"{place}[]", keep)
    if key == "anyOf":
        return [_strict(part, place, keep) for part in value]
    return value


def _refuse(node: Schema, place: str) -> None:
    if not node:
        raise NotStrictError(f"{place}: Any has no strict form; name the type")
    if "prefixItems" in node:
        raise NotStrictError(f"{place}: a fixed-length tuple has no strict form; use a Struct")
    if node.get("type") == "object" and "properties" not in node:
        raise NotStrictError(f"{place}: a dict has no strict form; use a list of key and value Structs")
