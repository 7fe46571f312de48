from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import repeat
from typing import Any

import pytest
from structlog.testing import capture_logs

from libs.contracts.artifacts import Architecture, WrittenCode
from libs.contracts.charter import Charter, Requirements
from libs.llm.correct import ask
from libs.llm.fallback import FallbackModel
from libs.llm.inputs import FileInput, RequirementsInput
from libs.llm.limits import Limits
from libs.llm.openai_model import OpenAIModel
from libs.llm.port import Answer, ModelError, Task
from libs.llm.provider import Provider
from libs.testing.openai_faults import Fault
from libs.testing.openai_requests import Request
from libs.testing.openai_server import OpenAIServer

KEY = "sk-very-secret-0123456789"
CHARTER = Charter("library", "Library", "Books and loans.")
GOOD = Requirements(CHARTER)
TASK = Task("draft_requirements", "Write the charter.", RequirementsInput("a library"), Requirements)
FAST = Limits(seconds=5, token_seconds=2)


async def good(_: Request) -> Requirements:
    return GOOD


@asynccontextmanager
async def model_at(server: OpenAIServer, limits: Limits = FAST) -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel(Provider(server.url, KEY, limits), "local")
    try:
        yield model
    finally:
        await model.close()


async def answered(server: OpenAIServer, task: Task[Any] = TASK, limits: Limits = FAST) -> Answer[Any]:
    async with model_at(server, limits) as model:
        return await model.answer(task, lambda _: None)


async def failure(server: OpenAIServer, limits: Limits = FAST) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await answered(server, limits=limits)
    return caught.value


async def test_an_answer_is_typed_streamed_and_counted() -> None:
    pieces: list[str] = []
    limits = Limits(price_input=2.0, price_output=8.0)
    async with OpenAIServer(good) as server, model_at(server, limits) as model:
        answer = await model.answer(TASK, pieces.append)
    assert answer.value == GOOD
    assert len(pieces) > 5
    usage = answer.usage
    assert (usage.model, usage.calls, usage.completion_tokens) == ("local", 1, len(pieces))
    assert usage.micro_usd == usage.prompt_tokens * 2 + usage.completion_tokens * 8 > 0


async def test_the_answer_is_held_to_a_strict_schema() -> None:
    async with OpenAIServer(good) as server:
        await answered(server)
        shape = server.requests[0].body["response_format"]["json_schema"]
    assert shape["strict"]
    assert shape["schema"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("fault", "kind", "advice"),
    [
        ("quota", "rate_limit", "credit"),
        ("auth", "auth", "LLM_API_KEY"),
        ("truncated", "truncated", "LLM_MAX_TOKENS"),
        ("refusal", "refused", "LLM_FALLBACKS"),
        ("filtered", "filtered", "LLM_FALLBACKS"),
        ("garbage", "invalid_output", "MODEL_DEFAULT"),
        ("empty", "invalid_output", "MODEL_DEFAULT"),
        ("wrong_shape", "invalid_output", "MODEL_DEFAULT"),
    ],
)
async def test_a_failure_that_will_not_pass_is_told_at_once(fault: Any, kind: str, advice: str) -> None:
    async with OpenAIServer(good, faults=repeat(Fault(fault))) as server:
        error = await failure(server)
        assert len(server.requests) == 1
    assert (error.kind, error.retryable) == (kind, False)
    assert advice in error.advice


@pytest.mark.parametrize("fault", ["rate_limit", "server", "cut", "no_end", "stream_error"])
async def test_a_failure_that_passes_is_not_noticed(fault: Any) -> None:
    async with OpenAIServer(good, faults=[Fault(fault)]) as server:
        answer = await answered(server)
        assert len(server.requests) == 2
    assert answer.value == GOOD


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("rate_limit", "rate_limit"), ("server", "server"), ("cut", "connection"), ("stream_error", "stream")],
)
async def test_a_failure_that_stays_is_reported_as_worth_another_try_later(fault: Any, kind: str) -> None:
    async with OpenAIServer(good, faults=repeat(Fault(fault))) as server:
        error = await failure(server, Limits(seconds=2))
    assert (error.kind, error.retryable) == (kind, True)


