"""Projects, put together."""

from __future__ import annotations

from libs.runtime.platform import Platform
from libs.runtime.service import Service
from services.projects.handlers import asks


async def build(platform: Platform) -> Service:
    return Service("projects", asks=asks(platform.log))
