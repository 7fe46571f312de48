"""From a charter to a design."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from libs.blueprint import check_charter, compile_project, rules_module
from libs.contracts import events
from libs.contracts.artifacts import Architecture, Module
from libs.contracts.charter import Charter
from libs.contracts.run import Run
from libs.eventlog.runs import Runs
from libs.llm.correct import ask
from libs.llm.inputs import ArchitectureInput
from libs.llm.port import Task
from services.agents.loop import Job, Outputs
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
        if base and base.architecture and base.charter == run.charter:
            return (events.ArchitectureDrafted(base.architecture, reused=True),)
        module = rules_module(run.charter) if self._models.writes_code(requested.model) else None
        inputs = ArchitectureInput(run.charter, run.feedback, _earlier(run, base), module)
        task = Task("draft_architecture", self._prompt.text, inputs, Architecture)
        model = self._models.get(self.name, requested.model)
        answer = await ask(model, task, job.live, partial(_faults, run.charter, module))
        design = _with_module(answer.value, module)
        return (events.ArchitectureDrafted(design, answer.usage, self._prompt.hash),)


def _earlier(run: Run, base: Run | None) -> Architecture | None:
    return run.architecture or (base.architecture if base else None)


def _with_module(architecture: Architecture, module: Module | None) -> Architecture:
    """The design with the rules module exactly as the printed routes call it."""
    if module is None:
        return architecture
    others = tuple(m for m in architecture.modules if m.path != module.path)
    return replace(architecture, modules=(*others, module))


def _faults(charter: Charter, module: Module | None, answer: Architecture) -> tuple[str, ...]:
    """Modules must be files of their own: what is printed is not asked of a model."""
    printed = {file.path for file in compile_project(charter, Architecture(design=""))}
    own = {module.path} if module else set[str]()
    taken = [
        f"modules[{position}].path {planned.path!r} is printed from the charter; leave it out"
        for position, planned in enumerate(answer.modules)
        if planned.path in printed - own
    ]
    return (*taken, *check_charter(charter, answer))
