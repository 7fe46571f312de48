"""Printed Python whose lines are too long, broken as the project's own formatter breaks them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from ruff import find_ruff_bin

from libs.blueprint.source import WIDTH

SECONDS = 30.0  # a hundred files take about 0.1
_SETTINGS = ("--isolated", "--no-cache", "--quiet", "--line-length", str(WIDTH), "--target-version", "py311")


def within_width(files: dict[str, str]) -> dict[str, str]:
    """Return the texts by path, those with lines beyond the width formatted.

    Raises:
        subprocess.SubprocessError: ruff could not read what was printed, or took too long: a fault of ours.
    """
    wide = [path for path, text in files.items() if path.endswith(".py") and _is_wide(text)]
    if not wide:
        return files
    with TemporaryDirectory(prefix="interius-print-") as folder:
        places = {path: Path(folder, f"{number}.py") for number, path in enumerate(wide)}
        for path, place in places.items():
            place.write_text(files[path], encoding="utf-8")
        command = [find_ruff_bin(), "format", *_SETTINGS, folder]
        subprocess.run(command, env={}, capture_output=True, timeout=SECONDS, check=True)  # noqa: S603 - our own arguments
        return files | {path: place.read_text(encoding="utf-8") for path, place in places.items()}


def _is_wide(text: str) -> bool:
    return any(len(line) > WIDTH for line in text.splitlines())
