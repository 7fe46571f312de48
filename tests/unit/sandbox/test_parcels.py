"""What comes out of a jail is plain files, and no more of it is held at once than a file's head needs."""

from __future__ import annotations

import io
import tarfile
import tracemalloc
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from services.sandbox.parcels import MOST_HEADER, Unfit, receive


class Connection:
    """A socket of which everything has come."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def settimeout(self, _seconds: float) -> None:
        pass

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        pass


def take(data: bytes, folder: Path) -> None:
    connection: Any = Connection(data)
    receive(connection, folder, 1000)


def member(name: str, data: bytes = b"", **fields: Any) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    padding = bytes(-len(data) % tarfile.BLOCKSIZE)
    return info.tobuf(tarfile.PAX_FORMAT) + data + padding


def pax(text: bytes) -> bytes:
    return member("x", text, type=tarfile.XHDTYPE)


def test_a_file_with_a_long_name_is_taken(tmp_path: Path) -> None:
    name = "/".join(["folder" * 8] * 8)
    take(member(name, b"text") + bytes(1024), tmp_path)
    assert (tmp_path / name).read_bytes() == b"text"


def test_a_head_is_not_read_in_beyond_what_a_name_needs(tmp_path: Path) -> None:
    data = pax(b"30000000 comment=" + b"x" * 30_000_000) + member("a") + bytes(1024)
    tracemalloc.start()
    try:
        with pytest.raises(Unfit, match="head"):
            take(data, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < len(data) + 4_000_000  # what is sent, and little more
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "data",
    [
        pax(b"20 size=-9999999999\n") + member("a", b"text") + member("b", b"x" * 2000),
        member("a", b"text", size=-5),
        pax(b"12 path=a\n") * 5000 + member("a"),
        pax(b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n") + member("a", b"1\n0\n900000\n" + bytes(600)),
        member("a", size=MOST_HEADER + 1, type=tarfile.GNUTYPE_LONGNAME) + bytes(2 * MOST_HEADER),
        member("../a", b"text"),
        member("/a", b"text"),
        member("a", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("a", type=tarfile.FIFOTYPE),
        member("a", b"x" * 1001),
    ],
    ids=["negative", "negative-head", "chain", "sparse", "long-name", "above", "absolute", "link", "fifo", "room"],
)
def test_what_is_no_plain_file_in_its_own_folder_is_unfit(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unfit):
        take(data + bytes(1024), tmp_path)
