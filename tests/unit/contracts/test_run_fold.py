from __future__ import annotations

from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from libs.contracts import events as e
from libs.contracts.artifacts import PatchRequest, PlannedFile, Review, Usage
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.run import _CHANGES, _NOT_OUTPUT, add_usage, fold

QUICK = settings(max_examples=25, deadline=None)  # unit tests take 10 s in all
PATHS = st.sampled_from(["a.py", "b.py", "c.py"])
PASSES = st.integers(1, 2)
USAGES = st.builds(Usage, prompt_tokens=st.integers(0, 9), calls=st.integers(0, 2))
REQUESTED = st.builds(e.Requested, wish=st.just("a shop"), owner=st.just("ada"), change=st.sampled_from(["", "more"]))
PLANNED = st.lists(PATHS, min_size=1, unique=True).map(
    lambda paths: e.FilesPlanned(tuple(PlannedFile(path, "", "model") for path in paths))
)
WRITTEN = st.builds(
    e.FileWritten,
    path=PATHS,
    content=st.sampled_from("xy"),
    sha256=st.just(""),
    origin=st.just("model"),
    pass_number=PASSES,
    usage=USAGES,
)
PATCHED = st.builds(
    e.PatchRequested, pass_number=PASSES, patches=PATHS.map(lambda path: (PatchRequest(path, ("why",)),))
)
GOING_ON = st.one_of(
    PLANNED,
    WRITTEN,
    PATCHED,
    st.builds(e.CodeReviewed, pass_number=PASSES, review=st.just(Review(True, 9, "")), usage=USAGES),
    st.just(e.ApprovalRequested()),
    st.just(e.Approved("ada")),
    st.just(e.RevisionRequested("ada", "smaller")),
    st.just(e.ClarificationRequested(("who?",))),
    st.just(e.StageStarted("review", "w", 1)),
    st.builds(
        e.StageFailed,
        stage=st.just("review"),
        work_id=st.just("w"),
        attempt=st.just(1),
        reason=st.just("r"),
        message=st.just("m"),
        usage=USAGES,
    ),
    st.just(e.Unknown("interius.run.praised.v1", {})),
)
ENDS = st.sampled_from([e.Completed("n", 1, 9, ""), e.Failed("stage_failed", "m"), e.Cancelled("ada")])


def recorded(seq: int, event: e.Event) -> Recorded:
    envelope = Envelope(
        id=f"e{seq}",
        type="t",
        source="x",
        time=f"2026-01-01T00:00:{seq:02}Z",
        subject="s",
        correlationid="r",
        causationid=f"w{seq}",
    )
    return Recorded(seq, "s", envelope, event)


def history(events: list[e.Event]) -> list[Recorded]:
    return [recorded(seq, event) for seq, event in enumerate(events, 1)]


GOING = st.builds(lambda first, rest: history([first, *rest]), REQUESTED, st.lists(GOING_ON, max_size=12))
ANY = st.lists(st.one_of(REQUESTED, GOING_ON, ENDS), max_size=14).map(history)


@QUICK
@given(ANY, st.integers(0, 14))
def test_a_fold_may_stop_anywhere_and_go_on(story, cut):
    assert fold(story) == fold(story[cut:], fold(story[:cut]))


@QUICK
@given(GOING, ENDS, st.lists(st.one_of(REQUESTED, GOING_ON, ENDS), max_size=6))
def test_after_the_end_nothing_changes(story, end, later):
    ended = fold([*story, recorded(len(story) + 1, end)])
    assert ended is not None
    assert ended.over
    assert fold(history([e.Approved("x")] * len(story) + [*later])[len(story) :], ended) == ended


@QUICK
@given(GOING, WRITTEN)
def test_a_file_that_is_not_waited_for_is_ignored(story, written):
    before = fold(story)
    after = fold([*story, recorded(len(story) + 1, written)])
    assert before is not None
    assert after is not None
    waited_for = written.path in before.missing and written.pass_number == before.pass_number
    assert (replace(after, read=before.read) != before) == waited_for
    assert after.read == len(story) + 1
    assert (after.seq == len(story) + 1) == waited_for
    if waited_for:
        assert after.files[written.path] == written
        again = fold([recorded(len(story) + 2, written)], after)
        assert again == replace(after, read=len(story) + 2), "the same file twice is once"


@QUICK
@given(GOING)
def test_the_code_is_the_newest_of_each_file_that_counted(story):
    run, files = fold(story), {}
    for place, entry in enumerate(story):
        if isinstance(entry.event, e.FileWritten) and (state := fold(story[: place + 1])) and state.seq == entry.seq:
            files[entry.event.path] = entry.event
    assert run is not None
    assert run.files == files


@QUICK
@given(GOING)
def test_cost_is_the_sum_of_what_counted(story):
    counted = [entry for place, entry in enumerate(story) if fold(story[: place + 1]).seq == entry.seq]
    costs = [getattr(entry.event, "usage", Usage()) for entry in counted]
    assert fold(story).usage == reduce(add_usage, costs, Usage())


@QUICK
@given(st.lists(st.one_of(GOING_ON, ENDS), max_size=6).map(history))
def test_there_is_no_run_before_it_was_requested(story):
    assert fold(story) is None


@QUICK
@given(GOING, REQUESTED)
def test_a_second_request_changes_nothing(story, again):
    run = fold(story)
    assert run is not None
    assert fold([*story, recorded(len(story) + 1, again)]) == replace(run, read=len(story) + 1)


@QUICK
@given(GOING)
def test_an_order_is_done_when_a_fact_of_it_stands_but_not_when_it_only_started_or_failed(story):
    run = fold(story)
    outputs = {entry.envelope.causationid for entry in story if not isinstance(entry.event, _NOT_OUTPUT)}
    assert run is not None
    assert run.done <= outputs


def test_every_event_of_a_run_changes_it_or_is_known_not_to():
    """A new event must be put into the fold, or beside those that only tell of an attempt."""
    of_runs = {cls for cls in e.EVENTS if cls.scope == "run"}
    assert of_runs == set(_CHANGES) | set(_NOT_OUTPUT) | {e.Requested}


def test_every_end_ends_the_run():
    for end in e.TERMINAL:
        assert end in _CHANGES
