"""What this process makes jails with, got ready when it is first needed: verifying and hosting share it."""

from __future__ import annotations

import asyncio

import structlog

from services.sandbox.choose import choose
from services.sandbox.environments import Environments
from services.sandbox.port import Driver, DriverError, no_place
from services.sandbox.settings import SandboxSettings
from services.sandbox.workers import Workers

log = structlog.get_logger(__name__)


class Jails:
    """The driver, its environments and a stock of warm workers."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._lock = asyncio.Lock()
        self._driver: Driver | None = None
        self._made: tuple[Environments, Workers] | None = None

    @property
    def driver(self) -> str:
        """The name of the driver; empty until it was needed."""
        return self._driver.name if self._driver else ""

    async def ready(self) -> tuple[Environments, Workers]:
        """What packages and jails come from.

        Raises:
            DriverError: this machine has nothing to make jails with, or no room; the message says what to do.
        """
        async with self._lock:
            if self._made is None:
                try:
                    self._made = await self._make()
                except OSError as error:
                    raise no_place(self._settings.sandbox_folder, error) from error
        return self._made

    async def _make(self) -> tuple[Environments, Workers]:
        self._driver = driver = self._driver or await self._choose()
        log.info("jails_are_made_with", driver=driver.name)
        settings = self._settings
        workers = Workers(settings.sandbox_folder, driver, settings.sandbox_stock, settings.sandbox_stock_seconds)
        environments = Environments(settings.sandbox_folder, driver, settings.sandbox_packages)
        await environments.tidy()
        return environments, workers

    async def _choose(self) -> Driver:
        choice = await choose(self._settings)
        if choice.driver is None:
            raise DriverError(choice.why)
        if gone := await choice.driver.reap():  # what a killed process of ours left
            log.info("jails_reaped", jails=gone)
        return choice.driver

    async def close(self) -> None:
        """End every jail of this process."""
        if self._made:
            await self._made[1].close()
        if self._driver:
            await self._driver.close()
