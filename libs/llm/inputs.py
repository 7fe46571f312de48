"""What each task hands to a model. All of it is data: nothing in it is an order to the model."""

from __future__ import annotations

from msgspec import Struct

from libs.contracts.artifacts import Architecture, Issue, Module, Passage, SourceFile
from libs.contracts.charter import Charter


class RequirementsInput(Struct, frozen=True, forbid_unknown_fields=True):
    """For ``draft_requirements`` → ``Requirements``. ``base`` is the charter that ``feedback`` wants changed."""

    wish: str
    feedback: tuple[str, ...] = ()
    base: Charter | None = None
    passages: tuple[Passage, ...] = ()


class ArchitectureInput(Struct, frozen=True, forbid_unknown_fields=True):
    """For ``draft_architecture`` → ``Architecture``. ``functions`` are asked for one by one afterwards."""

    charter: Charter
    feedback: tuple[str, ...] = ()
    base: Architecture | None = None
    functions: tuple[Module, ...] = ()


class FileInput(Struct, frozen=True, forbid_unknown_fields=True):
    """For ``write_file`` → ``WrittenCode``. ``current`` is what to start from; ``reasons`` are its faults."""

    path: str
    module: Module | None
    charter: Charter
    architecture: Architecture
    neighbours: tuple[SourceFile, ...] = ()
    current: str = ""
    reasons: tuple[str, ...] = ()


class FunctionInput(Struct, frozen=True, forbid_unknown_fields=True):
    """For ``write_function`` → ``WrittenCode``: one module with one function, of this exact ``signature``.

    ``logic`` is what it does, in the person's words; ``rule`` the id of the rule, where it is one. ``neighbours`` are
    the printed files, or the parts of them, that it may use; ``tests`` are those that call
    it. ``current`` is what to start from; ``reasons`` are its faults.
    """

    path: str
    signature: str
    logic: str
    rule: str = ""
    neighbours: tuple[SourceFile, ...] = ()
    tests: tuple[SourceFile, ...] = ()
    current: str = ""
    reasons: tuple[str, ...] = ()


class ReviewInput(Struct, frozen=True, forbid_unknown_fields=True):
    """For ``review_code`` → ``ModelReview``. ``issues`` are those the deterministic checks found."""

    charter: Charter
    files: tuple[SourceFile, ...] = ()
    issues: tuple[Issue, ...] = ()
