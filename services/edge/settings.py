"""Settings of the edge."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode

from libs.runtime.settings import CONFIG

HOST_NAME = r"^([a-z0-9-]+(\.[a-z0-9-]+)*)?$"


class EdgeSettings(BaseSettings):
    """Where the one door of the house is, and who may knock."""

    model_config = CONFIG

    edge_host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 is every one")
    edge_port: int = Field(8000, ge=0, le=65535, description="TCP port to listen on; 0 is any that is free")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="web origins that may call us from a browser, separated by commas"
    )
    edge_streams: int = Field(5000, ge=1, description="event streams that one copy serves at the same time")
    edge_streams_per_user: int = Field(100, ge=1, description="of those, streams of one user")
    edge_heartbeat_seconds: float = Field(15.0, gt=0, description="between comments on a stream that is quiet")
    edge_write_seconds: float = Field(10.0, gt=0, description="how long a client may leave a stream unread")

    edge_domain: str = Field(
        "", pattern=HOST_NAME, description="host name by which browsers reach the console; empty is this machine's"
    )
    sandbox_domain: str = Field(
        "localhost",
        pattern=HOST_NAME,
        validate_default=True,
        description="apps are at <sandbox>.<this domain>, each an origin",
    )
    proxy_body_bytes: int = Field(10 * 1024 * 1024, ge=0, description="of a request to an app at most")
    proxy_answer_seconds: float = Field(30.0, gt=0, description="for an app to begin its answer")
    proxy_total_seconds: float = Field(3600.0, gt=0, description="for one request to an app, streams too")
    proxy_client_seconds: float = Field(20.0, gt=0, description="for a client to go on sending or taking")
    verify_runs: bool = Field(True, description="whether each project is run in a sandbox where its wish does not say")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("cors_origins")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "*" in value:
            raise ValueError("name each origin: '*' would let every web page in")
        return value

    @field_validator("sandbox_domain")
    @classmethod
    def _apart(cls, value: str, known: ValidationInfo) -> str:
        if not value:
            raise ValueError("name a domain, such as apps.example.net")
        origins: tuple[str, ...] = known.data.get("cors_origins", ())
        ours = [known.data.get("edge_domain", ""), known.data.get("edge_host", ""), *map(_host_of, origins)]
        if shared := [host for host in ours if shares(host, value)]:
            raise ValueError(
                f"{shared[0]} is our own pages' host, and at or below this domain it would share cookies with apps:"
                " name another domain, that is for apps alone"
            )
        return value


def _host_of(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def shares(host: str, domain: str) -> bool:
    """Whether pages of ``host`` and of apps below ``domain`` reach each other's cookies, or are told from each other.

    To browsers a domain of one word, as localhost, is nobody's: no page below it sets cookies for it.
    """
    return host.endswith(f".{domain}") or (host == domain and "." in domain)
