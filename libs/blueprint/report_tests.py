"""Tests of reports: their figures, as the compiler's world has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from libs.blueprint.candidates import Sample, domain, from_now, sample
from libs.blueprint.paths import PERIODS, in_period, resolve
from libs.blueprint.reading import NOW, Row, aggregate
from libs.blueprint.reports import Column, shown, view_of
from libs.blueprint.solver import Seeds
from libs.blueprint.stories import At, Story, Test, reach
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Report
from libs.contracts.fields import Field

_SHOWN = {"integer": 0, "money": 2, "decimal": 6}


def report_tests(seeds: Seeds, views: list[EntityView]) -> Iterator[Test]:
    """Yield a test of each report's figures."""
    for report in views[0].charter.reports if views else ():
        yield from _report(view_of(views, report), report, seeds)


def _report(view: EntityView, report: Report, seeds: Seeds) -> Iterator[Test]:
    for given in _parameters(view, report):
        story, found = Story.begun(seeds), {name: one.value for name, one in given.items()}

        def listed(stage: Any, row: Row, found: Row = found) -> bool:
            return bool(stage.world.hold(view, row, report.where, found))

        row = reach(story, view, listed, report.where)
        if row is None:
            continue
        reach(story, view, lambda stage, one: not listed(stage, one), report.where, At({}, "other", story.last(view)))
        rows = [one for one in story.stage.world.of(view).values() if listed(story.stage, one)]
        if len(rows) > 1:
            continue
        params = ", ".join(f'"{name}": {one.source}' for name, one in given.items())
        call = f'client.get("/reports/{report.name}"{f", params={{{params}}}" if params else ""})'
        yield Test(f"test_{report.name}", (*story.lines, f"answer = {call}", *_figures(story, view, report, rows)))
        return


def _parameters(view: EntityView, report: Report) -> Iterator[dict[str, Sample]]:
    choices = [_choices(view, each) for each in report.parameters]
    longest = max((len(each) for each in choices), default=1)
    for number in range(longest):
        yield {
            each.name: found[min(number, len(found) - 1)]
            for each, found in zip(report.parameters, choices, strict=True)
        }


def _choices(view: EntityView, each: Field) -> list[Sample]:
    found = [one for one in domain(view, each) if one.value is not None]
    return [*(from_now(each) if each.type in ("date", "datetime") else ()), *found]


def _figures(story: Story, view: EntityView, report: Report, rows: list[Row]) -> list[str]:
    expected = {
        column.name: source
        for column, value in _values(story, view, report, rows)
        if (source := _figure(view, column, value))
    }
    if not expected:
        return ["assert answer.status_code == 200", "assert len(answer.json()) == 1"]
    items = [f'"{name}": {source}' for name, source in expected.items()]
    return [
        "assert answer.status_code == 200, answer.text",
        "(figures,) = answer.json()",
        *(f'assert figures["{item.split(chr(34))[1]}"] == {item.split(": ", 1)[1]}' for item in items),
    ]


def _beginning(source: str, name: str) -> str:
    """Return the part of a date that tells the period which a column is named after."""
    size = PERIODS[name.rpartition("_")[2]]
    return f"{source}[:{size}]" if "(" in source else f"{source[: size + 1]}{source[0]}"


def _values(story: Story, view: EntityView, report: Report, rows: list[Row]) -> Iterator[tuple[Column, Any]]:
    found, world = shown(view, report), story.stage.world
    paths: list[str] = list(report.group_by if report.measures else report.columns)
    if not report.measures and not paths:
        paths = ["id", *(each.name for each in view.fields), *(link.relation.name for link in view.references)]
    for column, path in zip(found, paths, strict=False):
        yield column, world.read(rows[0], resolve(view, in_period(view, path)[0]))
    for column, measure in zip(found[len(paths) :], report.measures, strict=False):
        values = [world.read(row, resolve(view, measure.field)) if measure.field else 1 for row in rows]
        yield column, aggregate(measure.function, values)


def _figure(view: EntityView, column: Column, value: Any) -> str:
    """Return what an answer holds; nothing for ids and for what the clock decides."""
    if column.name == "id" or column.name.endswith("_id") or value in (NOW, NOW.date()):
        return ""
    if value is None:
        return "None"
    if column.field.type in ("money", "decimal"):
        places = column.field.scale if column.field.scale is not None else _SHOWN[column.field.type]
        return f'"{round(Decimal(value), places):.{places}f}"' if column.field.type == "money" else ""
    if isinstance(value, dt.date):
        near = [
            one
            for peer in view.peers.values()
            for each in peer.fields
            for one in domain(peer, each)
            if one.value == value
        ]
        kind = Field(column.name, "datetime" if isinstance(value, dt.datetime) else "date")
        source = (near[0] if near else sample(kind, value)).source
        return source if column.field.type != "string" else _beginning(source, column.name)
    return sample(column.field, value).source if column.field.type != "json" else ""
