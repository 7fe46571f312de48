"""The OpenAPI document: made from the routes, with the problems, examples and limits that they share."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from services.edge.auth import COOKIE
from services.edge.examples import BODIES, EVENT_STREAM, LOG_STREAM
from services.edge.problems import CODES, MEDIA_TYPE, Problem

DESCRIPTION = (
    "A sentence goes in, a reviewed FastAPI project comes out; every step is an event. Sign in with `POST /v1/login`, "
    "make a project, make a wish in it with `POST /v1/projects/{project_id}/runs`, and follow the run's event stream. "
    "Errors are RFC 9457 problem details with a stable `code`."
)
SIGNED_IN = (401, 404, 422, 503)
EVERYBODY = (422, 503)
METHODS = ("get", "post", "patch", "put", "delete")
Json = dict[str, Any]


@cache
def document() -> bytes:
    """OpenAPI 3.1 as JSON."""
    # Imported here: the pages are routes too, and show this document.
    from services.edge.routes import artifacts, files, operators, projects, runs, sandboxes, sessions, streams  # noqa: PLC0415

    rooms = (sessions, projects, runs, artifacts, files, streams, sandboxes, operators)
    routes = [route for room in rooms for route in room.ROUTES]
    config = OpenAPIConfig(
        title="Interius",
        version="1",
        description=DESCRIPTION,
        security=[{"bearer": []}, {"cookie": []}],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
                "cookie": SecurityScheme(type="apiKey", security_scheme_in="cookie", name=COOKIE),
            }
        ),
    )
    # What only a running edge has; two functions, because one may not be provided under two names.
    given = {name: Provide(lambda: None, sync_to_thread=False) for name in ("house", "visit")}
    schema = Litestar(routes, openapi_config=config, dependencies=given).openapi_schema.to_schema()
    return msgspec.json.encode(_completed(schema))


def _completed(schema: Json) -> Json:
    components = schema["components"]
    _, problem_schemas = msgspec.json.schema_components([Problem], ref_template="#/components/schemas/{name}")
    components["schemas"].update(problem_schemas)
    components["responses"] = {CODES[status]: _problem(status) for status in (401, 403, 404, 422, 503)}
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if method in operations:
                _complete(path, operations[method])
    for name, example in BODIES.items():
        if name in components["schemas"]:
            components["schemas"][name]["example"] = example
    return schema


def _problem(status: int) -> Json:
    example = {"type": f"/problems/{CODES[status]}", "status": status, "code": CODES[status]}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": CODES[status].replace("_", " "), "content": {MEDIA_TYPE: content}}


def _complete(path: str, operation: Json) -> None:
    operation.setdefault("responses", {}).pop("400", None)
    statuses = SIGNED_IN if path.startswith("/v1") and path not in ("/v1/login", "/v1/session") else EVERYBODY
    for status in statuses:
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{CODES[status]}"}
    if path in ("/v1/login", "/v1/session", "/health", "/ready", "/metrics"):
        operation["security"] = []
    if path.endswith("/logs"):
        content = {"text/event-stream": {"schema": {"type": "string"}, "example": LOG_STREAM}}
        operation["responses"]["200"] = {"description": "Server-sent events", "content": content}
    if path.endswith("/events"):
        content = {"text/event-stream": {"schema": {"type": "string"}, "example": EVENT_STREAM}}
        operation["responses"]["200"] = {"description": "Server-sent events", "content": content}
        operation["responses"]["204"] = {"description": "The story is over and was read to its end"}
        operation["responses"]["410"] = {"description": "The log was made anew: start from the beginning"}
