"""users: one row for each account."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from libs.contracts import events as e
from services.projector.intake import Fact


class User(Struct, frozen=True):
    """A row of ``users``."""

    id: str
    email: str
    superuser: bool
    created_at: datetime


def _registered(user_id: str, fact: Fact, event: e.Registered) -> User:
    return User(user_id, event.email, event.superuser, fact.time)


ROWS = {e.Registered: _registered}
