"""Reports: one query and one route each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from libs.blueprint import access, actions, columns, computed, conditions, names, queries, terms
from libs.blueprint.access import PUBLIC, Right
from libs.blueprint.conditions import Reader
from libs.blueprint.literals import prose
from libs.blueprint.paths import Place, in_period, resolve
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Condition, Measure, Report
from libs.contracts.fields import Field

MOST_ROWS = 1000
_READER = Reader(inputs="parameters")


@dataclass(frozen=True)
class Column:
    """A column of a report: its name in the answer, its source, and a field of its type."""

    name: str
    source: str
    field: Field

    @property
    def selected(self) -> str:
        """Return the column as it is selected."""
        return f'{self.source}.label("{names.attribute(self.name)}")'


@dataclass
class Joins:
    """The tables that a report's paths lead over, each joined once; a table met again gets a name of its own."""

    view: EntityView
    names: dict[tuple[int, ...], str] = field(default_factory=dict[tuple[int, ...], str])
    lines: list[str] = field(default_factory=list[str])
    aliases: list[str] = field(default_factory=list[str])
    loose: set[tuple[int, ...]] = field(default_factory=set[tuple[int, ...]])

    def column(self, place: Place) -> str:
        """Return the source of a column, its table joined."""
        name, key = self.view.cls, ()
        for link in place.way:
            key = (*key, id(link))
            name = self.names.get(key) or self._join(name, link, key)
        return f"{name}.{place.attr}"

    def _join(self, source: str, link: Link, key: tuple[int, ...]) -> str:
        taken = {self.view.cls, *self.names.values()}
        name, on = link.target.cls, f"{source}.{link.attr}"
        if name in taken:
            name = next(each for each in _numbered(f"{link.attr}_{link.target.snake}") if each not in taken)
            self.aliases.append(f"{name} = aliased({link.target.cls})")
            on = f"{on}.of_type({name})"
        self.names[key] = name
        # What hangs on a row that may be missing may be missing too.
        if not link.relation.required or key[:-1] in self.loose:
            self.loose.add(key)
        self.lines.append(f"{'outerjoin' if key in self.loose else 'join'}({on})")
        return name


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}{number}" for number in range(2, 100))


def view_of(views: list[EntityView], report: Report) -> EntityView:
    """Return the entity a report is about."""
    return next(view for view in views if view.name == report.entity)


def right(report: Report) -> Right:
    """Return who may ask for a report."""
    return Right(every=report.roles or (access.USER,))


def rights(view: EntityView) -> dict[str, Right]:
    """Return the rights on reports of named roles, by the word that printed routes use."""
    found = {f"reports.{report.name}": right(report) for report in view.charter.reports}
    kept = {f"reports.{report.name}" for report in view.charter.reports if _asks_role(view, report)}
    return {name: each for name, each in found.items() if name in kept}


def _asks_role(view: EntityView, report: Report) -> bool:
    return bool(report.roles) and PUBLIC not in report.roles and access.signs_in(view.charter)


def user_parameter(view: EntityView, report: Report) -> str:
    """Return the route's parameter for whoever is signed in; empty where nobody needs to be."""
    asks = _asks_role(view, report) or (not report.roles and not access.is_public(view, "read"))
    return ", user: CurrentUser" if asks or _names_user(report) else ""


def _names_user(report: Report) -> bool:
    return any(each.value is not None and each.value.kind == "user" for each in report.where)


def row_schema(report: Report) -> str:
    """Name the schema of a report's rows."""
    return f"{names.pascal(report.name)}Row"


def parameters_schema(report: Report) -> str:
    """Name the schema of a report's parameters."""
    return f"{names.pascal(report.name)}Parameters"


def shown(view: EntityView, report: Report) -> list[Column]:
    """Return the columns of a report."""
    return _shown(view, report, Joins(view))


def _shown(view: EntityView, report: Report, joins: Joins) -> list[Column]:
    if report.measures:
        groups = [_group(view, path, joins) for path in report.group_by]
        return [*groups, *(_measure(view, each, report, joins) for each in report.measures)]
    return [_path(view, path, joins) for path in report.columns or _all(view)]


def _all(view: EntityView) -> list[str]:
    return ["id", *(each.name for each in view.fields), *(link.relation.name for link in view.references)]


def _path(view: EntityView, path: str, joins: Joins) -> Column:
    place = resolve(view, path)
    end = place.link.key if place.link else place.field.name if place.field else place.attr
    name = "_".join([*(link.attr.rstrip("_") for link in place.way), end])
    kind = "string" if place.type == "enum" else place.type
    optional = place.nullable or any(not link.relation.required for link in place.way)
    return Column(name, joins.column(place), Field(name, kind, required=not optional))  # pyright: ignore[reportArgumentType]  # a field's type


def _group(view: EntityView, path: str, joins: Joins) -> Column:
    """Return a column that rows are grouped by: a value, or the beginning of a date, which tells its year or month."""
    head, size = in_period(view, path)
    found = _path(view, head, joins)
    if not size:
        return found
    name = f"{found.name}_{path.rpartition('.')[2]}"
    return Column(name, f"period({found.source}, {size})", Field(name, "string", required=found.field.required))


def _measure(view: EntityView, each: Measure, report: Report, joins: Joins) -> Column:
    if not each.field:
        return Column(each.name, "sa.func.count()", Field(each.name, "integer"))
    place = resolve(view, each.field)
    kind = "integer" if each.function == "count" else "string" if place.type == "enum" else place.type
    kind = "decimal" if each.function == "avg" and kind == "integer" else kind
    found = computed.measured(each.function, joins.column(place), place, kind)
    filled = each.function in ("count", "sum") or bool(report.group_by and not place.nullable and not place.gaps)
    return Column(each.name, found, Field(each.name, kind, required=filled))  # pyright: ignore[reportArgumentType]  # a field's type


