"""Data of apps that is kept on this machine. To wipe a sandbox is a fact, and every host does away with what it has."""

from __future__ import annotations

import shutil
from pathlib import Path

from libs.contracts import sandbox_events as e
from libs.contracts import subjects
from libs.contracts.codec import Recorded
from libs.contracts.sandbox import Sandbox


class KeptData:
    """A folder for each sandbox, and another one once it was wiped: a host that hears of that late uses none again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute() / "data"
        self._wiped: dict[str, int] = {}  # sequences of facts

    def place(self, sandbox: Sandbox) -> Path | None:
        """Where its data is kept, if it is; nothing need be there."""
        return self._folder / _name(sandbox) if sandbox.keep_data else None

    def wipe(self, sandbox: Sandbox) -> None:
        """Remove what is kept of it now."""
        shutil.rmtree(self._folder / _name(sandbox), ignore_errors=True)

    def hear(self, recorded: Recorded) -> bool:
        """Take up one fact; whether there may be something to be swept away."""
        if not isinstance(recorded.event, e.SandboxStopped) or not recorded.event.wiped:
            return False
        self._wiped[subjects.parse(recorded.subject).sandbox_id] = recorded.seq
        return True

    def sweep(self) -> None:
        """Remove all that was wiped, by whichever host. Blocks."""
        for path in self._folder.glob("*"):
            sandbox_id, _, since = path.name.partition(".")
            if int(since if since.isdecimal() else 0) < self._wiped.get(sandbox_id, 0):
                shutil.rmtree(path, ignore_errors=True)


def _name(sandbox: Sandbox) -> str:
    return f"{sandbox.id}.{sandbox.wiped}" if sandbox.wiped else sandbox.id
