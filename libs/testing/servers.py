"""A server for tests, on a free port with a folder of its own, for as long as a block lasts."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar


class Server(Protocol):
    """What starts and stops."""

    def start(self) -> str:
        """Begin to serve; gives where."""
        ...

    def stop(self) -> None:
        """End."""
        ...


S = TypeVar("S", bound=Server)


@contextmanager
def serving(make: Callable[[Path], S]) -> Generator[S]:
    """The server that ``make`` gives for a folder, started, and stopped in the end."""
    with TemporaryDirectory() as folder:
        server = make(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
