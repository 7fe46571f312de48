"""The edge, put together."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from prometheus_client import Gauge

from libs.contracts.asks import KeySet, PublicKeys
from libs.runtime.platform import Platform
from libs.runtime.service import Service
from libs.runtime.settings import read
from services.edge.auth import Authentication, Keys, User
from services.edge.database import Progress, Reader
from services.edge.house import House, Visit
from services.edge.hub import Hub
from services.edge.places import Places
from services.edge.problems import HANDLERS, MAX_BODY
from services.edge.routes import artifacts, files, operators, pages, projects, runs, sessions, streams
from services.edge.server import Listener
from services.edge.settings import EdgeSettings
from services.edge.stream import Patience

ROOMS = (sessions, projects, runs, artifacts, files, streams, operators, pages)


async def build(platform: Platform) -> Service:
    settings = read(EdgeSettings)
    house = await furnish(platform, settings)
    listener = Listener(application(house, settings), settings, house.hub.close)
    await platform.hear("live.project.>", house.hub.fragment)
    service = Service(
        "edge",
        background=(listener.serve, house.hub.follow, house.reader.keep_open, house.progress.follow),
        on_stop=(house.reader.close,),
    )
    house.services = (service,)
    return service


async def furnish(platform: Platform, settings: EdgeSettings) -> House:
    """What the routes need, on one platform."""
    hub = Hub(platform.log, await platform.log.epoch(), await platform.log.head(), settings.edge_streams)
    reader = Reader(platform.settings.database_url)
    places = Places(platform.log, reader)
    hub.on_record(places.hear)
    open_streams = Gauge("interius_event_streams", "Event streams open now", registry=platform.metrics.registry)
    open_streams.set_function(lambda: hub.watching)
    patience = Patience(settings.edge_heartbeat_seconds, settings.edge_write_seconds)
    return House(platform, reader, Progress(reader), places, hub, patience)


def application(house: House, settings: EdgeSettings) -> Litestar:
    """The routes with what stands around each of them."""

    async def jwks() -> str:
        return (await house.platform.ask(PublicKeys(), KeySet)).jwks

    def visit(request: Request[User, Any, Any]) -> Visit:
        return Visit(house, request.user)

    return Litestar(
        [route for room in ROOMS for route in room.ROUTES],
        dependencies={
            "house": Provide(lambda: house, sync_to_thread=False),
            "visit": Provide(visit, sync_to_thread=False),
        },
        middleware=[DefineMiddleware(Authentication, exclude_from_auth_key="public")],
        exception_handlers=HANDLERS,
        cors_config=_cors(settings),
        state=State({"keys": Keys(jwks)}),
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _cors(settings: EdgeSettings) -> CORSConfig | None:
    if not settings.cors_origins:
        return None
    return CORSConfig(
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
        expose_headers=["Location", "Retry-After", "X-Request-Id"],
    )
