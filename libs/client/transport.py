"""HTTP to the edge: one connection pool, answers decoded into structs, refusals raised as errors."""

from __future__ import annotations

import inspect
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from libs.client.errors import ApiError, ClientError, StreamGone, Unreachable
from libs.client.signin import Credentials, SignedIn

T = TypeVar("T")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TIMEOUT = httpx.Timeout(30.0, connect=5.0)  # seconds


class _Fault(msgspec.Struct, frozen=True):
    pointer: str = ""
    detail: str = ""


class _Problem(msgspec.Struct, frozen=True):
    title: str = ""
    detail: str = ""
    code: str = ""
    errors: tuple[_Fault, ...] = ()


class Transport:
    """Requests to the edge at ``base_url``.

    Raises:
        ClientError: ``base_url`` is no http or https address.
    """

    def __init__(self, base_url: str, token: str = "", credentials: Credentials | None = None) -> None:
        self.base_url = checked(base_url)
        self.auth = SignedIn(f"{self.base_url}/v1/login", token, credentials)
        self.client = httpx.AsyncClient(
            base_url=self.base_url,
            auth=self.auth,
            timeout=TIMEOUT,
            trust_env=not is_local(self.base_url),  # a proxy would look for it on its own machine
            verify=self.base_url.startswith("https:"),  # without TLS, reading in the certificates would be for nothing
        )

    async def exchange(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """The answer to one request, whatever its status, sent again once if that is harmless.

        Raises:
            Unreachable: nothing answers.
        """
        repeatable = method == "GET" or "Idempotency-Key" in parts.get("headers", {})
        for last in (not repeatable, True):
            try:
                return await self.client.request(method, path, **parts)
            except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
                if last or isinstance(error, httpx.ConnectError):
                    raise self.unreachable(error) from error
            except httpx.TransportError as error:
                raise self.unreachable(error) from error
        raise AssertionError("the last attempt answers or raises")

    async def send(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """The answer to one request.

        Raises:
            ApiError: the edge refused. Unreachable: nothing answers.
        """
        response = await self.exchange(method, path, **parts)
        await self.check(response)
        return response

    async def get(self, kind: type[T], path: str, **params: Any) -> T:
        """The answer to a GET as ``kind``; parameters that are ``None`` or empty are left out."""
        given = {key: value for key, value in params.items() if value not in {None, ""}}
        return decoded(kind, await self.send("GET", path, params=given))

    async def post(self, kind: type[T], path: str, body: object = None, **parts: Any) -> T:
        """The answer to a POST as ``kind``."""
        return decoded(kind, await self.send("POST", path, json=body, **parts))

    async def check(self, response: httpx.Response) -> None:
        """Raise ``ApiError`` if ``response`` is a refusal."""
        if not response.is_success:
            raise refusal(response, await response.aread())

    def unreachable(self, error: httpx.TransportError) -> ClientError:
        """``error`` in words."""
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return Unreachable(f"Nothing answers at {self.base_url}: start it with `interius up`.")
        if isinstance(error, httpx.TimeoutException):
            return Unreachable(f"{self.base_url} took too long to answer: try again.")
        return Unreachable(f"The connection to {self.base_url} broke ({type(error).__name__}): try again.")


def is_local(url: str) -> bool:
    """Whether ``url`` leads to this machine."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


def checked(base_url: str) -> str:
    """``base_url`` without its last slash.

    Raises:
        ClientError: it is no http or https address.
    """
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise ClientError(f"{base_url!r} is no server address: it looks like http://127.0.0.1:8000.")
    return base_url.rstrip("/")


def refusal(response: httpx.Response, body: bytes) -> ApiError:
    """The error that a refusal stands for, in the words of its problem details."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except msgspec.MsgspecError:
        problem = _Problem(detail=f"{response.url.host} answered {response.status_code} {response.reason_phrase}.")
    unsaid = (fault for fault in problem.errors if fault.detail not in problem.detail)
    faults = "; ".join(f"{fault.pointer} {fault.detail}".strip() for fault in unsaid)
    detail = " ".join(part for part in (problem.detail or problem.title, faults and f"({faults})") if part)
    kind = StreamGone if response.status_code == httpx.codes.GONE.value else ApiError
    return kind(response.status_code, problem.code or str(response.status_code), detail)


def decoded(kind: type[T], response: httpx.Response) -> T:
    """The body of ``response`` as ``kind``; fields that a newer edge adds at its top are ignored.

    Raises:
        ApiError: it has another shape.
    """
    try:
        body = msgspec.json.decode(response.content)
        return msgspec.convert(_known(kind, body), kind)
    except msgspec.MsgspecError as error:
        words = f"{response.url.path} answered something this client does not understand: {error}"
        raise ApiError(response.status_code, "unexpected_answer", words) from error


def _known(kind: object, body: Any) -> Any:
    if not isinstance(body, dict) or not inspect.isclass(kind) or not issubclass(kind, msgspec.Struct):
        return body
    names = {field.encode_name for field in msgspec.structs.fields(kind)}
    return {key: value for key, value in body.items() if key in names}
