from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from libs.contracts.asks import CreateProject, DeleteProject, Receipt, RenameProject
from libs.contracts.errors import Remote
from libs.runtime.platform import Platform
from libs.testing.services import serving
from services.projects.app import build


@pytest.fixture
async def platform(nats, connection) -> AsyncIterator[Platform]:
    async with serving(nats.url, build, build) as running:
        yield running


async def names(platform) -> list[str]:
    return [f.recorded.event.event_name() for f in await platform.log.load("events.project.>")]


async def refusal(awaitable) -> Remote:
    with pytest.raises(Remote) as caught:
        await awaitable
    return caught.value


async def test_a_project_is_created_renamed_and_deleted(platform):
    created = await platform.ask(CreateProject("ada", "p1", "  Library \n system "), Receipt)
    renamed = await platform.ask(RenameProject("ada", "p1", "Books"), Receipt)
    deleted = await platform.ask(DeleteProject("ada", "p1"), Receipt)
    facts = await platform.log.load("events.project.p1.>")
    assert [f.seq for f in facts] == [created.seq, renamed.seq, deleted.seq]
    assert facts[0].recorded.event.name == "Library system"
    assert facts[0].recorded.event.owner == "ada"
    assert await names(platform) == ["created", "renamed", "deleted"]


async def test_the_same_id_twice_makes_it_once_even_at_once(platform):
    asks = [platform.ask(CreateProject("ada", "p1", "Library"), Receipt) for _ in range(8)]
    assert len({r.seq for r in await asyncio.gather(*asks)}) == 1
    assert await names(platform) == ["created"]


async def test_an_id_in_use_is_not_another_project(platform):
    await platform.ask(CreateProject("ada", "p1", "Library"), Receipt)
    assert (await refusal(platform.ask(CreateProject("ada", "p1", "Shop"), Receipt))).status == 409
    assert (await refusal(platform.ask(CreateProject("eve", "p1", "Library"), Receipt))).status == 409


async def test_concurrent_renames_all_stand_one_after_the_other(platform):
    await platform.ask(CreateProject("ada", "p1", "Library"), Receipt)
    receipts = await asyncio.gather(*[platform.ask(RenameProject("ada", "p1", f"Name {n}"), Receipt) for n in range(4)])
    assert len({r.seq for r in receipts}) == 4
    assert sorted(f.recorded.event.name for f in await platform.log.load("events.project.p1.renamed")) == [
        f"Name {n}" for n in range(4)
    ]


async def test_the_same_name_again_changes_nothing(platform):
    await platform.ask(CreateProject("ada", "p1", "Library"), Receipt)
    await platform.ask(RenameProject("ada", "p1", "Library"), Receipt)
    assert await names(platform) == ["created"]


async def test_what_is_anothers_unknown_or_gone_is_not_found_in_the_same_words(platform):
    await platform.ask(CreateProject("ada", "p1", "Library"), Receipt)
    await platform.ask(CreateProject("ada", "gone", "Library"), Receipt)
    await platform.ask(DeleteProject("ada", "gone"), Receipt)
    answers = [
        await refusal(platform.ask(ask, Receipt))
        for ask in (
            RenameProject("eve", "p1", "Mine"),
            DeleteProject("eve", "p1"),
            RenameProject("ada", "unknown", "Mine"),
            RenameProject("ada", "*", "Mine"),
            DeleteProject("ada", "a.b"),
            DeleteProject("ada", "gone"),
        )
    ]
    assert {(a.status, str(a)) for a in answers} == {(404, "There is no such project.")}


async def test_a_name_must_be_printable_text(platform):
    for name in (" ", "\x00", "a\x1bb", "", "x" * 121):
        assert (await refusal(platform.ask(CreateProject("ada", "p1", name), Receipt))).status == 422
    assert await names(platform) == []


async def test_events_of_runs_do_not_stand_in_the_way(platform):
    await platform.ask(CreateProject("ada", "p1", "Library"), Receipt)
    await platform.connection.client.jetstream().publish("events.project.p1.run.r1.requested", b"{}")
    await platform.ask(RenameProject("ada", "p1", "Books"), Receipt)
    assert await names_of_project(platform) == ["created", "renamed"]


async def names_of_project(platform) -> list[str]:
    return [f.subject.rsplit(".", 1)[-1] for f in await platform.log.load("events.project.p1.*")]
