"""The projector, constructed."""

from __future__ import annotations

from libs.runtime import logs
from libs.runtime.main import run_loop
from libs.runtime.platform import Platform
from libs.runtime.postgres import Database
from libs.runtime.service import Service
from libs.runtime.settings import RuntimeSettings, read
from services.projector.projector import Projector
from services.projector.schema import SQL
from services.projector.store import LIVE

CONNECTIONS = 4  # one writes, the others read checkpoints and hold the lock of a rebuild


async def build(platform: Platform) -> Service:
    """The service on what a process has."""
    database = await open_views(platform.settings)
    projector = Projector(platform.log, database, platform.metrics.registry)

    async def project() -> None:
        try:
            await projector.run()
        finally:
            await database.close()

    return Service("projector", background=(project,), ready=(projector.ready,))


async def open_views(settings: RuntimeSettings) -> Database:
    """The database of the views. Commits need not be on disk at once: what is lost is projected again."""
    return await Database.open(settings.database_url, SQL, schema=LIVE, connections=CONNECTIONS, durable=False)


def rebuild() -> None:
    """``python -m services.projector rebuild``: views from nothing, then the switch."""
    settings = read(RuntimeSettings)
    logs.configure(settings)
    run_loop(_rebuild(settings))


async def _rebuild(settings: RuntimeSettings) -> None:
    platform = await Platform.open(settings, "projector-rebuild")
    try:
        database = await open_views(settings)
        try:
            await Projector(platform.log, database).rebuild()
        finally:
            await database.close()
    finally:
        await platform.close()
