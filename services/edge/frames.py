"""Server-sent events: how a fact looks on the wire, and the id that a client comes back with."""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

from libs.contracts.errors import Refused
from libs.contracts.events import TERMINAL, Deleted
from libs.contracts.live import Fragment
from libs.eventlog.port import RawRecord

# No empty line after these: some clients take one for an event without data.
OPENING = b"retry: 1000\n: ok\n"
HEARTBEAT = b": still here\n"
END = b"event: end\ndata: {}\n\n"
LAST = frozenset(kind.event_name() for kind in TERMINAL)
DELETED = frozenset((Deleted.event_name(),))
EVENT_ID = re.compile(r"([0-9a-f]{1,16})-([0-9]{1,18})")

Frame = tuple[int, bytes, bool]  # position, bytes, whether nothing follows

_encoder = msgspec.json.Encoder()


class BadEventId(Refused):
    """The client came back with an id that is none of ours."""

    status = 400
    code = "bad_event_id"


class Gone(Refused):
    """The log was made anew since the client was here."""

    status = 410
    code = "gone"


class Fact(Struct, frozen=True):
    """The data of an event on the wire."""

    seq: int
    id: str
    type: str
    subject: str
    time: str
    actor: str
    causationid: str
    data: msgspec.Raw


def name_of(record: RawRecord) -> str:
    """The name of any event of a project, also of one that this version knows nothing of."""
    match record.subject.split("."):
        case [_, _, _, "run", _, name, *_]:
            return name
        case parts:
            return parts[-1]


def fact(record: RawRecord) -> Fact:
    headers = record.headers
    return Fact(
        seq=record.seq,
        id=headers.get("ce-id", ""),
        type=headers.get("ce-type", ""),
        subject=headers.get("ce-subject", ""),
        time=headers.get("ce-time", ""),
        actor=headers.get("ce-actor", ""),
        causationid=headers.get("ce-causationid", ""),
        data=msgspec.Raw(_one_line(record.data)),
    )


def frame(record: RawRecord, epoch: str, name: str) -> bytes:
    """An event as it goes to every client, encoded once."""
    return b"id: %b-%d\nevent: %b\ndata: %b\n\n" % (
        epoch.encode(),
        record.seq,
        name.encode(),
        _encoder.encode(fact(record)),
    )


def live_frame(body: bytes) -> bytes | None:
    """A fragment as it goes to clients that asked for them; it has no id, so nobody comes back to it."""
    try:
        fragment = msgspec.json.decode(body, type=Fragment)
    except msgspec.MsgspecError:
        return None
    return b"event: live\ndata: %b\n\n" % _encoder.encode(fragment)


def ends(subject: str, owner: str) -> bool:
    """Whether nothing follows this fact in the story of ``owner``, a run or a project."""
    return subject.removeprefix(f"events.{owner}.") in (LAST if ".run." in owner else DELETED)


def cursor(event_id: str | None, epoch: str) -> int:
    """The sequence that a client has seen last; 0 is nothing.

    Raises:
        BadEventId: it is no id of ours. Gone: it is of a log that is no more.
    """
    if not event_id:
        return 0
    parts = EVENT_ID.fullmatch(event_id)
    if not parts:
        raise BadEventId("Last-Event-ID is not an id of this stream. Leave it out to start from the beginning.")
    if parts[1] != epoch:
        raise Gone("The log was made anew since. Read the current state, then follow without Last-Event-ID.")
    return int(parts[2])


def _one_line(data: bytes) -> bytes:
    if b"\n" not in data and b"\r" not in data:
        return data
    try:
        return _encoder.encode(msgspec.json.decode(data))
    except msgspec.DecodeError:  # no event of ours; nobody else is to miss theirs for it
        return _encoder.encode(data.decode(errors="replace"))
