"""Whether a file can be read at all: Python, JSON, TOML and YAML. Nothing is executed or constructed."""

from __future__ import annotations

import ast
import json
import tomllib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from libs import syntax
from services.agents.checks.fault import Fault

MAX_TOML = 64 * 1024  # characters; tomllib takes quadratic time for one long dotted key
MAX_TOML_LINE = 2000
MAX_YAML_DEPTH = 100  # libyaml takes quadratic time for nested brackets
FILENAME = "<generated>"


def parse_python(content: str) -> ast.Module | Fault:
    """The syntax tree, or why there is none."""
    # An escape like "\d" makes the parser warn; a warning about generated code is no warning about us.
    warnings.filterwarnings("ignore", module=FILENAME)
    try:
        return syntax.parse(content, FILENAME)
    except SyntaxError as error:
        return Fault("error", f"This is not Python: {error.msg}.", error.lineno or 0, "parse")
    except UnicodeEncodeError as error:
        return _not_text(content, error.start)
    except (RecursionError, MemoryError):
        return Fault("error", "An expression or block is nested too deeply; write it in smaller parts.", 0, "parse")
    except ValueError as error:
        return Fault("error", f"This is not Python: {error}.", 0, "parse")


def check_data(path: str, content: str) -> Iterator[Fault]:
    """What keeps a JSON, TOML or YAML file from being read."""
    reader = next((read for suffix, read in _READERS.items() if path.endswith(suffix)), None)
    try:
        content.encode()
        if reader is not None:
            reader(content)
    except UnicodeEncodeError as error:
        yield _not_text(content, error.start)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        yield Fault("error", f"This is not YAML: {error.problem}.", line, "parse")
    except json.JSONDecodeError as error:
        yield Fault("error", f"This is not JSON: {error.msg}.", error.lineno, "parse")
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        yield Fault("error", f"This file cannot be read: {error or type(error).__name__}.", 0, "parse")


def _not_text(content: str, position: int) -> Fault:
    line = content.count("\n", 0, position) + 1
    return Fault("error", "A character here cannot be written as UTF-8.", line, "parse")


def read_toml(content: str) -> dict[str, Any]:
    """The document; a ValueError says why there is none."""
    if len(content) > MAX_TOML or any(len(line) > MAX_TOML_LINE for line in content.splitlines()):
        raise ValueError(f"TOML is read up to {MAX_TOML} characters and {MAX_TOML_LINE} in a line")
    return tomllib.loads(content)


def _read_yaml(content: str) -> None:
    depth = 0
    for char in content:
        depth += (char in "[{") - (char in "]}")
        if depth > MAX_YAML_DEPTH:
            raise ValueError("its brackets are nested too deeply")
    # Events only: libyaml's own tree builder overflows the C stack on hostile depth.
    for _ in yaml.parse(content, yaml.SafeLoader if not yaml.__with_libyaml__ else yaml.CSafeLoader):
        pass


_READERS: dict[str, Callable[[str], object]] = {
    ".json": json.loads,
    ".toml": read_toml,
    ".yml": _read_yaml,
    ".yaml": _read_yaml,
}
