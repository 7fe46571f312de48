"""Who asks: a bearer token, or e-mail and password that are exchanged for one whenever it is needed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import httpx
import msgspec

from libs.client.models import Session


@dataclass(frozen=True)
class Credentials:
    """E-mail and password of a user; the password is kept out of ``repr``."""

    email: str
    password: str = field(repr=False)


class SignedIn(httpx.Auth):
    """Signs each request; signs in first when there is no token, and again when it is no longer taken."""

    def __init__(self, login_url: str, token: str = "", credentials: Credentials | None = None) -> None:
        self.token = token
        self.credentials = credentials
        self._login_url = login_url

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """The requests to send for ``request``; a refused sign-in is its answer."""
        if self.credentials and not self.token:
            answer = yield self._sign_in(self.credentials)
            if not await self._accepted(answer):
                return
        answer = yield self._signed(request)
        if answer.status_code != httpx.codes.UNAUTHORIZED.value or not self.credentials:
            return
        answer = yield self._sign_in(self.credentials)
        if await self._accepted(answer):
            yield self._signed(request)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        if self.token:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def _sign_in(self, who: Credentials) -> httpx.Request:
        return httpx.Request("POST", self._login_url, json={"email": who.email, "password": who.password})

    async def _accepted(self, answer: httpx.Response) -> bool:
        body = await answer.aread()
        if not answer.is_success:
            return False
        self.token = msgspec.json.decode(body, type=Session).access_token
        return True
