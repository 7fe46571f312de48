"""The whole stack with a real OpenAI client against a local server that speaks its API, faults included."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from libs.client.api import Interius
from libs.client.models import RunView
from libs.llm.inputs import FunctionInput
from libs.testing.openai_faults import Fault, FaultKind
from libs.testing.openai_requests import Request
from libs.testing.openai_server import OpenAIServer, offline_answer
from libs.testing.scripts import passing
from libs.testing.stack import ended, stack_process
from tests.e2e.wishes import LIBRARY

WISH = f"{LIBRARY} Rare books must be handled with special care by everybody."  # what only words can say

KEY = "sk-this-must-never-be-seen"

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]


async def answer(request: Request) -> msgspec.Struct | str:
    """As the offline model, and each function as one that refuses nothing."""
    inputs = request.task().inputs
    return passing(inputs) if isinstance(inputs, FunctionInput) else await offline_answer(request)


class Faults(list["Fault | None"]):
    """Taken one per request; when there are none, all is well."""

    def __iter__(self) -> Iterator[Fault | None]:
        while True:
            yield self.pop(0) if self else None


@dataclass
class House:
    client: Interius
    server: OpenAIServer
    faults: Faults
    data: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    faults, data = Faults(), tmp_path_factory.mktemp("provider") / "data"
    async with OpenAIServer(answer, faults) as server:
        settings = {"LLM_BASE_URL": server.url, "LLM_API_KEY": KEY, "MODEL_DEFAULT": "local", "LLM_TOKEN_TIMEOUT": "2"}
        async with (
            stack_process(data, RETRY_DELAYS="[0.1, 0.1, 0.1, 0.1]", **settings) as stack,
            stack.client() as client,
        ):
            yield House(client, server, faults, data)


async def one_run(client: Interius) -> RunView:
    project = await client.create_project("Test")
    run = await client.start_run(project.id, WISH)
    return await ended(client, run.id, limit=90)


async def test_a_model_writes_what_needs_judgement_and_everything_else_is_printed(house: House) -> None:
    asked = len(house.server.requests)
    run = await one_run(house.client)
    assert run.status == "completed", run.failure
    written = [file.path for file in await house.client.files(run.id) if file.origin == "model"]
    assert [path.split("_")[0] for path in written] == ["app/custom/r1"]
    tasks = {request.task().name for request in house.server.requests[asked:]}  # one that was slow is asked again
    assert tasks == {"draft_requirements", "draft_architecture", "write_function", "review_code"}
    assert run.usage.prompt_tokens > 0


@pytest.mark.parametrize(
    "kind", ["rate_limit", "server", "hang", "garbage", "empty", "wrong_shape", "truncated", "cut", "stream_error"]
)
async def test_a_run_recovers_from_a_provider_that_fails_once(house: House, kind: FaultKind) -> None:
    house.faults.append(Fault(kind))
    run = await one_run(house.client)
    assert run.status == "completed", run.failure
    assert not house.faults


async def test_a_key_that_is_refused_ends_the_run_with_what_to_do(house: House) -> None:
    house.faults.extend([Fault("auth")] * 20)
    run = await one_run(house.client)
    house.faults.clear()
    assert run.status == "failed"
    assert run.failure is not None
    assert run.failure.stage == "requirements"
    assert "LLM_API_KEY" in run.failure.advice
    assert KEY not in str(run.failure)


async def test_the_key_stands_in_no_file_and_no_log_of_the_stack(house: House) -> None:
    await one_run(house.client)
    files = [file for file in house.data.rglob("*") if file.is_file()]
    assert files
    assert not [file.name for file in files if KEY.encode() in file.read_bytes()]
