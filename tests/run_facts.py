"""The facts of whole runs, as agents and orchestrator append them: what projector tests and benchmarks read."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.artifacts import PatchRequest, PlannedFile, Review, Usage
from libs.contracts.envelope import Envelope, derive_id
from tests.charters import LIBRARY, PLAIN

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
USAGE = Usage("scripted", prompt_tokens=900, completion_tokens=400, cached_tokens=100, calls=1, milliseconds=850)


@dataclass(frozen=True)
class Fact:
    """Something to append."""

    subject: str
    event: e.Event
    envelope: Envelope


def fact(owner: str, event: e.Event, number: int, cause: str = "", key: str = "") -> Fact:
    """``event`` of ``owner``; the same arguments give the same id."""
    subject = subjects.event(owner, event.event_name(), key)
    envelope = Envelope(
        id=derive_id(f"{subject}/{number}", event.event_name()),
        type=event.type_tag(),
        source="test",
        time=(EPOCH + timedelta(milliseconds=7 * number)).isoformat(timespec="milliseconds"),
        subject=owner,
        correlationid=owner,
        causationid=cause,
    )
    return Fact(subject, event, envelope)


def source(seed: int, size: int) -> str:
    """Text of about ``size`` characters that looks like code."""
    word = random.Random(seed)  # one's own generator: the same seed gives the same text
    lines = [f"def f{word.randrange(10**6)}(a: int) -> int:\n    return a + {word.randrange(10**6)}\n"]
    while sum(map(len, lines)) < size:
        lines.append(f"value_{word.randrange(10**6)} = {word.randrange(10**9)}  # ünï\n")
    return "".join(lines)


def story(project_id: str, run_id: str, files: int = 8, ending: e.Event | None = None) -> list[Fact]:
    """A whole run, two files of which are written a second time after the review."""
    owner, found = subjects.run(project_id, run_id), list[Fact]()
    for number, (event, cause, key) in enumerate(_events(run_id, files, ending)):
        found.append(fact(owner, event, number, cause, key))
    return found


def _events(run_id: str, files: int, ending: e.Event | None) -> Iterator[tuple[e.Event, str, str]]:
    order = f"{run_id}-order"
    yield e.Requested(wish="a library API", owner="u1", model="scripted"), "", ""
    yield e.StageStarted("requirements", f"{order}-r", 1), "", ""
    yield e.RequirementsDrafted(LIBRARY, USAGE), f"{order}-r", ""
    yield e.StageStarted("architecture", f"{order}-a", 1), "", ""
    yield e.StageFailed("architecture", f"{order}-a", 1, "timeout", "took too long", retry_at="soon"), "", ""
    yield e.StageStarted("architecture", f"{order}-a", 2), "", ""
    yield e.ArchitectureDrafted(PLAIN, USAGE), f"{order}-a", ""
    paths = [f"app/file_{i}.py" for i in range(files)]
    yield e.FilesPlanned(tuple(PlannedFile(path, "code", "model") for path in paths)), "", ""
    for path in paths:
        yield e.StageStarted("implementation", f"{order}-{path}", 1, path), "", subjects.path_key(path)
    for number, path in enumerate(paths):
        yield _written(path, number, 1), f"{order}-{path}", subjects.path_key(path)
    yield e.StageStarted("review", f"{order}-v1", 1), "", ""
    yield e.CodeReviewed(1, Review(accepted=False, security_score=6, summary="almost"), USAGE), f"{order}-v1", ""
    yield e.PatchRequested(2, tuple(PatchRequest(path, ("fix it",)) for path in paths[:2])), "", ""
    for number, path in enumerate(paths[:2]):
        yield _written(path, 100 + number, 2), f"{order}-2-{path}", subjects.path_key(path)
    yield e.CodeReviewed(2, Review(accepted=True, security_score=9, summary="good"), USAGE), f"{order}-v2", ""
    yield ending or e.Completed("library", files, 9, "done", USAGE), "", ""


def _written(path: str, seed: int, pass_number: int) -> e.FileWritten:
    content = source(seed, 1000 + 37 * (seed % 27))
    return e.FileWritten(path, content, hashlib.sha256(content.encode()).hexdigest(), "model", pass_number, USAGE)
