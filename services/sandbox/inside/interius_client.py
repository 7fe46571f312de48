"""Read in before a project's tests: all its test clients share one event loop, as all requests to a server do.

Without this Starlette starts a thread with a loop of its own for each request, which takes longer than the request.
It is a plugin of pytest as well, for where the process does not just end after the tests.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

from anyio.from_thread import start_blocking_portal  # pyright: ignore[reportMissingImports]  # of the jail
from starlette.testclient import TestClient  # pyright: ignore[reportMissingImports]

_open = ExitStack()  # until the process ends
_shared: list[Any] = []


@contextmanager
def _portal(client: Any) -> Generator[Any]:
    if client.portal is None and not _shared:
        _shared.append(_open.enter_context(start_blocking_portal(**client.async_backend)))
    yield client.portal or _shared[0]


TestClient._portal_factory = _portal


def pytest_unconfigure() -> None:
    """End the loop, which Python would wait for."""
    _open.close()
