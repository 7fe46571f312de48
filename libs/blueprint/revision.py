"""The migration from the tables of an earlier version of a project to its tables of now, and back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from libs.blueprint import alteration, names
from libs.blueprint.evolution import Evolution, evolution
from libs.blueprint.former import FOLDER, Former
from libs.blueprint.project import Project
from libs.blueprint.sheets import Sheet
from libs.contracts.charter import Charter

FIRST = f"{FOLDER}0001_initial.py"
_REVISION = re.compile(r'^revision = "(.+)"$', re.MULTILINE)
_MAX_HEADING = 100
_MAX_SLUG = 40


def migration_sheets(project: Project) -> Iterator[Sheet]:
    """Yield the migration to print: the first of a new project; else the one from the version before, if any."""
    if not project.former or not project.former.migrations:
        yield Sheet(FIRST, "The first migration: all tables", "migrations/initial.py", project.values)
    elif found := _next(project.former, project.given):
        yield found


def _next(former: Former, charter: Charter) -> Sheet | None:
    """Return the migration that follows the former ones; none where the tables stay as they are."""
    up, down = evolution(former.charter, charter), evolution(charter, former.charter)
    head = _REVISION.search(former.migrations[-1].content)
    if not up or head is None:
        return None
    upgrade, downgrade = alteration.statements(up), alteration.statements(down)
    text = "\n".join((head[1], *upgrade, *downgrade))
    name = f"{len(former.migrations) + 1:04}_{hashlib.sha256(text.encode()).hexdigest()[:6]}"
    values: dict[str, Any] = {
        "said": _said(up),
        "strict": any(part.kind != "index" or part.unique for each in up.changed for part in each.created),
        "revision": name,
        "former": head[1],
        "upgrade": upgrade,
        "downgrade": downgrade,
        "lacks": "_lacks(" in text,
        "points": "_point(" in text,
        "makes": "_first(" in text,
    }
    slug = names.snake(re.sub(r"\W+", "_", _said(up))).strip("_")[:_MAX_SLUG].rstrip("_")
    return Sheet(f"{FOLDER}{name}_{slug}.py", "The migration from the version before", "migrations/change.py", values)


def _said(change: Evolution) -> str:
    """Say what changes, as a heading does."""
    steps = [*_steps(change)]
    said = "; ".join(steps)
    while len(said) > _MAX_HEADING:
        steps.pop()
        said = "; ".join([*steps, "and more"])
    return said[0].upper() + said[1:]


def _steps(change: Evolution) -> Iterator[str]:
    yield from (f"add {table.name}" for table in change.added)
    yield from (f"drop {table.name}" for table in change.removed)
    for each in change.changed:
        old, new = each.old.name, each.new.name
        moved = [(one.old.name, one.new.name) for one in each.columns if one.renamed]
        found = [f"rename {old} to {new}"] if old != new else []
        found += [f"add {new}.{column.name}" for column in each.added]
        found += [f"drop {old}.{column.name}" for column in each.removed]
        found += [f"rename {new}.{before} to {after}" for before, after in moved]
        yield from found or [f"change {new}"]
