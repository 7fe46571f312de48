"""Wishes with what is expected of them, read from ``known/`` and ``held/``; ``README.md`` explains the notation."""

from __future__ import annotations

import re
from pathlib import Path

from libs.contracts.behaviour import States, Transition
from libs.contracts.charter import UniqueTogether
from tests.wishes.pieces import field, listed, marked, relation, snake
from tests.wishes.sayings import action, computed, grants, moves, report, rule
from tests.wishes.want import Want, Wanted, WantedEntity

HERE = Path(__file__).parent
FLAGS = ("owned", "account", "soft_delete", "timestamps", "audit", "link")
_FENCE = "\n```charter\n"
_VOWEL_Y = re.compile(r"[^aeiou]y$")


class NotationError(ValueError):
    """A line that the notation does not know; the message names file and line."""


def wishes(folder: str) -> list[Wanted]:
    """Every wish of ``known`` or ``held``, by name."""
    return [load(path) for path in sorted((HERE / folder).glob("*.md"))]


def load(path: Path) -> Wanted:
    """One wish: its text, and below it the charter that is expected."""
    text, _, block = path.read_text(encoding="utf-8").partition(_FENCE)
    wanted = Wanted(path.stem, text.strip())
    for line in block.partition("\n```")[0].splitlines():
        try:
            read_line(wanted, line)
        except (AssertionError, KeyError, IndexError, TypeError, ValueError) as error:
            raise NotationError(f"{path.name}: {line.strip()!r}: {error!r}") from error
    return wanted


def read_line(wanted: Wanted, line: str) -> None:
    """Read one line of the notation into a wish."""
    if not line.strip():
        return
    if line.startswith(" "):
        _inside(wanted.entities[-1], line.strip())
    elif marked(line)[1][0].isupper():
        wanted.entities.append(_entity(line))
    else:
        _outside(wanted, line)


def _entity(line: str) -> WantedEntity:
    """``Loan|Borrowing / loans``, with ``~`` before it where it may be missing."""
    mark, line = marked(line)
    names, _, plural = line.partition(" / ")
    names = tuple(names.strip().split("|"))
    return WantedEntity(names, plural.strip() or _plural(snake(names[0])), mark)


def _plural(word: str) -> str:
    if _VOWEL_Y.search(word):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh", "z")) else f"{word}s"


def _outside(wanted: Wanted, line: str) -> None:
    mark, line = marked(line)
    word, _, rest = line.partition(" ")
    if word == "role":
        wanted.roles.append(Want(rest.split("|")[0], mark, tuple(rest.split("|"))))
    elif word == "allow":
        wanted.grants += [Want(each.item, mark or each.mark) for each in grants(rest)]
    elif word == "rule":
        wanted.rules.append(_marked(rule(rest), mark))
    elif word == "or":
        _or(wanted, *rest.split(" ", 1))
    elif word == "report":
        wanted.reports.append(_marked(report(rest), mark))
    elif line == "sign_in":
        wanted.sign_in = True
    else:
        wanted.name, _, wanted.title = line.partition(": ")


def _or(wanted: Wanted, word: str, rest: str) -> None:
    """Another rule or report that is as right as the one above."""
    if word == "rule":
        wanted.rules[-1].others += (rule(rest).item,)
    else:
        wanted.reports[-1].others += (report(rest).item,)


def _inside(entity: WantedEntity, line: str) -> None:
    mark, line = marked(line)
    word, _, rest = line.partition(" ")
    if line == "*":
        entity.free = True
    elif line in FLAGS:
        entity.traits[line] = mark
    elif word == "search":
        entity.search |= dict.fromkeys(listed(rest), mark)
    elif word == "states":
        _states(entity, rest, mark)
    elif word == "unique":
        entity.unique.append(Want(UniqueTogether(tuple(listed(rest, "+"))), mark))
    else:
        _part(entity, line, mark)


def _part(entity: WantedEntity, line: str, mark: str) -> None:
    word, _, rest = line.partition(" ")
    if word == "action":
        entity.actions.append(_marked(action(rest), mark))
    elif word == "computed":
        entity.computed.append(_marked(computed(rest), mark))
    elif word in ("->", "=>", "<->"):
        entity.relations.append(_marked(relation(line), mark))
    else:
        entity.fields.append(_marked(field(line), mark))


def _states(entity: WantedEntity, rest: str, mark: str) -> None:
    name, _, chain = rest.partition(" ")
    allowed = moves(chain)
    certain = [pair for pair, free in allowed.items() if free != "~"]
    made = States(name, re.split(r"[>/]", marked(chain)[1])[0], tuple(Transition(*pair) for pair in certain))
    entity.states = Want(made, mark)
    entity.moves = allowed


def _marked(want: Want, mark: str) -> Want:
    want.mark = mark
    return want