def schema(view: EntityView, report: Report) -> str:
    """Return the schemas of a report: its row, and its parameters where it has some."""
    head = [f"class {row_schema(report)}(Output):", f'    """A row of: {summary(report)}"""', ""]
    lines = [f"    {columns.read_line(view, each.field)}" for each in shown(view, report)]
    blocks = ["\n".join([*head, *lines])]
    if report.parameters:
        head = [f"class {parameters_schema(report)}(Input):", f'    """What is asked for: {summary(report)}"""', ""]
        blocks.append("\n".join([*head, *(f"    {actions.input_line(view, each)}" for each in report.parameters)]))
    return "\n\n\n".join(blocks)


def summary(report: Report) -> str:
    """Return one sentence on a report."""
    text = prose(report.summary) or f"{names.words(report.name).capitalize()} report"
    return text if text[-1] in ".!?" else f"{text}."


def route(view: EntityView, report: Report) -> str:
    """Return the route of a report."""
    joins = Joins(view)
    found = _shown(view, report, joins)
    fixed, asked = _criteria(view, report, joins)
    order = _order(view, report, found, joins)
    asks = f", parameters: Annotated[{parameters_schema(report)}, Query()]" if report.parameters else ""
    row = row_schema(report)
    lines = [
        f'@router.get("/{report.name}")',
        f"def {report.name}_report(session: SessionDep{asks}{user_parameter(view, report)}) -> list[{row}]:",
        f'    """{summary(report)}"""',
        *([f'    access.limited(user, "reports.{report.name}")'] if _asks_role(view, report) else []),
        *(f"    {line}" for line in joins.aliases),
        f"    columns: list[sa.Label[Any]] = [{', '.join(each.selected for each in found)}]",
        f"    query: sa.Select[Any] = {_rows(view, report)}",
        *(f"    query = query.{line}" for line in joins.lines),
        *([f"    query = query.where({', '.join(fixed)})"] if fixed else []),
        *(line for name, text in asked for line in _if_given(name, text)),
        *_grouped(view, report, found),
        f"    query = query.order_by({', '.join(order)}).limit({report.limit or MOST_ROWS})",
        f"    return [{row}.model_validate(row) for row in session.execute(query)]",
    ]
    return "\n".join(lines)


def _if_given(name: str, text: str) -> list[str]:
    return [f"    if parameters.{name} is not None:", f"        query = query.where({text})"]


def _rows(view: EntityView, report: Report) -> str:
    if report.roles or access.is_public(view, "read"):
        return f"sa.select(*columns).select_from({view.cls})"
    return f"{access.scope(view, 'read')}.with_only_columns(*columns, maintain_column_froms=True)"


def _criteria(view: EntityView, report: Report, joins: Joins) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the criteria that always hold, and those of parameters that may be left out."""
    optional = {each.name for each in report.parameters if not each.required and each.default is None}
    fixed: list[str] = []
    asked: list[tuple[str, str]] = []
    if view.entity.soft_delete and (report.roles or access.is_public(view, "read")):
        fixed.append(f"{view.cls}.deleted_at.is_(None)")
    for each in report.where:
        text = _criterion(view, each, joins)
        if each.value is not None and each.value.kind == "input" and each.value.text in optional:
            asked.append((names.attribute(each.value.text), text))
        else:
            fixed.append(text)
    return fixed, asked


def _criterion(view: EntityView, each: Condition, joins: Joins) -> str:
    place = resolve(view, each.field)
    value, column, other = each.value, joins.column(place), ""
    if value is not None and value.kind == "field":
        second = resolve(view, value.text)
        column, other = terms.aligned(column, place, joins.column(second), second)
    elif value is not None:
        other = conditions.value_source(view, value, place, _READER)[1]
    return queries.comparison(column, place, each, other)


def _grouped(view: EntityView, report: Report, found: list[Column]) -> list[str]:
    groups = found[: len(report.group_by)]
    if not (report.measures and groups):
        return []
    return [f"    query = query.group_by({', '.join(each.source for each in groups)})"]


def _order(view: EntityView, report: Report, found: list[Column], joins: Joins) -> list[str]:
    """Return what the rows are ordered by, ties by what tells them apart."""
    groups = found[: len(report.group_by)] if report.measures else []
    ties = [each.source for each in groups] if report.measures else [f"{view.cls}.id"]
    ties = ties or [each.source for each in found[:1]]
    if not report.order_by:
        return ties
    first = ordering(view, report, found, joins)
    return [f"{first}.desc()" if report.descending else first, *(each for each in ties if each != first)]


def ordering(view: EntityView, report: Report, found: list[Column], joins: Joins) -> str:
    """Return the source of what a report is ordered by: one of its columns, or a path."""
    named = {each.name: each.source for each in found}
    return named.get(report.order_by) or joins.column(resolve(view, report.order_by))


def source(views: list[EntityView], reports: Iterable[Report]) -> str:
    """Return the routes of all reports."""
    return "\n\n\n".join(route(view_of(views, report), report) for report in reports)


def schemas(views: list[EntityView], reports: Iterable[Report]) -> str:
    """Return the schemas of all reports."""
    return "\n\n\n".join(schema(view_of(views, report), report) for report in reports)
