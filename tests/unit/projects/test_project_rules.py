"""Given what happened to a project, when a command comes, then these facts follow."""

from __future__ import annotations

import pytest

from libs.contracts.asks import CreateProject, DeleteProject, RenameProject
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.errors import AlreadyExists, Invalid, NotFound
from libs.contracts.events import Created, Deleted, Event, Renamed
from libs.contracts.project import Project, fold
from services.projects import domain


def at(n: int) -> Envelope:
    return Envelope(id=str(n), type="", source="", time=f"2026-01-0{n}T00:00:00Z", subject="", correlationid="")


def given(*events: Event) -> Project | None:
    return fold(Recorded(n, "", at(n), event) for n, event in enumerate(events, 1))


CREATED = Created(name="Library", owner="ada")


def test_a_project_remembers_its_story():
    project = given(CREATED, Renamed("Books"))
    assert project == Project(2, "ada", "Books", "Library", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")


def test_nothing_follows_deletion():
    project = given(CREATED, Deleted(), Renamed("Back"))
    assert project is not None
    assert project.deleted
    assert project.name == "Library"


def test_creating_twice_is_creating_once():
    ask = CreateProject("ada", "p", "Library")
    assert domain.create(given(), ask) == CREATED
    assert domain.create(given(CREATED), ask) is None
    assert domain.create(given(CREATED, Renamed("Books")), ask) is None


def test_an_id_in_use_is_refused():
    for history in ((CREATED,), (CREATED, Deleted())):
        with pytest.raises(AlreadyExists):
            domain.create(given(*history), CreateProject("eve", "p", "Library"))
    with pytest.raises(AlreadyExists):
        domain.create(given(CREATED, Deleted()), CreateProject("ada", "p", "Library"))


def test_only_a_new_name_is_a_fact():
    assert domain.rename(given(CREATED), RenameProject("ada", "p", " Books ")) == Renamed("Books")
    assert domain.rename(given(CREATED), RenameProject("ada", "p", "Library")) is None


def test_a_name_has_printable_text():
    for name in ("   ", "a\x00b", "\x7f"):
        with pytest.raises(Invalid):
            domain.title(name)
    assert domain.title(" Größe \n 图书 ") == "Größe 图书"


def test_only_the_owner_deletes():
    assert domain.delete(given(CREATED), DeleteProject("ada", "p")) == Deleted()
    for history in ((), (CREATED,), (CREATED, Deleted())):
        with pytest.raises(NotFound):
            domain.delete(given(*history), DeleteProject("eve", "p"))
