"""JSON Schema of an answer in the strict subset that providers hold a model to.

The subset is OpenAI's: the root is an object, each object is closed and requires all its properties, and few keywords
are known. Limits that a provider does not take are written into the description instead.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from libs.contracts.fields import END

_OF_STRINGS = frozenset(("minLength", "maxLength"))
_OF_NUMBERS = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"))
OPENAI_LIMITS = _OF_NUMBERS | {"pattern", "format", "minItems", "maxItems"}  # as its guide to structured outputs lists
LIMITS = OPENAI_LIMITS | _OF_STRINGS
_NO_LIMIT = 1_000_000
_LONGEST_PROSE = 100_000
_DROPPED = frozenset(("default", "discriminator", "title", "examples", "required", "additionalProperties"))
_JSON_KINDS = {bool: "boolean", int: "integer", float: "number", str: "string"}

Schema = dict[str, Any]

# Names that the blueprint prints code from are held to their spelling while they are written: a small model does not
# mend them afterwards. What was written is checked there, not here.
_SNAKE, _PASCAL = "^[a-z][a-z0-9_]{0,35}$", "^[A-Z][A-Za-z0-9]{0,35}$"
_SPELLINGS = {
    **dict.fromkeys(("Entity.name", "Relation.target", "Permission.entity"), _PASCAL),
    **dict.fromkeys(("Entity.plural", "Field.name", "Relation.name", "Role.name", "Permission.role"), _SNAKE),
}


class Form(NamedTuple):
    """What a schema holds: which limit keywords, whether what has a default may be left out, how much room it gives.

    ``most_items``, ``longest_text`` (characters) and ``leaves_out`` (fields with a default) are for small models, which
    fill whatever room they are given, with nonsense if need be; a text that may be longer than 100,000 characters is a
    source file and is never cut.
    """

    limits: frozenset[str]
    omits_defaults: bool = False
    most_items: int = _NO_LIMIT
    longest_text: int = _NO_LIMIT
    leaves_out: frozenset[str] = frozenset()

    def room(self, node: Schema) -> Schema:
        """The limits of this form that are narrower than those of ``node``."""
        kind = node.get("type")
        if kind == "array" and self.most_items < node.get("maxItems", _NO_LIMIT):
            return {"maxItems": self.most_items}
        if kind == "string" and not node.keys() & {"enum", "pattern"}:
            longest = node.get("maxLength", _LONGEST_PROSE)
            return {"maxLength": self.longest_text} if self.longest_text < longest <= _LONGEST_PROSE else {}
        return {}


# Without defaults an answer has a quarter of the tokens, and small models write better ones; OpenAI wants them all.
LEAN = Form(LIMITS, omits_defaults=True)
_NEEDS_JUDGEMENT = frozenset(
    f"{kind}.{name}"
    for kind, names in {
        "Field": (
            *("description", "indexed", "default", "scale"),
            *("min_length", "max_length", "minimum", "maximum", "pattern"),
        ),
        "Relation": ("description", "required", "on_delete", "fields"),
        "Entity": (
            *("account", "unique_together", "states", "actions", "computed", "search"),
            *("soft_delete", "timestamps", "audit"),
        ),
        "Rule": ("enforcement",),
        "Charter": ("assumptions", "open_questions", "passages", "reports", "sign_in", "confidence", "not_understood"),
        "Architecture": ("modules", "dependencies"),  # the one module that is needed is planned without the model
    }.items()
    for name in names
)
# Has a default, and yet is what the answer is about: a small model leaves out whatever it may.
_ALWAYS_SAID = frozenset(("Charter.entities", "Entity.fields"))
BRIEF = Form(LIMITS, omits_defaults=True, most_items=8, longest_text=1200, leaves_out=_NEEDS_JUDGEMENT)
OPENAI = Form(OPENAI_LIMITS)
BARE = Form(frozenset())


class NotStrictError(TypeError):
    """The type has no form in the strict subset."""


@lru_cache(maxsize=64)
def strict_schema(answer: type[msgspec.Struct], form: Form = LEAN) -> Schema:
    """Schema of ``answer`` in this form; shared, so not to be changed.

    Raises:
        NotStrictError: ``answer`` holds ``Any``, a ``dict`` or a fixed-length tuple.
    """
    raw = msgspec.json.schema(answer)
    parts = {name: _strict(part, name, form) for name, part in raw["$defs"].items()}
    root = parts.pop(raw["$ref"].rsplit("/", 1)[1])
    used = _used(root, parts)
    return {**root, "$defs": {name: part for name, part in parts.items() if name in used}} if used else root


def _used(node: Any, parts: dict[str, Schema]) -> set[str]:
    """The parts that ``node`` refers to, directly or through others: a form may leave some out."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop()
        name = each["$ref"].rsplit("/", 1)[1] if isinstance(each, dict) and "$ref" in each else ""
        if name and name not in found:
            found.add(name)
            waiting.append(parts[name])
        waiting += each.values() if isinstance(each, dict) else each if isinstance(each, list) else []
    return found


def _strict(node: Schema, place: str, form: Form) -> Schema:
    _refuse(node, place)
    if place in _SPELLINGS:
        node = {"type": "string", "pattern": _SPELLINGS[place]}
    lost = LIMITS - form.limits
    out = {key: _part(key, value, place, form) for key, value in node.items() if key not in _DROPPED | lost}
    out |= form.room(node)
    if "properties" in out:
        needed = {*node.get("required", ()), *(name for name in out["properties"] if f"{place}.{name}" in _ALWAYS_SAID)}
        out["required"] = [name for name in out["properties"] if name in needed or not form.omits_defaults]
        out["additionalProperties"] = False
    if "description" in out:
        out["description"] = " ".join(out["description"].split())
    if "enum" in out:
        out["type"] = _JSON_KINDS[type(out["enum"][0])]
    if notes := [f"{k}={v}" for k, v in node.items() if k in lost]:
        out["description"] = f"{out.get('description', '')} ({', '.join(notes)})".strip()
    return out


def _part(key: str, value: Any, place: str, form: Form) -> Any:
    if key == "properties":
        kept = {name: part for name, part in value.items() if f"{place}.{name}" not in form.leaves_out}
        return {name: _strict(part, f"{place}.{name}", form) for name, part in kept.items()}
    if key == "items":
        return _strict(value, f"{place}[]", form)
    if key == "anyOf":
        return [_strict(part, place, form) for part in value]
    if key == "pattern":  # providers know no lookahead, and need none: their "$" is the end
        return value.removesuffix(END.removeprefix("$"))
    return value


def _refuse(node: Schema, place: str) -> None:
    if not node:
        raise NotStrictError(f"{place}: Any has no strict form; name the type")
    if "prefixItems" in node:
        raise NotStrictError(f"{place}: a fixed-length tuple has no strict form; use a Struct")
    if node.get("type") == "object" and "properties" not in node:
        raise NotStrictError(f"{place}: a dict has no strict form; use a list of key and value Structs")
