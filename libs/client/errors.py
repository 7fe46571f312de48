"""What can go wrong on the client's side of the edge. Each message is a sentence that says what to do."""

from __future__ import annotations


class ClientError(Exception):
    """Base of all errors of the client."""


class Unreachable(ClientError):
    """Nothing answers at the server's address, or the connection broke for good."""


class FolderRefused(ClientError):
    """A project was not saved, because something that is not ours would have been overwritten."""


class ApiError(ClientError):
    """The edge refused. ``status`` is the HTTP status, ``code`` the stable name of the problem (RFC 9457)."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


class StreamGone(ApiError):
    """The event stream was made anew since the given id: what was missed cannot be told apart, read from the start."""
