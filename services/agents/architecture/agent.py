"""From a charter to a design."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from libs.blueprint import check_charter, compile_project, custom_modules
from libs.blueprint.custom import FOLDER
from libs.contracts import events
from libs.contracts.artifacts import Architecture, Module
from libs.contracts.charter import Charter
from libs.contracts.run import Run
from libs.eventlog.runs import Runs
from libs.llm.correct import ask
from libs.llm.inputs import ArchitectureInput
from libs.llm.port import Task
from libs.runtime.stage import Job, Outputs
from services.agents.models import Models, Prompt


class ArchitectureAgent:
    """Drafts the design."""

    name = "architecture"

    def __init__(self, models: Models, runs: Runs) -> None:
        self._models = models
        self._runs = runs
        self._prompt = Prompt(__file__)

    async def work(self, job: Job) -> Outputs:
        """One fact: the design."""
        run, requested = job.run, job.run.requested
        assert run.charter is not None
        base = (
            await self._runs.load(job.order.work.project_id, requested.base_run_id) if requested.base_run_id else None
        )
        functions = custom_modules(run.charter) if self._models.writes_code(requested.model) else ()
        if base and base.architecture and base.charter == run.charter:
            design = replace(base.architecture, modules=_with(base.architecture, functions))
            return (events.ArchitectureDrafted(design, reused=True),)
        inputs = ArchitectureInput(run.charter, run.feedback, _earlier(run, base), functions)
        task = Task("draft_architecture", self._prompt.text, inputs, Architecture)
        model = self._models.get(self.name, requested.model)
        answer = await ask(model, task, job.live, partial(_faults, run.charter, functions))
        design = replace(answer.value, modules=_with(answer.value, functions))
        return (events.ArchitectureDrafted(design, answer.usage, self._prompt.hash),)


def _earlier(run: Run, base: Run | None) -> Architecture | None:
    """The design to go on from, without the functions: nobody is to write them down again."""
    design = run.architecture or (base.architecture if base else None)
    if design is None:
        return None
    return replace(design, modules=_others(design))


def _with(architecture: Architecture, functions: tuple[Module, ...]) -> tuple[Module, ...]:
    """The design's modules, and each place for words exactly as the printed code calls it."""
    return (*_others(architecture), *functions)


def _others(architecture: Architecture) -> tuple[Module, ...]:
    return tuple(module for module in architecture.modules if not module.path.startswith(FOLDER))


def _faults(charter: Charter, functions: tuple[Module, ...], answer: Architecture) -> tuple[str, ...]:
    """Modules must be files of their own: what is printed is not asked of a model."""
    printed = {file.path for file in compile_project(charter, Architecture(design=""))}
    own = {module.path for module in functions}
    taken = [
        f"modules[{position}].path {planned.path!r} is printed from the charter; leave it out"
        for position, planned in enumerate(answer.modules)
        if planned.path in printed - own
    ]
    return (*taken, *check_charter(charter, answer))
