"""Given events → when message → then events: runs told as lists of facts."""

from __future__ import annotations

from collections.abc import Iterable

from libs.contracts import events as e
from libs.contracts import subjects
from libs.contracts.artifacts import Architecture, PatchRequest, PlannedFile, Review, Usage, Verification
from libs.contracts.charter import Charter, Entity
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.fields import Field
from libs.contracts.run import Run, fold

PROJECT, RUN, OWNER = "p1", "r1", "alice"
CHARTER = Charter("library", "Library", "Books.", (Entity("Book", "books", fields=(Field("title", "string"),)),))
ARCHITECTURE = Architecture("# Library")
REQUESTED = e.Requested("A library API with books.", OWNER)


def drafted() -> tuple[e.RunEvent, ...]:
    """A run up to its design."""
    return (REQUESTED, e.RequirementsDrafted(CHARTER), e.ArchitectureDrafted(ARCHITECTURE))


def planned(*paths: str, printed: tuple[str, ...] = ()) -> e.FilesPlanned:
    """A plan of files that a model writes, and of printed ones."""
    asked = [PlannedFile(path, "", "model") for path in paths]
    return e.FilesPlanned((*[PlannedFile(path, "", "blueprint") for path in printed], *asked))


def written(path: str, pass_number: int = 1, tokens: int = 0) -> e.FileWritten:
    """A file of a pass."""
    return e.FileWritten(path, "x = 1\n", "0" * 64, "model", pass_number, Usage(completion_tokens=tokens))


def reviewed(accepted: bool, *patched: str, pass_number: int = 1) -> e.CodeReviewed:
    """A review; what it wants patched."""
    patches = tuple(PatchRequest(path, ("wrong",)) for path in patched)
    return e.CodeReviewed(pass_number, Review(accepted, 8, "Read.", patches=patches))


def verified(accepted: bool, *patched: str, pass_number: int = 1) -> e.Verified:
    """A verification; what it wants patched."""
    return e.Verified(pass_number, Verification(accepted, patches=tuple(PatchRequest(p, ("no",)) for p in patched)))


def record(events: Iterable[e.RunEvent], start: str = "2026-01-01T00:00:00Z") -> list[Recorded]:
    """The facts as they would stand in the log, one after another."""
    owner = subjects.run(PROJECT, RUN)
    return [
        Recorded(
            seq,
            subjects.event(owner, event.event_name()),
            _envelope(seq, event, start),
            event,
        )
        for seq, event in enumerate(events, 1)
    ]


def _envelope(seq: int, event: e.RunEvent, time: str) -> Envelope:
    return Envelope(
        id=f"e{seq}",
        type=event.type_tag(),
        source="test",
        time=time,
        subject=subjects.run(PROJECT, RUN),
        correlationid=RUN,
        causationid=f"w{seq}",
    )


def run_of(*events: e.RunEvent) -> Run:
    """The run these facts tell of."""
    run = fold(record(events))
    assert run is not None
    return run
