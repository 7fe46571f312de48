"""The source of a field's column, and of its place in the request and response schemas."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from libs.blueprint import names, values
from libs.blueprint.literals import literal, prose, quoted
from libs.blueprint.stamps import Stamp
from libs.blueprint.view import EntityView, Link
from libs.contracts.fields import Field

# Per field type: annotation in Python, SQLAlchemy type, annotation in a request.
_KINDS: dict[str, tuple[str, str, str]] = {
    "string": ("str", "sa.String({length})", "str"),
    "text": ("str", "sa.Text", "str"),
    "integer": ("int", "sa.Integer", "Int32"),
    "decimal": ("Decimal", "Scaled({digits}, {places})", "Decimal"),
    "money": ("Decimal", "Scaled({digits}, {places})", "Money"),
    "boolean": ("bool", "sa.Boolean", "bool"),
    "date": ("dt.date", "sa.Date", "dt.date"),
    "datetime": ("dt.datetime", "UtcDateTime", "UtcTime"),
    "uuid": ("UUID", "sa.Uuid", "UUID"),
    "email": ("str", "sa.String(254)", "EmailStr"),
    "url": ("str", "sa.String(2083)", "Url"),
    "json": ("Any", "sa.JSON(none_as_null=True)", "JsonValue"),
}

# The request's annotation where there are bounds, because those beside a field do not reach past an alias's own.
_BOUNDED = {"integer": "int", "datetime": "Annotated[UtcTime, Field({bounds})]"}

_EMPTY = {"[]": "list", "{}": "dict"}


def column(view: EntityView, field: Field) -> str:
    """Return the declaration of a field as mapped column."""
    attr = names.attribute(field.name)
    unique = field.unique and not view.entity.soft_delete
    args = [quoted(field.name)] if attr != field.name else []
    args += [_mapped_type(view, field), *(["unique=True"] if unique else [])]
    args += ["index=True"] if field.indexed and not field.unique else []
    args += [f"default={_default(field)}"] if values.has_default(field) else []
    return f"{attr}: Mapped[{_optional(_annotation(view, field), field.required)}] = mapped_column({', '.join(args)})"


def _annotation(view: EntityView, field: Field) -> str:
    return view.choice_alias(field) if field.type == "enum" else _KINDS[field.type][0]


def _mapped_type(view: EntityView, field: Field) -> str:
    return sql_type(field, f"*get_args({view.choice_alias(field)})" if field.type == "enum" else "")


def sql_type(field: Field, choices: str = "") -> str:
    """Return the source of a field's type in SQL; ``choices`` is the source of an enum's choices, if not spelt out."""
    if field.type == "enum":
        spelt = choices or ", ".join(quoted(choice) for choice in field.choices)
        return f'sa.Enum({spelt}, name="{_choice_name(field)}", native_enum=False, create_constraint=True)'
    digits, places = values.places(field)
    return _KINDS[field.type][1].format(length=values.longest(field), digits=digits, places=places)


def _choice_name(field: Field) -> str:
    return f"{names.snake(names.pascal(field.name))}_choice"


def choice_checks(field: Field) -> list[tuple[str, str]]:
    """Return the condition that the type of an enum brings with it, with its name."""
    if field.type != "enum":
        return []
    spelt = ", ".join(quoted(choice) for choice in field.choices)
    return [(_choice_name(field), f"sa.column({quoted(field.name)}).in_([{spelt}])")]


def _optional(annotation: str, required: bool) -> str:
    return annotation if required else f"{annotation} | None"


def _default(field: Field) -> str:
    """Return a default as value or as function that makes it; mutable ones need a function."""
    value = values.default_factory(field) or literal(values.parse(field, field.default or ""))
    return _EMPTY.get(value) or (f"lambda: {value}" if value[0] in "[{" else value)


def checks(field: Field) -> list[tuple[str, str]]:
    """Return the conditions that hold a number within its bounds, whoever writes it, each with its name."""
    if field.type not in ("integer", *values.FIXED_TYPES):
        return []
    digits, places = values.places(field)
    typed = "" if field.type == "integer" else f", Scaled({digits}, {places})"
    target = f"sa.column({quoted(field.name)}{typed})"
    low, high = values.bounds(field)
    limits = (("minimum", ">=", low), ("maximum", "<=", high))
    return [
        (f"{field.name}_{which}", f"{target} {sign} {literal(bound)}")
        for which, sign, bound in limits
        if bound is not None
    ]


def create_line(view: EntityView, field: Field) -> str:
    """Return a field of the schema that creates."""
    options = _alias(field) + _constraints(field)
    if values.has_default(field):
        options.insert(0, _schema_default(field))
    elif not field.required:
        options.insert(0, "None")
    return _schema_line(view, field, [*options, *_description(field.description)])


def update_line(view: EntityView, field: Field) -> str:
    """Return a field of the schema that changes; it may be left out."""
    return _schema_line(view, field, ["default_factory=unset", *_alias(field), *_constraints(field)])


def read_line(view: EntityView, field: Field) -> str:
    """Return a field of the schema that answers."""
    annotation = "JsonValue" if field.type == "json" else _annotation(view, field)
    attr = names.attribute(field.name)
    renamed = f" = Field(serialization_alias={quoted(field.name)})" if attr != field.name else ""
    return f"{attr}: {_optional(annotation, field.required)}{renamed}"


def _schema_line(view: EntityView, field: Field, options: list[str]) -> str:
    kind = view.choice_alias(field) if field.type == "enum" else _KINDS[field.type][2]
    if _bounds(field):
        kind = _BOUNDED.get(field.type, "").format(bounds=", ".join(_bounds(field))) or kind
    head = f"{names.attribute(field.name)}: {_optional(kind, field.required)}"
    if len(options) == 1 and "=" not in options[0].split("(")[0].split('"')[0]:
        return f"{head} = {options[0]}"
    return f"{head} = Field({', '.join(options)})" if options else head


def _schema_default(field: Field) -> str:
    source = _default(field)
    if field.type == "json" and source.startswith("lambda: "):
        source = f'lambda: cast("JsonValue", {source.removeprefix("lambda: ")})'
    factory = values.default_factory(field) or source.startswith("lambda: ") or source in _EMPTY.values()
    return f"default_factory={source}" if factory else source


def _constraints(field: Field) -> list[str]:
    if field.type in values.TEXT_TYPES:
        return _text_constraints(field)
    digits, places = values.places(field)
    fixed = [f"max_digits={digits}", f"decimal_places={places}"] if field.type == "decimal" else []
    return fixed if field.type == "datetime" else [*fixed, *_bounds(field)]


def _bounds(field: Field) -> list[str]:
    if field.type not in values.BOUNDED_TYPES:
        return []
    low, high = values.bounds(field)
    ends = [None if bound is None else literal(bound) for bound in (low, high)]
    if field.type == "integer" and any(ends):
        ends = [ends[0] or "-MAX_INT", ends[1] or "MAX_INT"]
    return [f"{word}={end}" for word, end in zip(("ge", "le"), ends, strict=True) if end is not None]


def _text_constraints(field: Field) -> list[str]:
    low = values.shortest(field)
    limited = field.max_length is not None or field.type != "email"
    options: list[tuple[str, Any]] = [
        ("min_length", low or None),
        ("max_length", values.longest(field) if limited else None),
        ("pattern", field.pattern),
    ]
    return [f"{word}={literal(value)}" for word, value in options if value is not None]


def _alias(field: Field) -> list[str]:
    return [f"alias={quoted(field.name)}"] if names.attribute(field.name) != field.name else []


def _description(text: str) -> list[str]:
    return [f"description={quoted(prose(text))}"] if prose(text) else []


def reference(link: Link, late: Collection[tuple[str, str]] = ()) -> str:
    """Return the declaration of a foreign key column; ``late`` are tables with columns whose key is added later."""
    kind = _optional("int", link.relation.required)
    rule = link.relation.on_delete.upper().replace("_", " ")
    once = "unique=True" if link.single and not link.source.entity.soft_delete else "index=True"
    alter = ", use_alter=True" if (link.source.plural, link.key) in late else ""
    target = f'sa.ForeignKey("{link.target.plural}.id", ondelete="{rule}"{alter})'
    return f"{link.key}: Mapped[{kind}] = mapped_column({target}, {once})"


def query_type(view: EntityView, field: Field) -> str:
    """Return the annotation of a field's value in the query of a list."""
    return view.choice_alias(field) if field.type == "enum" else _KINDS[field.type][2]


