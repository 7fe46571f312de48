from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.small_model import SmallModel, serve

# A model of this size on one shared core says 5 to 40 tokens per second, to one at a time.
PATIENT = {
    "LLM_BRIEF": "true",
    "LLM_TEMPERATURE": "0.3",
    "LLM_MAX_TOKENS": "2000",
    "LLM_TIMEOUT": "1800",
    "LLM_TOKEN_TIMEOUT": "600",
    "LLM_MAX_CONCURRENCY": "1",
    "STAGE_MINUTES": "40",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs a real model (and half a gigabyte) runs only when it is asked for: ``-m live``."""
    if "live" in (config.option.markexpr or ""):
        return
    live = [item for item in items if item.get_closest_marker("live")]
    config.hook.pytest_deselected(items=live)
    items[:] = [item for item in items if item not in live]


@pytest.fixture(scope="session")
def small() -> Iterator[SmallModel]:
    with serve() as model:
        yield model


@pytest.fixture
def settings(small: SmallModel) -> dict[str, str]:
    """What a person would write into ``.env`` to use the small model."""
    return {"LLM_BASE_URL": small.url, "MODEL_DEFAULT": small.name, **PATIENT}
