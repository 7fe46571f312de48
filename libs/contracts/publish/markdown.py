"""The contracts as one page for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from libs.contracts import errors
from libs.contracts.asks import ASKS, STATUS_HEADER
from libs.contracts.publish import catalog
from libs.contracts.publish.asyncapi import envelope_headers
from libs.contracts.publish.catalog import Message
from libs.contracts.publish.schemas import components
from libs.contracts.publish.wording import default, words
from libs.contracts.streams import DURABLES, STREAMS, StreamSpec

HEAD = """# Messages of Interius

Generated from `libs/contracts` by `make docs`; do not edit. The same for machines: [asyncapi.json](asyncapi.json), and
a JSON Schema of each body in [schemas/](schemas/). A subscriber in thirty lines:
[examples/follow_completed.py](examples/follow_completed.py).

An **event** is a fact and stands for ever, **work** is an order to exactly one worker, a **live** fragment may be lost,
an **ask** is a question with its answer. Bodies are JSON. Unknown fields are refused; a new shape gets a new version in
its type tag, and old versions stay readable. `*` in a subject filter stands for one part, `>` at its end for all that
follow.
"""
ENVELOPE = f"""## Envelope

Events and work carry CloudEvents 1.0 attributes as NATS headers (binary mode). `ce-id` follows from its cause, so the
same thing done twice has the same id; it is also JetStream's de-duplication id. `ce-correlationid` is the run's (or
project's) id through the whole story, `ce-causationid` the `ce-id` of the message it follows from, `ce-actor` the user
behind it, `traceparent` the W3C trace context. An answer with the header `{STATUS_HEADER}` is a refusal.
"""
EXAMPLES = """## Subjects worth following

| filter | gives |
|---|---|
| `events.project.*.run.*.completed` | every project that was generated |
| `events.project.P.>` | everything in project P |
| `events.project.P.run.R.>` | the story of run R |
| `events.project.P.run.R.file_written.*` | its files, each the moment it is written |
| `events.project.P.sandbox.S.>` | the story of sandbox S |
| `live.project.P.sandbox.S.log` | what its app prints |
| `live.project.P.run.R.>` | what its stages are doing right now |
| `parked.>` | work that failed for good |
"""


def page() -> str:
    """The page."""
    structs = components("#/{name}")
    mentioned = {message.body.__name__ for message in catalog.messages()} | {
        body.__name__ for body in catalog.replies().values()
    }
    shared = [name for name in structs if name not in mentioned]
    parts = [HEAD, _streams(), EXAMPLES, ENVELOPE, _headers(), *_messages(structs)]
    parts += ["## Parts of bodies\n", *(_struct(name, structs[name]) for name in shared)]
    return "\n".join(parts).rstrip() + "\n"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(heads), *map(tuple, rows)]
    cells = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return "\n".join([cells[0], "|" + "---|" * len(lines[0]), *cells[1:]]) + "\n"


def _streams() -> str:
    rows = [(f"`{s.name}`", _code(s.subjects), s.storage, _bounds(s), s.description) for s in STREAMS]
    durables = [(f"`{d.name}`", d.stream, _code(d.subjects), f"{d.ack_wait} s") for d in DURABLES]
    return "\n".join(
        [
            "## Streams\n",
            _table(("stream", "subjects", "storage", "kept", "what for"), rows),
            "Questions (`ask.>`) are in no stream: the answer comes at once or not at all.\n",
            "## Durable consumers\n",
            _table(("consumer", "stream", "subjects", "taken again after"), durables),
        ]
    )


def _code(subjects: Iterable[str]) -> str:
    return ", ".join(f"`{subject}`" for subject in subjects)


def _bounds(spec: StreamSpec) -> str:
    if spec.retention == "workqueue":
        return "until done"
    bounds = [f"{spec.max_age // 60} min"] if spec.max_age else []
    bounds += [f"{spec.max_msgs_per_subject} a subject"] if spec.max_msgs_per_subject > 0 else []
    bounds += [f"{spec.max_bytes >> 20} MiB"] if spec.max_bytes > 0 else []
    return ", ".join(bounds) or "for ever"


def _headers() -> str:
    schema = envelope_headers()
    rows = [
        (
            f"`{name}`",
            "yes" if name in schema["required"] else "no",
            f"`{kind['const']}`" if "const" in kind else "text",
        )
        for name, kind in schema["properties"].items()
    ]
    return _table(("header", "always", "value"), rows)


def _messages(structs: dict[str, Any]) -> list[str]:
    parts: list[str] = []
    for scope, owner in catalog.OWNERS.items():
        parts.append(f"## Events of a {scope}: `events.{owner}.>`\n")
        parts += [_message(m, structs) for m in catalog.event_messages() if getattr(m.body, "scope", "") == scope]
    parts += ["## Work\n", *(_message(message, structs) for message in catalog.work_messages())]
    parts += ["## Live\n", _message(catalog.live_message(), structs)]
    parts += ["## Asks\n", *(_ask(message, structs) for message in catalog.ask_messages())]
    parts += ["## Answers\n", *(_struct(body.__name__, structs[body.__name__]) for body in catalog.replies().values())]
    return [*parts, _refusals()]


def _message(message: Message, structs: dict[str, Any]) -> str:
    where = f"`{message.address}` · [`{message.tag}`](schemas/{message.tag}.json)"
    return "\n".join([f"### {message.body.__name__}\n", f"{where}\n", _body(structs[message.body.__name__])])


def _ask(message: Message, structs: dict[str, Any]) -> str:
    reply = next(ask.reply for ask in ASKS if ask is message.body).__name__
    return _message(message, structs) + f"\nAnswer: [{reply}](#{reply.lower()}), or a refusal.\n"


def _struct(name: str, schema: dict[str, Any]) -> str:
    return "\n".join([f"### {name}\n", _body(schema)])


def _body(schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    rows = [(f"`{name}`", words(field), default(field, name, required)) for name, field in schema["properties"].items()]
    meaning = " ".join(schema.get("description", "").split()).replace("``", "`") + "\n"
    return "\n".join([meaning, _table(("field", "is", "if left out"), rows)]) if rows else f"{meaning}\nNo fields.\n"


def _refusals() -> str:
    kinds = [
        kind
        for kind in errors.Refused.__subclasses__()
        if kind.__module__ == errors.__name__ and kind is not errors.Remote
    ]
    rows = [(f"`{kind.code}`", str(kind.status), " ".join((kind.__doc__ or "").split())) for kind in kinds]
    bug = ("`internal_error`", "500", "Something broke on our side; it is logged.")
    return "\n".join(
        [
            "## Refusals\n",
            "Any ask may be refused with a [Problem](#problem):\n",
            _table(("code", "status", "means"), [*rows, bug]),
        ]
    )