def stamp(each: Stamp) -> str:
    """Return the declaration of a column that the server fills in."""
    return f"{each.name}: Mapped[{each.annotation}] = mapped_column({', '.join([each.sql, *each.options])})"


def relationship(link: Link) -> str:
    """Return the declaration of the object a reference stands for."""
    options = [f'remote_side="{link.target.cls}.id"'] if link.to_self else []
    options += [f"foreign_keys=[{link.key}]"] if link.ambiguous else []
    kind = _optional(link.target.cls, link.relation.required)
    return f"{link.attr}: Mapped[{kind}] = relationship({', '.join(options)})"


def collection(link: Link) -> str:
    """Return the declaration of a many-to-many relation's objects."""
    options = [f'secondary="{link.table}"', f'order_by="{link.target.cls}.id"', 'lazy="selectin"']
    if link.mirror:
        options.append(f'back_populates="{link.mirror.attr}"')
    if link.to_self:
        options.append(f'primaryjoin="{link.source.cls}.id == {link.table}.c.{link.source.snake}_id"')
        options.append(f'secondaryjoin="{link.source.cls}.id == {link.table}.c.{link.far_column}"')
    return f"{link.attr}: Mapped[list[{link.target.cls}]] = relationship({', '.join(options)})"


def link_line(link: Link, schema: str) -> str:
    """Return a relation's key in the schema that creates (``Create``), changes (``Update``) or answers (``Read``)."""
    one, many = ("int", "list[int]") if schema == "Read" else ("RowId", "RowIds")
    kind = many if link.many else _optional(one, link.relation.required)
    if schema == "Read":
        return f"{link.key}: {kind}"
    if schema == "Update":
        return f"{link.key}: {kind} = Field(default_factory=unset)"
    ending = " = Field(default_factory=list)" if link.many else "" if link.relation.required else " = None"
    return f"{link.key}: {kind}{ending}"
