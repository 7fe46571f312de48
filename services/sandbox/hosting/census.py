"""How many sandboxes of each user live: counted from the facts, so that nobody has all hosts to themselves."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Generator

from libs.contracts import sandbox_events as e
from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.contracts.errors import WrongState

NAMED = 5  # sandboxes in what a refusal says


class Census:
    """Told every fact of sandboxes in the order of the log, so that all copies judge each of them alike.

    A copy may be a moment behind when one more is asked for; what came to life beyond what there may be is ``over``.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._owners: dict[str, str] = {}
        self._living: defaultdict[str, set[str]] = defaultdict(set)
        self._coming: defaultdict[str, set[str]] = defaultdict(set)  # asked for here, and not heard of yet
        self._over: dict[str, int] = {}  # by sandbox, the fact that was one too many

    def hear(self, recorded: Recorded) -> None:
        """Take up one fact."""
        sandbox_id, event = subjects.parse(recorded.subject).sandbox_id, recorded.event
        if isinstance(event, e.SandboxDeployRequested):
            self._owners[sandbox_id] = event.owner
        living = self._living[self._owners.get(sandbox_id, "")]
        if isinstance(event, e.SandboxDeployRequested | e.SandboxRestartRequested):
            if sandbox_id not in living and len(living) >= self._most:
                self._over[sandbox_id] = recorded.seq
            living.add(sandbox_id)
        elif _ends(event):
            living.discard(sandbox_id)
            self._over.pop(sandbox_id, None)

    def over(self, owner: str, sandbox_id: str, seq: int) -> str:
        """Why the fact ``seq``, which was heard, is not to bring the sandbox to life; empty if it is."""
        if self._over.get(sandbox_id) != seq:
            return ""
        return self._refusal(sorted(self._living[owner] - self._over.keys()))

    @contextlib.contextmanager
    def one_more(self, owner: str, sandbox_id: str) -> Generator[None]:
        """While a sandbox is brought to life, or given another version, until that was heard.

        Raises:
            WrongState: the owner has as many already.
        """
        living = self._living[owner] | self._coming[owner]
        if sandbox_id not in living and len(living) >= self._most:
            raise WrongState(self._refusal(sorted(living)))
        self._coming[owner].add(sandbox_id)
        try:
            yield
        finally:
            self._coming[owner].discard(sandbox_id)

    def _refusal(self, living: list[str]) -> str:
        named = ", ".join(living[:NAMED]) + (", …" if len(living) > NAMED else "")
        return (
            f"At most {self._most} of your sandboxes may be live at once, and these are: {named}. Stop one first"
            " (interius stop SANDBOX), or serve the run in place of one (interius deploy RUN --into SANDBOX)."
        )


def _ends(event: object) -> bool:
    if isinstance(event, e.SandboxFailed):
        return not event.serving
    return isinstance(event, e.SandboxStopped | e.SandboxExpired)
