"""From a design to files: plan them, print what is determined, ask a model for the rest, one function at a time."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial

from msgspec.structs import replace

from libs import syntax
from libs.blueprint import Former, compile_project, plan_files, surroundings
from libs.blueprint.neighbours import Surroundings
from libs.contracts import events
from libs.contracts.artifacts import FileOrigin, WrittenCode
from libs.contracts.run import Run
from libs.contracts.work import PlanFiles, PrintFiles, WriteFile
from libs.eventlog.runs import Runs
from libs.llm.correct import ask
from libs.llm.inputs import FileInput
from libs.llm.port import Model, ModelError, Task
from libs.runtime.stage import Job, Outputs
from services.agents.implementer import functions
from services.agents.implementer.context import context
from services.agents.implementer.reuse import reusable
from services.agents.models import Models, Prompt


class ImplementerAgent:
    """Plans, prints and writes files."""

    name = "implementer"

    def __init__(self, models: Models, runs: Runs) -> None:
        self._models = models
        self._runs = runs
        self._prompt = Prompt(__file__)
        self._function_prompt = Prompt(__file__, "function.md")

    async def work(self, job: Job) -> Outputs:
        """The plan, or files."""
        match job.order.work:
            case PlanFiles():
                return (await self._plan(job),)
            case PrintFiles():
                return await self._print(job)
            case WriteFile() as order:
                return (await self._write(job, order),)
            case other:
                raise TypeError(f"the implementer does not take {other.task()}")

    async def _plan(self, job: Job) -> events.FilesPlanned:
        base = await self._base(job)
        assert job.run.charter and job.run.architecture
        planned = plan_files(job.run.charter, job.run.architecture, await self._former(job, base))
        kept = [replace(f, origin="reused") if base and reusable(f, job.run, base) else f for f in planned]
        return events.FilesPlanned(tuple(kept))

    async def _print(self, job: Job) -> Outputs:
        run = job.run
        assert run.charter and run.architecture
        base = await self._base(job)
        former = await self._former(job, base)
        files = {file.path: file.content for file in compile_project(run.charter, run.architecture, former)}
        outputs: list[events.FileWritten] = []
        for planned in run.plan:
            if planned.path not in run.missing or planned.origin == "model":
                continue
            reused = planned.origin == "reused" and base is not None
            content = base.files[planned.path].content if reused and base else files[planned.path]
            outputs.append(_written(planned.path, content, planned.origin, 1))
        return outputs

    async def _write(self, job: Job, order: WriteFile) -> events.FileWritten:
        model_name = job.run.requested.model
        if not self._models.writes_code(model_name):
            raise ModelError(
                "bad_request",
                f"{order.path} needs a language model, and the built-in offline model only prints.",
                "Set LLM_API_KEY and MODEL_DEFAULT, or leave out what needs judgement.",
            )
        model = self._models.get(self.name, model_name)
        assert job.run.charter and job.run.architecture
        found = await asyncio.to_thread(surroundings, job.run.charter, job.run.architecture, order.path)
        if found:
            return await self._write_function(job, order, model, found)
        inputs = context(job.run, order)
        task = Task("write_file", self._prompt.text, inputs, WrittenCode)
        answer = await ask(model, task, job.live, partial(_faults, inputs))
        written = _written(order.path, answer.value.content, "model", order.pass_number)
        return replace(written, usage=answer.usage, prompt_hash=self._prompt.hash)

    async def _write_function(
        self, job: Job, order: WriteFile, model: Model, found: Surroundings
    ) -> events.FileWritten:
        current = job.run.files.get(order.path)
        inputs = functions.asked(found, order, current.content if current else "")
        task = Task("write_function", self._function_prompt.text, inputs, WrittenCode)
        fits = functions.Fits(found, job.run)
        answer = await ask(model, task, job.live, fits.faults)
        written = _written(order.path, fits.tidied(answer.value.content)[0], "model", order.pass_number)
        return replace(written, usage=answer.usage, prompt_hash=self._function_prompt.hash)

    async def _base(self, job: Job) -> Run | None:
        return await self._before(job, job.run)

    async def _before(self, job: Job, run: Run) -> Run | None:
        base_run_id = run.requested.base_run_id
        return await self._runs.load(job.order.work.project_id, base_run_id) if base_run_id else None

    async def _former(self, job: Job, base: Run | None) -> Former | None:
        """The last version that was printed: its databases are to be brought along."""
        while base is not None and not _is_printed(base):
            base = await self._before(job, base)
        if base is None or base.charter is None:
            return None
        return Former.of(base.charter, {path: file.content for path, file in base.files.items()})


def _is_printed(run: Run) -> bool:
    planned = [file.path for file in run.plan if file.origin != "model"]
    return bool(planned) and all(path in run.files for path in planned)


def _written(path: str, content: str, origin: FileOrigin, pass_number: int) -> events.FileWritten:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return events.FileWritten(path, content, digest, origin, pass_number)


def _faults(inputs: FileInput, answer: WrittenCode) -> tuple[str, ...]:
    if not inputs.reasons and answer.content.strip() == inputs.current.strip():
        return ("content is the current text unchanged; write what is missing in it",)
    if not inputs.path.endswith(".py"):
        return ()
    try:
        syntax.parse(answer.content)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return (f"content is not Python: {error}",)
    return ()
