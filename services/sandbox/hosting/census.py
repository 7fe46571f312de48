"""How many sandboxes of each user live: counted from the facts, so that nobody has all hosts to themselves."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator

from libs.contracts import sandbox_events as e
from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.contracts.errors import WrongState

NAMED = 5  # sandboxes in what a refusal says


class Census:
    """Told every fact of sandboxes. Several copies count each for itself, and may be a moment behind."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._owners: dict[str, str] = {}
        self._living: defaultdict[str, set[str]] = defaultdict(set)
        self._lock = asyncio.Lock()

    def hear(self, recorded: Recorded) -> None:
        """Take up one fact."""
        sandbox_id, event = subjects.parse(recorded.subject).sandbox_id, recorded.event
        if isinstance(event, e.SandboxDeployRequested):
            self._owners[sandbox_id] = event.owner
        living = self._living[self._owners.get(sandbox_id, "")]
        if isinstance(event, e.SandboxDeployRequested | e.SandboxRestartRequested):
            living.add(sandbox_id)
        elif _ends(event):
            living.discard(sandbox_id)

    @contextlib.asynccontextmanager
    async def one_more(self, owner: str, sandbox_id: str) -> AsyncGenerator[None]:
        """While a sandbox is brought to life, or given another version.

        Raises:
            WrongState: the owner has as many already.
        """
        async with self._lock:
            living = self._living[owner]
            if sandbox_id not in living and len(living) >= self._most:
                raise WrongState(self._refusal(sorted(living)))
            yield
            living.add(sandbox_id)

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
