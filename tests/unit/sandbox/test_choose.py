from __future__ import annotations

import pytest

from services.sandbox import choose as choosing
from services.sandbox.choose import choose
from services.sandbox.drivers.unsafe import UnsafeDriver
from services.sandbox.port import DriverError
from services.sandbox.settings import SandboxSettings


class Looked(UnsafeDriver):
    """A driver that says of itself what a test wants."""

    def __init__(self, name: str, fault: str) -> None:
        super().__init__()
        self.name, self._fault = name, fault

    async def check(self) -> str:
        return self._fault


def settings(driver: str) -> SandboxSettings:
    return SandboxSettings(_env_file=None, sandbox_driver=driver)  # type: ignore[call-arg,arg-type]


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """By driver, empty where it works."""
    found = {"docker": "", "bubblewrap": ""}
    for name in tuple(found):
        monkeypatch.setitem(choosing.MAKERS, name, lambda _, name=name: Looked(name, found[name]))
    return found


async def test_the_first_that_works_is_taken(faults: dict[str, str]):
    assert (await choose(settings("auto"))).driver.name == "docker"  # type: ignore[union-attr]
    faults["docker"] = "It is asleep."
    choice = await choose(settings("auto"))
    assert choice.driver
    assert choice.driver.name == "bubblewrap"
    assert choice.why == "SANDBOX_DRIVER=auto, and bubblewrap works. Not docker: It is asleep."


async def test_where_none_works_none_is_taken_and_it_is_said_what_to_do(faults: dict[str, str]):
    faults.update(docker="It is asleep.", bubblewrap="It is missing.")
    choice = await choose(settings("auto"))
    assert choice.driver is None
    assert "Not docker: It is asleep. Not bubblewrap: It is missing. Start Docker or install" in choice.why


async def test_a_named_driver_that_does_not_work_is_replaced_by_no_other(faults: dict[str, str]):
    faults["bubblewrap"] = "It is missing."
    with pytest.raises(DriverError, match=r"SANDBOX_DRIVER=bubblewrap cannot be used. Not bubblewrap: It is missing."):
        await choose(settings("bubblewrap"))


@pytest.mark.usefixtures("faults")
async def test_no_jail_at_all_only_by_its_name():
    choice = await choose(settings("unsafe"))
    assert isinstance(choice.driver, UnsafeDriver)
    assert "No jail at all" in choice.why
