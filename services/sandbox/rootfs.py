"""The files of a jail: this machine's Python and the libraries it needs, copied once, and nothing else."""

from __future__ import annotations

import compileall
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from services.sandbox.port import no_place

RECIPE = 2  # goes up when what is made here changes
PLACES = ("opt/deps", "opt/extras", "opt/interius", "app", "data", "run/box", "tmp", "proc", "dev", "sys")
USER = 10001  # what a program in a jail believes to be
# Parts of the standard library that no service needs: tests, packaging, windows.
UNUSED = {
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "lib2to3",
    "site-packages",
    "dist-packages",
    "__phello__",
}
# Wheels link to these without the interpreter doing so.
WANTED = ("libgcc_s.so.1", "libstdc++.so.6", "librt.so.1", "libdl.so.2", "libpthread.so.0", "libutil.so.1", "libm.so.6")
ETC = {
    "passwd": f"app:x:{USER}:{USER}::/tmp:/nonexistent\n",
    "group": f"app:x:{USER}:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
    "resolv.conf": "",
}
_LINKED = re.compile(r"^\s*(?:(\S+) => )?(/\S+) \(0x", re.MULTILINE)


def rootfs(folder: Path) -> Path:
    """The folder with everything; made in ``folder`` if it is not there yet (about 2 s), whole or not at all.

    Every user can read it.

    Raises:
        DriverError: there is no room, or it may not be written.
    """
    try:
        return _found(folder)
    except OSError as error:
        raise no_place(folder, error) from error


def _found(folder: Path) -> Path:
    made = folder / f"python-{_key()}"
    if made.is_dir():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "python.lock"):
        if not made.is_dir():
            for left in folder.glob(".python-*"):  # by one who was killed
                shutil.rmtree(left, ignore_errors=True)
            _make(made)
    return made


def _key() -> str:
    """Another Python, or another recipe, is another folder."""
    binary = _binary()
    told = (sys.version, sys.base_prefix, str(binary), binary.stat().st_mtime_ns, RECIPE)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


def _binary() -> Path:
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def _make(made: Path) -> None:
    fresh = Path(tempfile.mkdtemp(prefix=".python-", dir=made.parent))
    try:
        _copy_python(fresh / "opt" / "python")
        _copy_libraries(fresh)
        _lay_out(fresh)
        fresh.chmod(0o755)
        fresh.rename(made)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _copy_python(prefix: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (prefix / "bin").mkdir(parents=True)
    _copy_file(_binary(), prefix / "bin" / version)
    for name in ("python3", "python"):
        (prefix / "bin" / name).symlink_to(version)
    library = Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix}))
    _copy_folder(library, prefix / "lib" / version, _left_out)
    for path in (prefix / "lib").rglob("*"):
        if path.is_dir():
            path.chmod(0o755)
    compileall.compile_dir(prefix / "lib" / version, quiet=2, maxlevels=8)


def _left_out(_folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in UNUSED or name.startswith(("config-", "_tkinter", "_test"))}


def _copy_folder(source: Path, target: Path, ignore: Callable[[str, list[str]], set[str]]) -> None:
    """A link that leads to nothing here, as to a zone that a container has not, is left out."""
    shutil.copytree(source, target, ignore=ignore, copy_function=_copy_file, ignore_dangling_symlinks=True)


def _copy_file(source: str | Path, target: str | Path) -> str:
    """Copies what a link names; anyone may read the copy, and no copy has a set-user bit."""
    shutil.copy2(source, target)
    os.chmod(target, 0o755 if os.access(source, os.X_OK) else 0o644)  # noqa: PTH101  # copytree hands over strings
    return str(target)


def _copy_libraries(root: Path) -> None:
    """Each goes beside the C library, where the loader looks; the loader itself stays where programs name it."""
    programs = [root / "opt/python/bin/python3", *(root / "opt/python").rglob("*.so")]
    found = _linked(programs)
    beside = Path(_linked([Path("/bin/sh")], {})["libc.so.6"]).parent  # whatever paths this process was given
    for name in WANTED:
        if name not in found and (here := beside / name).exists():
            found[name] = str(here)
    found.update(_linked([Path(path) for path in found.values()]))
    for name, path in found.items():
        target = root / path.lstrip("/") if name.startswith("ld-") else root / str(beside).lstrip("/") / name
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_file(path, target)


def _linked(programs: list[Path], environment: dict[str, str] | None = None) -> dict[str, str]:
    """What ``programs`` are linked to: its name, and where it is."""
    command = ["ldd", *map(str, programs)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=environment).stdout  # noqa: S603
    return {Path(name or path).name: path for name, path in _LINKED.findall(told)}


def _lay_out(root: Path) -> None:
    for place in PLACES:
        (root / place).mkdir(parents=True, exist_ok=True)
    (root / "etc").mkdir()
    for name, text in ETC.items():
        (root / "etc" / name).write_text(text, encoding="utf-8")
        (root / "etc" / name).chmod(0o644)
    zones = Path("/usr/share/zoneinfo")
    if zones.is_dir():
        _copy_folder(zones, root / "usr/share/zoneinfo", _old_zones)
    for path in root.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def _old_zones(_folder: str, names: list[str]) -> set[str]:
    return {"right", "posix"} & set(names)
