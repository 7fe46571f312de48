"""The small pieces of the notation: values, conditions, fields, relations, effects, sections of a line."""

from __future__ import annotations

import re

from libs.contracts.behaviour import Assignment, Condition, Effect, Value
from libs.contracts.fields import Field, Relation
from tests.wishes.want import Want

OPERATORS = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "in": "in"}
KINDS = {"->": "many_to_one", "=>": "one_to_one", "<->": "many_to_many"}


def listed(text: str, mark: str = ",") -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def sections(text: str, *keywords: str) -> dict[str, str]:
    """``Loan per member where x unset`` → ``{"": "Loan", "per": "member", "where": "x unset"}``."""
    parts = re.split(rf"(?:^|\s)({'|'.join(keywords)})\s+", text)
    return {"": parts[0].strip()} | {key: value.strip() for key, value in zip(parts[1::2], parts[2::2], strict=True)}


def quoted(text: str) -> tuple[str, str]:
    """Split off the words in quotes that end a line."""
    found = re.search(r'\s*"([^"]*)"$', text)
    return (text[: found.start()].strip(), found[1]) if found else (text.strip(), "")


def value(text: str) -> Value:
    moment = re.fullmatch(r"(now|today)\s*([+-]\s*\d+ \w+)?", text)
    if moment:
        return Value(moment[1], (moment[2] or "").replace(" ", "", 0))
    if text == "user":
        return Value("user")
    kind = {"@": "field", ":": "input"}.get(text[0])
    return Value(kind, text[1:]) if kind else Value("literal", text)


def condition(text: str) -> Condition:
    path, operator, *rest = text.split(" ", 2)
    if operator in ("set", "unset"):
        return Condition(path, f"is_{operator}")
    if operator == "in":
        return Condition(path, "in", choices=tuple(listed(rest[0], "/")))
    return Condition(path, OPERATORS[operator], value(rest[0]))


def conditions(text: str) -> tuple[Condition, ...]:
    return tuple(condition(part) for part in listed(text))


def field(line: str) -> Want:
    """``copies|stock integer 0..10 =1 unique ?`` or ``author string or -> Author``; ``~?`` leaves a detail open."""
    line, _, instead = line.partition(" or -> ")
    names, kind, *marks = line.split()
    names = names.split("|")
    types = kind.split("|")
    choices: tuple[str, ...] = ()
    if types[0].startswith("enum:"):
        choices = tuple(types[0][5:].split("/"))
        types[0] = "enum"
    given: dict[str, object] = {"choices": choices} if choices else {}
    open_to = [mark[1:] for mark in marks if mark.startswith("~")]
    for mark in marks:
        given |= {} if mark.startswith("~") else _mark(mark)
    said = frozenset(given) - {*open_to}
    for mark in open_to:
        given |= {} if mark in ("unique", "choices") else _mark(mark)
    loose = frozenset(name for mark in open_to for name in ([mark] if mark == "choices" else _mark(mark)))
    return Want(
        Field(names[0], types[0], **given),
        names=tuple(names),
        types=tuple(types),
        said=said,
        loose=loose,
        instead=instead.strip(),
    )


def marked(line: str) -> tuple[str, str]:
    """Split off the ``~`` or ``+`` of a part that may be missing."""
    return (line[0], line[1:]) if line[0] in "~+" else ("", line)


def _mark(mark: str) -> dict[str, object]:
    bounds = re.fullmatch(r"(len)?(-?[\d.]*?)\.\.(-?[\d.]*)", mark)
    if bounds:
        low, high = bounds[2], bounds[3]
        if bounds[1]:
            return {name: int(size) for name, size in (("min_length", low), ("max_length", high)) if size}
        return {name: size for name, size in (("minimum", low), ("maximum", high)) if size}
    if mark.startswith("="):
        return {"default": mark[1:]}
    if mark.startswith("/"):
        return {"pattern": mark[1:-1]}
    if mark.startswith("scale"):
        return {"scale": int(mark[5:])}
    return {"?": {"required": False}, "!": {"required": True}, "unique": {"unique": True}}[mark]


def relation(line: str) -> Want:
    """``-> Member as borrower ? cascade``; ``=>`` is one-to-one, ``<->`` many-to-many."""
    arrow, target, *marks = line.split()
    loose = [mark[1:] for mark in marks if mark.startswith("~")]
    names = marks[marks.index("as") + 1].split("|") if "as" in marks else [snake(target)]
    said = {mark for mark in ("?", "!", "cascade", "set_null", "restrict") if mark in marks}
    required = "?" not in [*said, *loose] and "set_null" not in said
    on_delete = next(iter(said & {"cascade", "set_null", "restrict"}), "restrict")
    return Want(
        Relation(names[0], target, KINDS[arrow], required=required, on_delete=on_delete),
        names=tuple(names),
        said=frozenset(said),
        loose=frozenset(loose),
    )


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def effect(text: str) -> Effect:
    """``set x = v``, ``clear x``, ``increase x by v``, ``create Fine(loan=@id, amount=:amount)``."""
    verb, rest = text.split(" ", 1)
    if verb == "clear":
        return Effect("set", rest)
    if verb == "create":
        target, _, inside = rest.rstrip(")").partition("(")
        pairs = [part.split("=", 1) for part in listed(inside)]
        return Effect("create", target, assignments=tuple(Assignment(name, value(text)) for name, text in pairs))
    target, given = rest.split(" = " if verb == "set" else " by ", 1)
    return Effect(verb, target, value(given))
