"""Pages for people, all from this process: nothing is fetched from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from litestar import Response, get

from services.edge.openapi import document

STATIC = Path(__file__).parent.parent / "static"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; " + (
    "form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}


@cache
def _read(name: str) -> bytes:
    return (STATIC / name).read_bytes()


def _page(name: str, media_type: str) -> Response[bytes]:
    return Response(_read(name), media_type=media_type, headers=HEADERS)


@get("/", public=True, include_in_schema=False)
async def show_front_page() -> Response[bytes]:
    return _page("index.html", "text/html")


@get("/docs", public=True, include_in_schema=False)
async def show_docs() -> Response[bytes]:
    return _page("docs.html", "text/html")


@get("/docs.js", public=True, include_in_schema=False)
async def show_script() -> Response[bytes]:
    return _page("docs.js", "text/javascript")


@get("/style.css", public=True, include_in_schema=False)
async def show_style() -> Response[bytes]:
    return _page("style.css", "text/css")


@get("/openapi.json", public=True, include_in_schema=False)
async def show_openapi() -> Response[bytes]:
    return Response(document(), media_type="application/json")


ROUTES: list[Any] = [show_front_page, show_docs, show_script, show_style, show_openapi]
