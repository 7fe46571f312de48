"""Identity, put together."""

from __future__ import annotations

import sys

import structlog

from libs.contracts.errors import Invalid
from libs.runtime.platform import Platform
from libs.runtime.service import Service
from libs.runtime.settings import EXIT_CONFIG, read
from services.identity.accounts import Accounts
from services.identity.handlers import Identity
from services.identity.passwords import Passwords
from services.identity.settings import IdentitySettings
from services.identity.throttle import Throttle
from services.identity.tokens import Tokens

BUCKET = "identity"

log = structlog.get_logger(__name__)


async def build(platform: Platform) -> Service:
    settings = read(IdentitySettings)
    secrets = await platform.secrets(BUCKET)
    tokens = await Tokens.open(secrets, settings.access_token_minutes)
    identity = Identity(Accounts(platform.log, secrets), Passwords(), tokens, Throttle())
    await _first_superuser(identity, settings)
    return Service("identity", asks=identity.asks())


async def _first_superuser(identity: Identity, settings: IdentitySettings) -> None:
    password = settings.first_superuser_password.get_secret_value()
    if not password:
        log.warning("no_superuser", advice="set FIRST_SUPERUSER_PASSWORD so that somebody can sign in")
        return
    try:
        await identity.ensure_superuser(settings.first_superuser_email, password)
    except Invalid as error:
        sys.stderr.write(f"Wrong settings (environment or .env):\n  FIRST_SUPERUSER_PASSWORD: {error}\n")
        raise SystemExit(EXIT_CONFIG) from None
