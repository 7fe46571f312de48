"""What is published, as data: each message with its tag, its place and its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from libs.contracts.asks import ASKS, Ask, Problem
from libs.contracts.events import EVENTS, Event, FileWritten
from libs.contracts.live import Fragment
from libs.contracts.work import WORK

Kind = Literal["event", "work", "live", "ask"]
OWNERS = {
    "user": "user.{user_id}",
    "project": "project.{project_id}",
    "run": "project.{project_id}.run.{run_id}",
    "sandbox": "project.{project_id}.sandbox.{sandbox_id}",
}
KEYED: dict[type[Event], str] = {FileWritten: ".{file}"}  # facts of parallel workers have a subject each
PARAMETERS = {
    "user_id": "Id of a user.",
    "project_id": "Id of a project.",
    "run_id": "Id of a run.",
    "sandbox_id": "Id of a sandbox, which is also the name of its host.",
    "file": "First 16 hexadecimal digits of the SHA-256 of the file's path.",
    "stage": "Stage of the run.",
    "service": "Service that took the order.",
    "task": "Task that was ordered.",
}
FRAGMENT_TAG = "interius.live.fragment"
PROBLEM_TAG = "interius.reply.problem"


@dataclass(frozen=True)
class Message:
    """One kind of message. ``address`` is its subject, with the variable parts in braces."""

    kind: Kind
    tag: str
    body: type[Struct]
    address: str

    @property
    def meaning(self) -> str:
        """What it says, in a sentence or two."""
        return meaning(self.body)


def meaning(body: type[Struct]) -> str:
    """The docstring of a struct on one line."""
    return " ".join((body.__doc__ or "").split())


def ask_tag(ask: type[Ask]) -> str:
    """``interius.ask.projects.create_project``; questions are not kept, so they need no version."""
    return f"interius.ask.{ask.service}.{ask.verb()}"


def reply_tag(reply: type[Struct]) -> str:
    """``interius.reply.receipt``."""
    return f"interius.reply.{reply.__name__.lower()}"


def event_messages() -> list[Message]:
    """Every event."""
    return [Message("event", cls.type_tag(), cls, event_address(cls)) for cls in EVENTS]


def event_address(cls: type[Event]) -> str:
    """Where an event is found."""
    return f"events.{OWNERS[cls.scope]}.{cls.event_name()}{KEYED.get(cls, '')}"


def work_messages() -> list[Message]:
    """Every order."""
    return [Message("work", cls.type_tag(), cls, cls.subject()) for cls in WORK]


def ask_messages() -> list[Message]:
    """Every question."""
    return [Message("ask", ask_tag(cls), cls, cls.subject()) for cls in ASKS]


def live_message() -> Message:
    """A fragment."""
    return Message("live", FRAGMENT_TAG, Fragment, f"live.{OWNERS['run']}.{{stage}}")


def replies() -> dict[str, type[Struct]]:
    """Every answer by its tag, the refusal included."""
    return {reply_tag(cls.reply): cls.reply for cls in ASKS} | {PROBLEM_TAG: Problem}


def messages() -> list[Message]:
    """Every message but answers."""
    return [*event_messages(), *work_messages(), *ask_messages(), live_message()]
