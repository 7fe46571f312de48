"""From raw text to statements: control characters go, bullets and headings are joined with what they list."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

# Prose is read up to here; 64 KiB is also the largest wish the edge takes.
MAX_CHARACTERS = 65_536
_QUOTES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": ".",
        "•": "-",
        "→": "->",
        "⇒": "->",
        "×": "*",
        "≥": ">=",
        "≤": "<=",
        "\t": "    ",
    }
)
# A numbered requirement with a name: "FR-1 Parcels. The register ...".
_LABELLED = re.compile(r"^\s*(?:[A-Z]{1,4}-?\d+|\d+\.\d+)\S*\s+([A-Z]\w*(?: \w+){0,3})[.:] (?=[A-Z])")
_GREETING = re.compile(
    r"^\s*(?:subject:|(?:hi|hello|hey|dear|good (?:morning|day))\b[^.!?:]{0,40}[,!.]|thanks[!.,]?(?: [A-Z]\w+)?|"
    r"(?:yours|kind|best|warm)\b[^.]{0,30},)\s*(?=$|[A-Z\W]|as\b|can\b|we\b)",
    re.IGNORECASE,
)
# "Topic: name, parent" on a line of its own.
_DEFINES = re.compile(r"^[A-Z]\w+(?: \w+){0,2}: \S.*,")
_LISTS = re.compile(r"^[A-Za-z]\w+(?: \w+){0,2}(?::| -) \S.*,")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_ROW = re.compile(r"^\s*\|(.+?)\|?\s*$")
_BULLET = re.compile(r"^(\s*)(?:[-*+·]|\d{1,2}[.)]|[a-z]\))\s+(.*)$")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+(.+?)\s*#*|\*\*(.+?)\*\*:?)\s*$")
# The numbers of requirements: "US-1", "FR-5.2", "4.3", "(b)".
_LABEL = re.compile(r"^(\s*(?:[-*+·] )?)(?:[A-Z]{1,4}-?\d+(?:\.\d+)*|\d+(?:\.\d+)+|\([a-z0-9]\))[.:)]?\s+(?=[A-Z(\"])")
_ABBREVIATIONS = re.compile(
    r"\b(e\.g|i\.e|etc|vs|approx|max|min|(?<!or )no(?! [A-Z])|nr|incl)\.(?=[\s,)])", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]*\s+(?=\S)|\s*;\s+|\n{2,}|\s+-\s+(?=(?:and|so|but|each|every|the)\b)")
_VERBISH = re.compile(
    r"\b(can|cannot|must|should|may|will|has|have|is|are|belongs?|only|never|contains?|includes?|needs?|when|if)\b",
    re.IGNORECASE,
)
_SYSTEM = re.compile(
    r"\b(api|app|application|system|backend|service|platform|tool|tracker|software|crm)\b", re.IGNORECASE
)
_TYPED = re.compile(r"^([\w' /-]{1,40}?)\s*(?::|\s-)\s+(.+?)[.;]?$")


@dataclass(slots=True)
class Line:
    """A line of the wish with its depth and the lines listed under it."""

    text: str
    depth: int = -1
    bullet: bool = False
    heading: bool = False
    children: list[Line] = field(default_factory=lambda: [])


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, and the heading or list head it stands under."""

    text: str
    under: str = ""


def clean(text: str) -> str:
    """Return text without control characters, with plain quotes and dashes, cut at :data:`MAX_CHARACTERS`."""
    plain = unicodedata.normalize("NFC", text[:MAX_CHARACTERS]).translate(_QUOTES).replace("\r", "\n")
    return "".join(
        sign for sign in plain if sign == "\n" or unicodedata.category(sign)[0] not in "CS" or sign in "$€£<>=+|^`"
    )


def statements(text: str) -> list[Statement]:
    """Return the sentences of a wish in order, lists flattened into the sentence that introduces them."""
    roots = _joined(_tree(_lines(_columns(clean(text)))))
    named = roots and roots[0].heading and len(roots[0].text.split()) <= 6
    title = [Statement(f"{roots[0].text.rstrip(':')} system")] if named else []
    return [*title, *(statement for root in roots for statement in _flatten(root, ""))]


