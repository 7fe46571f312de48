"""What the stages of a run hand to each other after the charter: architecture, file plan, review, verification.

Every struct is frozen and refuses unknown fields. None holds a ``dict`` or a fixed-length tuple, so that each has a
strict JSON Schema that a model can be held to.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from libs.contracts.fields import END, Line, Name

Severity = Literal["info", "warning", "error"]
FileOrigin = Literal["blueprint", "model", "reused"]

Prose = Annotated[str, Meta(max_length=20_000)]


class Export(Struct, frozen=True, forbid_unknown_fields=True):
    """A name a module offers to others, with its signature: ``def total(order: Order) -> Decimal``."""

    name: Name
    signature: Line
    summary: Line = ""


class Module(Struct, frozen=True, forbid_unknown_fields=True):
    """A file a model writes. Its exports are the contract that lets files be written in parallel and still fit."""

    path: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}" + END)]
    purpose: Line
    exports: tuple[Export, ...] = ()
    rules: tuple[Name, ...] = ()


class Diagram(Struct, frozen=True, forbid_unknown_fields=True):
    """A Mermaid diagram."""

    kind: Literal["components", "er", "sequence"]
    mermaid: Prose


class Dependency(Struct, frozen=True, forbid_unknown_fields=True):
    """A package of the generated project, ``version`` as PEP 440 specifier (``>=2.0,<3``)."""

    name: Name
    version: Annotated[str, Meta(max_length=60)] = ""


class Architecture(Struct, frozen=True, forbid_unknown_fields=True):
    """The design of a system. ``modules`` are the files asked of a model; the rest is printed by the blueprint."""

    design: Prose
    diagrams: Annotated[tuple[Diagram, ...], Meta(max_length=6)] = ()
    modules: Annotated[tuple[Module, ...], Meta(max_length=60)] = ()
    dependencies: Annotated[tuple[Dependency, ...], Meta(max_length=30)] = ()


class SourceFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the generated project: POSIX path relative to its root, and its text (at most 256 KiB)."""

    path: Annotated[str, Meta(min_length=1, max_length=200)]
    content: Annotated[str, Meta(max_length=262_144)]


class WrittenCode(Struct, frozen=True, forbid_unknown_fields=True):
    """The implementer's answer: the whole text of the one file it was asked for."""

    content: Annotated[str, Meta(min_length=1, max_length=262_144)]


class PlannedFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file the run will write, and who writes it."""

    path: Annotated[str, Meta(min_length=1, max_length=200)]
    purpose: Line
    origin: FileOrigin


class Issue(Struct, frozen=True, forbid_unknown_fields=True):
    """A fault a review found. ``rule`` is the check's code: ``parse``, ``F821``, ``B608``, ``R3``, ``CWE-89``."""

    severity: Severity
    path: Annotated[str, Meta(max_length=200)]
    message: Annotated[str, Meta(min_length=1, max_length=1000)]
    line: int = 0
    rule: str = ""
    source: Literal["checks", "model"] = "checks"


class PatchRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """An order to write one file again, with each reason why."""

    path: Annotated[str, Meta(min_length=1, max_length=200)]
    reasons: Annotated[tuple[Annotated[str, Meta(max_length=1200)], ...], Meta(min_length=1, max_length=40)]


class ModelReview(Struct, frozen=True, forbid_unknown_fields=True):
    """The reviewing model's answer, before it is merged with the deterministic checks."""

    accepted: bool
    security_score: Annotated[int, Meta(ge=1, le=10)]
    summary: Annotated[str, Meta(max_length=2000)]
    issues: Annotated[tuple[Issue, ...], Meta(max_length=60)] = ()


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """Checks and model's review as one report. ``security_score`` runs from 1 (unsafe) to 10."""

    accepted: bool
    security_score: Annotated[int, Meta(ge=1, le=10)]
    summary: Annotated[str, Meta(max_length=2000)]
    issues: tuple[Issue, ...] = ()
    patches: tuple[PatchRequest, ...] = ()


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that was run and what it answered. ``milliseconds`` is wall time.

    ``rules`` are those that it proves; ``test`` is the project's own test, as pytest names it. ``path`` and ``line``
    are the place at fault where it did not pass.
    """

    name: Name
    passed: bool
    output: Annotated[str, Meta(max_length=20_000)] = ""
    milliseconds: int = 0
    rules: tuple[Name, ...] = ()
    test: Annotated[str, Meta(max_length=300)] = ""
    path: Annotated[str, Meta(max_length=200)] = ""
    line: int = 0


class Verification(Struct, frozen=True, forbid_unknown_fields=True):
    """The sandbox's report on a project that was really run, or in ``not_run`` why it was not and what to do."""

    accepted: bool
    checks: tuple[Check, ...] = ()
    patches: tuple[PatchRequest, ...] = ()
    not_run: Annotated[str, Meta(max_length=1000)] = ""


class Passage(Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of a document that a run rests on."""

    id: Name
    document_id: Name
    text: Annotated[str, Meta(max_length=8000)]


class Usage(Struct, frozen=True, forbid_unknown_fields=True):
    """What a stage cost: tokens, model calls, wall milliseconds, and price in millionths of a US dollar."""

    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    calls: int = 0
    milliseconds: int = 0
    micro_usd: int = 0


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds of a run; ``None`` is no bound. Crossing one ends the run with ``budget_exceeded``."""

    tokens: Annotated[int, Meta(ge=1)] | None = None
    micro_usd: Annotated[int, Meta(ge=1)] | None = None
    minutes: Annotated[float, Meta(gt=0, le=1440)] | None = 60.0
