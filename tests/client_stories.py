"""Runs as a client is told of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from libs.client.models import Event
from libs.client.view.board import Board, advance
from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.artifacts import Architecture, Issue, Module, PlannedFile, Review, Usage
from tests.charters import LIBRARY

RUN_ID = "1a2b3c4d-0000-4000-8000-000000000001"
PROJECT_ID = "9f9f9f9f-0000-4000-8000-000000000009"
EPOCH = "18c2f0"
START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(milliseconds=100)
RULES = Module("app/rules.py", "business rules", rules=("R1", "R2"))
ARCHITECTURE = Architecture("# Library\n\nA small house of books.", modules=(RULES,))
ISSUES = tuple(Issue("warning", "app/rules.py", "long line", 3, "E501") for _ in range(2))
WISH = "A library API with members, books and loans."
SOURCES = {
    "README.md": "# Library\n\n```sh\npip install -r requirements.txt\nuvicorn app.main:app\n```\n",
    "app/main.py": "app = 1\n",
}
REQUESTED = e.Requested(WISH, "alice", model="scripted")


def usage(tokens: int) -> Usage:
    return Usage("scripted", prompt_tokens=tokens, completion_tokens=tokens // 2)


def file(path: str, origin: Any = "blueprint", pass_number: int = 1, content: str = "x = 1\n") -> e.FileWritten:
    return e.FileWritten(path, content, "0" * 64, origin, pass_number, usage(40) if origin == "model" else Usage())


def planned(*paths: str, asked: tuple[str, ...] = ()) -> e.FilesPlanned:
    printed = [PlannedFile(path, "", "blueprint") for path in paths]
    return e.FilesPlanned((*printed, *(PlannedFile(path, "", "model") for path in asked)))


def design() -> list[e.RunEvent]:
    """From the wish to the design."""
    return [
        REQUESTED,
        e.StageStarted("requirements", "w1", 1),
        e.RequirementsDrafted(LIBRARY, usage(800)),
        e.StageStarted("architecture", "w2", 1),
        e.ArchitectureDrafted(ARCHITECTURE, usage(200)),
    ]


def code() -> list[e.RunEvent]:
    """From the plan to the end."""
    return [
        planned(*SOURCES, asked=("app/rules.py",)),
        e.StageStarted("implementation", "w3", 1),
        e.StageStarted("implementation", "w4", 1, "app/rules.py"),
        *(file(path, content=content) for path, content in SOURCES.items()),
        file("app/rules.py", "model"),
        e.StageStarted("review", "w5", 1),
        e.CodeReviewed(1, Review(True, 9, "Fine.", ISSUES), usage(100)),
        e.Completed("library", 3, 9, "Done.", usage(1100)),
    ]


def whole() -> list[e.RunEvent]:
    """A run that goes well."""
    return [*design(), *code()]


def told(facts: list[e.RunEvent], first: int = 1) -> list[Event]:
    """``facts`` as the edge tells them, from stream sequence ``first``; every second number is another run's."""
    return [_event(fact, first + 2 * number) for number, fact in enumerate(facts)]


def _event(fact: e.RunEvent, seq: int) -> Event:
    name = fact.event_name()
    return Event(
        seq=seq,
        id=f"event-{seq}",
        type=fact.type_tag(),
        name=name,
        time=(START + seq * STEP / 2).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        subject=subjects.event(subjects.run(PROJECT_ID, RUN_ID), name),
        causationid=f"work-{seq}",
        data=msgspec.json.decode(msgspec.json.encode(fact)),
        cursor=f"{EPOCH}-{seq}",
    )


def boards(facts: list[e.RunEvent]) -> list[Board]:
    """The board after each of ``facts``."""
    found = [Board(RUN_ID)]
    for event in told(facts):
        found.append(advance(found[-1], event))
    return found[1:]


def board(facts: list[e.RunEvent]) -> Board:
    """The board after all of ``facts``."""
    return boards(facts)[-1]


def unknown_to_us(event: Event) -> Event:
    """``event`` as a newer version would write it."""
    return replace(event, type=event.type.replace(".v1", ".v9"))
