"""A town per test: orchestrator and agents on the real nats-server, with a scripted model."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import pytest

from deploy.local.nats import NatsServer
from libs.eventlog.connection import Connection
from libs.llm.scripted import ScriptedModel
from libs.testing.town import OneModel, Town, town
from services.agents.app import NAMES
from services.agents.app import build as build_agent
from services.orchestrator.app import build as build_orchestrator

Found = Callable[..., AbstractAsyncContextManager[Town]]


@pytest.fixture
def found(nats: NatsServer, connection: Connection) -> Found:
    """``found(model, **settings)`` gives a town whose agents ask ``model``."""

    @asynccontextmanager
    async def with_model(model: ScriptedModel, **settings: Any) -> AsyncGenerator[Town]:
        agents = tuple(partial(build_agent, name=name, models=OneModel(model)) for name in NAMES)
        async with town(nats.url, (build_orchestrator, *agents), **settings) as made:
            yield made

    return with_model
