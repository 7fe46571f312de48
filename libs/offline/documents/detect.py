"""Finds the document in a wish: the whole text, a fenced block among prose, or a block that speaks for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["openapi", "mermaid", "sql", "json"]

_FENCE = re.compile(
    r"^ {0,3}(?P<ticks>`{3,9}(?!`)|~{3,9}(?!~))[ \t]*(?P<lang>[\w.+-]*)[^\n]*\n"
    r"(?P<body>.*?)(?:^ {0,3}(?P=ticks)[ \t]*$|\Z)",
    re.M | re.S,
)
_OPENAPI = re.compile(r"""(?:^|[{,]\s*)\s*["']?(?:openapi|swagger)["']?\s*:\s*["']?\d""", re.M)
_OPENAPI_LINE = re.compile(r"""^(?:openapi|swagger)\s*:\s*["']?\d""", re.M)
_MERMAID = re.compile(r"^\s*erDiagram\b", re.M)
_SQL = re.compile(
    r"^\s*create\s+(?:or\s+replace\s+)?(?:(?:global|local)\s+)?(?:temp(?:orary)?\s+|unlogged\s+)?table\s+"
    r"(?:if\s+not\s+exists\s+)?(?:[\w.$]{1,99}|\"[^\"\n]{0,99}\"|`[^`\n]{0,99}`|\[[^\]\n]{0,99}\]){1,9}\s*\(",
    re.I | re.M,
)
_SQL_LINE = re.compile(
    r"^\s*(?:create|alter|drop|set|insert|begin|pragma|comment\s+on|use|grant|/\*|--)\b|^\s*(?:/\*|--)", re.I
)
_JSON = re.compile(r"""\s*(?:\{\s*(?:["'}]|\Z)|\[\s*(?:[{\[\]"]|-?\d|\Z))""")
_JSON_LINE = re.compile(r"""^\s*(?:\{\s*(?:["'}]|$)|\[\s*(?:[{\[]|$))""", re.M)
_ORDER: tuple[Kind, ...] = ("openapi", "sql", "mermaid", "json")


@dataclass(frozen=True, slots=True)
class Found:
    """A document of a wish, the lines above it, and the prose around it."""

    kind: Kind
    text: str
    above: int
    prose: str


def find(wish: str) -> Found | None:
    """Return the document in a wish, nothing where there is none."""
    text = wish.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    blocks = list(_FENCE.finditer(text))
    kinds = [_kind(block["body"]) for block in blocks]
    for wanted in _ORDER:
        chosen = [block for block, kind in zip(blocks, kinds, strict=True) if kind == wanted]
        if chosen:
            return _fenced(wanted, chosen, text)
    return None if blocks else _bare(text)


def _fenced(kind: Kind, blocks: list[re.Match[str]], text: str) -> Found:
    """Return the blocks of one kind; several schemas and diagrams are one, elsewhere the first counts."""
    taken = blocks if kind == "sql" else blocks[:1]
    first = text.count("\n", 0, taken[0].start("body"))
    prose, end, body = "", 0, ""
    for block in taken:
        prose += text[end : block.start()]
        body += "\n" * (text.count("\n", 0, block.start("body")) - first - body.count("\n")) + block["body"]
        end = block.end()
    return Found(kind, body, first, _FENCE.sub(" ", prose + text[end:]).strip())


def _kind(text: str) -> Kind | None:
    """Return the kind of a block."""
    if _OPENAPI.search(text):
        return "openapi"
    if _MERMAID.search(text):
        return "mermaid"
    if _SQL.search(text):
        return "sql"
    return "json" if _JSON.match(text) else None


def _bare(text: str) -> Found | None:
    """Return a document that stands in no fence."""
    if _JSON.match(text):
        kind: Kind = "openapi" if _OPENAPI.search(text) else "json"
        return _cut(kind, text, 0, _last(text, "}]"))
    if line := _OPENAPI_LINE.search(text):
        return _cut("openapi", text, line.start(), len(text))
    if line := _MERMAID.search(text):
        return _cut("mermaid", text, _front(text, line.start()), _diagram_end(text, line.end()))
    if line := _SQL.search(text):
        return _cut("sql", text, _sql_start(text, line.start()), _last(text, ";)"))
    line = _JSON_LINE.search(text)
    end = _last(text, "}]")
    if line is None or not re.search(r'"[^"\n]{0,200}"\s*:', text[line.start() : end]):
        return None
    return _cut("openapi" if _OPENAPI.search(text) else "json", text, line.start(), end)


def _cut(kind: Kind, text: str, start: int, end: int) -> Found:
    return Found(kind, text[start:end], text.count("\n", 0, start), f"{text[:start]}\n{text[end:]}".strip())


def _last(text: str, signs: str) -> int:
    """Return the end of the last line that closes with one of the signs, else the end of the text."""
    last = max(text.rfind(sign) for sign in signs)
    return len(text) if last < 0 or "\n" not in text[last:].strip() + "\n" else last + 1


def _sql_start(text: str, start: int) -> int:
    """Return where the statements and comments right above the first table begin."""
    lines = text[:start].splitlines(keepends=True)
    while lines and (not lines[-1].strip() or _SQL_LINE.match(lines[-1]) or lines[-1].rstrip().endswith(";")):
        start -= len(lines.pop())
    return start


def _front(text: str, start: int) -> int:
    """Return where the front matter of a diagram begins, else the diagram."""
    found = re.search(r"^---\n(?:[^\n]*\n){0,20}?---\s*\Z", text[:start], re.M)
    return found.start() if found else start


def _diagram_end(text: str, start: int) -> int:
    """Return where prose begins below a diagram: after an empty line, a line that is none of a diagram."""
    for gap in re.finditer(r"\n[ \t]*\n(?=\S)", text[start:]):
        line = text[start + gap.end() :].split("\n", 1)[0]
        if not re.search(r"--|\.\.|[{}]|^%%", line):
            return start + gap.start()
    return len(text)
