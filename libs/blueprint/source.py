"""The head of printed Python: imports of exactly the names in use."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping

WIDTH = 120
MARKER = "# imports\n"
_STRINGS = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#.*')
_WORDS = re.compile(r"(?<![\w.])[A-Za-z_]\w*+(?!=(?!=))")
_DEFINED = re.compile(r"^(?:class |def |async def )?([A-Za-z_]\w*)\s*[(:=]", re.MULTILINE)
_STANDARD = sys.stdlib_module_names
_OURS = frozenset({"app", "tests"})


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
