"""Python SDK over the edge's REST and SSE, and the ``interius`` command on it."""

from libs.client.api import Interius
from libs.client.errors import ApiError, ClientError, FolderRefused, StreamGone, Unreachable

__all__ = ["ApiError", "ClientError", "FolderRefused", "Interius", "StreamGone", "Unreachable"]
