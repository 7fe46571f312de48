"""The part of the SDK that is about sandboxes: serving runs, and what their apps print."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Unpack
from urllib.parse import quote

import httpx
import msgspec
from httpx_sse import aconnect_sse

from libs.client import models as m
from libs.client.errors import ApiError, ClientError
from libs.client.stream import PATIENCE_SECONDS, SILENCE
from libs.client.transport import Transport, decoded

LOOK_SECONDS = 0.05
OVER = frozenset({"failed", "stopped", "expired"})
STILL = {
    "requested": "No host has taken up the sandbox {} within {:g} s: all are full, or none runs. It waits.",
    "starting": "The sandbox {} was not ready within {:g} s; `interius sandboxes` shows how it goes on.",
    "stopping": "The sandbox {} has not ended within {:g} s; `interius sandboxes` shows how it goes on.",
}


class _Line(msgspec.Struct, frozen=True):
    text: str = ""


class Sandboxes:
    """What can be asked about sandboxes."""

    def __init__(self, transport: Transport) -> None:
        self._http = transport

    async def deploy(self, run_id: str, **options: Unpack[m.DeployOptions]) -> m.Sandbox:
        """Serve a completed run in a new sandbox; it is not ready yet."""
        return await self._http.post(m.Sandbox, f"/v1/runs/{quote(run_id, safe='')}/deploy", options)

    async def redeploy(self, sandbox_id: str, run_id: str, **options: Unpack[m.RedeployOptions]) -> m.Sandbox:
        """Serve a run in a sandbox that there is, without a gap: another one, or the same started anew."""
        return await self._http.post(m.Sandbox, f"{_path(sandbox_id)}/redeploy", {"run_id": run_id, **options})

    async def all(self, limit: int = 50, offset: int = 0) -> m.Page[m.Sandbox]:
        """My sandboxes, newest first."""
        return await self._http.get(m.Page[m.Sandbox], "/v1/sandboxes", limit=limit, offset=offset)

    async def one(self, sandbox_id: str) -> m.Sandbox:
        """One sandbox."""
        return await self._http.get(m.Sandbox, _path(sandbox_id))

    async def restart(self, sandbox_id: str) -> m.Sandbox:
        """Start it anew, also one that has ended."""
        return await self._http.post(m.Sandbox, f"{_path(sandbox_id)}/restart")

    async def stop(self, sandbox_id: str, wipe: bool = False) -> m.Sandbox:
        """End it; with ``wipe`` its data and secrets go too."""
        return await self._http.post(m.Sandbox, f"{_path(sandbox_id)}/stop", {"wipe": wipe})

    async def configure(
        self, sandbox_id: str, variables: dict[str, str], secrets: dict[str, str], unset: tuple[str, ...] = ()
    ) -> m.Sandbox:
        """Set and unset variables and secrets."""
        body = {"variables": variables, "secrets": secrets, "unset": unset}
        return decoded(m.Sandbox, await self._http.send("PUT", f"{_path(sandbox_id)}/env", json=body))

    async def settled(self, sandbox_id: str, version: int, seconds: float = 60.0) -> m.Sandbox:
        """The sandbox once ``version`` is served, or came to nothing.

        Raises:
            ClientError: neither, within ``seconds``.
        """

        def there(sandbox: m.Sandbox) -> bool:
            # A version that failed leaves the one before it in its place: then there is a message.
            return sandbox.status == "ready" and (sandbox.served >= version or bool(sandbox.message))

        return await self._until(sandbox_id, there, seconds)

    async def ended(self, sandbox_id: str, seconds: float = 60.0) -> m.Sandbox:
        """The sandbox once nothing of it runs any more.

        Raises:
            ClientError: something still does, after ``seconds``.
        """
        return await self._until(sandbox_id, lambda _: False, seconds)

    async def _until(self, sandbox_id: str, looked_for: Callable[[m.Sandbox], bool], seconds: float) -> m.Sandbox:
        give_up = time.monotonic() + seconds
        while True:
            sandbox = await self.one(sandbox_id)
            if sandbox.status in OVER or looked_for(sandbox):
                return sandbox
            if time.monotonic() > give_up:
                raise ClientError(STILL.get(sandbox.status, STILL["starting"]).format(sandbox_id, seconds))
            await asyncio.sleep(LOOK_SECONDS)

    async def logs(self, sandbox_id: str, follow: bool = False) -> AsyncGenerator[str]:
        """What the app printed lately, in pieces; with ``follow``, then what it prints, for ever.

        Broken connections are taken up again.
        """
        last, silent_since = "", time.monotonic()
        while True:
            try:
                async with aclosing(self._read_logs(sandbox_id, last, follow)) as pieces:
                    async for number, text in pieces:
                        last, silent_since = number, time.monotonic()
                        yield text
            except (httpx.TransportError, ApiError) as error:
                refused = isinstance(error, ApiError) and error.status < httpx.codes.INTERNAL_SERVER_ERROR
                if refused or not follow or time.monotonic() - silent_since > PATIENCE_SECONDS:
                    raise error if isinstance(error, ApiError) else self._http.unreachable(error) from error
            if not follow:
                return
            await asyncio.sleep(1)

    async def _read_logs(self, sandbox_id: str, last: str, follow: bool) -> AsyncGenerator[tuple[str, str]]:
        headers = {"Last-Event-ID": last} if last else {}
        params = {"follow": "1" if follow else "0"}
        path = f"{_path(sandbox_id)}/logs"
        async with aconnect_sse(
            self._http.client, "GET", path, params=params, headers=headers, timeout=SILENCE
        ) as told:
            await self._http.check(told.response)
            async with aclosing(told.aiter_sse()) as frames:
                async for frame in frames:
                    if frame.event == "log" and frame.data:
                        yield frame.id or last, msgspec.json.decode(frame.data, type=_Line).text


def _path(sandbox_id: str) -> str:
    return f"/v1/sandboxes/{quote(sandbox_id, safe='')}"
