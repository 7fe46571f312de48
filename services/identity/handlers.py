"""What identity answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from msgspec.structs import replace

from libs.contracts.asks import Ask, CreateUser, KeySet, Login, PublicKeys, Receipt, Session
from libs.contracts.envelope import new_id
from libs.contracts.errors import AlreadyExists, Forbidden, Unauthenticated
from libs.runtime.asking import AskHandler
from services.identity.accounts import Accounts
from services.identity.domain import Account, check_password, digest, normal
from services.identity.passwords import Passwords
from services.identity.throttle import Throttle
from services.identity.tokens import Tokens

log = structlog.get_logger(__name__)


class Identity:
    """Accounts, passwords and tokens together."""

    def __init__(self, accounts: Accounts, passwords: Passwords, tokens: Tokens, throttle: Throttle) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._tokens = tokens
        self._throttle = throttle

    async def login(self, ask: Login) -> Session:
        key = digest(ask.email)
        self._throttle.enter(key)
        account = await self._accounts.find(ask.email)
        right, newer = await self._passwords.verify(ask.password, account.password_hash if account else None)
        if account is None or not right:
            raise Unauthenticated("Wrong e-mail or password.")
        self._throttle.succeeded(key)
        if newer:
            await self._accounts.update(replace(account, password_hash=newer))
        return self._tokens.sign(account)

    async def create_user(self, ask: CreateUser) -> Receipt:
        if not await self._accounts.is_superuser(ask.actor):
            raise Forbidden("Only a superuser may add users.")
        check_password(ask.password)
        email = normal(ask.email)
        account = Account(new_id(), email, await self._passwords.hash(ask.password), ask.superuser)
        if not await self._accounts.create(account):
            await self._heal(email)
            raise AlreadyExists(f"There is a user with the e-mail {email} already.")
        return Receipt(account.user_id, await self._accounts.register(account, ask.actor))

    async def _heal(self, email: str) -> None:
        # We may have died between keeping the account and saying so.
        if known := await self._accounts.find(email):
            await self._accounts.register(known)

    async def public_keys(self, _ask: PublicKeys) -> KeySet:
        return KeySet(self._tokens.public())

    async def ensure_superuser(self, email: str, password: str) -> None:
        """The first superuser exists and has this password."""
        check_password(password)
        known = await self._accounts.find(email)
        if known is None:
            made = Account(new_id(), normal(email), await self._passwords.hash(password), superuser=True)
            await self._accounts.create(made)  # another copy may be first; then its account stands
            known = await self._accounts.find(email) or made
        right, _ = await self._passwords.verify(password, known.password_hash)
        if not right:
            await self._accounts.update(replace(known, password_hash=await self._passwords.hash(password)))
            log.info("superuser_password_changed", user=known.user_id)
        await self._accounts.register(known)

    def asks(self) -> Mapping[type[Ask], AskHandler]:
        table: dict[type[Ask], Any] = {
            Login: self.login,
            CreateUser: self.create_user,
            PublicKeys: self.public_keys,
        }
        return table
