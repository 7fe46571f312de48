"""Data of one jail is there for the next, whoever that is, with the room that there may be by then."""

from __future__ import annotations

from pathlib import Path

from services.sandbox.drivers.disk import keep
from services.sandbox.port import MEBIBYTE, PYTHON, Driver, Limits, Spec

FILLS = """
import os, pathlib, sys
place, count = pathlib.Path(sys.argv[1]), 0
try:
    while count < 40:
        (place / sys.argv[2]).open("ab").write(bytes(1 << 20)); count += 1
except OSError as error:
    print(error.strerror)
print(sorted(path.name for path in place.iterdir()), os.getuid(), count, flush=True)
"""


async def filled(driver: Driver, folder: Path, name: str, mebibytes: int) -> list[str]:
    """What a jail says that writes until it may not."""
    limits = Limits(disk=mebibytes * MEBIBYTE)
    jail = await driver.start(Spec(f"fill-{name}", (PYTHON, "-c", FILLS, "/data", name), data=folder, limits=limits))
    said = [line.decode() async for line in jail.lines()]
    await jail.wait()
    return said


async def test_a_kept_place_grows_with_its_limit_and_loses_nothing(driver: Driver, jailed: Driver, tmp_path: Path):
    small = await filled(driver, tmp_path / "kept", "first", 8)
    assert small[0] == "No space left on device"
    large = await filled(driver, tmp_path / "kept", "second", 32)
    assert large[0] == "No space left on device"
    written = [int(line.split()[-1]) for line in (small[-1], large[-1])]
    assert written[0] < 8 and 15 < written[1] < 32
    assert large[-1].startswith("['first', 'second']")


async def test_what_is_in_use_is_not_grown_under_it(driver: Driver, jailed: Driver, tmp_path: Path):
    waits = Spec("holds", (PYTHON, "-c", "print(1, flush=True); input()"), data=tmp_path / "kept", limits=Limits())
    jail = await driver.start(waits)
    await anext(jail.lines())
    kept = keep(tmp_path / "kept", 2 * Limits().disk, 100)
    assert kept.image and kept.image.stat().st_size == Limits().disk
    await jail.kill()
    kept = keep(tmp_path / "kept", 2 * Limits().disk, 100)
    assert kept.image and kept.image.stat().st_size == 2 * Limits().disk
