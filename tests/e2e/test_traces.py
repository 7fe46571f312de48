"""Traces follow a run through every service, each in a process of its own, and a collector that is away is no harm."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import pytest

from deploy.local.child import free_port
from libs.client.api import Interius
from libs.client.models import RunView
from libs.testing.stack import ended, stack_process
from tests.e2e.collector import Collector, Span, collector
from tests.e2e.wishes import LIBRARY

SOON = {"OTEL_BSP_SCHEDULE_DELAY": "200"}  # milliseconds between exports
STOPS_WITHIN = 15.0  # seconds; services are given 20 for the work they do, and there is none
PARTS = ("edge", "orchestrator", "requirements", "architecture", "implementer", "reviewer", "projector")

pytestmark = pytest.mark.timeout(180)


async def one_run(client: Interius) -> RunView:
    run = await client.start_run((await client.create_project("Test")).id, LIBRARY)
    run = await ended(client, run.id)
    assert run.status == "completed", run.failure
    return run


@pytest.fixture
def collecting() -> Generator[Collector]:
    with collector() as made:
        yield made


async def test_one_trace_covers_every_service_and_is_one_tree(collecting: Collector, tmp_path: Path) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collecting.url, **SOON}
    async with stack_process(tmp_path / "data", "--processes", **settings) as stack, stack.client() as client:
        run = await one_run(client)
        password = client_password(stack.data)
    spans = trace_of(collecting, run.id)
    assert {span.service for span in spans} == {f"interius-{name}" for name in PARTS}
    by_id = {span.id: span for span in spans}
    [root] = [span for span in spans if not span.parent]
    assert (root.service, root.name) == ("interius-edge", "edge POST /v1/projects/{project_id}/runs")
    assert [span.name for span in spans if span.parent and span.parent not in by_id] == []
    for child, parent in PARENTS.items():
        assert {by_id[span.parent].name for span in spans if span.name == child} == {parent}, child
    assert_nothing_told(collecting.spans, password, LIBRARY)


PARENTS = {
    "orchestrator request_run": "edge POST /v1/projects/{project_id}/runs",
    "orchestrator requested": "orchestrator request_run",
    "projector requested": "orchestrator request_run",
    "requirements draft_requirements": "orchestrator requested",
    "orchestrator requirements_drafted": "requirements draft_requirements",
    "architecture draft_architecture": "orchestrator requirements_drafted",
    "implementer plan_files": "orchestrator architecture_drafted",
    "projector file_written": "implementer print_files",
    "reviewer review_code": "orchestrator file_written",
    "projector completed": "orchestrator code_reviewed",
}


def trace_of(collecting: Collector, run_id: str) -> list[Span]:
    [trace] = {span.trace for span in collecting.spans if span.attributes.get("run") == run_id}
    return [span for span in collecting.spans if span.trace == trace]


def client_password(data: Path) -> str:
    import json

    return json.loads((data / "credentials.json").read_text())["password"]


def assert_nothing_told(spans: list[Span], password: str, wish: str) -> None:
    assert {key for span in spans for key in span.attributes} == {"run", "outcome", "route", "status"}
    told = "\n".join(span.text for span in spans)
    for secret in (password, *wish.split(". ")):
        assert secret not in told


@pytest.mark.parametrize("away", ["nobody listens", "it never answers"])
async def test_a_collector_that_is_away_neither_breaks_a_run_nor_holds_up_the_end(away: str, tmp_path: Path) -> None:
    with collector(silent=True) as silent:
        url = silent.url if away == "it never answers" else f"http://127.0.0.1:{free_port()}"
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, **SOON}
        async with stack_process(tmp_path / "data", **settings) as stack, stack.client() as client:
            for _ in range(3):
                await one_run(client)
            begun = time.monotonic()
            assert stack.stop() == 0, stack.log()
            assert time.monotonic() - begun < STOPS_WITHIN
        assert (silent.requests > 0) == (away == "it never answers")
        (tmp_path / "up.log").write_text(stack.log())
