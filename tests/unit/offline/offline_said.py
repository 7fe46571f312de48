"""Sentences about things that are known, and what they mean: ``said/*.say`` over the things of ``said/*.world``.

``# club`` names the world of the sentences below it. ``sentence => meaning && meaning`` has meanings in the notation of
the wishes, those of an entity after its name (``Loan: action return``); ``none`` means nothing besides what is known.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from libs.offline.prose.behave import behave
from tests.wishes import notation
from tests.wishes.expected import charter
from tests.wishes.score import score
from tests.wishes.want import Wanted

HERE = Path(__file__).parent / "said"
BEHAVIOUR = ("rules", "states", "actions", "computed", "permissions", "reports")


class Said(NamedTuple):
    """A sentence with its world and its meaning."""

    world: str
    sentence: str
    meaning: str


def sentences(kind: str) -> list[Said]:
    """The sentences of one file."""
    out: list[Said] = []
    world = ""
    for line in (HERE / f"{kind}.say").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            world = line[2:]
        elif line.strip():
            sentence, _, meaning = line.partition(" => ")
            out.append(Said(world, sentence, meaning))
    return out


def faults(said: Said) -> list[str]:
    """What is missing (``-``) and too much (``+``) in what is made of a sentence."""
    wanted = _read(said.world)
    given = charter(wanted)
    for meaning in said.meaning.split(" && ") if said.meaning != "none" else []:
        _add(wanted, meaning)
    wanted.roles = []
    scored = score(wanted, behave(given, said.sentence))
    pairs = [(sign, one) for part in BEHAVIOUR for sign, one in (("-", scored[part].missed), ("+", scored[part].extra))]
    return [f"{sign} {item}" for sign, items in pairs for item in items]


def _read(world: str) -> Wanted:
    wanted = Wanted(world, "")
    for line in (HERE / f"{world}.world").read_text(encoding="utf-8").splitlines():
        notation.read_line(wanted, line)
    return wanted


def _add(wanted: Wanted, meaning: str) -> None:
    found = re.match(r"([~+]?)([A-Z]\w+): (.*)", meaning)
    if found is None:
        notation.read_line(wanted, meaning)
        return
    entity = next(each for each in wanted.entities if each.name == found[2])
    inner = Wanted(wanted.key, "", entities=[entity])
    notation.read_line(inner, f"  {found[1]}{found[3]}")
