"""An app that is no app: a program that has its socket and says on it whatever may harm."""

from __future__ import annotations

import gzip
import os
import socket
import threading
import time
from pathlib import Path

OK = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(bytes(50_000_000))
SEEN = {"requests": 0, "endless": 0}
ANSWERS = {
    b"/health": OK + b"content-length: 2\r\n\r\nok",
    b"/huge-head": OK + b"x: " + b"a" * 300_000 + b"\r\n\r\n",
    b"/many-headers": OK + b"".join(b"x-%d: 1\r\n" % n for n in range(20_000)) + b"\r\n",
    b"/two-lengths": OK + b"content-length: 5\r\ncontent-length: 50\r\n\r\nhello",
    b"/both": OK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"/bad-chunk": OK + b"transfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    b"/cr-in-value": OK + b"x: a\rset-cookie: evil=1\r\ncontent-length: 2\r\n\r\nok",
    b"/nul-in-value": OK + b"x: a\0b\r\ncontent-length: 2\r\n\r\nok",
    b"/garbage": b"\x16\x03\x01 this is no HTTP\r\n\r\n",
    b"/bad-status": b"HTTP/1.1 999999 NO\r\n\r\n",
    b"/no-such-status": b"HTTP/1.1 799 NO\r\ncontent-length: 2\r\n\r\nno",
    b"/upgrade": b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nraw bytes",
    b"/bomb": OK + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB) + BOMB,
    b"/half": OK + b"content-length: 100000\r\n\r\nhalf of it",
    b"/silence": b"",
    b"/split": OK + b"content-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond",
}


def answer(connection: socket.socket) -> None:
    with connection:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return
            data += piece
        path = data.split(b" ")[1]
        SEEN["requests"] += 1
        if path == b"/endless":
            endless(connection)
        elif path == b"/drops":
            drops(connection)
        elif path == b"/silence":
            time.sleep(30)
        elif path == b"/seen":
            said = repr(SEEN).encode()
            connection.sendall(OK + b"content-length: %d\r\n\r\n" % len(said) + said)
        else:
            connection.sendall(ANSWERS.get(path, ANSWERS[b"/health"]))


def endless(connection: socket.socket) -> None:
    SEEN["endless"] += 1
    try:
        connection.sendall(OK + b"transfer-encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
    except OSError:
        SEEN["endless"] -= 1


def drops(connection: socket.socket) -> None:
    """A head that never ends, one byte at a time."""
    try:
        connection.sendall(OK)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)
    except OSError:
        return


def main() -> None:
    root = Path(os.environ["PYTHONPATH"].split(":")[0]).parent
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(root / "run/box/app.sock"))
    server.listen(64)
    while True:
        threading.Thread(target=answer, args=[server.accept()[0]], daemon=True).start()


if __name__ != "tests.apps.hostile":
    main()
