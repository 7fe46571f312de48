"""What an exchange is made of on the wire: frames of one letter, whether it is the last, and the rest."""

from __future__ import annotations

import msgspec
from msgspec import Struct

OPEN, HEAD, DATA, CREDIT, ABORT = b"O", b"H", b"D", b"C", b"X"
LAST, MORE = b"\x01", b"\x00"
NUMBERS = 256  # of data frames, again from 0; more than can be on their way


class RequestHead(Struct, frozen=True, array_like=True):
    """What is asked for. ``target`` is path and query as they came."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]


class ResponseHead(Struct, frozen=True, array_like=True):
    """How it is answered."""

    status: int
    headers: list[tuple[bytes, bytes]]


class Broken(Exception):  # what becomes of it is for whoever is told
    """The exchange ended before its end: ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


NOBODY = "nobody"  # was there, so nothing has been done
LOST = "lost"  # the other side is there no more


def beginning(end: bytes, chunk: bytes) -> bytes:
    """A piece that came with a head, as a frame of its own; it has no number."""
    return DATA + end + b"\0" + chunk


def framed(kind: bytes, head: RequestHead | ResponseHead, chunk: bytes, last: bool) -> bytes:
    """A frame with a head and the beginning of a body."""
    packed = msgspec.msgpack.encode(head)
    return kind + (LAST if last else MORE) + len(packed).to_bytes(4) + packed + chunk
