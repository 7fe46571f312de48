"""A written module as the project's own ruff settings want it, and what of it ruff could not mend."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import structlog
from ruff import find_ruff_bin

log = structlog.get_logger(__name__)
SECONDS = 10.0  # one module takes about 0.03


class _Place(msgspec.Struct):
    row: int


class _Finding(msgspec.Struct):
    code: str | None
    message: str
    location: _Place


def tidied(path: str, text: str, settings: str) -> tuple[str, tuple[str, ...]]:
    """``text`` formatted, and what ``settings`` (a pyproject.toml) still hold against it. ``path`` is a planned one."""
    try:
        with TemporaryDirectory(prefix="interius-tidy-") as folder:
            target = Path(folder, path)
            target.parent.mkdir(parents=True)
            target.write_text(text, encoding="utf-8")
            Path(folder, "pyproject.toml").write_text(settings, encoding="utf-8")
            found = _ruff(folder, "check", "--fix", "--exit-zero", "--quiet", "--output-format", "json", path)
            _ruff(folder, "format", "--quiet", path)
            findings = msgspec.json.decode(found, type=list[_Finding])
            return target.read_text(encoding="utf-8"), tuple(map(_said, findings))
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError) as error:
        log.warning("ruff_failed", action="write_file", error=repr(error)[:80])
        return text, ()


def _ruff(folder: str, command: str, *arguments: str) -> bytes:
    ran = subprocess.run(  # noqa: S603 - our own arguments, and a path from the plan
        [find_ruff_bin(), command, "--no-cache", *arguments],
        cwd=folder,
        env={},
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    return ran.stdout


def _said(finding: _Finding) -> str:
    return f"line {finding.location.row}: {finding.message} ({finding.code})"
