from __future__ import annotations

import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from pydantic import ValidationError

from libs.contracts import tokens
from libs.contracts.errors import Unauthenticated
from libs.runtime.settings import read
from services.edge.auth import REFETCH_SECONDS, Keys
from services.edge.proxy.origins import Origins
from services.edge.settings import EdgeSettings


def test_origins_are_a_list_with_commas(monkeypatch):
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example, https://b.example")
    assert EdgeSettings().cors_origins == ("https://a.example", "https://b.example")
    monkeypatch.setenv("CORS_ORIGINS", "")
    assert EdgeSettings().cors_origins == ()


def test_every_origin_at_once_is_refused(monkeypatch):
    monkeypatch.setenv("CORS_ORIGINS", "*")
    with pytest.raises(ValidationError, match="name each origin"):
        EdgeSettings()


@pytest.mark.parametrize(
    ("domain", "given"),
    [
        ("example.org", {"EDGE_DOMAIN": "example.org"}),
        ("example.org", {"EDGE_DOMAIN": "console.example.org"}),
        ("localhost", {"EDGE_DOMAIN": "console.localhost"}),
        ("example.org", {"EDGE_HOST": "console.example.org"}),
        ("example.org", {"CORS_ORIGINS": "https://shop.example.org:8443"}),
    ],
)
def test_a_domain_of_apps_that_holds_our_own_pages_is_refused_by_name(domain, given, monkeypatch, capsys):
    for name, value in {"SANDBOX_DOMAIN": domain, **given}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        read(EdgeSettings)
    said = capsys.readouterr().err
    assert "SANDBOX_DOMAIN: " in said
    assert "name another domain" in said


@pytest.mark.parametrize(("domain", "ours"), [("apps.example.org", "example.org"), ("localhost", "localhost")])
def test_a_domain_of_apps_below_or_beside_our_own_pages_is_taken(domain, ours, monkeypatch):
    monkeypatch.setenv("SANDBOX_DOMAIN", domain)
    monkeypatch.setenv("EDGE_DOMAIN", ours)
    assert EdgeSettings().sandbox_domain == domain


async def test_the_console_never_answers_at_the_very_domain_of_apps():
    async def ours(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def status(host: bytes, domain: str) -> int:
        said: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        apps: Any = None
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", host)]}
        await Origins(ours, apps, domain)(scope, None, send)
        return said[0]["status"]

    assert await status(b"Example.org:8000", "example.org") == 421
    assert await status(b"console.example.net", "example.org") == 200
    assert await status(b"localhost:8000", "localhost") == 200


class Identity:
    """Publishes what it is told to, and counts who asks."""

    def __init__(self) -> None:
        self.key = OKPKey.generate_key("Ed25519", auto_kid=True)
        self.asked = 0
        self.now = 100.0

    async def publish(self) -> str:
        self.asked += 1
        return json.dumps(KeySet([self.key]).as_dict(private=False))

    def clock(self) -> float:
        return self.now

    def token(self) -> str:
        header = {"alg": tokens.ALGORITHM, "typ": tokens.TYPE, "kid": self.key.kid}
        claims = {"iss": tokens.ISSUER, "aud": tokens.AUDIENCE, "sub": "ada", "exp": int(time.time()) + 60}
        return jwt.encode(header, claims, self.key, algorithms=[tokens.ALGORITHM])


async def test_keys_are_asked_for_once_and_again_for_a_new_one_but_not_for_every_forgery():
    identity = Identity()
    keys = Keys(identity.publish, identity.clock)
    for _ in range(5):
        assert (await keys.verify(identity.token())).id == "ada"
    assert identity.asked == 1
    identity.key = OKPKey.generate_key("Ed25519", auto_kid=True)
    with pytest.raises(Unauthenticated):
        await keys.verify(identity.token())
    identity.now += REFETCH_SECONDS + 1
    assert (await keys.verify(identity.token())).id == "ada"
    assert identity.asked == 2
    forger = Identity()
    for _ in range(20):
        with pytest.raises(Unauthenticated):
            await keys.verify(forger.token())
    assert identity.asked == 2


async def test_a_user_is_a_superuser_only_if_the_token_says_exactly_so():
    identity = Identity()
    assert (await Keys(identity.publish).verify(identity.token())).superuser is False
