"""The envelope of every message: CloudEvents 1.0 attributes, carried in NATS headers (binary mode)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

NAMESPACE = uuid.UUID("5f0c1e5e-6a0f-5d6a-9a3c-3b6a54a1b0f1")
MSG_ID = "Nats-Msg-Id"


def derive_id(cause: str, name: str) -> str:
    """Id of the thing called ``name`` that follows from ``cause``: the same inputs always give the same id."""
    return str(uuid.uuid5(NAMESPACE, f"{cause}/{name}"))


def new_id() -> str:
    """A random id, for what no earlier message caused."""
    return str(uuid.uuid4())


def now() -> str:
    """The present instant as RFC 3339 text in UTC with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Who said what, when, and why. ``correlationid`` names the whole story, ``causationid`` the message before.

    Source: CloudEvents 1.0 core attributes and its distributed tracing extension.
    """

    id: str
    type: str
    source: str
    time: str
    subject: str
    correlationid: str
    causationid: str = ""
    actor: str = ""
    traceparent: str = ""

    def to_headers(self) -> dict[str, str]:
        """NATS headers of this envelope; the id is also the de-duplication id of JetStream."""
        attributes = {f"ce-{k}": v for k, v in msgspec.structs.asdict(self).items() if v and k != "traceparent"}
        traced = {"traceparent": self.traceparent} if self.traceparent else {}
        return {MSG_ID: self.id, "ce-specversion": "1.0", "content-type": "application/json", **attributes, **traced}

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Envelope:
        """Read an envelope back.

        Raises:
            KeyError: a required CloudEvents attribute is missing.
        """
        required = {k: headers[f"ce-{k}"] for k in ("id", "type", "source", "time", "subject", "correlationid")}
        optional = {k: headers.get(f"ce-{k}", "") for k in ("causationid", "actor")}
        return cls(**required, **optional, traceparent=headers.get("traceparent", ""))


def caused_by(cause: Envelope, type_tag: str, subject: str, source: str, key: str = "") -> Envelope:
    """Envelope of what follows from ``cause``; ``key`` tells several of one type apart. Doing it twice is the same."""
    return Envelope(
        id=derive_id(cause.id, f"{type_tag}/{key}"),
        type=type_tag,
        source=source,
        time=now(),
        subject=subject,
        correlationid=cause.correlationid,
        causationid=cause.id,
        actor=cause.actor,
        traceparent=cause.traceparent,
    )
