"""What every service reads from the environment, once, at its start."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from libs.eventlog.policy import RETRY_DELAYS

S = TypeVar("S", bound=BaseSettings)
CONFIG = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)
EXIT_CONFIG = 78  # sysexits.h EX_CONFIG


class RuntimeSettings(BaseSettings):
    """Settings of any service; the development defaults work with ``interius up``."""

    model_config = CONFIG

    nats_url: str = Field("nats://127.0.0.1:4222", description="where nats-server listens, nats://host:port")
    nats_replicas: Literal[1, 3, 5] = Field(1, description="copies of each stream: 1 alone, 3 or 5 in a cluster")
    database_url: str = Field("", description="PostgreSQL, postgresql://user:password@host:port/name")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least severe line to log")
    log_format: Literal["json", "console"] = Field("json", description="json for machines, console for people")
    health_port: int = Field(0, ge=0, le=65535, description="TCP port for /health, /ready and /metrics; 0 is none")
    otel_exporter_otlp_endpoint: str = Field(
        "",
        pattern=r"^(https?://[^\s]+)?$",
        description="OTLP collector for traces, http://host:4318; empty is none",
    )
    shutdown_seconds: float = Field(20.0, gt=0, description="how long work in progress may go on after SIGTERM")
    retry_delays: tuple[float, ...] = Field(RETRY_DELAYS, description="seconds before each further attempt, as [1, 5]")
    stage_minutes: float = Field(10.0, gt=0, description="how long one attempt at one stage or file may take")
    concurrency: int = Field(8, ge=1, le=256, description="orders one copy of a service works on at the same time")


def explain(error: ValidationError, kind: type[BaseSettings]) -> str:
    """One line for each wrong setting: its name, what it is, and what it wants; never its value."""
    return _report(
        f"{_name(fault['loc'][:1])}: {_wants(fault['loc'], kind)} ({fault['msg']})" for fault in error.errors()
    )


def _report(lines: Iterable[str]) -> str:
    return "Wrong settings (environment or .env):\n  " + "\n  ".join(lines)


def _name(location: Sequence[object]) -> str:
    return "_".join(str(part) for part in location).upper() or "SETTINGS"


def _wants(location: Sequence[object], kind: type[BaseSettings]) -> str:
    field = kind.model_fields.get(str(location[0])) if location else None
    return (field.description if field else None) or "this combination cannot be used"


def read(kind: type[S]) -> S:
    """Settings from the environment and ``.env``, or leave the process with a sentence for each that is wrong."""
    try:
        return kind()
    except ValidationError as error:
        sys.stderr.write(explain(error, kind) + "\n")
    except SettingsError as error:  # a list or object that is not JSON; its text names the field and no value
        named = next((name for name in kind.model_fields if f'"{name}"' in str(error)), "")
        sys.stderr.write(_report([f"{_name([named])}: {_wants([named], kind)} (it is not valid JSON)"]) + "\n")
    raise SystemExit(EXIT_CONFIG)
