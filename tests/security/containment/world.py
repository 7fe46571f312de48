"""What stands in for the rest of the world: servers that answer with a secret, in a network that leads nowhere.

The network is a namespace of the tests' own, in which jails are started; nothing in it can leave this machine.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

NEWNET = 0x40000000
GATEWAY, METADATA = "10.233.55.1", "169.254.169.254"
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass
class World:
    """``given`` tells programs where everything is; ``reached`` is who came."""

    secret: str
    network: int
    given: dict[str, object] = field(default_factory=dict)
    reached: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """What this thread starts meanwhile is in that network."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _enter(self.network)
        try:
            yield
        finally:
            _enter(before)
            os.close(before)


def _enter(network: int) -> None:
    if _LIBC.setns(network, NEWNET) < 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def world() -> Iterator[World]:
    with contextlib.ExitStack() as stack, tempfile.TemporaryDirectory(prefix="outside-") as folder:
        made = World(f"secret-{secrets.token_hex(8)}", _network())
        stack.callback(os.close, made.network)
        Path(folder, "secret").write_text(made.secret, encoding="utf-8")
        abstract = f"interius-outside-{secrets.token_hex(4)}"
        with made.inside():
            for name, family, address in (
                ("loopback", socket.AF_INET, ("127.0.0.1", 0)),
                ("loopback_v6", socket.AF_INET6, ("::1", 0)),
                ("gateway", socket.AF_INET, (GATEWAY, 8080)),
                ("metadata", socket.AF_INET, (METADATA, 80)),
                ("unix", socket.AF_UNIX, f"{folder}/host.sock"),
                ("abstract", socket.AF_UNIX, f"\0{abstract}"),
            ):
                server = stack.enter_context(socket.socket(family))
                server.bind(address)
                server.listen()
                made.given[name] = server.getsockname()[:2] if family != socket.AF_UNIX else address
                _serve(made, name, server)
            names = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            names.bind((GATEWAY, 53))
            _serve_datagrams(made, names)
        made.given |= {
            "abstract": abstract,
            "name_server": (GATEWAY, 53),
            "name": "outside.example",
            "secret": made.secret,
            "secret_file": f"{folder}/secret",
            "processes": [os.getpid(), os.getppid()],
        }
        os.environ["INTERIUS_TEST_SECRET"] = made.secret
        stack.callback(os.environ.pop, "INTERIUS_TEST_SECRET")
        yield made


def _network() -> int:
    """A namespace with the addresses of what programs look for, all on its own loopback."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if _LIBC.unshare(NEWNET) < 0:
        raise OSError(ctypes.get_errno(), "unshare: the containment tests need root, for a network of their own")
    try:
        for words in ("link set lo up", f"addr add {GATEWAY}/24 dev lo", f"addr add {METADATA}/32 dev lo"):
            subprocess.run(["ip", *words.split()], check=True)
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    finally:
        _enter(before)
        os.close(before)


def _serve(made: World, name: str, server: socket.socket) -> None:
    """Until the socket is closed."""

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                taken, _ = server.accept()
                made.reached.append(name)
                taken.sendall(made.secret.encode())
                taken.close()

    threading.Thread(target=answer, daemon=True).start()


def _serve_datagrams(made: World, server: socket.socket) -> None:
    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                _, where = server.recvfrom(2048)
                made.reached.append("name_server")
                server.sendto(made.secret.encode(), where)

    threading.Thread(target=answer, daemon=True).start()
