"""The `interius` command in a process of its own, as a person types it in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LIMIT = 60  # seconds
COMMAND = str(Path(sys.executable).parent / "interius")


def interius(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What it answered."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("LLM_", "INTERIUS_"))}
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=ours | {"NO_COLOR": "1", "XDG_CONFIG_HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
