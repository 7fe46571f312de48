"""Generated projects in tests: one Python with their packages, made once, and a server from it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0
HIDDEN = ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE")  # they are this process's own


def python_with(requirements: str) -> Path:
    """A Python with these packages, installed once for each list of packages."""
    digest = hashlib.sha256(f"{sys.version} compiled {requirements}".encode()).hexdigest()[:16]
    place = ROOT / ".interius" / "test-envs" / digest
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_suffix(".lock")):
        if not (place / "ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            _install(place, requirements)
            (place / "ready").touch()
    return place / "bin" / "python"


def _install(place: Path, requirements: str) -> None:
    listed = place.with_suffix(".txt")
    listed.write_text(requirements)
    python, uv = (
        place / "bin" / "python",
        shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"),
    )
    if uv:
        run([uv, "venv", "--quiet", "--python", sys.executable, place], ROOT)
        run([uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python, "-r", listed], ROOT)
    else:
        run([sys.executable, "-m", "venv", place], ROOT)
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", listed], ROOT)


def run(command: list[str | Path], folder: Path, env: Mapping[str, str] | None = None) -> str:
    """What a command prints; it must succeed."""
    whole = {**_environment(), **(env or {})}
    ran = subprocess.run(command, cwd=folder, env=whole, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _environment() -> dict[str, str]:
    # A pytest that starts closes the folder of all of them to others, among whom is the account PostgreSQL runs as.
    own = ROOT / ".interius" / "test-temp"
    own.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    return kept | {"PYTEST_DEBUG_TEMPROOT": str(own)}


@contextmanager
def served(project: Path, python: Path) -> Generator[str]:
    """Run the project as its README says, on a free port, and yield its address."""
    command = [python, "-m", "uvicorn", "app.main:app", "--port", "0"]
    log = project / "server.log"
    with log.open("w") as output, subprocess.Popen(command, cwd=project, env=_environment(), stderr=output) as server:  # noqa: S603
        try:
            yield _address(log, server)
        finally:
            server.terminate()


def _address(log: Path, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        found = re.search(r"running on (http://\S+)", log.read_text())
        if found:
            return found[1]
        time.sleep(0.02)
    raise AssertionError(log.read_text())
