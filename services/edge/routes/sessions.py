"""Signing in and users."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody

from libs.contracts.asks import CreateUser, Login, Receipt, Session
from services.edge.auth import COOKIE, own_pages_only, superusers_only
from services.edge.house import House, Visit
from services.edge.models import Credentials, Identified, Me, NewUser, Token

TAGS = ["sign-in"]


@post("/v1/login", tags=TAGS, public=True, status_code=200, summary="Exchange e-mail and password for an access token")
async def login(house: NamedDependency[House], data: JSONBody[Credentials]) -> Token:
    session = await house.platform.ask(Login(data.email, data.password), Session)
    return Token(session.access_token, session.expires_at, session.user_id)


@post(
    "/v1/session",
    tags=TAGS,
    public=True,
    guards=[own_pages_only],
    status_code=204,
    summary="Sign in a browser with a cookie",
)
async def open_session(house: NamedDependency[House], data: JSONBody[Credentials]) -> Response[None]:
    session = await house.platform.ask(Login(data.email, data.password), Session)
    return Response(None, cookies=[_cookie(session.access_token, _seconds_left(session.expires_at))])


@delete("/v1/session", tags=TAGS, summary="Sign out a browser")
async def close_session() -> Response[None]:
    return Response(None, cookies=[_cookie("", 0)])


@get("/v1/me", tags=TAGS, summary="Who is signed in")
async def me(visit: NamedDependency[Visit]) -> Me:
    row = await visit.house.reader.one("find_user", id=visit.user.id)
    return Me(visit.user.id, row["email"] if row else "", visit.user.superuser)


@post("/v1/users", tags=["operators"], guards=[superusers_only], summary="Add a user (superusers)")
async def create_user(visit: NamedDependency[Visit], data: JSONBody[NewUser]) -> Identified:
    ask = CreateUser(visit.user.id, data.email, data.password, data.superuser)
    receipt = await visit.house.platform.ask(ask, Receipt)
    await visit.house.progress.reached(receipt.seq)
    return Identified(receipt.id)


def _cookie(token: str, seconds: int) -> Cookie:
    return Cookie(COOKIE, value=token, secure=True, httponly=True, samesite="strict", max_age=seconds)


def _seconds_left(expires_at: str) -> int:
    until = datetime.fromisoformat(expires_at)
    return int((until - datetime.now(until.tzinfo)).total_seconds())


ROUTES: list[Any] = [login, open_session, close_session, me, create_user]
