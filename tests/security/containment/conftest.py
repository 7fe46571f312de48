from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sandboxes that this session's tests share, so that Python is copied once."""
    return tmp_path_factory.mktemp("house")
