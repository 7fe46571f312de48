"""An app that tells what reached it. It is not imported by tests but put into a sandbox as it stands here."""

from __future__ import annotations

import asyncio
import hashlib
import json

STREAMS = {"open": 0}


async def body_of(receive):
    digest, size = hashlib.sha256(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        digest.update(message.get("body", b""))
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            return {"sha256": digest.hexdigest(), "size": size}


async def start(send, status=200, headers=()):
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def piece(send, data, more=False):
    await send({"type": "http.response.body", "body": data, "more_body": more})


async def ticks(receive, send):
    STREAMS["open"] += 1
    try:
        await start(send, headers=[(b"content-type", b"text/event-stream")])
        gone = asyncio.ensure_future(receive())
        for number in range(1000):
            await piece(send, b"data: %d\n\n" % number, more=True)
            await asyncio.wait({gone}, timeout=0.02)
            if gone.done() and gone.result()["type"] == "http.disconnect":
                return
    finally:
        STREAMS["open"] -= 1


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    path = scope["path"]
    if path == "/ticks":
        await receive()
        await ticks(receive, send)
    elif path == "/streams":
        await start(send)
        await piece(send, json.dumps(STREAMS).encode())
    elif path == "/large":
        await start(send)
        for number in range(64):
            await piece(send, bytes([number]) * 65536, more=True)
        await piece(send, b"")
    elif path == "/cookies":
        cookies = [(b"set-cookie", b"a=1; Domain=localhost; Path=/"), (b"set-cookie", b"b=2; HttpOnly")]
        cookies.append((b"clear-site-data", b'"cookies"'))
        await start(send, 201, [*cookies, (b"x-own", b"yes"), (b"connection", b"x-hop"), (b"x-hop", b"1")])
        await piece(send, b"made")
    elif path == "/early":
        await start(send, 403, [(b"connection", b"close")])
        await piece(send, b"no need to read that")
    else:
        told = await body_of(receive)
        said = {
            "method": scope["method"],
            "raw_path": scope["raw_path"].decode("latin-1"),
            "query": scope["query_string"].decode("latin-1"),
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]],
            "body": told,
        }
        await start(send, headers=[(b"content-type", b"application/json")])
        await piece(send, json.dumps(said).encode())
