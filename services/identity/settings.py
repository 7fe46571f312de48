"""Settings of identity."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from libs.runtime.settings import CONFIG


class IdentitySettings(BaseSettings):
    """Who is the first superuser, and how long an access token is good for."""

    model_config = CONFIG

    first_superuser_email: str = Field(
        "admin@interius.local", pattern=r"^[^@\s]+@[^@\s]+$", max_length=254, description="first superuser, by e-mail"
    )
    first_superuser_password: SecretStr = Field(
        SecretStr(""), description="their password, 8 characters or more; empty makes no superuser"
    )
    access_token_minutes: int = Field(720, ge=1, le=1440, description="how long an access token is good for")
