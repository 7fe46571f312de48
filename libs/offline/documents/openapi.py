"""OpenAPI 3, Swagger 2 and JSON Schema as a document."""

from __future__ import annotations

import re
from typing import Any, cast

from msgspec.structs import replace

from libs.contracts.behaviour import Action
from libs.contracts.charter import Endpoint, Method, Permission
from libs.contracts.fields import Field, Relation
from libs.offline.documents.loading import load_json, load_yaml
from libs.offline.documents.names import column_name, key, relation_name
from libs.offline.documents.notes import Broken, cut
from libs.offline.documents.openapi_fields import field_of
from libs.offline.documents.openapi_paths import Operation, Resource, answer, body, is_parameter, operations, resources
from libs.offline.documents.openapi_schemas import Schema, Schemas, mapping, stem
from libs.offline.documents.openapi_tables import Tables
from libs.offline.documents.settle import settled
from libs.offline.documents.tables import Document, Reference, Table
from libs.offline.lexicon import words
from libs.offline.words import singular_key

_CRUD = {"post": "create", "get": "read", "put": "update", "patch": "update", "delete": "delete"}
_SIGNING = words("login logout token register signup signin refresh me auth oauth oauth2 password")
_USUAL = words("health healthz ping docs openapi")
_WRAPPERS = re.compile(r"error|problem|validation|token|login|credential|page|pagination|message|health", re.IGNORECASE)
_PATH = re.compile(r"/[A-Za-z0-9_{}/.-]*")


def read_openapi(text: str) -> Document:
    """Return the document of an API description; raise ``Broken`` with the line where it cannot be read."""
    root = load_json(text) if text.lstrip().startswith("{") else load_yaml(text)
    if not isinstance(root, dict):
        raise Broken("it is not an object with openapi, info and paths")
    return api_document(cast("Schema", root))


def api_document(root: Schema) -> Document:
    """Return the document of a description that is loaded."""
    info = mapping(root, "info")
    document = Document("OpenAPI document", title=cut(info.get("title") or "", 80))
    document.description = str(info.get("description") or "")
    reader = _Api(document, root)
    reader.tables_of_paths()
    reader.tables_of_schemas()
    reader.tables.fill()
    reader.parents()
    reader.security()
    reader.other()
    reader.notes()
    return document


