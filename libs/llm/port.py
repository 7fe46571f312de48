"""The port that agents ask through: a typed task in, a typed answer or a ``ModelError`` out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from msgspec import Struct

from libs.contracts.artifacts import Usage

T = TypeVar("T", bound=Struct)
NO_USAGE = Usage()

TaskName = Literal["draft_requirements", "draft_architecture", "write_file", "write_function", "review_code"]
ErrorKind = Literal[
    "rate_limit",
    "timeout",
    "connection",
    "auth",
    "bad_request",
    "server",
    "truncated",
    "refused",
    "filtered",
    "invalid_output",
    "stream",
]
RETRYABLE: frozenset[ErrorKind] = frozenset({"rate_limit", "timeout", "connection", "server", "stream"})
OnDelta = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Correction:
    """An earlier wrong answer to the same task, with each of its faults (place and reason)."""

    answer: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """What is asked: the agent's prompt, its typed inputs (data, never orders), and the type of the answer."""

    name: TaskName
    instructions: str
    inputs: Struct
    answer: type[T]
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A typed answer and what it cost."""

    value: T
    usage: Usage


@dataclass(eq=False)
class ModelError(Exception):
    """No usable answer. ``str()`` says why, ``advice`` what to do; neither ever holds a key.

    ``retry_after`` is in seconds. ``faults`` are those of an ``invalid_output``. ``final``: trying again is no use.
    """

    kind: ErrorKind
    message: str
    advice: str = ""
    retry_after: float | None = None
    usage: Usage = NO_USAGE
    partial: str = ""
    faults: tuple[str, ...] = ()
    final: bool = False

    def __str__(self) -> str:
        return self.message

    @property
    def retryable(self) -> bool:
        """The same question may well be answered later."""
        return self.kind in RETRYABLE and not self.final


class Model(Protocol):
    """A language model."""

    async def answer(self, task: Task[T], on_delta: OnDelta) -> Answer[T]:
        """One model call (with its transport retries); pieces of text go to ``on_delta`` as they come.

        Raises:
            ModelError: there is no usable answer.
        """
        ...

    async def close(self) -> None:
        """Give back its connections."""
        ...
