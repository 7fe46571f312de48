"""The schemas of an OpenAPI document: references followed within bounds, parts put together, wrappers taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, cast

from libs.offline.documents.notes import Broken, Notes, cut

Schema = dict[str, Any]
_MAX_FOLLOWED = 20  # references that lead to references, and parts within parts
_MAX_STEPS = 100_000  # a description of 64 KiB takes about 5,000
_AFFIXES = re.compile(
    r"^(?:Create|Update|New|Patch|Add|Edit)(?=[A-Z])|"
    r"(?<=[a-z0-9])(?:Create|Update|Response|Request|Input|Output|Read|Public|InDB|In|Out|DTO|Dto|Payload|Body|Patch|Put|"
    r"Schema|Resource|Details|Summary|Base|Data)(?:_[A-Za-z]*|\d*)$"
)
_LISTS = ("items", "data", "results", "records", "content", "rows", "value", "values", "_embedded")


@dataclass(slots=True)
class Shape:
    """The properties of an object, put together from its parts."""

    properties: dict[str, Schema] = field(default_factory=dict[str, Schema])
    required: set[str] = field(default_factory=set[str])
    description: str = ""


class Schemas:
    """Finds schemas in a document, which may hold anything in any place."""

    def __init__(self, root: Schema, notes: Notes) -> None:
        self.root, self.notes = root, notes
        self._steps = 0
        self._shapes: dict[str, Shape | None] = {}

    def named(self) -> dict[str, Schema]:
        """Return the schemas that have a name: those of OpenAPI 3, Swagger 2 and JSON Schema."""
        found: dict[str, Schema] = {}
        for place in (
            mapping(mapping(self.root, "components"), "schemas"),
            mapping(self.root, "definitions"),
            mapping(self.root, "$defs"),
        ):
            found |= {name: cast("Schema", each) for name, each in place.items() if isinstance(each, dict)}
        return found

    def seen(self, value: Any) -> Schema:
        """Return the schema, parameter or response that a value stands for, its references followed."""
        for _ in range(_MAX_FOLLOWED):
            if not isinstance(value, dict):
                return {}
            schema = cast("Schema", value)
            if "$ref" not in schema:
                return schema
            value = self._target(str(schema["$ref"]))
        self.notes.lose("A reference that leads to itself is not followed.")
        return {}

    def _target(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            self.notes.lose(f'The reference "{cut(reference)}" leads out of the document; it is not followed.')
            return {}
        value: Any = self.root
        for part in reference[2:].split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            value = cast("Schema", value).get(name) if isinstance(value, dict) else None
        if value is None:
            self.notes.lose(f'The reference "{cut(reference)}" leads to nothing in the document.')
        return value

    def name(self, value: Any) -> str:
        """Return the name of the schema that a value refers to, also as the one part of it; empty where none."""
        if not isinstance(value, dict):
            return ""
        schema = cast("Schema", value)
        if "$ref" in schema:
            return str(schema["$ref"]).rpartition("/")[2]
        parts = [each for word in ("allOf", "anyOf", "oneOf") for each in listing(schema, word) if not _null(each)]
        return self.name(parts[0]) if len(parts) == 1 else ""

    def plain(self, value: Any, depth: int = 0) -> tuple[Schema, bool]:
        """Return a schema that is not spread over parts, and whether null is allowed too."""
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise Broken("its schemas are put together from far too many parts")
        schema = self.seen(value)
        empty = schema.get("nullable") is True or schema.get("x-nullable") is True
        kinds = schema.get("type")
        if isinstance(kinds, list):
            kept = [kind for kind in cast("list[Any]", kinds) if kind != "null"]
            empty = empty or len(kept) < len(cast("list[Any]", kinds))
            schema = {**schema, "type": kept[0] if len(kept) == 1 else None}
        parts = [each for word in ("anyOf", "oneOf") for each in listing(schema, word)]
        left = [each for each in parts if not _null(each)]
        empty = empty or len(left) < len(parts)
        left = left if parts else listing(schema, "allOf")
        if depth < _MAX_FOLLOWED and len(left) == 1 and "properties" not in schema:
            inner, also = self.plain(left[0], depth + 1)
            return {**inner, **{name: each for name, each in schema.items() if name not in _PARTS}}, empty or also
        return schema, empty

    def shape(self, value: Any) -> Shape:
        """Return the properties of an object with those of all its parts; one that is its own part adds nothing."""
        reference = str(cast("Schema", value).get("$ref") or "") if isinstance(value, dict) else ""
        if not reference:
            return self._put_together(value)
        if reference not in self._shapes:
            self._shapes[reference] = None
            self._shapes[reference] = self._put_together(value)
        return self._shapes[reference] or Shape()

    def _put_together(self, value: Any) -> Shape:
        schema, _ = self.plain(value)
        found = Shape(description=str(schema.get("description") or ""))
        for word in ("allOf", "oneOf", "anyOf"):
            for part in listing(schema, word):
                inner = self.shape(part)
                found.properties |= inner.properties
                found.required |= inner.required if word == "allOf" else set()
                found.description = found.description or inner.description
        for name, each in mapping(schema, "properties").items():
            found.properties[name] = cast("Schema", each) if isinstance(each, dict) else {}
        found.required |= (
            {name for name in schema.get("required") or [] if isinstance(name, str)}
            if isinstance(schema.get("required"), list)
            else set()
        )
        return found

    def item(self, value: Any) -> Any:
        """Return the schema of one item of a list or of a page that holds one; ``None`` where it is neither."""
        schema, _ = self.plain(value)
        if schema.get("type") == "array" or ("items" in schema and "properties" not in schema):
            return schema.get("items") or {}
        lists = {name: self.plain(each)[0] for name, each in self.shape(schema).properties.items()}
        lists = {
            name: each
            for name, each in lists.items()
            if each.get("type") == "array" and self.is_object(each.get("items"))
        }
        chosen = next((name for name in _LISTS if name in lists), "")
        if (
            not chosen
            and len(lists) == 1
            and not any(name.lower() in ("id", "uuid") for name in self.shape(schema).properties)
        ):
            return None
        return lists[chosen].get("items") if chosen else None

    def is_object(self, value: Any) -> bool:
        """Say whether a schema is an object with properties."""
        return bool(self.shape(value).properties)


_PARTS = frozenset({"anyOf", "oneOf", "allOf", "$ref"})


def _null(value: Any) -> bool:
    return isinstance(value, dict) and cast("Schema", value).get("type") == "null"


def mapping(value: Any, name: str) -> Schema:
    """Return an object within an object, empty where there is none."""
    found = cast("Schema", value).get(name) if isinstance(value, dict) else None
    return cast("Schema", found) if isinstance(found, dict) else {}


def listing(value: Any, name: str) -> list[Any]:
    """Return a list within an object, empty where there is none."""
    found = cast("Schema", value).get(name) if isinstance(value, dict) else None
    return cast("list[Any]", found) if isinstance(found, list) else []


def stem(name: str) -> str:
    """Return a schema's name without what only tells its use: ``BookRead`` and ``CreateBookRequest`` are ``Book``."""
    for _ in range(4):
        shorter = _AFFIXES.sub("", name, count=1)
        if len(shorter) < 2 or shorter == name:
            return name
        name = shorter
    return name
