"""Which server is meant, and which secret goes there."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from libs.client import config
from libs.client.config import DEFAULT_URL, Config, find_access, local_stack, store
from libs.client.errors import ClientError

REMOTE, LOCAL = "https://interius.example.org", "http://127.0.0.1:8123"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def stack(home: Path) -> Path:
    folder = home / "work"
    (folder / ".interius").mkdir(parents=True)
    credentials = {"url": LOCAL, "email": "a@b.c", "password": "secret"}
    (folder / ".interius/credentials.json").write_text(json.dumps(credentials))
    return folder


def test_without_anything_it_is_the_local_default(home: Path) -> None:
    assert find_access("", "", home).url == DEFAULT_URL


def test_a_stack_in_this_folder_signs_in_by_itself(stack: Path) -> None:
    access = find_access("", "", stack)
    assert (access.url, access.credentials and access.credentials.password) == (LOCAL, "secret")
    assert "secret" not in repr(access)


def test_a_stack_is_found_from_the_folders_below_it(stack: Path) -> None:
    below = stack / "generated/library"
    below.mkdir(parents=True)
    assert find_access("", "", below).url == LOCAL


def test_a_stack_of_another_user_is_not_trusted(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 123_456)
    assert local_stack(stack) is None


@pytest.mark.parametrize("url", ["http://elsewhere.example.org", "http://127.0.0.1.example.org:8000", "http://[", ""])
def test_a_folder_that_leads_elsewhere_is_not_followed(stack: Path, url: str) -> None:
    credentials = {"url": url, "email": "a@b.c", "password": "secret"}
    (stack / ".interius/credentials.json").write_text(json.dumps(credentials))
    assert find_access("", "my token", stack).url == DEFAULT_URL


def test_what_is_given_goes_first_and_no_secret_goes_elsewhere(stack: Path) -> None:
    store(Config(REMOTE, "remote-token"))
    given = find_access("http://elsewhere.example.org/", "", stack)
    assert (given.url, given.token, given.credentials) == ("http://elsewhere.example.org", "", None)
    assert find_access(REMOTE, "", stack).token == "remote-token"
    assert find_access("", "mine", stack).token == "mine"
    assert find_access("", "mine", stack).credentials is None


def test_the_saved_login_is_used_where_there_is_no_stack(home: Path) -> None:
    path = store(Config(REMOTE, "remote-token"))
    assert find_access("", "", home).token == "remote-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_login_says_what_to_do(home: Path) -> None:
    store(Config(REMOTE, "t")).write_text("{")
    with pytest.raises(ClientError, match="interius login"):
        find_access("", "", home)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://", "http://x:notaport", "file:///etc"])
def test_an_address_that_is_none_is_refused(url: str, home: Path) -> None:
    with pytest.raises(ClientError, match="no server address"):
        find_access(url, "", home)


def test_the_config_stands_where_the_system_keeps_settings(home: Path) -> None:
    assert config.config_path() == home / "config/interius/config.json"
