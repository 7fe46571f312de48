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
from libs.runtime.tunnel import Wire
from services.edge.auth import Authentication, Keys, User
from services.edge.database import Progress, Reader
from services.edge.house import House, Visit
from services.edge.hub import Hub
from services.edge.logs import Logs
from services.edge.places import Places
from services.edge.problems import HANDLERS, MAX_BODY
from services.edge.proxy.origins import Proxy
from services.edge.proxy.passage import Bounds
from services.edge.proxy.sandboxes import Sandboxes
from services.edge.routes import artifacts, files, operators, pages, projects, runs, sandboxes, sessions, streams
from services.edge.seats import Seats
from services.edge.server import Listener
from services.edge.settings import EdgeSettings
from services.edge.stream import Patience

ROOMS = (sessions, projects, runs, artifacts, files, streams, sandboxes, operators, pages)


async def build(platform: Platform) -> Service:
    settings = read(EdgeSettings)
    house = await furnish(platform, settings)
    wire = Wire(platform.connection.client)
    await wire.start()
    listener = Listener(application(house, settings), _apps(wire, house, settings), settings, house.hub.close)
    await platform.hear("live.project.>", house.hub.fragment)
    service = Service(
        "edge",
        background=(listener.serve, house.hub.follow, house.reader.keep_open, house.progress.follow, wire.beat),
        on_stop=(wire.close, house.reader.close),
    )
    house.services = (service,)
    return service


def _apps(wire: Wire, house: House, settings: EdgeSettings) -> Proxy:
    bounds = Bounds(
        settings.proxy_body_bytes,
        settings.proxy_client_seconds,
        settings.proxy_answer_seconds,
        settings.proxy_total_seconds,
    )
    return Proxy(wire, house.sandboxes, bounds)


async def furnish(platform: Platform, settings: EdgeSettings) -> House:
    """What the routes need, on one platform."""
    seats = Seats(settings.edge_streams, settings.edge_streams_per_user, "event streams", "EDGE_STREAMS_PER_USER")
    hub = Hub(platform.log, await platform.log.epoch(), await platform.log.head(), seats)
    reader = Reader(platform.settings.database_url)
    places = Places(platform.log, reader)
    hosted = Sandboxes(platform.log, reader)
    hub.on_record(places.hear)
    hub.on_record(hosted.hear)
    open_streams = Gauge("interius_event_streams", "Event streams open now", registry=platform.metrics.registry)
    open_streams.set_function(lambda: seats.taken)
    patience = Patience(settings.edge_heartbeat_seconds, settings.edge_write_seconds)
    logs = Logs(platform.fragments, patience, lambda: hub.closing)
    progress, domain = Progress(reader), settings.sandbox_domain
    return House(platform, reader, progress, places, hosted, hub, patience, settings.verify_runs, logs, domain)


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
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
        expose_headers=["Location", "Retry-After", "X-Request-Id"],
    )
