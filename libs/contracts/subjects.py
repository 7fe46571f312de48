"""NATS subjects. They follow ownership, so that one filter is one scope."""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def token(value: str) -> str:
    """``value`` if it may stand as one part of a subject.

    Raises:
        ValueError: it is empty, longer than 64 characters, or holds a dot, a wildcard or a space.
    """
    if not _TOKEN.fullmatch(value):  # match with $ would let a line end through
        raise ValueError(f"{value!r} is not an id: use 1 to 64 letters, digits, '-' or '_'")
    return value


def user(user_id: str) -> str:
    """Owner path of a user."""
    return f"user.{token(user_id)}"


def project(project_id: str) -> str:
    """Owner path of a project."""
    return f"project.{token(project_id)}"


def run(project_id: str, run_id: str) -> str:
    """Owner path of a run."""
    return f"{project(project_id)}.run.{token(run_id)}"


def sandbox(project_id: str, sandbox_id: str) -> str:
    """Owner path of a sandbox."""
    return f"{project(project_id)}.sandbox.{token(sandbox_id)}"


def event(owner: str, name: str, key: str = "") -> str:
    """Subject of the event ``name`` of ``owner``; ``key`` sets facts of parallel workers apart (one file each)."""
    return f"events.{owner}.{name}.{key}" if key else f"events.{owner}.{name}"


def events_of(owner: str) -> str:
    """Filter for every event of ``owner`` and of what it owns."""
    return f"events.{owner}.>"


def live(owner: str, stage: str) -> str:
    """Subject of fragments of ``stage``."""
    return f"live.{owner}.{stage}"


def http(sandbox_id: str, term: int) -> str:
    """Where requests to a sandbox go, as it is served in ``term``; in no stream."""
    return f"http.{token(sandbox_id)}.{term}"


def work(service: str, task: str) -> str:
    """Subject of an order to one worker of ``service``."""
    return f"work.{service}.{task}"


def ask(service: str, verb: str) -> str:
    """Subject of a question to ``service``."""
    return f"ask.{service}.{verb}"


def parked(work_subject: str) -> str:
    """Where work that failed for good is kept."""
    return f"parked.{work_subject.removeprefix('work.')}"


def path_key(path: str) -> str:
    """Subject part that stands for a file path (16 hex characters of its SHA-256)."""
    return hashlib.sha256(path.encode()).hexdigest()[:16]


class EventAddress(Struct, frozen=True):
    """What an event's subject says: whose it is and how it is called."""

    project_id: str
    run_id: str
    user_id: str
    name: str
    sandbox_id: str = ""


def parse(subject: str) -> EventAddress:
    """Take an ``events.…`` subject apart; ids that it does not carry are empty."""
    match subject.split("."):
        case ["events", "project", project_id, "run", run_id, name, *_]:
            return EventAddress(project_id, run_id, "", name)
        case ["events", "project", project_id, "sandbox", sandbox_id, name]:
            return EventAddress(project_id, "", "", name, sandbox_id)
        case ["events", "project", project_id, name]:
            return EventAddress(project_id, "", "", name)
        case ["events", "project", project_id, _, _, name]:
            return EventAddress(project_id, "", "", name)
        case ["events", "user", user_id, name]:
            return EventAddress("", "", user_id, name)
        case _:
            raise ValueError(f"{subject!r} is no event subject")
