"""The second reading of a wish: its sentences give states, rules, rights, actions and reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from libs.contracts.charter import Charter
from libs.offline.endpoints import endpoints
from libs.offline.prose.actors import narrator
from libs.offline.prose.asks import read_asks
from libs.offline.prose.comparing import compared, done_once
from libs.offline.prose.conditions import read_conditions
from libs.offline.prose.counts import read_counts
from libs.offline.prose.doing import read_deeds
from libs.offline.prose.formulas import read_formulas
from libs.offline.prose.implied import read_implied, settle_implied
from libs.offline.prose.lifecycle import read_states, settle_initial
from libs.offline.prose.links import people_kept, read_links
from libs.offline.prose.lists import run_on
from libs.offline.prose.lives import read_lives, tellings
from libs.offline.prose.marks import Marker, Told
from libs.offline.prose.narrative import Story
from libs.offline.prose.parts import parts
from libs.offline.prose.reports import read_reports
from libs.offline.prose.rights import inherit, read_rights
from libs.offline.prose.sound import sound
from libs.offline.prose.traits import read_traits
from libs.offline.prose.workflow import Flow, settle_status, settle_steps
from libs.offline.prose.world import World, opened
from libs.offline.text import statements

Reader = Callable[[Told, World], bool]
_FIRST: tuple[Reader, ...] = (read_states,)
_SECOND: tuple[Reader, ...] = (read_traits, read_deeds, read_formulas)


def behave(charter: Charter, text: str, base: Charter | None = None) -> Charter:
    """Return a charter with the behaviour that a text states; rules that became behaviour leave their words."""
    world = opened(charter)
    world.narrator = narrator(text)
    sentences = [(one.text, one.under) for one in statements(text)]
    _all(sentences, world, (people_kept,))
    _all(sentences, world, (read_links,), plurals=True)
    world.claimed.clear()
    _all(sentences, world, (read_implied,))
    marker = Marker(world)
    read_lives(tellings(sentences, (marker.mark(text) for text, _ in sentences)), world)
    _all(sentences, world, _FIRST)
    _all(sentences, world, (read_implied,))
    settle_implied(world)
    # What the first pass finds out about states lets the second see their names.
    for story in (None, Story()):
        world.story = story
        world.stage.clear()
        _all(sentences, world, _FIRST)
    settle_initial(world)
    flow = Flow()
    _all(sentences, world, (flow.note,))
    settle_status(flow, world)
    _all(sentences, world, _SECOND)
    flow.steps.clear()
    _all(sentences, world, (flow.note,))
    settle_steps(flow, world)
    _all(sentences, world, (read_rights,))
    inherit(world)
    before = len(world.claimed)
    _all([(piece, under) for told, under in sentences for piece in _pieces(told)], world, (_rules,))
    ruled = world.claimed[before:]
    _all([one for one in sentences if not any(text in one[0] for text in ruled)], world, (_asked,))
    _leave_words(world, len(charter.rules))
    made = _judged(sound(world.closed()), sentences, world, base)
    return replace(made, endpoints=endpoints(made, base))


def _asked(told: Told, world: World) -> bool:
    return read_reports(told, world) or read_asks(told, world)


def _pieces(sentence: str) -> list[str]:
    """Return what a sentence strings together; a condition stays with what it is the condition of."""
    out: list[str] = []
    for piece in run_on(sentence):
        if out and _CONDITION.match(out[-1]):
            out[-1] = f"{out[-1]}, {piece}"
        else:
            out.append(piece)
    return out


# A list of what a thing has, in which nothing binds.
_DEFINED = re.compile(r"^(?:the |an? |our )?@\w+(?: \([^()]*\))?: ")
_BINDING = re.compile(r"\b(?:cannot|must|never|only|one per|once|at most \d|no more|not more|nobody)\b")
_CONDITION = re.compile(r"^(?:if|when|once|whenever|as soon as|after|until|unless|while|as long as)\b[^,;]*$", re.I)


def _judged(charter: Charter, sentences: list[tuple[str, str]], world: World, base: Charter | None) -> Charter:
    """Say what was not understood, and how sure the reading is: the share of sentences something was made of."""
    claimed = [" ".join(text.split()) for text in world.claimed]

    def left(line: str) -> bool:
        return not any(line.strip(" .") in text or text in line for text in claimed)

    missed = tuple(line for line in charter.not_understood if left(line))
    asked = tuple(
        line
        for line in charter.open_questions
        if not line.startswith("Not used") or left(line.partition('"')[2].rstrip('".'))
    )
    share = 1 - min(len(missed), len(sentences)) / max(1, len(sentences))
    sure = round(95 * share) - min(20, 2 * len(charter.assumptions))
    confidence = base.confidence if base else max(5, sure)
    return replace(charter, not_understood=missed, open_questions=asked, confidence=confidence)


def _rules(told: Told, world: World) -> bool:
    """Read each part of a sentence; what one is about is what "it" in the next means."""
    if _DEFINED.match(told.marked) and not _BINDING.search(told.marked):
        return False
    said = parts(told.marked)
    if len(said) < 2:
        return _rule(told, world)
    done: list[bool] = []
    before = told.before
    for part in said:
        meant = re.sub(r"\b(\d+|one) of (?:them|these|those)\b", rf"\1 @{before[0]}", part) if before else part
        one = Told(meant, meant, before, told.under)
        done.append(_rule(one, world))
        before = tuple(dict.fromkeys((*one.things(), *before)))[:6]
    return any(done)


def _rule(told: Told, world: World) -> bool:
    shapes = (done_once, compared, read_counts, read_conditions)
    return any(shape(told, world) for shape in shapes)


def _all(
    sentences: Iterable[tuple[str, str]], world: World, readers: tuple[Reader, ...], plurals: bool = False
) -> None:
    """Read each sentence; what one is about is what "it" in the next means."""
    marker = Marker(world, plurals)
    before: tuple[str, ...] = ()
    for text, under in sentences:
        heading = tuple(re.findall(r"@(\w+)", marker.mark(under))) if under and len(under.split()) < 6 else ()
        told = Told(text, marker.mark(text), tuple(dict.fromkeys((*heading, *before)))[:6], under)
        done = [reader(told, world) for reader in readers]
        if any(done):
            world.claimed.append(text)
        before = (*told.things()[:3], *before)[:6]


def _leave_words(world: World, given: int) -> None:
    """Drop rules in words whose sentence became behaviour."""
    said = [set(re.findall(r"\w+", text.lower())) for text in world.claimed]

    def told(text: str) -> bool:
        words = set(re.findall(r"\w+", text.lower())) - {"cannot", "never", "email"}
        return any(len(words & one) >= 0.8 * len(words) for one in said)

    world.rules = [
        rule for index, rule in enumerate(world.rules) if index >= given or rule.enforcement or not told(rule.text)
    ]
