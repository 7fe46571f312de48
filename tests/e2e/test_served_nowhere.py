"""A machine that has nothing to make jails with says so to whoever wants an app served."""

from __future__ import annotations

import asyncio

from click.testing import CliRunner

from libs.client.cli import cli
from libs.testing.postgres import fresh_database
from tests.served import town


async def test_where_nothing_makes_jails_it_says_what_to_install(nats, postgres, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nowhere = {"SANDBOX_DRIVER": "docker", "DOCKER_HOST": f"unix://{tmp_path}/nowhere.sock"}
    async with fresh_database(postgres) as dsn, town(nats.url, dsn, tmp_path / "sandbox", **nowhere) as served:
        environment = {"INTERIUS_URL": served.door.url, "INTERIUS_TOKEN": served.person.token}
        run_id = await served.sandboxes.run()
        told = await asyncio.to_thread(CliRunner().invoke, cli, ("deploy", run_id), env=environment)
        assert (told.exit_code, "failed" in told.stdout) == (1, True)
        assert "Docker does not answer" in told.stdout
