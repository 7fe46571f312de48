"""Which server the command talks to, and as whom: what is given, else this folder's stack, else the saved login."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec

from libs.client.errors import ClientError
from libs.client.signin import Credentials
from libs.client.transport import checked, is_local

DEFAULT_URL = "http://127.0.0.1:8000"
LOCAL = Path(".interius") / "credentials.json"


class Config(msgspec.Struct, frozen=True):
    """What ``interius login`` saves. ``token`` is only ever sent to ``url``."""

    url: str = ""
    token: str = ""


class LocalStack(msgspec.Struct, frozen=True):
    """What a local stack writes for the commands of its own user."""

    url: str
    email: str
    password: str


@dataclass(frozen=True)
class Access:
    """A server and who we are there. ``source`` says where that was found."""

    url: str
    token: str = ""
    credentials: Credentials | None = None
    source: str = ""


def config_path() -> Path:
    """Where the login is saved."""
    return Path(click.get_app_dir("interius")) / "config.json"


def load() -> Config:
    """The saved login; an empty one if there is none.

    Raises:
        ClientError: the file is not what ``interius login`` writes.
    """
    try:
        return msgspec.json.decode(config_path().read_bytes(), type=Config)
    except FileNotFoundError:
        return Config()
    except (OSError, msgspec.MsgspecError) as error:
        raise ClientError(f"{config_path()} cannot be read ({error}): sign in again with `interius login`.") from error


def store(config: Config) -> Path:
    """Save a login so that only its owner can read it."""
    path = config_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, unfinished = tempfile.mkstemp(dir=path.parent)  # made with mode 0600
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(config))
    return Path(unfinished).replace(path)


def local_stack(start: Path) -> LocalStack | None:
    """The credentials of a local stack in ``start`` or the nearest folder above it, if they are ours."""
    return next(_local_stacks(start), None)


def _local_stacks(start: Path) -> Iterator[LocalStack]:
    for folder in (start, *start.parents):
        path = folder / LOCAL
        try:
            if path.stat().st_uid == os.geteuid():  # somebody else's file could lead us to somebody else's server
                found = msgspec.json.decode(path.read_bytes(), type=LocalStack)
                if is_local(found.url):  # the folder may have come from elsewhere, and lead there
                    yield found
        except (OSError, msgspec.MsgspecError):
            continue


def find_access(url: str, token: str, start: Path) -> Access:
    """Whom to talk to: ``url`` and ``token`` if given, else the stack of this folder, else the saved login.

    Raises:
        ClientError: an address or the saved login is not usable.
    """
    saved, local = load(), local_stack(start)
    chosen = checked(url or (local.url if local else "") or saved.url or DEFAULT_URL)
    if token:
        return Access(chosen, token, source="INTERIUS_TOKEN")
    if local and checked(local.url) == chosen:
        return Access(chosen, credentials=Credentials(local.email, local.password), source=str(LOCAL))
    if saved.url and checked(saved.url) == chosen:
        return Access(chosen, saved.token, source=str(config_path()))
    return Access(chosen)
