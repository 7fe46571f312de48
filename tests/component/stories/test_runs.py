"""Whole runs, from the wish to the end, as facts on the real log."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import Any

from libs.contracts import asks
from libs.contracts import events as e
from libs.contracts.artifacts import Budget, ModelReview, WrittenCode
from libs.contracts.artifacts import Issue as Found
from libs.contracts.charter import Requirements
from libs.llm.port import ModelError, Task
from libs.llm.scripted import ScriptedModel
from libs.testing import town as town_module
from libs.testing.scripts import CHARTER, code, script
from libs.testing.town import Town
from libs.testing.waiting import until


def names(history: list[e.Event]) -> list[str]:
    return [event.event_name() for event in history if not isinstance(event, e.StageStarted)]


def only(history: list[e.Event], kind: type[e.Event]) -> list[e.Event]:
    return [event for event in history if isinstance(event, kind)]


async def test_a_wish_becomes_files_by_one_fact_per_step(found) -> None:
    async with found(ScriptedModel(script())) as town:
        run_id = await town.request()
        run = await town.until(run_id)
        history = await town.history(run_id)
    assert run.status == "completed"
    assert names(history) == [
        "requested",
        "requirements_drafted",
        "architecture_drafted",
        "files_planned",
        *["file_written"] * 8,
        "code_reviewed",
        "completed",
    ]
    assert sorted(run.files) == [f"app/part_{n}.py" for n in range(1, 9)]
    assert run.usage.completion_tokens == 11 * 100  # every model call of the script costs 100


async def test_the_same_request_sent_twice_starts_one_run(found) -> None:
    async with found(ScriptedModel(script(1))) as town:
        run_id = await town.request()
        await asyncio.gather(*(town.request(run_id=run_id) for _ in range(5)))
        await town.until(run_id)
        assert len(only(await town.history(run_id), e.Requested)) == 1


async def test_a_hundred_runs_at_once_all_complete_and_no_fact_is_there_twice(found, monkeypatch) -> None:
    monkeypatch.setattr(town_module, "LIMIT", 100.0)  # all are lost or none: how fast is what tests/bench measures
    async with found(ScriptedModel(script(2))) as town:
        ids = await asyncio.gather(*(town.request() for _ in range(100)))
        runs = await asyncio.gather(*(town.until(run_id) for run_id in ids))
        assert Counter(run.status for run in runs) == {"completed": 100}
        history = [r.recorded for r in await town.platform.log.load("events.>")]
        assert max(Counter(r.envelope.id for r in history).values()) == 1


async def test_every_fact_names_its_cause_and_its_run(found) -> None:
    async with found(ScriptedModel(script(2))) as town:
        run_id = await town.request()
        await town.until(run_id)
        records = [r.recorded for r in await town.platform.log.load("events.project.*.run.>")]
    assert {r.envelope.correlationid for r in records} == {run_id}
    assert all(r.envelope.causationid for r in records)
    assert {r.envelope.actor for r in records} == {"alice"}


async def test_a_busy_provider_is_asked_again_and_the_failed_attempt_is_a_fact(found) -> None:
    busy = ModelError("rate_limit", "The provider is busy.", "Wait.", retry_after=0.1)
    answers = script(1) | {"draft_requirements": [busy, Requirements(CHARTER)]}
    async with found(ScriptedModel(answers)) as town:
        run_id = await town.request()
        run = await town.until(run_id)
        [failed] = only(await town.history(run_id), e.StageFailed)
    assert run.status == "completed"
    assert (failed.stage, failed.attempt, bool(failed.retry_at)) == ("requirements", 1, True)


async def test_a_provider_that_never_answers_ends_the_run_with_the_stage_and_what_to_do(found) -> None:
    down = ModelError("server", "The provider answered 500.", "Try again later.")
    async with found(ScriptedModel(script(1) | {"draft_architecture": down})) as town:
        run_id = await town.request()
        run = await town.until(run_id)
        history = await town.history(run_id)
    assert run.status == "failed"
    failed = history[-1]
    assert isinstance(failed, e.Failed)
    assert (failed.stage, failed.advice) == ("architecture", "Try again later.")
    assert len(only(history, e.StageFailed)) == 3


async def test_a_bug_parks_the_work_with_its_reason_and_ends_the_run(found) -> None:
    def bug(_task: Task[Any]) -> Requirements:
        raise RuntimeError("nobody thought of this")

    async with found(ScriptedModel(script(1) | {"draft_requirements": bug})) as town:
        run_id = await town.request()
        await town.until(run_id)
        failed = (await town.history(run_id))[-1]
        [parked] = await town.platform.queue.parked()
    assert isinstance(failed, e.Failed)
    assert (failed.reason, failed.stage) == ("internal_error", "requirements")
    assert (parked.type, parked.correlationid) == ("interius.work.requirements.draft_requirements.v1", run_id)
    assert "nobody thought of this" in parked.reason


async def test_wrong_answers_go_back_to_the_model_with_their_faults(found) -> None:
    model = ScriptedModel(script(1) | {"draft_requirements": ["no json", '{"charter": 7}', Requirements(CHARTER)]})
    async with found(model) as town:
        run = await town.until(await town.request())
    assert run.status == "completed"
    third = [task for task in model.calls if task.name == "draft_requirements"][2]
    assert len(third.corrections) == 2
    assert "$.charter" in third.corrections[1].faults[0]


async def test_a_model_that_is_only_ever_wrong_ends_the_run_with_a_sentence(found) -> None:
    async with found(ScriptedModel(script(1) | {"draft_requirements": ""})) as town:
        run_id = await town.request()
        await town.until(run_id)
        failed = (await town.history(run_id))[-1]
    assert isinstance(failed, e.Failed)
    assert failed.stage == "requirements"
    assert failed.advice


async def test_a_stage_that_hangs_is_given_up_in_time(found) -> None:
    async def hang(_task: object) -> ModelReview:
        await asyncio.Event().wait()
        raise AssertionError

    async with found(ScriptedModel(script(1) | {"review_code": hang}), stage_minutes=0.002) as town:
        run_id = await town.request()
        await town.until(run_id)
        failed = (await town.history(run_id))[-1]
    assert isinstance(failed, e.Failed)
    assert "not done within" in failed.message


async def test_cancel_stops_the_model_call_and_nothing_follows(found) -> None:
    began, stopped = asyncio.Event(), asyncio.Event()

    async def slow(_task: object) -> Requirements:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.set()
            raise
        raise AssertionError

    async with found(ScriptedModel(script(1) | {"draft_requirements": slow})) as town:
        run_id = await town.request()
        await asyncio.wait_for(began.wait(), 60)
        await town.command(asks.CancelRun, run_id)
        await asyncio.wait_for(stopped.wait(), 60)
        await town.until(run_id)
        assert names(await town.history(run_id)) == ["requested", "cancelled"]


async def test_a_file_that_is_done_after_the_run_was_cancelled_is_not_in_the_log(found) -> None:
    began = asyncio.Event()

    async def deaf(task: Task[Any]) -> WrittenCode:
        began.set()
        with contextlib.suppress(asyncio.CancelledError):  # as a worker that never heard of it
            await asyncio.Event().wait()
        return code(task)

    async with found(ScriptedModel(script(1) | {"write_file": deaf})) as town:
        run_id = await town.request()
        await asyncio.wait_for(began.wait(), 60)
        await town.command(asks.CancelRun, run_id)
        await until(lambda: _settled(town, "implementer"))
        assert names(await town.history(run_id))[-2:] == ["files_planned", "cancelled"]


async def _settled(town: Town, durable: str) -> bool:
    info = await town.platform.connection.client.jetstream().consumer_info("WORK", durable)
    return not info.num_pending and not info.num_ack_pending


async def test_code_waits_for_approval_and_feedback_is_heard_first(found) -> None:
    model = ScriptedModel(script(1))
    async with found(model) as town:
        run_id = await town.request(approve=True)
        await town.until(run_id, lambda run: run.status == "waiting_for_approval")
        await town.command(asks.ReviseRun, run_id, "Also subtract.")
        await town.until(run_id, lambda run: bool(run.feedback) and run.status == "waiting_for_approval")
        await town.command(asks.ApproveRun, run_id)
        run = await town.until(run_id)
        history = names(await town.history(run_id))
    assert run.status == "completed"
    assert history.count("requirements_drafted") == 2
    assert history.index("approved") < history.index("files_planned")
    second = [task for task in model.calls if task.name == "draft_requirements"][1]
    assert second.inputs.feedback == ("Also subtract.",)
    assert second.inputs.base == CHARTER


async def test_a_wish_without_a_system_is_asked_about_and_the_answer_goes_on(found) -> None:
    answers = script(1) | {"draft_requirements": [Requirements(None, ("What should it keep?",)), Requirements(CHARTER)]}
    async with found(ScriptedModel(answers)) as town:
        run_id = await town.request("asdf qwer")
        waiting = await town.until(run_id, lambda run: run.status == "waiting_for_answer")
        assert waiting.questions == ("What should it keep?",)
        await town.command(asks.ReviseRun, run_id, "A thing that adds.")
        assert (await town.until(run_id)).status == "completed"


async def test_a_refused_file_alone_is_written_again(found) -> None:
    fault = Found("error", "app/part_2.py", "It does not add.", line=6, rule="CWE-682", source="model")
    refused = ModelReview(False, 4, "One part is wrong.", (fault,))
    model = ScriptedModel(script(3) | {"review_code": [refused, ModelReview(True, 9, "Good.")]})
    async with found(model) as town:
        run_id = await town.request()
        run = await town.until(run_id)
        history = await town.history(run_id)
    assert run.status == "completed"
    again = [event.path for event in only(history, e.FileWritten) if event.pass_number == 2]
    assert again == ["app/part_2.py"]
    patch_task = [task for task in model.calls if task.name == "write_file"][-1]
    assert "It does not add." in patch_task.inputs.reasons[0]
    assert patch_task.inputs.current


async def test_a_file_that_uses_what_is_not_there_is_found_by_checks_and_mended(found) -> None:
    from libs.contracts.artifacts import WrittenCode
    from libs.testing.scripts import code

    wrong = WrittenCode("def part_1(value: int) -> int:\n    return missing(value)\n")
    async with found(ScriptedModel(script(2) | {"write_file:app/part_1.py": [wrong, code]})) as town:
        run = await town.until(await town.request())
    assert run.status == "completed"
    assert [review.accepted for review in run.reviews] == [False, True]
    assert [patch.path for patch in run.reviews[0].patches] == ["app/part_1.py"]


async def test_a_run_over_its_budget_ends(found) -> None:
    async with found(ScriptedModel(script(1))) as town:
        run_id = await town.request(budget=Budget(tokens=150))
        await town.until(run_id)
        failed = (await town.history(run_id))[-1]
    assert isinstance(failed, e.Failed)
    assert failed.reason == "budget_exceeded"


async def test_a_run_over_its_time_ends(found) -> None:
    async def hang(_task: object) -> Requirements:
        await asyncio.Event().wait()
        raise AssertionError

    async with found(ScriptedModel(script(1) | {"draft_requirements": hang})) as town:
        run_id = await town.request(budget=Budget(minutes=0.01))
        await town.until(run_id)
        failed = (await town.history(run_id))[-1]
    assert isinstance(failed, e.Failed)
    assert failed.reason == "deadline_exceeded"


async def test_a_failed_run_is_resumed_without_doing_done_stages_again(found) -> None:
    down = ModelError("refused", "The model refused.", "Ask otherwise.")
    model = ScriptedModel(script(3) | {"review_code": [down, ModelReview(True, 9, "Good.")]})
    async with found(model) as town:
        first = await town.request()
        assert (await town.until(first)).status == "failed"
        calls = len(model.calls)
        second = await town.until(await town.request("", base_run_id=first))
    assert second.status == "completed"
    assert {file.origin for file in second.files.values()} == {"reused"}
    assert len(model.calls) - calls <= 1  # only the review is asked for anew


async def test_deleting_a_project_cancels_what_runs_in_it(found) -> None:
    async def hang(_task: object) -> Requirements:
        await asyncio.Event().wait()
        raise AssertionError

    from libs.contracts import subjects
    from libs.contracts.envelope import Envelope, new_id, now

    async with found(ScriptedModel(script(1) | {"draft_requirements": hang})) as town:
        run_id = await town.request()
        owner, gone = subjects.project(town.project_id), e.Deleted()
        envelope = Envelope(
            id=new_id(), type=gone.type_tag(), source="t", time=now(), subject=owner, correlationid="c", actor="alice"
        )
        await town.platform.log.append(subjects.event(owner, "deleted"), gone, envelope)
        assert (await town.until(run_id)).status == "cancelled"
