"""The last touch on printed Python: imports of exactly the names in use, and lines within the width."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from itertools import pairwise

WIDTH = 120
MARKER = "# imports\n"
_STRINGS = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#.*')
_WORDS = re.compile(r"(?<![\w.])[A-Za-z_]\w*+(?!=(?!=))")
_DEFINED = re.compile(r"^(?:class |def |async def )?([A-Za-z_]\w*)\s*[(:=]", re.MULTILINE)
_STANDARD = sys.stdlib_module_names
_OURS = frozenset({"app", "tests"})
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_TOKENS = re.compile(r'r?"(?:\\.|[^"\\])*"|r?\'(?:\\.|[^\'\\])*\'|[()\[\]{},]')


def with_imports(text: str, known: Mapping[str, str]) -> str:
    """Put imports where the marker is: of ``known`` (name → module, or ``module as name``) those the text uses."""
    used = set(_WORDS.findall(_STRINGS.sub('""', text))) - set(_DEFINED.findall(text))
    return text.replace(MARKER, import_block({name: known[name] for name in used & known.keys()}), 1)


def import_block(names: Mapping[str, str]) -> str:
    """Return sorted import statements in three sections, as isort would."""
    sections: list[list[str]] = [[], [], []]
    modules: dict[str, list[str]] = {}
    for name, module in names.items():
        modules.setdefault(module, []).append(name)
    for module in sorted(modules, key=lambda each: (not _plain(each, modules[each]), natural(each.split(" as ")[0]))):
        sections[_section(module)].append(_statement(module, modules[module]))
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _plain(module: str, names: Iterable[str]) -> bool:
    return " as " in module or [module] == list(names)


def _section(module: str) -> int:
    root = re.split(r"\W", module, maxsplit=1)[0]
    return 0 if root in _STANDARD else 2 if root in _OURS else 1


def _statement(module: str, names: list[str]) -> str:
    if _plain(module, names):
        return f"import {module}"
    members = sorted(names, key=member_key)
    line = f"from {module} import {', '.join(members)}"
    return line if len(line) <= WIDTH else f"from {module} import (\n" + "".join(f"    {m},\n" for m in members) + ")"


def member_key(name: str) -> tuple[int, object, str]:
    """Return a key that sorts constants before classes before functions, as isort does."""
    return _kind(name), natural(name.lower()), name


def export_key(name: str) -> tuple[int, object]:
    """Return a key that sorts the names of ``__all__`` as ruff does: as ``member_key``, but capitals first."""
    return _kind(name), natural(name)


def _kind(name: str) -> int:
    return 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts ``Item2`` before ``Item10``, as isort does."""
    parts = re.findall(r"\d+|\D", name)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def within_width(text: str) -> str:
    """Break each line longer than the width at its outermost brackets, one item a line."""
    if all(len(line) <= WIDTH for line in text.splitlines()):
        return text
    return "\n".join(_broken(line) for line in text.split("\n"))


def _broken(line: str) -> str:
    span = _outermost(line) if len(line) > WIDTH else None
    if span is None:
        return line
    start, end, commas = span
    indent = line[: len(line) - len(line.lstrip())]
    cuts = [start + 1, *(comma + 1 for comma in commas), end]
    items = [line[left:right].strip().rstrip(",") for left, right in pairwise(cuts)]
    body = "".join(_broken(f"{indent}    {item},") + "\n" for item in items if item)
    return f"{line[: start + 1]}\n{body}{indent}{line[end:]}"


def _outermost(line: str) -> tuple[int, int, list[int]] | None:
    """Find the pair to break at: a function's parameters, else the last pair that stands in no other."""
    pairs: list[tuple[int, int, list[int]]] = []
    stack: list[int] = []
    commas: list[int] = []
    for token in _TOKENS.finditer(line):
        mark = token.group()
        if mark in _PAIRS:
            stack.append(token.start())
            commas = [] if len(stack) == 1 else commas
        elif mark in _PAIRS.values():
            start = stack.pop()
            pairs += [] if stack else [(start, token.start(), commas)]
        elif mark == "," and len(stack) == 1:
            commas.append(token.start())
    pairs = [pair for pair in pairs if pair[1] - pair[0] > 1]
    return None if not pairs else pairs[0] if line.lstrip().startswith("def ") else pairs[-1]
