"""The files of a run as one zip: the same files give the same bytes, and no path leads out of its folder."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time a zip can tell
MODE = 0o100644 << 16  # an ordinary file, readable by all
UNIX = 3
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
NOT_A_SLUG = re.compile(r"[^A-Za-z0-9-]+")


def slug(name: str, otherwise: str) -> str:
    """``name`` as a folder and file name."""
    return NOT_A_SLUG.sub("-", name).strip("-")[:60] or otherwise


def safe_path(path: str) -> str:
    """A relative path that stays below where it is unpacked, on any system."""
    parts = [UNSAFE.sub("_", part).rstrip(". ") for part in path.replace("\\", "/").split("/")]
    return "/".join(part for part in parts if part) or "file"


def zipped(folder: str, files: Mapping[str, str]) -> bytes:
    """A zip of ``files`` (text by path) under one folder."""
    written: set[str] = set()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in sorted(files.items()):
            name = _unused(f"{folder}/{safe_path(path)}", written)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, MODE, UNIX
            archive.writestr(entry, content.encode())
    return buffer.getvalue()


def _unused(name: str, written: set[str]) -> str:
    number, candidate = 1, name
    while candidate.lower() in written:  # some systems see no difference between A and a
        number += 1
        candidate = f"{name}.{number}"
    written.add(candidate.lower())
    return candidate
