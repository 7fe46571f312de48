"""What a function that is put in words may lean on: the printed neighbours of its place, and the tests that call it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from libs import syntax
from libs.blueprint.compiler import compile_project
from libs.blueprint.custom import Place, action_schema, places
from libs.blueprint.normal import plain
from libs.blueprint.view import EntityView
from libs.contracts.artifacts import Architecture, SourceFile
from libs.contracts.charter import Charter

UNWRITTEN = Architecture(design="")
_MOST_ENTITIES = 8  # that a function is shown; a rule which names none looks at them all
_ERRORS = ("ApiError", "RuleBroken", "Conflict")


@dataclass(frozen=True)
class Surroundings:
    """A place, what is printed in it and around it; ``neighbours`` and ``tests`` are files or the parts that matter."""

    place: Place
    start: str
    neighbours: tuple[SourceFile, ...]
    tests: tuple[SourceFile, ...]


def surroundings(charter: Charter, architecture: Architecture, path: str) -> Surroundings | None:
    """Return the place at ``path`` with its surroundings; ``None`` where ``path`` is no place of the charter."""
    place = next((each for each in places(plain(charter)) if each.path == path), None)
    if place is None:
        return None
    files = printed(charter, architecture)
    shown, tests = (
        [file for file in found if file.content] for found in (_neighbours(place, files), _tests(place, files))
    )
    return Surroundings(place, printed(charter, UNWRITTEN)[path], tuple(shown), tuple(tests))


@lru_cache(maxsize=4)
def printed(charter: Charter, architecture: Architecture) -> Mapping[str, str]:
    """Return the printed files by path."""
    return {file.path: file.content for file in compile_project(charter, architecture)}


def _neighbours(place: Place, files: Mapping[str, str]) -> Iterator[SourceFile]:
    yield _part("app/errors.py", files, _ERRORS)
    for view in _near(place.views)[:_MOST_ENTITIES]:
        yield _whole(f"app/models/{view.module}.py", files)
    view = place.views[0]
    if place.action:
        yield _part(f"app/schemas/{view.module}.py", files, (action_schema(view, place.action),))
    folder = "actions" if place.action else "rules"
    yield from (_whole(f"app/{folder}/{each.module}.py", files) for each in place.views[:_MOST_ENTITIES])


def _near(views: Iterable[EntityView]) -> list[EntityView]:
    """Return the entities and those one relation away, nearest first: to judge a row, those around it are counted."""
    found = {view.name: view for view in views}
    for view in list(found.values()):
        found |= {link.target.name: link.target for link in view.links if link.target.name not in found}
        pointing = [peer for peer in view.peers.values() if any(link.target is view for link in peer.links)]
        found |= {peer.name: peer for peer in pointing if peer.name not in found}
    return list(found.values())


def _tests(place: Place, files: Mapping[str, str]) -> Iterator[SourceFile]:
    yield _part("tests/test_custom.py", files, (f"test_{place.name}_is_called",))
    if place.rule and len(place.views) == 1:
        yield _whole(f"tests/test_{place.views[0].routes}.py", files)


def _whole(path: str, files: Mapping[str, str]) -> SourceFile:
    return SourceFile(path, files.get(path, ""))


def _part(path: str, files: Mapping[str, str], names: Iterable[str]) -> SourceFile:
    """Return only the definitions of these names: the rest of the file costs tokens and says nothing."""
    text = files.get(path, "")
    wanted = [node for node in syntax.parse(text).body if getattr(node, "name", "") in names]
    parts = [ast.get_source_segment(text, node) or "" for node in wanted]
    return SourceFile(path, "\n\n\n".join([*parts, ""]) if parts else "")
