"""``python -m services.sandbox.check``: which driver would be used here and why, as one line of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from libs.runtime.settings import read
from services.sandbox.choose import choose
from services.sandbox.port import DriverError
from services.sandbox.settings import SandboxSettings


async def found(settings: SandboxSettings) -> dict[str, str]:
    """``driver`` is empty where none works, ``named`` is what the settings want."""
    try:
        choice = await choose(settings)
    except DriverError as error:
        return {"driver": "", "why": str(error), "named": settings.sandbox_driver}
    if choice.driver:
        await choice.driver.close()
    return {"driver": choice.driver.name if choice.driver else "", "why": choice.why, "named": settings.sandbox_driver}


def main() -> None:
    """Say it; looking leaves no folder that was not there."""
    settings = read(SandboxSettings)
    with tempfile.TemporaryDirectory() as elsewhere:
        there = settings.sandbox_folder.is_dir()
        looked = settings if there else settings.model_copy(update={"sandbox_folder": Path(elsewhere)})
        sys.stdout.write(json.dumps(asyncio.run(found(looked))) + "\n")


if __name__ == "__main__":
    main()
