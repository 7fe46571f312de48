"""What is told of Docker alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from libs.testing.dockerd import Dockerd
from services.sandbox.drivers.docker import driver as module
from services.sandbox.drivers.docker.driver import DockerDriver
from services.sandbox.port import PYTHON, Spec


async def test_a_program_that_ends_while_it_is_looked_for_does_not_put_kept_data_elsewhere(
    house: Path, dockerd: Dockerd, monkeypatch: pytest.MonkeyPatch
):
    def gone(process: int, container: str) -> None:
        raise ProcessLookupError(process, container)

    monkeypatch.setattr(module, "Handle", gone)
    driver = DockerDriver(house, dockerd.url)
    jail = await driver.start(Spec("brief", (PYTHON, "-c", "import time; time.sleep(0.3)")))
    assert (await jail.wait()).ending == "exited"
    assert not driver._shared  # where folders of the host stand in for mounts, and for images with kept data
    await driver.close()
