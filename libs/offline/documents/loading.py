"""JSON and YAML read without trusting them: no tags, no expansion of aliases without end, no depth without bound."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar, NoReturn, cast

import yaml

from libs.offline.documents.notes import Broken, cut

_MAX_DEPTH = 60  # objects within objects; API descriptions of large companies stay below 30
_MAX_KEY = 500  # characters
_MAX_VALUES = 60_000  # more than 64 KiB can spell out; only aliases of YAML reach it
_PLAIN = (type(None), bool, int, float, str)
_SAFE: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE):
    """Reads the plain values of YAML 1.2: ``no`` and dates are text, and ``<<`` is a key like any other."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false|True|False|TRUE|FALSE)$", "tfTF"),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


class _Twice(ValueError):
    """A key is there twice in one object."""


def load_json(text: str) -> Any:
    """Return a JSON value; raise ``Broken`` with the line where it is none."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        near = cut(text[max(0, error.pos - 20) : error.pos + 20])
        raise Broken(f"{error.msg} near {near}", error.lineno) from error
    except RecursionError as error:
        raise Broken("it is nested too deeply") from error
    except _Twice as error:
        raise Broken(str(error)) from error
    except ValueError as error:
        raise Broken("it holds a number that is too long, or NaN or Infinity") from error
    return _measured(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(f'the key "{next(cut(key) for key in keys if keys.count(key) > 1)}" is there twice in one object')
    return made


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def load_yaml(text: str) -> Any:
    """Return a YAML value made of plain values; raise ``Broken`` with the line where it is none."""
    try:
        _shallow(text)
        return _measured(yaml.load(text, Loader=_Loader))  # noqa: S506  # a safe loader with fewer types
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "it is no YAML"
        raise Broken(cut(reason, 200), mark.line + 1 if mark else 0) from error
    except (RecursionError, ValueError, TypeError) as error:
        raise Broken("it holds a value that cannot be read, or is nested too deeply") from error


def _shallow(text: str) -> None:
    """Refuse depth before anything recurses into it."""
    depth = 0
    for event in yaml.parse(text, Loader=_SAFE):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise Broken("it is nested too deeply", event.start_mark.line + 1)


def _measured(value: Any) -> Any:
    """Return a copy of plain values; raise ``Broken`` where there are too many, too deep, or of another kind."""
    count = 0

    def copied(part: Any, depth: int) -> Any:
        nonlocal count
        count += 1
        if count > _MAX_VALUES or depth > _MAX_DEPTH:
            raise Broken("it is nested too deeply, or its aliases unfold into far too many values")
        if isinstance(part, dict):
            return {str(key)[:_MAX_KEY]: copied(each, depth + 1) for key, each in cast("dict[Any, Any]", part).items()}
        if isinstance(part, list):
            return [copied(each, depth + 1) for each in cast("list[Any]", part)]
        if not isinstance(part, _PLAIN):
            raise Broken(f'it holds a value of a kind that JSON does not have: "{cut(part)}"')
        return part

    return copied(value, 0)
