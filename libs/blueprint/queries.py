"""Conditions of the charter as SQLAlchemy source, to find rows with."""

from __future__ import annotations

from collections.abc import Iterable

from libs.blueprint import conditions, terms
from libs.blueprint.conditions import SIGNS, Reader, typed
from libs.blueprint.paths import Place, resolve
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Condition, Value


def sql(view: EntityView, wanted: Iterable[Condition], reader: Reader | None = None) -> list[str]:
    """Return the criteria, to be listed in ``where``, of the rows of ``view`` that the conditions hold of."""
    own = [f"{view.cls}.deleted_at.is_(None)"] if view.entity.soft_delete else []
    return own + [_criterion(view, each, reader or Reader()) for each in wanted]


def _criterion(view: EntityView, each: Condition, reader: Reader) -> str:
    place = resolve(view, each.field)
    column, other = f"{place.holder.cls}.{place.attr}", operand(view, place, each.value, reader)
    if each.value is not None and each.value.kind == "field":
        column, other = terms.aligned(column, place, other, resolve(view, each.value.text))
    if not place.way:
        return comparison(column, place, each, other)
    # What is missing on the way counts as not set, and as different from any value.
    negative = {"is_unset": "is_set", "ne": "eq"}.get(each.operator)
    inner = each if negative is None else Condition(each.field, negative, each.value, each.choices)  # pyright: ignore[reportArgumentType]  # a literal
    found = within(place.way, comparison(column, place, inner, other))
    return f"~{found}" if negative else found


def within(way: Iterable[Link], criterion: str) -> str:
    """Return the criterion that what the relations lead to meets the criterion."""
    for link in reversed(list(way)):
        criterion = f"{link.source.cls}.{link.attr}.has({criterion})"
    return criterion


def comparison(column: str, place: Place, each: Condition, other: str) -> str:
    """Return the criterion that compares a column with the source of a value."""
    nullable = place.nullable
    if each.operator in ("is_set", "is_unset"):
        return f"{column}.{'is_not' if each.operator == 'is_set' else 'is_'}(None)"
    if each.operator == "in":
        return f"{column}.in_([{', '.join(typed(place, choice) for choice in each.choices)}])"
    if other in ("True", "False") and each.operator in ("eq", "ne"):
        wanted = (other == "True") == (each.operator == "eq")
        return f"{column}.is_({wanted})" if each.operator == "eq" or not nullable else f"{column}.is_not({not wanted})"
    if nullable and each.operator in ("eq", "ne") and each.value is not None and each.value.kind == "field":
        return f"{column}.is_{'not_' if each.operator == 'eq' else ''}distinct_from({other})"
    if nullable and each.operator == "ne":
        return f"{column}.is_distinct_from({other})"
    return f"{column} {SIGNS[each.operator]} {other}"


def operand(view: EntityView, place: Place, value: Value | None, reader: Reader) -> str:
    """Return the source of the value a column is compared with."""
    if value is None:
        return ""
    if value.kind != "field":
        return conditions.value_source(view, value, place, reader)[1]
    other = resolve(view, value.text)
    return f"{view.cls}.{other.attr}" if not other.way else terms.subquery(other)


def pointing_here(view: EntityView, way: tuple[Link, ...], row: str = "row") -> str:
    """Return the criterion of the rows of ``view`` that the way leads from to the row at hand."""
    *steps, last = way
    return within(steps, f"{last.source.cls}.{last.key} == {row}.id")
