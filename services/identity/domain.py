"""The rules of signing in: e-mails, passwords, and how often somebody may try."""

from __future__ import annotations

import hashlib
import unicodedata

from msgspec import Struct
from msgspec.structs import replace

from libs.contracts.errors import Invalid

MIN_PASSWORD = 8  # characters, OWASP ASVS 5.0 6.2.1
FREE_FAILURES = 5  # wrong passwords in a row before anybody has to wait
LONGEST_DELAY = 60.0  # seconds: slows a guesser down without locking the owner out
FORGET_AFTER = 900.0  # seconds without a failure


class Account(Struct, frozen=True):
    """What the bucket keeps of a user, under the digest of the e-mail."""

    user_id: str
    email: str
    password_hash: str
    superuser: bool = False


class Attempts(Struct, frozen=True):
    """Failed sign-ins in a row, and the instants (in seconds of one clock) of the last and of the next allowed one."""

    failures: int = 0
    last: float = 0.0
    not_before: float = 0.0


def normal(email: str) -> str:
    """One spelling for each e-mail address."""
    address = unicodedata.normalize("NFC", email.strip()).lower()
    if not address.isprintable():
        raise Invalid("The e-mail address holds characters that cannot be printed. Type it again.")
    return address


def digest(email: str) -> str:
    return hashlib.sha256(normal(email).encode()).hexdigest()


def check_password(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise Invalid(f"The password is too short: use at least {MIN_PASSWORD} characters.")


def wait(attempts: Attempts, now: float) -> float:
    """Seconds until the next attempt is allowed."""
    return max(0.0, attempts.not_before - now)


def failed(attempts: Attempts, now: float) -> Attempts:
    """One more failure: each beyond the free ones doubles the delay."""
    known = attempts if now - attempts.last < FORGET_AFTER else Attempts()
    failures = known.failures + 1
    beyond = failures - FREE_FAILURES
    delay = min(2.0 ** min(beyond, 10), LONGEST_DELAY) if beyond >= 0 else 0.0
    return replace(known, failures=failures, last=now, not_before=now + delay)
