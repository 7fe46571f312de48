"""The lines of a Mermaid ER diagram: things with attributes, and how many of one belong to how many of another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from libs.offline.documents.notes import Broken, cut

_NAME = r"""(?:"[^"\n]{1,120}"|[\w.-]{1,120}(?:\[[^\]\n]{0,120}\])?)"""
_COUNTS = (
    r"one or zero|zero or one|one or more|one or many|many\(1\)|1\+|zero or more|zero or many|many\(0\)|0\+|only one|1"
)
_LEFT = rf"\|o|\|\||\}}o|\}}\||{_COUNTS}"
_RIGHT = rf"o\||\|\||o\{{|\|\{{|{_COUNTS}"
_LINK = r"--|\.\.|\.-|-\.|\bto\b|\boptionally to\b"
_RELATION = re.compile(
    rf"(?P<left>{_NAME})\s*(?P<near>{_LEFT})\s*(?:{_LINK})\s*(?P<far>{_RIGHT})\s*(?P<right>{_NAME})"
    r'\s*(?::\s*(?P<label>"[^"]*"|[^"\n]*))?'
)
_OPENING = re.compile(rf"(?P<name>{_NAME})(?:\s*:::\s*[\w,]+)?\s*\{{(?P<rest>.*)")
_ALONE = re.compile(rf"(?P<name>{_NAME})(?:\s*:::\s*[\w,]+)?")
_ATTRIBUTE = re.compile(
    r"(?P<type>[A-Za-z][\w\-\[\](),.?]*)\s+(?P<name>\*?[\w.\-\[\]()]+)"
    r"(?P<keys>(?:\s*,?\s*\b(?:PK|FK|UK)\b)*)\s*(?P<comment>\"[^\"]*\")?,?"
)
_STYLE = re.compile(r"(?:direction|classDef|class|style|title|accTitle|accDescr|linkStyle)\b")
_MANY = re.compile(r"\}|\{|more|many|\+")
_OPTIONAL = re.compile(r"o|0|zero")


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute with its type as it is written, its keys and its comment."""

    kind: str
    name: str
    keys: frozenset[str]
    comment: str
    line: int


@dataclass(slots=True)
class Thing:
    """An entity of the diagram: ``key`` is its name in relations, ``name`` what it is shown as."""

    key: str
    name: str
    attributes: list[Attribute] = field(default_factory=list[Attribute])


@dataclass(frozen=True, slots=True)
class End:
    """One end of a relation: how many of its thing belong to one of the other."""

    name: str
    many: bool
    optional: bool


@dataclass(slots=True)
class Diagram:
    """What the lines say."""

    title: str = ""
    things: dict[str, Thing] = field(default_factory=dict[str, Thing])
    relations: list[tuple[End, End, str]] = field(default_factory=list[tuple[End, End, str]])

    def thing(self, written: str) -> Thing:
        """Return the thing of a name as it is written, with its alias where it has one."""
        bare = written.strip('"')
        name, _, alias = bare.partition("[") if bare.endswith("]") else (bare, "", "")
        found = self.things.setdefault(name, Thing(name, name))
        found.name = alias.strip(']" ') or found.name
        return found


def read_lines(text: str) -> Diagram:
    """Return the diagram of a text; raise ``Broken`` with the line that cannot be read."""
    diagram, inside = Diagram(), None
    front = False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("%%")[0].strip()
        if line == "---":
            front = not front
        elif front or not line or line.startswith("erDiagram") or _STYLE.match(line):
            diagram.title = diagram.title or (line[6:].strip()[:80] if line.startswith("title:") or front else "")
        elif inside is not None:
            inside = _within(inside, line, number)
        else:
            inside = _outside(diagram, line, number)
    if inside is not None:
        raise Broken(f'the block of "{cut(inside.name)}" is never closed', len(text.splitlines()))
    return diagram


def _within(thing: Thing, line: str, number: int) -> Thing | None:
    """Take a line of a block, and return the block's thing while it is open."""
    body, closed = (line[:-1].strip(), True) if line.endswith("}") else (line, False)
    for part in filter(None, (each.strip() for each in re.split(r"[;\n]", body))):
        found = _ATTRIBUTE.fullmatch(part)
        if found is None:
            raise Broken(f'"{cut(part)}" is no attribute: write its type, then its name', number)
        keys = frozenset(re.findall(r"PK|FK|UK", found["keys"]))
        comment = (found["comment"] or "").strip('"')
        thing.attributes.append(Attribute(found["type"], found["name"].lstrip("*"), keys, comment, number))
    return None if closed else thing


def _outside(diagram: Diagram, line: str, number: int) -> Thing | None:
    relation = _RELATION.fullmatch(line)
    if relation is not None:
        left, right = diagram.thing(relation["left"]), diagram.thing(relation["right"])
        near, far = relation["near"], relation["far"]
        ends = (
            End(left.key, bool(_MANY.search(near)), bool(_OPTIONAL.search(near))),
            End(right.key, bool(_MANY.search(far)), bool(_OPTIONAL.search(far))),
        )
        diagram.relations.append((*ends, (relation["label"] or "").strip(' "')))
        return None
    opening = _OPENING.fullmatch(line)
    if opening is not None:
        thing = diagram.thing(opening["name"])
        return _within(thing, opening["rest"].strip(), number) if opening["rest"].strip() else thing
    alone = _ALONE.fullmatch(line)
    if alone is None:
        raise Broken(f'"{cut(line)}" is neither a relation nor a block of attributes', number)
    diagram.thing(alone["name"])
    return None
