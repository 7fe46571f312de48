"""The end of the demonstration: what was made is served at an address of its own, and asked three things."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import httpx

from libs.client.api import Interius
from libs.client.errors import ClientError
from libs.client.models import Sandbox
from libs.client.view.screen import Screen
from libs.client.view.text import clean, duration, one_line

SERVED_SECONDS = 20.0
SHOWN = 100  # characters of an answer
PERSON = {"email": "ada@example.org", "password": "correct horse battery"}
SIGN_IN = {"username": PERSON["email"], "password": PERSON["password"]}  # OAuth2 calls the e-mail so
REQUESTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/auth/register", {"json": PERSON}),
    ("POST", "/auth/login", {"data": SIGN_IN}),
    ("GET", "/books", {}),
)


async def show_live(screen: Screen, api: Interius, run_id: str) -> None:
    """Serve the run, ask it, and say where it is; or say plainly why it is not served."""
    screen.say()
    try:
        begun = time.monotonic()
        asked = await api.sandboxes.deploy(run_id, keep_data=False)
        sandbox = await api.sandboxes.settled(asked.id, asked.version, SERVED_SECONDS)
        took = time.monotonic() - begun
    except ClientError as error:
        screen.say(f"It is not served here: {clean(str(error))}", "yellow")
        return
    if sandbox.status != "ready":
        screen.say("The project was not served on this machine.", "bold yellow")
        screen.say(f"  {clean(sandbox.message)} {clean(sandbox.advice)}".rstrip())
        return
    screen.say(f"Live at {sandbox.url} after {duration(took)}. Three requests, and what it answers:", "bold")
    await _ask(screen, api.base_url, sandbox)
    screen.say(f"  its docs page: {sandbox.docs_url}")
    await api.sandboxes.stop(sandbox.id, wipe=True)


async def _ask(screen: Screen, base_url: str, sandbox: Sandbox) -> None:
    # By address, since not every system knows that names below localhost are this machine; browsers do.
    headers = {"host": urlsplit(sandbox.url).netloc}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, trust_env=False, timeout=10.0) as http:
        for method, path, body in REQUESTS:
            try:
                answer = await http.request(method, path, **body)
            except httpx.HTTPError as error:
                screen.say(f"  {method} {path}  {type(error).__name__}", "yellow")
                return
            screen.say(f"  {method:<4} {path:<15} {answer.status_code} {one_line(answer.text, SHOWN)}")
            if path == "/auth/login" and answer.is_success:
                http.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
