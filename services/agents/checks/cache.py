"""What a check found in a text, kept by the text's hash, so that a second pass reads only what changed."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import Generic, TypeVar

from services.agents.checks.fault import is_test

Value = TypeVar("Value")
ENTRIES = 2000
WEIGHT = 4 * 1024 * 1024  # characters of the texts behind the entries: some hundred projects of this house


class Cache(Generic[Value]):
    """Least recently used values by key; safe to share between threads."""

    def __init__(self, entries: int = ENTRIES, weight: int = WEIGHT) -> None:
        self._entries = entries
        self._free = weight
        self._values: OrderedDict[bytes, tuple[Value, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes) -> Value | None:
        """The value under ``key``, which is now the most recently used."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: bytes, value: Value, weight: int) -> Value:
        """Keep ``value``; the least recently used ones leave when there are too many or they weigh too much."""
        with self._lock:
            self._free += self._values.pop(key, (None, 0))[1] - weight
            self._values[key] = (value, weight)
            while len(self._values) > 1 and (len(self._values) > self._entries or self._free < 0):
                self._free += self._values.popitem(last=False)[1][1]
        return value


def key_of(path: str, content: str) -> bytes:
    """Hash of all that findings depend on: the text, the file's base name and whether it is a test."""
    name = path.rpartition("/")[2]
    text = f"{is_test(path)}\0{name}\0{content}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
