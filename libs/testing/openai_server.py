"""A local HTTP server that speaks the OpenAI chat API, at a set speed and with faults on order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self, TypeAlias

import msgspec
import uvicorn

from libs.llm.offline import OfflineModel
from libs.llm.port import ModelError
from libs.testing.openai_faults import Fault, Refusal, refusal_of, unknown_feature
from libs.testing.openai_requests import Request
from libs.testing.openai_stream import Speech

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
Answerer: TypeAlias = Callable[[Request], Awaitable[msgspec.Struct | str]]
_START_SECONDS = 10.0


async def offline_answer(request: Request) -> msgspec.Struct | str:
    """What the offline model answers to the request's task; where it cannot, why."""
    try:
        return (await OfflineModel().answer(request.task(), lambda _: None)).value
    except (ValueError, ModelError) as error:
        return str(error)


class _Quiet(uvicorn.Server):
    """Leaves the signals to whoever owns the process."""

    def capture_signals(self) -> AbstractContextManager[None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return nullcontext()


class OpenAIServer:
    """``async with OpenAIServer() as server``: answers at ``server.url``, and keeps what was asked in ``requests``.

    ``faults`` are taken one per request (``None`` is a good one), after them all is well; ``refuses`` are words of a
    request that are answered with 400 whenever they come. ``speed`` is seconds to the first token, and tokens per
    second after it (0: at once). ``most_at_once`` counts calls in progress, ``hung_up`` those the client broke off.
    """

    def __init__(
        self,
        answer: Answerer = offline_answer,
        faults: Iterable[Fault | None] = (),
        refuses: Iterable[str] = (),
        speed: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self.requests: list[Request] = []
        self.most_at_once = 0
        self.hung_up = 0
        self.url = ""
        self._answer = answer
        self._faults = iter(faults)
        self._refuses = frozenset(refuses)
        self._speed = speed
        self._open = 0

    async def __aenter__(self) -> Self:
        config = uvicorn.Config(
            self._app, port=0, interface="asgi3", log_level="critical", lifespan="off", access_log=False
        )
        self._server = _Quiet(config)
        self._serving = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(_START_SECONDS):
            while not self._server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
                await asyncio.sleep(0.005)
        [listener] = self._server.servers
        self.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        await self._serving

    async def _app(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"].endswith("/chat/completions"):
            await self._chat(await _request(scope, receive), receive, send)
        elif scope["path"].endswith("/models"):
            await _send_json(send, 200, {"object": "list", "data": [{"id": "local", "object": "model"}]})
        else:
            refusal = Refusal(404, "not_found", f"There is no {scope['path']} here")
            await _send_json(send, refusal.status, refusal.body())

    async def _chat(self, request: Request, receive: Receive, send: Send) -> None:
        """Answer, unless the client hangs up before that is done."""
        self.requests.append(request)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        answering = asyncio.create_task(self._respond(request, send))
        leaving = asyncio.create_task(_hang_up(receive))
        try:
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            self.hung_up += not answering.done()
        finally:
            self._open -= 1
            answering.cancel()
            leaving.cancel()
            await asyncio.wait({answering, leaving})

    async def _respond(self, request: Request, send: Send) -> None:
        fault = next(self._faults, None)
        if fault and fault.kind == "hang":
            await asyncio.Event().wait()
        if refusal := unknown_feature(request.body, self._refuses) or refusal_of(fault, request.key):
            return await _send_json(send, refusal.status, refusal.body(), refusal.headers)
        said = await self._answer(request)
        text = said if isinstance(said, str) else msgspec.json.encode(said).decode()
        speech = Speech.of(request.body, text, fault, self._speed)
        if request.body.get("stream"):
            return await _send_events(send, speech)
        return await _send_json(send, 200, speech.whole())


async def _request(scope: dict[str, Any], receive: Receive) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    return Request(msgspec.json.decode(body), headers)


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_json(send: Send, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    named = {"content-type": "application/json", **(headers or {})}
    await send({"type": "http.response.start", "status": status, "headers": _encoded(named)})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})


async def _send_events(send: Send, speech: Speech) -> None:
    headers = {"content-type": "text/event-stream", "cache-control": "no-cache", "x-request-id": "local"}
    await send({"type": "http.response.start", "status": 200, "headers": _encoded(headers)})
    async for event in speech.events():
        await send({"type": "http.response.body", "body": event, "more_body": True})
    if speech.fault != "cut":  # a response without its end makes uvicorn close the connection
        await send({"type": "http.response.body", "body": b""})


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