async def test_a_provider_that_wants_a_long_pause_is_not_waited_for() -> None:
    async with OpenAIServer(good, faults=repeat(Fault("rate_limit", retry_after="120"))) as server:
        error = await failure(server)
        assert len(server.requests) == 1
    assert error.retry_after == 120
    assert "120 s" in error.advice


async def test_the_pause_a_provider_asks_for_is_kept() -> None:
    loop = asyncio.get_running_loop()
    async with OpenAIServer(good, faults=[Fault("rate_limit", retry_after="1")]) as server:
        begun = loop.time()
        await answered(server)
        assert loop.time() - begun >= 1.0


@pytest.mark.parametrize("fault", ["hang", "stall"])
async def test_a_silent_provider_is_left_after_the_longest_silence(fault: Any) -> None:
    async with OpenAIServer(good, faults=repeat(Fault(fault))) as server:
        error = await failure(server, Limits(seconds=1, token_seconds=0.2))
    assert (error.kind, error.retryable) == ("timeout", True)
    assert "LLM_T" in error.advice


async def test_a_slow_trickle_ends_with_the_longest_call() -> None:
    async with OpenAIServer(good, speed=(0.0, 10.0)) as server:
        error = await failure(server, Limits(seconds=0.5, token_seconds=5))
    assert error.kind == "timeout"
    assert error.partial
    assert error.usage.completion_tokens > 0


async def test_nobody_there_is_a_connection_error() -> None:
    model = OpenAIModel(Provider("http://127.0.0.1:9/v1", KEY, Limits(seconds=1)), "local")
    with pytest.raises(ModelError) as caught:
        await model.answer(TASK, lambda _: None)
    await model.close()
    assert caught.value.kind == "connection"
    assert "LLM_BASE_URL" in caught.value.advice


@pytest.mark.parametrize(
    "refused",
    [
        ["maxLength"],
        ["maxLength", "maxItems"],
        ["json_schema"],
        ["json_schema", "json_object"],
        ["response_format"],
        ["stream_options"],
        ["max_tokens"],
        ["temperature"],
        ["response_format", "stream_options", "max_tokens", "temperature"],
    ],
)
async def test_what_a_provider_refuses_is_left_out_from_then_on(refused: list[str]) -> None:
    limits = Limits(temperature=0.1)
    async with OpenAIServer(good, refuses=refused) as server, model_at(server, limits) as model:
        assert (await model.answer(TASK, lambda _: None)).value == GOOD
        before = len(server.requests)
        assert before > 1
        assert (await model.answer(TASK, lambda _: None)).value == GOOD
        assert len(server.requests) == before + 1


async def test_without_a_schema_the_prompt_holds_it() -> None:
    async with OpenAIServer(good, refuses=["response_format"]) as server:
        await answered(server)
        system = server.requests[-1].messages[0]["content"]
    assert '"entities"' in system
    assert "JSON Schema" in system


async def test_code_is_asked_for_and_taken_in_a_fence() -> None:
    task = Task("write_file", "Write it.", FileInput("a.py", None, CHARTER, Architecture("d")), WrittenCode)

    async def fenced(_: Request) -> str:
        return "<think>hm</think>Here:\n```python\nx = 1\n```\nDone."

    async with OpenAIServer(fenced) as server:
        answer = await answered(server, task)
        assert "response_format" not in server.requests[0].body
        assert "fenced code block" in server.requests[0].messages[0]["content"]
    assert answer.value == WrittenCode("x = 1\n")


