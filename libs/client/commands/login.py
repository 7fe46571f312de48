"""``interius login``: remember a server and who we are there."""

from __future__ import annotations

import asyncio

import click

from libs.client.api import Interius
from libs.client.commands.common import Cli, Refusal, code_of
from libs.client.config import Config, store
from libs.client.errors import ApiError
from libs.client.view.text import clean


@click.command()
@click.argument("server", metavar="[URL]", required=False)
@click.option("--email", help="Who you are; asked for if missing.")
@click.option("--password", help="Asked for without echo if missing, which is safer: others can see arguments.")
@click.option("--token", default="", help="Use this access token instead.")
@click.pass_obj
def login(cli: Cli, server: str | None, email: str | None, password: str | None, token: str) -> None:
    """Sign in at URL (default: the present server) and remember it."""
    url = server or cli.access().url
    if not token:
        email = email or str(click.prompt("E-mail"))
        password = password or str(click.prompt("Password", hide_input=True))
    config, who = asyncio.run(_sign_in(url, email or "", password or "", token))
    path = store(config)
    cli.screen.say(f"Signed in at {config.url} as {clean(who)}; remembered in {path}.")
    if cli.access().url != config.url:
        words = f"In this folder, {cli.access().url} goes first; name the other with --url or INTERIUS_URL."
        cli.screen.note(words, "yellow")


async def _sign_in(url: str, email: str, password: str, token: str) -> tuple[Config, str]:
    async with Interius(url, token) as api:
        try:
            held = token or (await api.login(email, password)).access_token
            return Config(api.base_url, held), (await api.me()).email
        except ApiError as error:
            raise Refusal(f"{api.base_url} says: {error.detail}", code_of(error)) from error
