"""Access tokens: signed with a key that never leaves identity."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from libs.contracts import tokens
from libs.contracts.asks import Session
from libs.contracts.envelope import new_id
from libs.eventlog.secrets import SecretStore
from services.identity.domain import Account

SIGNING_KEY = "signing_key"


class Tokens:
    """Signs access tokens and publishes the key that verifies them."""

    def __init__(self, key: OKPKey, minutes: int) -> None:
        self._key = key
        self._seconds = minutes * 60

    @classmethod
    async def open(cls, secrets: SecretStore, minutes: int) -> Tokens:
        """With the one signing key of the house, made by whichever copy of identity starts first."""
        fresh = OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True)
        await secrets.create(SIGNING_KEY, json.dumps(fresh.as_dict(private=True)).encode())
        stored = await secrets.get(SIGNING_KEY)
        assert stored is not None
        return cls(OKPKey.import_key(json.loads(stored)), minutes)

    def sign(self, account: Account) -> Session:
        now = int(time.time())
        expires = now + self._seconds
        header = {"alg": tokens.ALGORITHM, "typ": tokens.TYPE, "kid": self._key.kid}
        claims = {
            "iss": tokens.ISSUER,
            "aud": tokens.AUDIENCE,
            "sub": account.user_id,
            "superuser": account.superuser,
            "iat": now,
            "exp": expires,
            "jti": new_id(),
        }
        token = jwt.encode(header, claims, self._key, algorithms=[tokens.ALGORITHM])
        return Session(token, datetime.fromtimestamp(expires, UTC).isoformat().replace("+00:00", "Z"), account.user_id)

    def public(self) -> str:
        return json.dumps(KeySet([self._key]).as_dict(private=False))
