"""Rows are the fold of the facts: the same that orchestrator and agents read a run by."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.contracts import events as e
from libs.contracts import run as contract
from libs.contracts import subjects
from libs.contracts.codec import Recorded, encode
from libs.contracts.sandbox_events import SandboxDeployRequested, SandboxStopped
from libs.eventlog.port import RawRecord
from services.projector.intake import Fact, take
from services.projector.state import Changes, OpenRun, State
from tests.run_facts import Fact as Told
from tests.run_facts import fact, story

RUN = subjects.run("p", "r")
EXTRA = [
    e.ClarificationRequested(("which?",)),
    e.RevisionRequested("u1", "more"),
    e.ApprovalRequested(),
    e.Approved("u1"),
    e.Failed("budget_exceeded", "too much"),
    e.Cancelled("u1"),
    e.StageStarted("review", "w", 1),
]
POOL = [*story("p", "r", files=3), *(fact(RUN, event, 500 + i, "w") for i, event in enumerate(EXTRA))]


def record(told: Told, seq: int) -> RawRecord:
    return RawRecord(seq, told.subject, told.envelope.to_headers(), encode(told.event))


def project(told: list[Told], cuts: set[int]) -> tuple[State, list[Changes]]:
    """Fold facts in batches that end at ``cuts``."""
    state, made, batch = State(), list[Changes](), list[Fact]()
    for seq, one in enumerate(told, 1):
        batch += take([record(one, seq)]).facts
        if seq in cuts or seq == len(told):
            run_ids, project_ids = state.unknown(batch)
            state.runs.update((key, OpenRun()) for key in run_ids)
            state.projects.update(dict.fromkeys(project_ids))
            state.sandboxes.update(dict.fromkeys(state.unknown_sandboxes(batch)))
            made.append(state.fold(batch))
            batch = []
    return state, made


ORDERS = st.lists(st.sampled_from(POOL), max_size=40).map(lambda rest: [POOL[0], *rest])


@settings(max_examples=40)
@given(told=ORDERS)
def test_a_run_row_says_what_the_fold_of_the_run_says(told: list[Told]):
    state, _ = project(told, set())
    row, run = (
        state.runs["r"].row,
        contract.fold(Recorded(i, t.subject, t.envelope, t.event) for i, t in enumerate(told, 1)),
    )
    assert row and run
    assert (row.status, row.pass_number, row.last_seq, row.over) == (run.status, run.pass_number, run.seq, run.over)
    assert set(row.missing) == run.missing
    assert (row.files_written, row.files_total, row.questions) == (len(run.files), len(run.plan), run.questions)
    costs = (row.prompt_tokens, row.completion_tokens, row.cached_tokens, row.calls, row.milliseconds, row.micro_usd)
    used = run.usage
    spent = (used.prompt_tokens, used.completion_tokens, used.cached_tokens, used.calls)
    assert costs == (*spent, used.milliseconds, used.micro_usd)
    if run.charter:
        assert row.title == run.charter.title


@settings(max_examples=40)
@given(told=ORDERS, cuts=st.sets(st.integers(1, 40)))
def test_rows_do_not_depend_on_how_facts_come_in_batches(told: list[Told], cuts: set[int]):
    whole, (changes,) = project(told, set())
    parts, made = project(told, cuts)
    assert parts.runs == whole.runs
    assert [file for some in made for file in some.files] == changes.files
    assert [artifact for some in made for artifact in some.artifacts] == changes.artifacts


@settings(max_examples=40)
@given(told=ORDERS)
def test_versions_of_a_file_count_from_one_without_a_gap(told: list[Told]):
    _, (changes,) = project(told, set())
    for path in {file.path for file in changes.files}:
        versions = [file.version for file in changes.files if file.path == path]
        assert versions == list(range(1, len(versions) + 1))


def test_a_run_requested_in_a_deleted_project_is_no_row():
    gone = fact(subjects.project("p"), e.Deleted(), 1)
    _, (changes,) = project([gone, *story("p", "r")], set())
    assert not changes.runs and not changes.files and not changes.stages


def test_what_a_batch_holds_of_a_project_deleted_in_it_is_not_written():
    gone = fact(subjects.project("p"), e.Deleted(), 1)
    _, (changes,) = project([*story("p", "r"), *story("q", "kept"), gone], set())
    assert set(changes.runs) == {"kept"} and {file.run_id for file in changes.files} == {"kept"}
    assert changes.deleted_projects == {"p"}


def test_a_renamed_project_that_was_deleted_stays_without_content():
    owner = subjects.project("p")
    told = [fact(owner, event, i) for i, event in enumerate((e.Created("A", "u"), e.Deleted(), e.Renamed("B")))]
    _, (changes,) = project(told, set())
    assert (changes.projects["p"].name, changes.projects["p"].deleted) == ("", True)


def test_open_runs_are_kept_and_finished_ones_forgotten():
    state, _ = project([*story("p", "done"), *story("p", "open")[:5]], set())
    state.settle(10)
    assert list(state.runs) == ["open"]
    state.settle(0)
    assert not state.runs and not state.projects


def test_a_sandbox_row_is_the_fold_of_its_facts_and_goes_with_its_project():
    owner = subjects.sandbox("p", "s")
    deployed = fact(owner, SandboxDeployRequested("r", "u1", 60, 600), 1)
    state, (changes,) = project([deployed, fact(owner, SandboxStopped(), 2)], set())
    assert (changes.sandboxes["s"].status, changes.sandboxes["s"].owner) == ("stopped", "u1")
    state.settle(10)
    assert not state.sandboxes
    gone = fact(subjects.project("p"), e.Deleted(), 3)
    _, (changes,) = project([deployed, gone, fact(owner, SandboxStopped(), 4)], set())
    assert not changes.sandboxes
