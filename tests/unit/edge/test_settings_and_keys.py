from __future__ import annotations

import json
import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from pydantic import ValidationError

from libs.contracts import tokens
from libs.contracts.errors import Unauthenticated
from services.edge.auth import REFETCH_SECONDS, Keys
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
