"""The paths of an OpenAPI document, told apart: collections and their rows, actions on a row, and all others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, cast

from libs.offline.documents.names import key
from libs.offline.documents.openapi_schemas import Schema, Schemas, listing, mapping
from libs.offline.words import singular_key

METHODS = ("get", "post", "put", "patch", "delete")
_PREFIX = re.compile(r"api|rest|v\d+(?:\.\d+)*|public", re.IGNORECASE)
_PARAMETER = re.compile(r"\{[^{}]*\}")
_JSON = re.compile(r"json|\*/\*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path, without the prefix that all paths share."""

    method: str
    path: str
    parts: tuple[str, ...]
    raw: Schema

    @property
    def words(self) -> str:
        """Return what the operation does, as the document says it."""
        return str(self.raw.get("summary") or self.raw.get("description") or self.raw.get("operationId") or "")

    @property
    def on_row(self) -> bool:
        """Say whether the path ends in the id of a row."""
        return bool(self.parts) and is_parameter(self.parts[-1])


@dataclass(slots=True)
class Resource:
    """A collection with rows of its own: its name in the path, the parameter of a row, its operations."""

    segment: str
    parameter: str = ""
    collection: list[Operation] = field(default_factory=list[Operation])
    row: list[Operation] = field(default_factory=list[Operation])
    parents: set[str] = field(default_factory=set[str])


def is_parameter(part: str) -> bool:
    """Say whether a part of a path stands for a value."""
    return bool(_PARAMETER.search(part))


def operations(root: Schema) -> list[Operation]:
    """Return all operations in the order of the document."""
    found: list[Operation] = []
    for path, item in mapping(root, "paths").items():
        if not isinstance(item, dict):
            continue
        parts = tuple(part for part in path.split("/") if part)
        while len(parts) > 1 and _PREFIX.fullmatch(parts[0]):
            parts = parts[1:]
        for method in METHODS:
            if raw := mapping(cast("Schema", item), method):
                found.append(Operation(method, path, parts, raw))
    return found


def resources(found: list[Operation], schemas: Schemas) -> tuple[dict[str, Resource], list[Operation]]:
    """Return the collections by their singular name, and the operations that belong to none."""
    named = _collections(found, schemas)
    rest: list[Operation] = []
    for operation in found:
        segment = operation.parts[-2:-1] if operation.on_row else operation.parts[-1:]
        resource = named.get(_name(segment[0])) if segment and not is_parameter(segment[0]) else None
        if resource is None or (not operation.on_row and not _lists(operation, schemas)):
            rest.append(operation)
            continue
        (resource.row if operation.on_row else resource.collection).append(operation)
        before = operation.parts[: -2 if operation.on_row else -1]
        if len(before) >= 2 and is_parameter(before[-1]) and _name(before[-2]) in named:
            resource.parents.add(_name(before[-2]))
            if len(before) == len(operation.parts) - 1:
                rest.append(operation)
        if operation.on_row:
            resource.parameter = resource.parameter or operation.parts[-1].strip("{}")
    return {name: each for name, each in named.items() if each.collection or each.row}, rest


def _name(segment: str) -> str:
    return singular_key(key(segment))


def _collections(found: list[Operation], schemas: Schemas) -> dict[str, Resource]:
    named: dict[str, Resource] = {}
    for operation in found:
        parts = operation.parts
        if operation.on_row and len(parts) > 1 and not is_parameter(parts[-2]):
            segment = parts[-2]
        elif parts and not operation.on_row and operation.method == "get" and _answers_list(operation, schemas):
            segment = parts[-1]
            if len(parts) > 1 and not is_parameter(parts[-2]):
                continue
        else:
            continue
        if _name(segment):
            named.setdefault(_name(segment), Resource(segment))
    return named


def _lists(operation: Operation, schemas: Schemas) -> bool:
    """Say whether an operation on a collection reads it or adds to it."""
    return (operation.method == "get" and _answers_list(operation, schemas)) or operation.method == "post"


def _answers_list(operation: Operation, schemas: Schemas) -> bool:
    item = schemas.item(answer(operation, schemas))
    return item is not None and schemas.is_object(item)


def answer(operation: Operation, schemas: Schemas) -> Any:
    """Return the schema of what an operation answers when all is well, ``None`` where it says none."""
    responses = mapping(operation.raw, "responses")
    for status in sorted(responses):
        if str(status).startswith("2") or status == "default":
            response = schemas.seen(responses[status])
            if (found := _content(response)) is not None:
                return found
            if "schema" in response:
                return response["schema"]
    return None


def body(operation: Operation, schemas: Schemas) -> Any:
    """Return the schema of what an operation is sent, ``None`` where it is sent nothing."""
    found = _content(schemas.seen(operation.raw.get("requestBody")))
    if found is not None:
        return found
    for parameter in map(schemas.seen, listing(operation.raw, "parameters")):
        if parameter.get("in") == "body":
            return parameter.get("schema")
    return None


def _content(value: Schema) -> Any:
    kinds = mapping(value, "content")
    chosen = next((kind for kind in kinds if _JSON.search(kind)), next(iter(kinds), ""))
    found = mapping(kinds, chosen).get("schema")
    return found if found else None


def queries(operation: Operation, schemas: Schemas) -> set[str]:
    """Return the names of the query parameters."""
    found = map(schemas.seen, listing(operation.raw, "parameters"))
    return {str(each.get("name")).lower() for each in found if each.get("in") == "query"}
