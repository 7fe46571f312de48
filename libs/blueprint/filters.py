"""Words the templates ask for: prose for people, escaped for where it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from libs.blueprint import access, behaviour, columns, listing, migration, names, rulebook
from libs.blueprint.literals import paragraph, prose, quoted
from libs.blueprint.source import export_key, import_block
from libs.blueprint.view import SCHEMAS, EntityView, Link
from libs.contracts.fields import Field

_OUTCOMES = {
    "restrict": "is_refused_while_it_is_used",
    "cascade": "deletes_what_belongs_to_it",
    "set_null": "clears_the_reference",
}
_CARDINALITIES = {"many_to_one": "o{", "one_to_one": "o|"}
_DELETIONS = {
    "cascade": "deleted together with it",
    "set_null": "cleared when it is deleted",
    "restrict": "keeps it from deletion",
}


def about(view: EntityView) -> str:
    """Return one sentence on an entity, for its class."""
    text = prose(view.entity.description) or names.article(view.label).capitalize()
    return text if text[-1] in ".!?" else f"{text}."


def markdown(text: str) -> str:
    """Make text safe in Markdown, a table included: one line, no markup of its own."""
    shown = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("`", "'")


def notes(field: Field, view: EntityView) -> str:
    """Describe what a field asks for beyond its type."""
    limits = (("at least", field.minimum), ("at most", field.maximum), ("pattern", field.pattern))
    parts = [
        field.description.rstrip("."),
        f"moved by {view.balances[field.name]} alone" if field.name in view.balances else "",
        "" if field.required else "optional",
        "unique" if field.unique else "",
        f"default {field.default}" if field.default is not None else "",
        *(f"{word} {bound}" for word, bound in limits if bound is not None),
        _length(field),
        ", ".join(field.choices) and f"one of {', '.join(field.choices)}",
    ]
    return "; ".join(part for part in parts if part)


def _length(field: Field) -> str:
    low, high = field.min_length, field.max_length
    if low and high:
        return f"{low} to {high} characters"
    return f"at most {high} characters" if high else f"at least {low} characters" if low else ""


def link_notes(link: Link) -> str:
    """Describe what a relation asks for."""
    parts = [link.relation.description.rstrip("."), "" if link.needed else "optional", "unique" if link.single else ""]
    parts += [] if link.many else [_DELETIONS[link.relation.on_delete]]
    return "; ".join(part for part in parts if part)


def er_line(link: Link) -> str:
    """Return a relation in Mermaid's notation."""
    near = "||" if link.relation.required else "|o"
    shape = "}o--o{" if link.many else f"{near}--{_CARDINALITIES[link.relation.kind]}"
    return f'{link.target.cls} {shape} {link.source.cls} : "{names.words(link.attr).strip()}"'


def excluded(view: EntityView) -> str:
    """Return the argument that keeps lists of ids out of a row's own columns."""
    keys = ", ".join(f'"{link.key}"' for link in view.collections)
    return f"exclude={{{keys}}}" if keys else ""


def may(view: EntityView, role: str) -> str:
    """Say what a role may do with rows of an entity, for the table of roles."""
    found = {action: access.right(view, action).reach(role) for action in access.actions(view)}
    if len(set(found.values())) == 1:
        return {"every": "everything", "own": "everything of their own", "none": "–"}[found["read"]]
    said = [
        f"{names.words(action)}{' own' if reach == 'own' else ''}" for action, reach in found.items() if reach != "none"
    ]
    return ", ".join(said)


def initial(view: EntityView) -> str:
    """Return the arguments that a new row is made of."""
    values = f"**data.model_dump({excluded(view)})"
    return f"{values}, {view.stamps.owner}=user.id" if view.entity.owned and not view.entity.account else values


_WRITTEN: dict[str, Callable[[EntityView], tuple[Field, ...]]] = {
    "Create": lambda view: view.creatable,
    "Read": lambda view: view.fields,
    "Update": lambda view: view.updatable,
}


def schema_lines(schema: str, line: Callable[[EntityView, Field], str]) -> Callable[[EntityView], list[str]]:
    """Return the function that lists a schema's fields."""
    return lambda view: [
        *(line(view, field) for field in _WRITTEN[schema](view)),
        *_stamp_lines(schema, view),
        *(columns.link_line(link, schema) for link in view.links),
        *(behaviour.computed_lines(view) if schema == "Read" else ()),
    ]


def _stamp_lines(schema: str, view: EntityView) -> list[str]:
    if schema == "Read":
        return [f"{stamp.name}: {stamp.annotation}" for stamp in view.stamps.all if stamp.shown]
    if not view.entity.account:
        return []
    default = "None" if schema == "Create" else "Field(default_factory=unset)"
    return [f"{view.stamps.owner}: RowId | None = {default}"]


def class_imports(views: Iterable[EntityView]) -> str:
    """Return the imports of entities' classes."""
    return import_block({view.cls: f"app.models.{view.module}" for view in views})


def schema_imports(views: Iterable[EntityView]) -> str:
    """Return the imports of entities' schemas."""
    return import_block({f"{view.name}{kind}": f"app.schemas.{view.module}" for view in views for kind in SCHEMAS})


def exports(members: Iterable[str]) -> str:
    """Return ``__all__`` of a package."""
    return "__all__ = [\n" + "".join(f'    "{name}",\n' for name in sorted(members, key=export_key)) + "]"


FILTERS: dict[str, Callable[..., Any]] = behaviour.FILTERS | {
    "about": about,
    "access_check": access.check,
    "access_function": access.function,
    "article": names.article,
    "class_imports": class_imports,
    "choice_alias": lambda field, view: view.choice_alias(field),
    "confirms": access.confirms,
    "create_lines": schema_lines("Create", columns.create_line),
    "er_line": er_line,
    "exports": exports,
    "excluded": excluded,
    "index_lines": migration.index_lines,
    "initial": initial,
    "link_notes": link_notes,
    "linked": listing.linked,
    "lower_first": lambda text: text[:1].lower() + text[1:],
    "may": may,
    "md": markdown,
    "notes": notes,
    "paragraph": paragraph,
    "owned_by": lambda view: access.owned_by(view) if access.own_path(view) is not None else "",
    "outcome": lambda link: _OUTCOMES[link.relation.on_delete],
    "prose": prose,
    "quoted": quoted,
    "query_lines": listing.query_lines,
    "read_lines": schema_lines("Read", columns.read_line),
    "reference": columns.reference,
    "refer": access.refer,
    "relation": lambda link: columns.collection(link) if link.many else columns.relationship(link),
    "column": lambda field, view: columns.column(view, field),
    "rows": access.rows,
    "rule_call": rulebook.call,
    "schema_imports": schema_imports,
    "scope": access.scope,
    "search_columns": listing.search_columns,
    "sortable": listing.sortable,
    "stamp": columns.stamp,
    "toml": lambda text: json.dumps(prose(text), ensure_ascii=False),
    "upgrade_lines": migration.upgrade_lines,
    "update_lines": schema_lines("Update", columns.update_line),
    "user_parameter": access.user_parameter,
    "words": names.words,
}
