"""Talking with dockerd: its blocking calls in threads, its errors as sentences, and what it streams."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

import docker
from docker.errors import APIError, DockerException, NotFound

from services.sandbox.output import LONGEST
from services.sandbox.port import DriverError

P = ParamSpec("P")
R = TypeVar("R")
CALLS = 16  # at the same time
ANSWER_SECONDS = 60  # a machine under load starts a container in a few
HEADER = 8  # bytes before each piece of output: which stream, three zeros, its length
STREAMS = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}


class Engine:
    """One dockerd. ``url`` is as DOCKER_HOST has it; empty: what the environment or the Docker context names."""

    def __init__(self, url: str = "") -> None:
        self.url = url
        self._client: docker.DockerClient | None = None
        self._threads = ThreadPoolExecutor(CALLS, "docker")

    @property
    def api(self) -> Any:
        """The calls themselves; to be made through ``call``. The first one asks dockerd what it speaks."""
        if self._client is None:
            options: dict[str, Any] = {"timeout": ANSWER_SECONDS, "max_pool_size": CALLS}
            self._client = docker.DockerClient(self.url, **options) if self.url else docker.from_env(**options)
        return self._client.api

    async def call(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What ``work`` gives, run in a thread.

        Raises:
            DriverError: dockerd refused, or does not answer.
            NotFound: there is no such container or image.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *args, **kwargs))
        except NotFound:
            raise
        except APIError as error:
            raise DriverError(f"Docker refused: {error.explanation or error}") from error
        except (DockerException, OSError) as error:  # what requests raises is an OSError
            reason = _reason(error)
            _let_go(error)
            raise DriverError(f"Docker does not answer{self._where()}: {reason}.") from error

    def _where(self) -> str:
        return f" at {self.url}" if self.url else ""

    async def remove(self, container: str) -> None:
        """Kill and remove a container; one that is gone is no error.

        Raises:
            DriverError: dockerd does not answer.
        """
        with contextlib.suppress(NotFound):
            await self.call(lambda: self.api.remove_container(container, force=True, v=True))

    def attach(self, container: str) -> socket.socket:
        """Its input and output, before it starts; blocking."""
        stream = self.api.attach_socket(container, params=STREAMS)
        taken = socket.socket(fileno=os.dup(stream.fileno()))
        stream._response.close()  # where its client keeps what it read the headers with
        taken.setblocking(False)
        return taken

    def close(self) -> None:
        """Let go of dockerd."""
        self._threads.shutdown(wait=False)
        if self._client:
            self._client.close()


def _reason(error: Exception) -> str:
    """The innermost sentence: requests and urllib3 wrap it in theirs."""
    inner = _chain(error)[-1]
    return (inner.strerror or str(inner)) if isinstance(inner, OSError) else str(inner)


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what it came from."""
    following = error.__cause__ or error.__context__
    return [error, *(_chain(following) if following else [])]


def _let_go(error: BaseException) -> None:
    """Free the socket that did not connect: its client leaves it in the frames of the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        for each in _chain(error):
            traceback.clear_frames(each.__traceback__)


class Frames:
    """Standard output and errors of one container, whole lines of each, so that neither breaks a line of the other."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self._stream = stream
        self._begun: dict[int, bytearray] = {}

    async def read(self, _most: int = -1) -> bytes:
        """Lines, or the rest; empty at the end."""
        try:
            while True:
                header = await self._stream.readexactly(HEADER)
                data = await self._stream.readexactly(int.from_bytes(header[4:]))
                if whole := self._lines(self._begun.setdefault(header[0], bytearray()), data):
                    return whole
        except (asyncio.IncompleteReadError, ConnectionError):
            rest = b"\n".join(begun for begun in self._begun.values() if begun)
            self._begun = {}
            return rest

    @staticmethod
    def _lines(begun: bytearray, data: bytes) -> bytes:
        before, newline, after = data.rpartition(b"\n")
        begun += before + newline or data
        if not newline and len(begun) < LONGEST:
            return b""
        whole = bytes(begun)
        begun[:] = after if newline else b""
        return whole
