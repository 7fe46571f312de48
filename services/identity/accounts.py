"""Accounts in the bucket that only identity reads, and the public fact that a user exists."""

from __future__ import annotations

import msgspec

from libs.contracts import subjects
from libs.contracts.envelope import Envelope, derive_id, now
from libs.contracts.events import Registered
from libs.eventlog.port import Conflict, EventLog, Expected
from libs.eventlog.secrets import SecretStore
from libs.runtime import tracing
from services.identity.domain import Account, digest


class Accounts:
    """Finds, makes and changes accounts."""

    def __init__(self, log: EventLog, secrets: SecretStore) -> None:
        self._log = log
        self._secrets = secrets

    async def find(self, email: str) -> Account | None:
        data = await self._secrets.get(_key(email))
        return msgspec.json.decode(data, type=Account) if data else None

    async def create(self, account: Account) -> bool:
        """Keep a new account; ``False`` if the e-mail has one."""
        return await self._secrets.create(_key(account.email), msgspec.json.encode(account))

    async def update(self, account: Account) -> None:
        await self._secrets.put(_key(account.email), msgspec.json.encode(account))

    async def register(self, account: Account, actor: str = "") -> int:
        """Say that the user exists, once; gives the sequence of that fact."""
        subject = subjects.event(subjects.user(account.user_id), Registered.event_name())
        envelope = Envelope(
            id=derive_id(account.user_id, Registered.type_tag()),
            type=Registered.type_tag(),
            source="identity",
            time=now(),
            subject=account.user_id,
            correlationid=account.user_id,
            actor=actor or account.user_id,
            traceparent=tracing.current(),
        )
        try:
            return await self._log.append(
                subject, Registered(account.email, account.superuser), envelope, Expected(subject, 0)
            )
        except Conflict:  # said before
            return (await self._log.load(subject))[-1].seq

    async def is_superuser(self, user_id: str) -> bool:
        try:
            subject = subjects.event(subjects.user(user_id), Registered.event_name())
        except ValueError:
            return False
        facts = [record.recorded.event for record in await self._log.load(subject)]
        return any(isinstance(fact, Registered) and fact.superuser for fact in facts)


def _key(email: str) -> str:
    return f"account.{digest(email)}"
