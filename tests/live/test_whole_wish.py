"""One whole wish through the whole stack, with a real small model behind its OpenAI API.

Half a billion parameters need not write code that a review accepts. What must hold: the run comes to an honest end, and
its log tells the whole story.
"""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncGenerator
from functools import reduce
from pathlib import Path

import httpx
import msgspec
import pytest

from deploy.local.small_model import FOLDER
from libs.client.api import Interius
from libs.client.models import Event, RunView
from libs.client.view.describe import describe
from libs.contracts import events as e
from libs.contracts.artifacts import Budget, Usage
from libs.contracts.run import add_usage
from libs.testing.stack import StackProcess, ended, stack_process
from libs.testing.waiting import until
from tests.e2e.wishes import LIBRARY

STORY = FOLDER / "story.jsonl"  # the newest run's whole log, for whoever wants to read what the model said
MOST_MINUTES = 30.0
SETTLE_SECONDS = 90.0  # a run's deadline is looked at every 30 s, and only then let go of
MOST_QUESTIONS = 2

pytestmark = [pytest.mark.live, pytest.mark.timeout(2700)]


@pytest.fixture
async def stack(settings: dict[str, str], tmp_path: Path) -> AsyncGenerator[StackProcess]:
    async with stack_process(tmp_path / "data", **settings) as stack:
        yield stack


async def followed(client: Interius, run_id: str) -> AsyncGenerator[Event]:
    """The story of a run as it happens, said and kept."""
    with STORY.open("wb") as kept:
        async for event in client.events(run_id):
            if isinstance(event, Event):
                kept.write(msgspec.json.encode(event) + b"\n")
                sys.stdout.write(f"\n{event.seq:>4} {event.time} {event.name:<22} {describe(event.fact())}")
                sys.stdout.flush()
                yield event


async def told(client: Interius, run_id: str) -> list[Event]:
    """The whole story; whoever is asked about a wish this clear says it again, but not for ever."""
    story: list[Event] = []
    async for event in followed(client, run_id):
        story.append(event)
        if event.name == "clarification_requested":
            assert [each.name for each in story].count(event.name) <= MOST_QUESTIONS, event.data
            await client.revise(run_id, LIBRARY)
    return story


async def waiting(stack: StackProcess) -> dict[str, str]:
    """How many messages each consumer has not finished with, where there are any."""
    async with httpx.AsyncClient(base_url=stack.url) as http:
        text = (await http.get("/metrics")).text
    pending = re.findall(r'^interius_consumer_pending\{consumer="(\w+)"\} (\S+)', text, re.MULTILINE)
    assert pending, text
    return {name: number for name, number in pending if float(number)}


def has_an_honest_end(run: RunView) -> None:
    if run.status == "completed":
        return
    assert run.status == "failed"
    assert run.failure
    assert run.failure.message
    assert run.failure.advice
    if run.failure.reason != "deadline_exceeded":  # whatever stage a slow machine was in
        assert run.failure.stage in run.failure.message
        assert run.failure.stage in {stage.stage for stage in run.stages}


def left_its_facts(story: list[Event], run: RunView) -> None:
    """Each order that was begun led to something, but for those that the end of the run cut short."""
    outcomes = {event.causationid for event in story if event.name != "stage_started"}
    begun = [fact for event in story if isinstance(fact := event.fact(), e.StageStarted)]
    cut_short = {fact.stage for fact in begun if fact.work_id not in outcomes}
    assert begun
    assert cut_short <= ({run.failure.stage or begun[-1].stage} if run.failure else set())


def counted_its_tokens(story: list[Event], run: RunView, model: str) -> None:
    facts = [event.fact() for event in story]
    usages: list[Usage] = [getattr(fact, "usage", Usage()) for fact in facts if not isinstance(fact, e.Completed)]
    spent = reduce(add_usage, usages)
    assert (run.usage.prompt_tokens, run.usage.completion_tokens) == (spent.prompt_tokens, spent.completion_tokens)
    assert model in {usage.model for usage in usages}
    assert min(spent.prompt_tokens, spent.completion_tokens) > 100


async def test_a_whole_wish_comes_to_an_honest_end(stack: StackProcess, settings: dict[str, str]) -> None:
    async with stack.client() as client:
        project = await client.create_project("Live")
        begun = await client.start_run(project.id, LIBRARY, budget=Budget(minutes=MOST_MINUTES))
        story = await told(client, begun.id)
        run = await ended(client, begun.id)  # the views may be a moment behind the log
        sys.stdout.write(f"\n{run.status}: {run.usage}\n{run.failure}\n")
        has_an_honest_end(run)
        left_its_facts(story, run)
        counted_its_tokens(story, run, settings["MODEL_DEFAULT"])
        assert not await client.parked()
        await until(lambda: nothing_waits(stack), SETTLE_SECONDS)


async def nothing_waits(stack: StackProcess) -> bool:
    return not await waiting(stack)
