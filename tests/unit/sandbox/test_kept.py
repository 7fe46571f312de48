"""Kept data is its sandbox's until that is wiped, and then nobody's, whichever host hears of it when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from libs.contracts import sandbox_events as e
from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.sandbox import At, Sandbox, evolve
from services.sandbox.hosting.kept import KeptData

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ENVELOPE = Envelope(id="i", type="t", source="s", time="2030-01-01T00:00:00Z", subject="x", correlationid="c")


def deployed() -> Sandbox:
    made = evolve(None, At(1, "p", "shop", NOON), e.SandboxDeployRequested("r", "ada", 600, 3600, keep_data=True))
    assert made
    return made


def after_wipe(sandbox: Sandbox, seq: int) -> Sandbox:
    ended = evolve(sandbox, At(seq, "p", "shop", NOON), e.SandboxStopped(wiped=True))
    assert ended
    return ended


def told(kept: KeptData, seq: int, event: e.SandboxEvent) -> bool:
    return kept.hear(Recorded(seq, subjects.event(subjects.sandbox("p", "shop"), event.event_name()), ENVELOPE, event))


def filled(kept: KeptData, sandbox: Sandbox) -> Path:
    place = kept.place(sandbox)
    assert place
    place.mkdir(parents=True)
    (place / "app.db").touch()
    return place


def test_only_what_was_kept_before_a_wipe_is_swept_away(tmp_path: Path) -> None:
    kept = KeptData(tmp_path)
    first = deployed()
    second = after_wipe(first, 5)
    old, new = filled(kept, first), filled(kept, second)
    beside = filled(kept, replace(first, id="other"))
    (tmp_path / "data" / "notes.txt").touch()
    assert not told(kept, 4, e.SandboxStopped())
    kept.sweep()
    assert old.exists()
    assert told(kept, 5, e.SandboxStopped(wiped=True))
    kept.sweep()
    assert (old.exists(), new.exists(), beside.exists()) == (False, True, True)
    kept.wipe(second)
    assert not new.exists()


def test_what_was_wiped_is_not_found_by_a_host_that_has_not_heard_of_it(tmp_path: Path) -> None:
    kept = KeptData(tmp_path)
    old = filled(kept, deployed())
    assert kept.place(after_wipe(deployed(), 5)) != old
    assert kept.place(replace(deployed(), keep_data=False)) is None
