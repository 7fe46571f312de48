"""A user of its own for each jail, so that what the kernel counts or allows by user is apart as well."""

from __future__ import annotations

import random
import socket
from dataclasses import dataclass

from services.sandbox.port import DriverError

# Above the users that distributions, subordinate ids and systemd hand out.
FIRST, COUNT = 1_900_000_000, 50_000_000
TRIES = 100


@dataclass(frozen=True)
class Claim:
    """A user that no other jail of this machine has while this is held."""

    uid: int
    _held: socket.socket

    def release(self) -> None:
        """Others may have it; the end of the process does the same."""
        self._held.close()


def claim() -> Claim:
    """Take one. A name that the kernel forgets by itself is the lock, so nothing is left when we are killed."""
    for _ in range(TRIES):
        uid = FIRST + random.randrange(COUNT)  # noqa: S311  # it is a number, no secret
        held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            held.bind(f"\0interius-uid-{uid}")
        except OSError:
            held.close()
        else:
            return Claim(uid, held)
    raise DriverError("No user is free for another jail.")
