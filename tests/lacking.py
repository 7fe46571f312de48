"""What a machine may lack: its tests are skipped with the reason, and fail where everything is said to be there."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacking(reason: str) -> NoReturn:
    """Skip, or fail with ``SANDBOXES=required``, as CI has it once it has installed everything."""
    if os.environ.get("SANDBOXES") == "required":
        pytest.fail(f"SANDBOXES=required, but {reason}")
    pytest.skip(reason)