class _Api:
    """Reads one description."""

    def __init__(self, document: Document, root: Schema) -> None:
        self.document, self.root = document, root
        self.schemas = Schemas(root, document.notes)
        self.tables = Tables(document, self.schemas)
        self.people: set[str] = set()
        self.found = operations(root)
        self.resources, self.rest = resources(self.found, self.schemas)

    def tables_of_paths(self) -> None:
        """Add a table for each resource, but for the users who make themselves by registering."""
        me = {self.schemas.name(answer(each, self.schemas)) for each in self.found if each.parts[-1:] == ("me",)} - {""}
        for name, resource in list(self.resources.items()):
            shown = {self.schemas.name(answer(each, self.schemas)) for each in resource.row}
            if me & shown and all(each.method != "post" for each in resource.collection):
                self.document.notes.assume(f"/{cut(resource.segment)} are the users who sign in.")
                self.people |= me
                del self.resources[name]
            else:
                self.tables.resource(resource)

    def tables_of_schemas(self) -> None:
        """Add schemas that no path speaks of: all objects where there are no paths, else those with an id."""
        for name, schema in self.schemas.named().items():
            shape = self.schemas.shape(schema)
            own = any(each.lower() == "id" for each in shape.properties) or not self.resources
            if (
                name not in self.people
                and own
                and shape.properties
                and not _WRAPPERS.search(name)
                and self.schemas.item(schema) is None
            ):
                self.tables.component(name, schema)

    def _table(self, resource: Resource | str) -> Table | None:
        segment = resource if isinstance(resource, str) else resource.segment
        found = self.tables.known.get(singular_key(key(segment)))
        return self.document.tables.get(found) if found else None

    def parents(self) -> None:
        """Refer from a collection within another (``/authors/{id}/books``) to its holder where nothing does yet."""
        for resource in self.resources.values():
            table = self._table(resource)
            for name in sorted(resource.parents):
                parent = self._table(name)
                if table is None or parent is None or self._joined(table, parent):
                    continue
                table.references.append(Reference((), parent.name.lower(), name=name, required=True))

    def _joined(self, table: Table, parent: Table) -> bool:
        one, other = table.name.lower(), parent.name.lower()
        ends = [(one, each.target) for each in (*table.references, *table.links)]
        ends += [(other, each.target) for each in (*parent.references, *parent.links)]
        return (one, other) in ends or (other, one) in ends

    def security(self) -> None:
        """Take security schemes as signing in, and what needs none of them as open to everybody."""
        schemes = mapping(mapping(self.root, "components"), "securitySchemes") or mapping(
            self.root, "securityDefinitions"
        )
        if not schemes:
            return
        self.document.sign_in = True
        kinds = sorted({str(cast("Schema", each).get("type")) for each in schemes.values() if isinstance(each, dict)})
        self.document.notes.assume(
            f"Its security ({cut(', '.join(kinds))}) becomes signing in with e-mail and password."
        )
        if any(self._secured(each) for each in self.found):
            for resource in self.resources.values():
                self._open(resource)

    def _secured(self, operation: Operation) -> bool:
        stated = operation.raw.get("security", self.root.get("security"))
        return isinstance(stated, list) and bool(stated) and {} not in cast("list[Any]", stated)

    def _open(self, resource: Resource) -> None:
        table = self._table(resource)
        both = [*resource.collection, *resource.row]
        free = [_CRUD[each.method] for each in both if not self._secured(each)]
        closed = {_CRUD[each.method] for each in both if self._secured(each)}
        actions = tuple(dict.fromkeys(action for action in free if action not in closed))
        if table is not None and actions:
            self.document.permissions.append(Permission("public", table.name.lower(), actions))

    def other(self) -> None:
        """Take what is more than create, read, update and delete: actions on a row, and routes of their own."""
        for operation in self.rest:
            if self.document.sign_in and _SIGNING & {part.lower() for part in operation.parts}:
                self.document.notes.assume(f"{operation.method.upper()} {cut(operation.path)} is part of signing in.")
            elif not (operation.method == "get" and _USUAL & {part.lower() for part in operation.parts[-1:]}):
                self._other(operation)

    def _other(self, operation: Operation) -> None:
        parts = operation.parts
        on_row = len(parts) == 3 and is_parameter(parts[1]) and not is_parameter(parts[2])
        table = self._table(parts[0]) if parts else None
        name = column_name(parts[-1]) if parts else ""
        if on_row and table and operation.method in ("post", "put", "patch") and self._is_action(table, name):
            table.actions.append(self._action(operation, table, name))
        elif not _PATH.fullmatch(operation.path) or len(operation.path) > 200 or set(parts) & {".", ".."}:
            self.document.notes.lose(f"{operation.method.upper()} {cut(operation.path)} has a path that is not kept.")
        else:
            nested = self._table(parts[-1]) if len(parts) > 2 and not is_parameter(parts[-1]) else None
            self.document.endpoints.append(self._endpoint(operation, nested or table))

    def _is_action(self, table: Table, name: str) -> bool:
        return (
            name not in {*_CRUD.values(), *(each.name for each in table.actions)}
            and singular_key(name) not in self.resources
        )

    def _action(self, operation: Operation, table: Table, name: str) -> Action:
        said = cut(operation.words, 400) or f"{name.replace('_', ' ').capitalize()}."
        inputs, references = self._inputs(operation, f"{table.name}.{name}")
        logic = cut(operation.raw.get("description") or said, 400)
        return Action(name, said, inputs=inputs[:20], references=references[:10], logic=logic)

    def notes(self) -> None:
        """Say what an API description leaves open."""
        missing = [line for resource in self.resources.values() for line in _missing(resource)]
        if missing:
            said = cut(", ".join(missing), 300)
            self.document.notes.assume(f"The document leaves out {said}; all the usual routes are printed.")
        if any(len(each.parts) < each.path.count("/") for each in self.found):
            self.document.notes.assume("Paths begin at /: what stands before all of them, as /api/v1, is left out.")
        self.document.notes.assume("An API description does not say what deleting does to rows that refer to a row.")

    def _inputs(self, operation: Operation, place: str) -> tuple[tuple[Field, ...], tuple[Relation, ...]]:
        shape = self.schemas.shape(body(operation, self.schemas))
        fields: dict[str, Field] = {}
        references: dict[str, Relation] = {}
        for name, value in shape.properties.items():
            found = field_of(name, value, self.schemas, self.document.notes)
            if found is None:
                continue
            needed = name in shape.required and not found[1]
            plain = column_name(name)
            target = self.tables.known.get(relation_name(name)) if plain.endswith("_id") else None
            if target:
                references[relation_name(name)] = Relation(relation_name(name), target, required=needed)
            else:
                made = replace(found[0], name=plain, required=needed or found[0].default is not None)
                fields[plain] = settled(
                    replace(made, description=cut(made.description, 400)), f"{place}.{plain}", self.document.notes
                )
        return tuple(fields.values()), tuple(references.values())

    def _endpoint(self, operation: Operation, table: Table | None) -> Endpoint:
        method = cast("Method", operation.method.upper())
        path = f"/{'/'.join(operation.parts)}"
        said = cut(operation.words or f"{method} {path}", 400)
        request = self.schemas.name(body(operation, self.schemas))
        return Endpoint(method, path, said, table.name.lower() if table else "", request=cut(stem(request), 400))


def _missing(resource: Resource) -> list[str]:
    """Return the usual routes that a resource does not have."""
    all_rows, row = {each.method for each in resource.collection}, {each.method for each in resource.row}
    found = [f"{method.upper()} /{resource.segment}" for method in ("get", "post") if method not in all_rows]
    found += [f"{method.upper()} /{resource.segment}/{{id}}" for method in ("get", "delete") if method not in row]
    return found if {"put", "patch"} & row else [*found, f"PATCH /{resource.segment}/{{id}}"]
