"""Frames, cursors, diffs, archives and checks of input: functions of their arguments."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile

import httpx
import pytest
from httpx_sse import EventSource
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.asks import MAX_WISH_BYTES
from libs.contracts.errors import Invalid, TooLarge
from libs.eventlog.port import RawRecord
from services.edge.archive import safe_path, slug, zipped
from services.edge.diffs import MOST_LINES, compare, compare_all
from services.edge.frames import END, HEARTBEAT, OPENING, BadEventId, Gone, cursor, ends, frame, live_frame
from services.edge.wishes import idempotency_key, wish

RUN, PROJECT = "project.p.run.r", "project.p"


def record(seq: int, data: bytes, name: str = "file_written") -> RawRecord:
    return RawRecord(seq, f"events.{RUN}.{name}", {"ce-id": f"id{seq}", "ce-type": "t", "ce-time": "now"}, data)


def parsed(raw: bytes):
    return list(EventSource(httpx.Response(200, headers={"content-type": "text/event-stream"}, content=raw)).iter_sse())


@given(st.lists(st.text(max_size=200), max_size=5))
def test_what_is_framed_is_what_another_parser_reads(texts):
    raw = OPENING
    for seq, text in enumerate(texts, 1):
        raw += frame(record(seq, json.dumps({"text": text}).encode()), "abc", "file_written") + HEARTBEAT
    read = parsed(raw + END)
    assert [(e.id, e.event) for e in read[:-1]] == [(f"abc-{n}", "file_written") for n in range(1, len(texts) + 1)]
    assert [e.json()["data"]["text"] for e in read[:-1]] == texts
    assert read[-1].event == "end"


def test_fragments_that_make_no_sense_are_dropped():
    assert live_frame(b"not json") is None
    assert live_frame(b'{"kind":"token","stage":"review","text":"a\\nb"}').count(b"\n") == 3


@given(st.integers(0, 10**15))
def test_an_event_id_is_read_back(seq):
    assert cursor(f"1f-{seq}", "1f") == seq


@given(st.text(max_size=30))
def test_any_other_text_is_refused_by_name(text):
    with contextlib.suppress(BadEventId, Gone):
        assert cursor(text, "1f") >= 0


def test_without_an_id_one_starts_at_the_beginning():
    assert cursor(None, "1f") == cursor("", "1f") == 0


def test_a_run_ends_with_its_last_fact_and_a_project_with_its_deletion():
    for name in ("completed", "failed", "cancelled"):
        assert ends(f"events.{RUN}.{name}", RUN)
        assert not ends(f"events.{RUN}.{name}", PROJECT)
    assert ends(f"events.{PROJECT}.deleted", PROJECT)
    assert not ends(f"events.{RUN}.stage_failed", RUN)


@given(st.text(max_size=60))
def test_no_path_leads_out_of_its_folder(path):
    name = safe_path(path)
    parts = name.split("/")
    assert name
    assert not name.startswith("/")
    assert "\\" not in name
    assert ":" not in name
    assert not {"", ".", ".."} & set(parts)


def test_known_tricks_with_paths():
    assert safe_path("../../etc/passwd") == "etc/passwd"
    assert safe_path("/etc/passwd") == "etc/passwd"
    assert safe_path("C:\\Windows\\x") == "C_/Windows/x"
    assert safe_path("a/./b//c") == "a/b/c"
    assert safe_path("..") == "file"


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=50), max_size=8))
def test_an_archive_holds_every_file_once_and_is_the_same_each_time(files):
    data = zipped("x", files)
    assert zipped("x", dict(reversed(files.items()))) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert len({name.lower() for name in names}) == len(files)
        assert sorted(archive.read(name).decode() for name in names) == sorted(files.values())


def test_a_name_becomes_a_folder():
    assert slug("library-api", "r") == "library-api"
    assert slug('a"b/../c', "r") == "a-b-c"
    assert slug("日本", "r") == "r"


def test_how_files_differ():
    assert compare("f", None, "a\n").status == "added"
    assert compare("f", "a\n", None).status == "removed"
    assert compare("f", "a\n", "a\n").status == "same"
    assert "+b\n" in compare("f", "a\n", "b\n").diff
    assert compare("f", "a", "b\n" * (MOST_LINES + 1)).diff == ""
    assert [f.path for f in compare_all({"a": "1", "b": "2"}, {"b": "2", "c": "3"}).files] == ["a", "c"]


def test_a_wish_is_text_of_at_most_64_kib():
    assert wish("A shop\nwith ünïcode\tand 图书.") == "A shop\nwith ünïcode\tand 图书."
    assert wish("x" * MAX_WISH_BYTES)
    with pytest.raises(TooLarge):
        wish("é" * (MAX_WISH_BYTES // 2 + 1))
    for text in ("", " \n", "a\x00b", "\x1b[31m", "\x7f"):
        with pytest.raises(Invalid):
            wish(text)


def test_idempotency_keys():
    assert idempotency_key(None) == ""
    assert idempotency_key("abc") == "abc"
    for key in ("", " ", "x" * 201, "a\nb"):
        with pytest.raises(Invalid):
            idempotency_key(key)


def test_a_fact_that_this_version_does_not_know_reaches_the_client_as_it_is():
    (event,) = parsed(frame(record(1, b'{"new":"shape"}', "novelty"), "a", "novelty"))
    assert (event.event, event.json()["data"]) == ("novelty", {"new": "shape"})
