"""Events and orders to bytes and back, always through their type tag."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from libs.contracts.envelope import Envelope
from libs.contracts.events import BY_TAG, Event, Unknown
from libs.contracts.work import BY_TAG as WORK_BY_TAG
from libs.contracts.work import Work

MAX_MESSAGE_BYTES = 1_000_000  # nats-server refuses more than 1 MiB; headers need their share

_encoder = msgspec.json.Encoder()
_events = {tag: msgspec.json.Decoder(cls) for tag, cls in BY_TAG.items()}
_work = {tag: msgspec.json.Decoder(cls) for tag, cls in WORK_BY_TAG.items()}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the log. ``seq`` is its stream sequence, from 1."""

    seq: int
    subject: str
    envelope: Envelope
    event: Event


@dataclass(frozen=True, slots=True)
class Order:
    """A piece of work with its envelope. ``delivery`` counts attempts from 1."""

    envelope: Envelope
    work: Work
    delivery: int = 1


class MessageTooLarge(ValueError):
    """The message is larger than a stream takes (1 MB); store the content elsewhere and refer to it."""


def encode(body: msgspec.Struct) -> bytes:
    """JSON of a message body.

    Raises:
        MessageTooLarge: it would not fit into one message.
    """
    data = _encoder.encode(body)
    if len(data) > MAX_MESSAGE_BYTES:
        raise MessageTooLarge(f"{type(body).__name__} is {len(data)} bytes, more than {MAX_MESSAGE_BYTES}")
    return data


def decode_event(tag: str, data: bytes) -> Event:
    """The event of type ``tag``; a type this version does not know comes back as ``Unknown``.

    Raises:
        msgspec.MsgspecError: the body is not JSON, or not of the shape its tag promises.
    """
    decoder = _events.get(tag)
    return decoder.decode(data) if decoder else Unknown(tag, msgspec.json.decode(data))


def decode_work(tag: str, data: bytes) -> Work:
    """The work of type ``tag``.

    Raises:
        KeyError: no such type. msgspec.MsgspecError: the body has another shape.
    """
    return _work[tag].decode(data)