async def test_a_provider_that_ignores_the_schema_is_told_it_in_the_prompt() -> None:
    async with OpenAIServer(good, faults=[Fault("garbage")]) as server, model_at(server) as model:
        answer = await ask(model, TASK, lambda _: None)
        first, second = server.requests
    assert answer.value == GOOD
    assert answer.usage.calls == 2
    assert "JSON Schema" not in first.messages[0]["content"]
    assert "JSON Schema" in second.messages[0]["content"]
    assert "not one JSON object" in second.messages[-1]["content"]


async def test_a_truncated_answer_is_asked_for_again_more_briefly() -> None:
    async with OpenAIServer(good, faults=[Fault("truncated")]) as server, model_at(server) as model:
        assert (await ask(model, TASK, lambda _: None)).value == GOOD
        assert "more briefly" in server.requests[1].messages[-1]["content"]


async def test_cancelling_closes_the_connection_at_once() -> None:
    async with OpenAIServer(good, speed=(0.0, 5.0)) as server, model_at(server) as model:
        began = asyncio.Event()
        call = asyncio.create_task(model.answer(TASK, lambda _: began.set()))
        await asyncio.wait_for(began.wait(), 60)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        async with asyncio.timeout(1):
            while not server.hung_up:  # noqa: ASYNC110 (the server has no event for it)
                await asyncio.sleep(0.01)


async def test_a_character_cut_in_two_arrives_whole() -> None:
    async def halves(_: Request) -> str:
        return '{"charter": null, "questions": ["a \\ud83d\\ude00 b \U0001f600"]}'

    pieces: list[str] = []
    async with OpenAIServer(halves) as server, model_at(server) as model:
        answer = await model.answer(TASK, pieces.append)
    assert answer.value.questions == ("a \U0001f600 b \U0001f600",)
    assert "".join(pieces).encode()


async def test_an_answer_that_repeats_itself_for_ever_is_cut_short_and_corrected() -> None:
    async def looping(request: Request) -> Requirements | str:
        return GOOD if len(request.messages) > 2 else '{"charter": "' + "A calls B.\\n" * 50_000

    async with OpenAIServer(looping) as server, model_at(server) as model:
        answer = await ask(model, TASK, lambda _: None)
        shown = server.requests[1].messages
    assert answer.value == GOOD
    assert answer.usage.completion_tokens < 10_000
    assert len(shown[-2]["content"]) < 100
    assert "again and again" in shown[-1]["content"]


async def test_no_more_calls_than_the_bound_run_at_the_same_time() -> None:
    limits = Limits(concurrency=3)
    async with OpenAIServer(good, speed=(0.05, 0.0)) as server, model_at(server, limits) as model:
        await asyncio.gather(*(model.answer(TASK, lambda _: None) for _ in range(12)))
        assert server.most_at_once == 3


async def test_the_key_is_in_no_error_and_no_log() -> None:
    faults = ["auth", "rate_limit", "server", "stream_error", "garbage"]
    with capture_logs() as logs:
        for fault in faults:
            async with OpenAIServer(good, faults=repeat(Fault(fault))) as server:  # pyright: ignore[reportArgumentType]
                error = await failure(server, Limits(seconds=1))
                assert server.requests[0].key == KEY
                assert KEY not in f"{error}{error!r}{error.advice}{error.__cause__!r}"
    assert KEY not in repr(logs)


async def test_the_next_model_answers_where_the_first_cannot() -> None:
    async with (
        OpenAIServer(good, faults=repeat(Fault("auth"))) as closed,
        OpenAIServer(good) as open_,
        model_at(closed) as first,
        model_at(open_) as second,
    ):
        answer = await FallbackModel([("first", first), ("second", second)]).answer(TASK, lambda _: None)
        assert len(closed.requests) == 1
    assert answer.value == GOOD


async def test_the_server_answers_each_task_by_itself() -> None:
    wish = RequirementsInput("A library API with books and members. A book has a title & <data> in it.")
    async with OpenAIServer() as server:
        answer = await answered(server, Task("draft_requirements", "Write.", wish, Requirements))
        assert server.requests[0].task().inputs == wish
    assert answer.value.charter