def _columns(text: str) -> str:
    """Return a text whose tables of columns read "Call: title (string), budget (money)", as the heading says."""
    out: list[str] = []
    rows: list[list[str]] = []
    title = ""
    for line in [*text.split("\n"), ""]:
        if row := _ROW.match(line):
            rows.append([cell.strip(" `*") for cell in row[1].split("|")])
            continue
        if rows:
            out += _table(title, rows)
            rows = []
        heading = _HEADING.match(line)
        title = (heading[1] or heading[2]).strip(" :") if heading else title
        out.append(line)
    return "\n".join(out)


def _table(title: str, rows: list[list[str]]) -> list[str]:
    told = [row for row in rows[1:] if not set("".join(row)) <= set("-: ")]
    named = rows[0][0].lower() in {"field", "column", "attribute", "property", "name", "columns", "fields"}
    members = [_typed(f"{row[0]}: {', '.join(cell for cell in row[1:] if cell)}".strip(": ")) for row in told]
    return ["", f"{title}: {', '.join(members)}", ""] if named and title else [f"- {member}" for member in members]


def _lines(text: str) -> list[Line]:
    return [_line(raw) for raw in text.split("\n")]


def _line(raw: str) -> Line:
    raw = _LABEL.sub(r"\1", _LABELLED.sub("", _GREETING.sub("", raw)))
    if _DEFINES.match(raw):
        head, _, body = raw.partition(":")
        raw = f"{_CAMEL.sub(' ', head)}:{body}"
    if heading := _HEADING.match(raw):
        return Line((heading[1] or heading[2]).strip(), -1, heading=True)
    if bullet := _BULLET.match(raw):
        return Line(bullet[2].replace("**", "").replace("`", "").strip(), len(bullet[1]), bullet=True)
    return Line(raw.replace("**", "").replace("`", "").strip(), len(raw) - len(raw.lstrip()) if raw.strip() else 0)


def _joined(roots: list[Line]) -> list[Line]:
    """Join the lines of one paragraph."""
    out: list[Line] = []
    open_paragraph = False
    for line in roots:
        prose = bool(line.text) and not line.bullet and not line.heading
        if prose and open_paragraph and not line.children and not out[-1].children and not _LISTS.match(line.text):
            out[-1].text = f"{out[-1].text} {line.text}"
        elif line.text:
            out.append(line)
        open_paragraph = prose and not line.text.endswith(":")
    return out


def _tree(lines: list[Line]) -> list[Line]:
    roots: list[Line] = []
    stack: list[Line] = []
    for line in lines:
        if not line.text:
            roots.append(line)
            continue
        while stack and not _holds(stack[-1], line):
            stack.pop()
        (stack[-1].children if stack else roots).append(line)
        if line.bullet or line.heading or line.text.endswith(":"):
            stack.append(line)
    return roots


def _holds(parent: Line, line: Line) -> bool:
    if parent.heading:
        return not line.heading
    if parent.bullet:
        return line.depth > parent.depth and not line.heading
    return line.bullet


def _flatten(line: Line, under: str) -> list[Statement]:
    """Return the statements of a line: with verbless children joined as a list, else one after the other."""
    plain = [child for child in line.children if _item_like(child)]
    if plain and len(plain) == len(line.children) and not line.heading:
        return [Statement(f"{line.text.rstrip(':.')}: {', '.join(_typed(child.text) for child in plain)}", under)]
    own = [] if line.heading else [Statement(part, under) for part in split_sentences(line.text)]
    head = line.text.strip(" :.*")
    if line.children and not line.heading and own and _VERBISH.search(line.text) is None:
        own = [Statement(head, under)] if _SYSTEM.search(head) else []
    inner = [statement for child in _joined(line.children) for statement in _flatten(child, head)]
    return [*own, *inner]


def _item_like(line: Line) -> bool:
    short = len(line.text) <= 90 and not line.children
    return short and not re.search(r"[.!?]\s", line.text) and _VERBISH.search(_TYPED.sub(r"\1", line.text)) is None


def _typed(text: str) -> str:
    """Return ``price: decimal, required`` as ``price (decimal, required)``."""
    tidy = text.strip(" .;,")
    if found := _TYPED.match(tidy):
        return f"{found[1]} ({found[2].replace('(', ' ').replace(')', ' ')})"
    return tidy


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph, without breaking at abbreviations and decimals."""
    text = re.sub(r"\([^()]*\)", lambda found: found[0].replace("; ", ", "), text)
    guarded = _ABBREVIATIONS.sub(lambda found: found[0].replace(".", "\0"), text)
    parts = (part.replace("\0", ".").strip() for part in _SENTENCE_END.split(guarded))
    return [part for part in parts if part]
