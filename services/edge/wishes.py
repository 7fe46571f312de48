"""Text that a person wrote, checked before anything is made of it."""

from __future__ import annotations

from libs.contracts.asks import MAX_WISH_BYTES
from libs.contracts.errors import Invalid, TooLarge

ALLOWED = frozenset("\n\r\t")
MAX_KEY = 200  # characters of an idempotency key


def text(value: str, what: str, advice: str) -> str:
    """``value`` if it is text for people.

    Raises:
        TooLarge: it has more than 64 KiB. Invalid: it is empty, or holds control characters.
    """
    size = len(value.encode())
    if size > MAX_WISH_BYTES:
        raise TooLarge(f"The {what} has {size} bytes; the limit is {MAX_WISH_BYTES} (64 KiB). Shorten it.")
    if not value.strip():
        raise Invalid(f"The {what} is empty. {advice}")
    if any((character < " " and character not in ALLOWED) or character == "\x7f" for character in value):
        raise Invalid(f"The {what} holds control characters, as binary data does. Send it as plain text.")
    return value


def wish(value: str) -> str:
    """A wish for a backend."""
    return text(value, "wish", "Say in a sentence what the backend is for, e.g. 'A library with books and loans'.")


def feedback(value: str) -> str:
    """What should be different."""
    return text(value, "feedback", "Answer the questions, or say what should be different.")


def idempotency_key(value: str | None) -> str:
    """The key of a request that may be sent again; empty if there is none."""
    if value is None:
        return ""
    if not value.strip() or len(value) > MAX_KEY or not value.isprintable():
        raise Invalid(f"Idempotency-Key is not usable: send 1 to {MAX_KEY} printable characters, or leave it out.")
    return value
