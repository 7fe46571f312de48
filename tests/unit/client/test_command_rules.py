"""How commands read their input, find the run that is meant, and end."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from libs.client.cli import cli
from libs.client.commands import common
from libs.client.commands.common import Refusal, code_of, find_run
from libs.client.commands.run import read_wish
from libs.client.commands.sandbox import find_sandbox
from libs.client.commands.stack import Copies
from libs.client.errors import ApiError, FolderRefused, StreamGone, Unreachable
from libs.client.models import Page, RunView, Sandbox
from libs.client.view.text import age, count, duration, money, one_line, size


class Listed:
    """The part of the SDK that lists sandboxes."""

    def __init__(self, *ids: str) -> None:
        self._found = [Sandbox(one, "p1", "r1", "ready", 1, 1, *[""] * 5) for one in ids]

    async def all(self, limit: int = 20, offset: int = 0) -> Page[Sandbox]:
        return Page(tuple(self._found[offset : offset + limit]), len(self._found))


async def sandbox(name: str, *ids: str) -> str:
    api: Any = SimpleNamespace(sandboxes=Listed(*ids))
    return await find_sandbox(api, name)


async def test_a_sandbox_is_found_by_its_start_wherever_it_stands_and_by_its_id_even_where_it_is_not_listed() -> None:
    many = [f"shop-{number:016x}" for number in range(150)]
    assert await sandbox("app-12", *many, "app-1234567890abcdef") == "app-1234567890abcdef"
    assert await sandbox("last", *many) == many[0]
    assert await sandbox("gone-1234567890abcdef", *many) == "gone-1234567890abcdef"
    with pytest.raises(Refusal, match="150 sandboxes start with 'shop'"):
        await sandbox("shop", *many)
    with pytest.raises(Refusal, match="No sandbox starts with 'bar'"):
        await sandbox("bar", *many)


@pytest.mark.parametrize("words", [("run", "A shop.", "--budget-minutes"), ("deploy", "last", "--idle")])
@pytest.mark.parametrize(("given", "said"), [("nan", "no number of minutes"), ("inf", "range"), ("-1", "range")])
def test_a_length_of_time_is_a_number_within_bounds(words: tuple[str, ...], given: str, said: str) -> None:
    refused = CliRunner().invoke(cli, [*words, given])
    assert (refused.exit_code, said in refused.stderr) == (2, True), refused.output


class Runs:
    """The part of the SDK that looks runs up."""

    def __init__(self, *ids: str) -> None:
        self._runs = [RunView(run_id, "p1", "running", wish="a wish") for run_id in ids]

    async def runs(self, limit: int = 20, offset: int = 0) -> Page[RunView]:
        return Page(tuple(self._runs[offset : offset + limit]), len(self._runs))


async def found(name: str, *ids: str) -> str:
    api: Any = Runs(*ids)
    return await find_run(api, name)


async def test_last_is_the_newest_run() -> None:
    assert await found("last", "bb", "aa") == "bb"


async def test_the_unique_start_of_an_id_is_enough_wherever_the_run_stands() -> None:
    many = [f"aa{number:04}" for number in range(150)]
    assert await found("BB", *many, "bb01") == "bb01"


async def test_an_ambiguous_start_lists_what_it_could_mean() -> None:
    with pytest.raises(Refusal, match=r"2 runs start with 'ab': .*abc1.*abc2"):
        await found("ab", "abc1", "abc2", "b")


async def test_no_such_run_says_where_to_look() -> None:
    with pytest.raises(Refusal, match="`interius runs` lists them"):
        await found("x", "abc")
    with pytest.raises(Refusal, match="no runs yet"):
        await found("last")


async def test_a_whole_id_is_not_searched_for() -> None:
    whole = "1a2b3c4d-0000-4000-8000-000000000001"
    assert await found(whole) == whole


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unreachable("gone"), 5),
        (ApiError(401, "unauthenticated", ""), 5),
        (ApiError(403, "forbidden", ""), 5),
        (ApiError(503, "unavailable", ""), 5),
        (ApiError(500, "internal_error", ""), 5),
        (ApiError(429, "too_many_requests", ""), 5),
        (ApiError(200, "unexpected_answer", ""), 5),
        (StreamGone(410, "gone", ""), 5),
        (ApiError(404, "not_found", ""), 2),
        (ApiError(409, "wrong_state", ""), 2),
        (ApiError(422, "invalid", ""), 2),
        (FolderRefused("no"), 2),
    ],
)
def test_exit_codes_tell_the_server_from_the_input(error: Any, code: int) -> None:
    assert code_of(error) == code


def test_a_wish_is_the_words_a_file_or_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wish.txt").write_text("  a todo app\n")
    assert read_wish(("a", "todo", "app"), None, False) == "a todo app"
    assert read_wish((), tmp_path / "wish.txt", False) == "a todo app"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"from a pipe\n")))
    assert read_wish(("-",), None, False) == "from a pipe"
    assert read_wish((), None, has_base=True) == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"  \n", "is empty"), (b"\xff\xfe", "not text"), (b"a\0b", "not text"), (b"a" * 65_537, "64 KiB")],
)
def test_a_wish_that_is_none_is_refused_before_anything_is_sent(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "wish").write_bytes(content)
    with pytest.raises(Refusal, match=words) as refused:
        read_wish((), tmp_path / "wish", False)
    assert refused.value.exit_code == common.USAGE


def test_a_wish_in_two_places_or_none_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError):
        read_wish(("a",), tmp_path / "x", False)
    with pytest.raises(click.UsageError):
        read_wish((), None, False)
    with pytest.raises(Refusal, match="cannot be read"):
        read_wish((), tmp_path / "missing", False)


def test_copies_are_a_service_and_a_number() -> None:
    assert Copies().convert("implementer=3", None, None) == ("implementer", 3)
    for wrong in ("implementer", "=3", "implementer=0", "implementer=many"):
        with pytest.raises(click.BadParameter):
            Copies().convert(wrong, None, None)


def test_numbers_read_well() -> None:
    assert [count(1, "entity"), count(2, "entity"), count(1200, "file")] == ["1 entity", "2 entities", "1,200 files"]
    assert [duration(0.04), duration(12.4), duration(125)] == ["0.0 s", "12 s", "2 min 5 s"]
    assert [money(0), money(12_300), size(812), size(3400)] == ["", "$0.0123", "812 B", "3.4 KB"]
    assert [one_line("a\n  b"), one_line("x" * 20, 5)] == ["a b", "xxxx…"]
    assert [age(None), age("not a time")] == ["", "0 s ago"]
