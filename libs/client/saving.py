"""A project's archive becomes files in a folder; nothing that we did not write ourselves is ever overwritten."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from libs.client.errors import FolderRefused

MARKER = ".interius.json"
OWNERS = "app/custom/"  # what stands here belongs to whoever runs the project, once they have changed it
MAX_BYTES = 256 * 1024 * 1024  # a generated project is a few hundred kilobytes; more is not one


class Saved(msgspec.Struct, frozen=True):
    """Where a project was written, how many files it has, and which of them stay as their owner wrote them."""

    folder: Path
    files: int
    kept: tuple[str, ...] = ()


class Marker(msgspec.Struct, frozen=True):
    """What we wrote into a folder: which run, and the SHA-256 of each file by its path."""

    run_id: str
    files: dict[str, str]


def write_project(archive: bytes, folder: Path, run_id: str) -> Saved:
    """Write the files of ``archive`` (a zip with one top folder) into ``folder``; files of an earlier run leave it.

    What its owner changed in the places that are theirs stays.

    Raises:
        FolderRefused: something that is not ours would be overwritten, or a path leads out of the folder.
    """
    files = unpacked(archive)
    try:
        old = check_folder(folder, files)
        known = {*_changed(folder, old), *(files.keys() - old.files.keys())}
        kept = {path for path in known if path.startswith(OWNERS) and (folder / path).exists()}
        for path, content in files.items():
            if path not in kept:
                _write(folder / path, content)
        for path in old.files.keys() - files.keys() - kept:
            (folder / path).unlink(missing_ok=True)
        marker = Marker(run_id, {path: _sha256(content) for path, content in files.items()})
        _write(folder / MARKER, msgspec.json.format(msgspec.json.encode(marker)))
    except OSError as error:
        raise FolderRefused(f"{folder} cannot be written: {error.strerror or error}.") from error
    return Saved(folder, len(files), tuple(sorted(kept)))


def unpacked(archive: bytes) -> dict[str, bytes]:
    """The files of ``archive`` by their path below its top folder.

    Raises:
        FolderRefused: it is no zip, larger than 256 MiB, or holds a path that leads out of its folder, or a link.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > MAX_BYTES:
                raise FolderRefused("The archive is larger than 256 MiB: nothing was written.")
            return {_inner_path(entry): opened.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise FolderRefused(f"The server's archive is damaged ({error}): nothing was written.") from error


def _inner_path(entry: zipfile.ZipInfo) -> str:
    path = PurePosixPath(entry.filename)
    inner = path.parts[1:]
    strange = any(character in entry.filename for character in "\\:") or not entry.filename.isprintable()
    outside = path.is_absolute() or ".." in path.parts or not inner or inner[0] == MARKER
    if strange or outside or stat.S_ISLNK(entry.external_attr >> 16):
        raise FolderRefused(
            f"The archive holds {entry.filename!r}, which leads out of its folder: nothing was written."
        )
    return str(PurePosixPath(*inner))


def check_folder(folder: Path, files: Mapping[str, bytes] | None = None) -> Marker:
    """What an earlier run left in ``folder`` (which need not exist), if ``files`` may be written there.

    Raises:
        FolderRefused: it holds things that are not ours, files of ours that were changed, or a link to elsewhere.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderRefused(f"{folder} is a file: choose a folder with --out.")
    marker = _read_marker(folder)
    if marker is None:
        if folder.is_dir() and any(folder.iterdir()):
            raise FolderRefused(f"{folder} is not empty and was not written by interius: choose another --out.")
        return Marker("", {})
    for path in {*marker.files, *(files or {})}:
        _check_inside(folder, path)
    _check_unchanged(folder, marker)
    for path, content in (files or {}).items():
        if not path.startswith(OWNERS):
            _check_free(folder / path, content, path in marker.files)
    return marker


def _check_unchanged(folder: Path, marker: Marker) -> None:
    changed = [path for path in _changed(folder, marker) if not path.startswith(OWNERS)]
    if changed:
        names = ", ".join(sorted(changed)[:3]) + (" and more" if len(changed) > 3 else "")
        raise FolderRefused(f"{folder} has changes of yours ({names}): choose another --out, or move it away.")


def _changed(folder: Path, marker: Marker) -> list[str]:
    """The files of ours whose text is no longer what we wrote."""
    found = ((path, folder / path, sha) for path, sha in marker.files.items())
    return [path for path, place, sha in found if place.exists() and _sha256_of(place) != sha]


def _check_inside(folder: Path, path: str) -> None:
    target = folder / path
    if not target.parent.resolve().is_relative_to(folder.resolve()) or target.is_symlink():
        raise FolderRefused(f"{target} leads out of {folder}: choose another --out.")


def _check_free(target: Path, content: bytes, ours: bool) -> None:
    if not ours and target.exists() and _sha256_of(target) != _sha256(content):
        raise FolderRefused(f"{target} is a file of yours: choose another --out, or move it away.")


def _read_marker(folder: Path) -> Marker | None:
    try:
        return msgspec.json.decode((folder / MARKER).read_bytes(), type=Marker)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return None


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(target)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sha256_of(path: Path) -> str:
    return _sha256(path.read_bytes()) if path.is_file() else ""
