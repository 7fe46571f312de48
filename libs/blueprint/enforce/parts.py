"""What the compiled rules have in common: their functions, and after which changes they are checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from libs.blueprint import queries
from libs.blueprint.literals import prose, quoted
from libs.blueprint.paths import Place, resolve, to_one
from libs.blueprint.source import WIDTH
from libs.blueprint.view import EntityView, Link
from libs.contracts.behaviour import Condition, Rule

_SLUG = 40
_HALF = re.compile(r"(_(a|an|and|are|at|be|by|for|from|in|is|may|not|of|on|or|per|than|that|the|to|when|while|with))+$")


@dataclass(frozen=True)
class Remote:
    """A column of another entity that a rule reads: a change of it is checked for the rows that lead there."""

    view: EntityView
    attrs: frozenset[str]
    way: tuple[Link, ...]
    where: tuple[Condition, ...] = ()
    once: bool = False


@dataclass(frozen=True)
class Compiled:
    """A rule as Python: its functions, and the calls of them.

    ``watched`` are the attributes of the row whose change calls ``updated``; ``deleted`` is called before a row goes.
    """

    view: EntityView
    rule: Rule
    source: str
    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    watched: frozenset[str] = frozenset()
    deleted: tuple[str, ...] = ()
    remotes: tuple[Remote, ...] = ()
    actions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name the rule's function."""
        return function_name(self.rule)


def slug(rule_id: str, text: str) -> str:
    """Return an id and the first words of a text as snake_case."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "")).encode("ascii", "ignore").decode()
    kept: list[str] = []
    for word in re.findall(r"[a-z0-9]+", plain.lower()):
        if len("_".join([*kept, word])) > _SLUG:
            break
        kept.append(word)
    return "_".join([rule_id.lower(), *kept])


def function_name(rule: Rule) -> str:
    """Name the function of a rule, which ends with no half phrase: ``r1_a_member_can_borrow_at_most_5_books``."""
    return _HALF.sub("", slug(rule.id, rule.text))


def about(rule: Rule) -> str:
    """Return the docstring of a rule's function."""
    text = f"{rule.id}: {prose(rule.text)}"
    return f'    """{text if text[-1] in ".!?" else f"{text}."}"""'


def refusal(rule: Rule, indent: int) -> str:
    """Return the line that refuses."""
    return f"{' ' * indent}raise RuleBroken({quoted(rule.id)}, {quoted(rule.text)})"


def branch(parts: Iterable[str], indent: int = 4) -> str:
    """Return the line ``if a and b:``, broken where it is too long."""
    listed, pad = list(parts), " " * indent
    line = f"{pad}if {' and '.join(listed)}:"
    if len(line) <= WIDTH or len(listed) == 1:
        return line
    return f"{pad}if (\n{pad}    " + f"\n{pad}    and ".join(listed) + f"\n{pad}):"


def unless(when: list[str], must: list[str], indent: int = 4) -> str:
    """Return the lines ``if a and not (b and c):``, with a name of its own for what must hold where they are long."""
    pad = " " * indent
    line = branch([*when, negated(must)], indent)
    if all(len(each) <= WIDTH for each in line.split("\n")):
        return line
    kept = f"{pad}kept = (\n{pad}    " + f"\n{pad}    and ".join(must) + f"\n{pad})"
    return f"{kept}\n{branch([*when, 'not kept'], indent)}"


_FLIPPED = (
    (" is not ", " is "),
    (" is ", " is not "),
    (" not in ", " in "),
    (" in ", " not in "),
    (" == ", " != "),
    (" != ", " == "),
    (" <= ", " > "),
    (" >= ", " < "),
    (" < ", " >= "),
    (" > ", " <= "),
)


def negated(parts: list[str]) -> str:
    """Return the source that is true where not all parts are."""
    if not parts:
        return "False"
    if len(parts) > 1:
        return f"not ({' and '.join(parts)})"
    part = parts[0]
    if " or " in part or " and " in part:
        return f"not {part}"
    if part.startswith("not "):
        return part.removeprefix("not ")
    for sign, flipped in _FLIPPED:
        if sign in part.split('"')[0]:
            return part.replace(sign, flipped, 1)
    return f"not {part}"


def column(view: EntityView, name: str) -> Place:
    """Return one of the row's own columns: a field, or a relation's key."""
    place = resolve(view, name)
    return place if not place.way else Place(view, (), link=to_one(view, name.split(".", maxsplit=1)[0]))


def set_with_state(view: EntityView) -> list[str]:
    """Name the attributes that actions set together with the state."""
    state = view.entity.states.field if view.entity.states else ""
    found: list[str] = []
    for action in view.entity.actions:
        targets = [effect.target for effect in action.effects if effect.kind != "create" and "." not in effect.target]
        found += [column(view, target).attr for target in targets] if state in targets else []
    return found


def dependencies(view: EntityView, paths: Iterable[str]) -> tuple[frozenset[str], list[Remote]]:
    """Return the row's own attributes that paths depend on, and those of the rows they lead to."""
    own: set[str] = set()
    remotes: list[Remote] = []
    for path in paths:
        place = resolve(view, path)
        attrs = [*(link.key for link in place.way), place.attr]
        own.add(attrs[0])
        steps = zip(range(1, len(attrs)), attrs[1:], strict=True)
        remotes += [
            Remote(place.way[n - 1].target, frozenset({attr}), place.way[:n]) for n, attr in steps if attr != "id"
        ]
    return frozenset(own - {"id"}), merged(remotes)


def merged(remotes: Iterable[Remote]) -> list[Remote]:
    """Put together what is read of the same rows."""
    found: dict[tuple[str, ...], Remote] = {}
    for each in remotes:
        key = tuple(f"{link.source.name}.{link.attr}" for link in each.way)
        known = found.get(key, each)
        found[key] = Remote(each.view, known.attrs | each.attrs, each.way, each.where, each.once)
    return list(found.values())


def locks(view: EntityView, links: Iterable[Link]) -> Iterator[str]:
    """Yield a lock of each row that the links hold the key of, in the same order in every rule."""
    for link in sorted({each.key: each for each in links}.values(), key=lambda each: (each.target.name, each.key)):
        yield f"locked(session, {link.target.cls}, row.{link.key})"


def same(view: EntityView, places: Iterable[Place]) -> list[str]:
    """Return the criteria of the rows that share columns with the row at hand."""
    return [f"{view.cls}.{place.attr} == row.{place.attr}" for place in places]


def criteria(view: EntityView, wanted: Iterable[Condition]) -> list[str]:
    """Return the criteria of the rows that conditions hold of."""
    return queries.sql(view, wanted)


def affected(remote: Remote, view: EntityView) -> str:
    """Return a select of the rows whose rule a change of the row at hand may break."""
    found = ", ".join([queries.pointing_here(view, remote.way), *criteria(view, remote.where)])
    return f"sa.select({view.cls}).where({found}){'.limit(1)' if remote.once else ''}"
