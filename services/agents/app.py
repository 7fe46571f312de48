"""Agents, constructed: each is a service of its own, and all are made alike."""

from __future__ import annotations

from functools import partial

from libs.contracts.streams import durable
from libs.llm.config import ModelSettings
from libs.runtime.cancellation import Cancellation
from libs.runtime.delivery import Route
from libs.runtime.platform import Platform
from libs.runtime.service import Build, Service
from libs.runtime.settings import read
from libs.runtime.stage import Agent, Loop
from services.agents.architecture.agent import ArchitectureAgent
from services.agents.implementer.agent import ImplementerAgent
from services.agents.models import ConfiguredModels, Models
from services.agents.requirements.agent import RequirementsAgent
from services.agents.reviewer.agent import ReviewerAgent

NAMES = ("requirements", "architecture", "implementer", "reviewer")


def make(name: str, models: Models, platform: Platform) -> Agent:
    """The agent called ``name``."""
    match name:
        case "requirements":
            return RequirementsAgent(models, platform.runs)
        case "architecture":
            return ArchitectureAgent(models, platform.runs)
        case "implementer":
            return ImplementerAgent(models, platform.runs)
        case _:
            return ReviewerAgent(models)


async def build(platform: Platform, name: str, models: Models | None = None) -> Service:
    """One agent as a service; ``models`` is for tests."""
    models = models or ConfiguredModels(read(ModelSettings))
    cancellation = Cancellation()
    await cancellation.listen(platform)
    loop = Loop(platform, make(name, models, platform), cancellation)
    route = Route(durable(name), loop, loop.give_up, platform.settings.concurrency)
    return Service(name, routes=(route,), on_stop=(models.close,))


def builder(name: str) -> Build:
    """``build`` for one agent."""
    return partial(build, name=name)
