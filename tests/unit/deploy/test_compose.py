"""Jails in a container cost the sandbox's container two bounds of Docker's, and nothing else any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
FOLDER = "/sandbox"


def read(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / name).read_text())


def test_only_the_sandbox_is_bounded_less_and_it_gains_no_right() -> None:
    added = read("deploy/compose.jails.yml")["services"]
    assert added.keys() == {"sandbox"}
    assert added["sandbox"].keys() == {"security_opt", "environment", "volumes"}
    assert all(option.endswith("=unconfined") for option in added["sandbox"]["security_opt"])
    assert added["sandbox"]["volumes"] == [f"sandbox:{FOLDER}"]
    for name, service in read("compose.yml")["services"].items():
        if service.get("image") == "interius":
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name


def test_the_image_has_a_folder_for_it_that_is_its_users() -> None:
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    assert f"--owner=10001 --mode=700 {FOLDER}" in dockerfile
    assert "bubblewrap libseccomp2" in dockerfile
