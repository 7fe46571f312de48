"""Settings of the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from libs.runtime.settings import CONFIG


class SandboxSettings(BaseSettings):
    """Which driver makes jails, and where they keep their things."""

    model_config = CONFIG

    sandbox_driver: Literal["auto", "docker", "bubblewrap", "unsafe"] = Field(
        "auto", description="what jails are made with; unsafe is no jail at all and never chosen by itself"
    )
    sandbox_folder: Path = Field(
        Path(".interius/sandbox"), description="where Python, packages and data of sandboxes are kept"
    )
    sandbox_docker_runtime: str = Field(
        "", description="what Docker runs jails with, as runsc for gVisor; empty is its default"
    )
    docker_host: str = Field(
        "", description="where dockerd listens, unix:///path; empty is what the Docker command takes"
    )
    sandbox_capacity: int = Field(20, ge=1, le=500, description="apps that one host serves at the same time")
    sandbox_per_user: int = Field(5, ge=1, description="apps of one user that live at the same time")
    sandbox_idle_seconds: int = Field(1800, ge=10, description="without a request, after which an app is ended")
    sandbox_total_seconds: int = Field(86_400, ge=10, description="after which an app is ended in any case")
    sandbox_stock: int = Field(2, ge=0, le=64, description="warm jails that wait, of each list of packages and use")
    sandbox_stock_seconds: float = Field(600.0, gt=0, description="how long a warm jail waits until it is ended")
    sandbox_packages: int = Field(30, ge=2, description="lists of packages that stay unpacked, of about 70 MB each")
    sandbox_concurrency: int = Field(2, ge=1, le=64, description="projects one copy verifies at the same time")
