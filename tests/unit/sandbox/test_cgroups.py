"""Where cgroups are made and what is written there, for both versions, on trees of plain files."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.sandbox.drivers import cgroups
from services.sandbox.port import MEBIBYTE, Limits

LIMITS = Limits(memory=64 * MEBIBYTE, cpus=0.5, processes=10)


def tell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mounts: str, own: str) -> None:
    (tmp_path / "mounts").write_text(mounts, encoding="utf-8")
    (tmp_path / "own").write_text(own, encoding="utf-8")
    monkeypatch.setattr(cgroups, "MOUNTS", tmp_path / "mounts")
    monkeypatch.setattr(cgroups, "OURS", tmp_path / "own")


def made_by_the_kernel(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text("", encoding="ascii")


def test_with_version_2_ours_stands_beside_our_own_process_and_not_below_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """A cgroup with processes in it may hand nothing down."""
    tree = tmp_path / "tree"
    (tree / "system.slice" / "interius.service").mkdir(parents=True)
    tell(monkeypatch, tmp_path, f"30 20 0:26 / {tree} rw - cgroup2 cgroup2 rw\n", "0::/system.slice/interius.service\n")
    places = [place.parents[0] for place in cgroups.find("house")]
    assert places == [tree / "system.slice", tree, tree / "system.slice" / "interius.service"]


def test_with_version_1_each_controller_has_its_own_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    trees = {name: tmp_path / name for name in ("memory", "pids", "cpu")}
    for tree in trees.values():
        (tree / "ours").mkdir(parents=True)
    mounts = "".join(f"3 2 0:2 / {tree} rw - cgroup cgroup rw,{name}\n" for name, tree in trees.items())
    tell(monkeypatch, tmp_path, mounts, "".join(f"3:{name}:/ours\n" for name in trees))
    first, second = cgroups.find("house")
    assert set(first.parents) == {tree / "ours" for tree in trees.values()}
    assert set(second.parents) == set(trees.values())


def test_where_one_controller_is_missing_there_is_no_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    tell(monkeypatch, tmp_path, f"3 2 0:2 / {tmp_path} rw - cgroup cgroup rw,memory\n", "3:memory:/\n")
    assert list(cgroups.find("house")) == []


def test_limits_of_version_2_are_handed_down_and_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    real = Path.mkdir
    files = ("cgroup.subtree_control", "cgroup.procs", "memory.max", "memory.swap.max", "pids.max", "cpu.max")

    def mkdir(self: Path, *rest: int, exist_ok: bool = False) -> None:
        real(self, *rest, exist_ok=exist_ok)
        made_by_the_kernel(self, *files)

    made_by_the_kernel(tmp_path, *files)
    monkeypatch.setattr(Path, "mkdir", mkdir)
    made = cgroups.Cgroups((tmp_path,), "house", 2).make("life.jail", LIMITS)
    monkeypatch.undo()
    folder = tmp_path / "interius-house" / "life.jail"
    assert made.folders == (folder,)
    assert {name: (folder / name).read_text(encoding="ascii") for name in files[2:]} == {
        "memory.max": str(64 * MEBIBYTE),
        "memory.swap.max": "0",
        "pids.max": "12",
        "cpu.max": "50000 100000",
    }


@pytest.mark.parametrize("name", ["memory.events", "memory.oom_control"])
def test_kills_for_memory_are_counted_in_both_versions(tmp_path: Path, name: str):
    (tmp_path / name).write_text("low 0\noom_kill 3\n", encoding="ascii")
    assert cgroups.Cgroup((tmp_path,)).memory_kills() == 3


@pytest.mark.parametrize(("name", "value"), [("cpu.shares", "4096"), ("cpu.weight", "400")])
def test_all_jails_together_do_not_starve_beside_one_busy_process(name: str, value: str, tmp_path: Path):
    house = tmp_path / "interius-house"
    house.mkdir()
    made_by_the_kernel(house, name)
    cgroups.Cgroups((tmp_path,), "house", 1).make("jail", LIMITS)
    assert (house / name).read_text(encoding="ascii") == value
