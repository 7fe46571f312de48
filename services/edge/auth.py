"""Who asks: a bearer token or a session cookie, verified with identity's public keys."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult
from msgspec import Struct

from libs.contracts import tokens
from libs.contracts.errors import Forbidden, Unauthenticated

COOKIE = "__Host-session"
REFETCH_SECONDS = 5.0  # a token with an unknown key id makes us ask again, but not at every request
MAX_TOKEN = 4096  # characters
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Connection = ASGIConnection[Any, Any, Any, Any]

_claims = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": tokens.ISSUER},
    aud={"essential": True, "value": tokens.AUDIENCE},
    sub={"essential": True},
    exp={"essential": True},
)


class User(Struct, frozen=True):
    """Who is signed in, and until when (epoch seconds)."""

    id: str
    superuser: bool
    expires: float


class Keys:
    """Identity's public keys, remembered, and asked for again when a token names one that is not among them."""

    def __init__(self, fetch: Callable[[], Awaitable[str]], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: KeySet | None = None
        self._fetched = 0.0

    async def verify(self, token: str) -> User:
        """The user of a token.

        Raises:
            Unauthenticated: it is not one of ours, or not good any more. Unavailable: identity does not answer.
        """
        if self._keys is None:
            await self._refetch()
        try:
            return self._decode(token)
        except InvalidKeyIdError:
            if self._clock() - self._fetched > REFETCH_SECONDS:
                await self._refetch()
        try:
            return self._decode(token)
        except InvalidKeyIdError:
            raise _refused() from None

    async def _refetch(self) -> None:
        self._keys = KeySet.import_key_set(json.loads(await self._fetch()))
        self._fetched = self._clock()

    def _decode(self, token: str) -> User:
        assert self._keys is not None
        try:
            decoded = jwt.decode(token, self._keys, algorithms=[tokens.ALGORITHM])
            _claims.validate(decoded.claims)
        except InvalidKeyIdError:
            raise
        except (JoseError, ValueError):
            raise _refused() from None
        if decoded.header.get("typ") != tokens.TYPE or "kid" not in decoded.header:
            raise _refused()
        claims = decoded.claims
        return User(str(claims["sub"]), claims.get("superuser") is True, float(claims["exp"]))


def _refused() -> Unauthenticated:
    return Unauthenticated("The access token is not valid any more. Sign in again with POST /v1/login.")


class Authentication(AbstractAuthenticationMiddleware):
    """Every route needs a user, but for those marked ``public``."""

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """The user of this request."""
        token = _bearer(connection) or _cookie(connection)
        if not token or len(token) > MAX_TOKEN:
            raise Unauthenticated("Sign in first: POST /v1/login, then send 'Authorization: Bearer <access_token>'.")
        user = await connection.app.state["keys"].verify(token)
        return AuthenticationResult(user=user, auth=token)


def _bearer(connection: Connection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _cookie(connection: Connection) -> str:
    token = connection.cookies.get(COOKIE, "")
    if token and connection.scope.get("method") not in SAFE and not _same_site(connection):
        raise _foreign()
    return token


def own_pages_only(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Guard against pages of others, which would sign a visitor in as somebody else. Programs send neither header."""
    if connection.headers.keys() & {"origin", "sec-fetch-site"} and not _same_site(connection):
        raise _foreign()


def _foreign() -> Forbidden:
    return Forbidden("This request comes from another web site. Send it from our own pages, or with a bearer token.")


def _same_site(connection: Connection) -> bool:
    fetched_from = connection.headers.get("sec-fetch-site")
    if fetched_from is not None:
        return fetched_from in ("same-origin", "none")
    origin = connection.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == connection.headers.get("host", "")


def superusers_only(connection: Connection, _handler: BaseRouteHandler) -> None:
    """Guard of routes for operators."""
    if not connection.user.superuser:
        raise Forbidden("Only a superuser may do this.")
