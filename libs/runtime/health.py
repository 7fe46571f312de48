"""/health, /ready and /metrics of a process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from libs.runtime.platform import Platform
from libs.runtime.service import Service, measure_lag, readiness

Answer = tuple[int, bytes, str]
JSON = "application/json"


async def health(platform: Platform, services: tuple[Service, ...], path: str) -> Answer:
    """Status, body and media type for one of the three paths; 404 for another."""
    if path == "/health":
        return 200, b'{"status":"alive"}', JSON
    if path == "/ready":
        faults = await readiness(platform, services)
        return (503 if faults else 200), msgspec.json.encode({"ready": not faults, "faults": faults}), JSON
    if path == "/metrics":
        await measure_lag(platform)
        return 200, generate_latest(platform.metrics.registry), CONTENT_TYPE_LATEST
    return 404, b'{"detail":"There are /health, /ready and /metrics."}', JSON


def server(platform: Platform, services: tuple[Service, ...], port: int) -> Callable[[], Awaitable[None]]:
    """A loop that serves the three paths on ``port`` of every interface, as orchestrators of containers expect."""

    async def app(scope: dict[str, Any], _receive: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        status, body, media = await health(platform, services, scope["path"])
        headers = [(b"content-type", media.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(app, host="0.0.0.0", port=port, lifespan="off", log_level="warning", access_log=False)  # noqa: S104
    return uvicorn.Server(config)._serve  # pyright: ignore[reportPrivateUsage]  # serve() takes over signals
