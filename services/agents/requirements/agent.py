"""From a wish to a charter, or to the questions that must be answered first."""

from __future__ import annotations

from libs.blueprint import check_charter
from libs.contracts import events
from libs.contracts.charter import Requirements
from libs.contracts.run import Run
from libs.eventlog.runs import Runs
from libs.llm.correct import ask
from libs.llm.inputs import RequirementsInput
from libs.llm.port import Task
from libs.runtime.stage import Job, Outputs
from services.agents.models import Models, Prompt
from services.agents.requirements.slips import mended

MAX_QUESTIONS = 5
ASK_BACK = "What should the system keep and do? Name its things and what is known of each of them."


class RequirementsAgent:
    """Drafts the charter."""

    name = "requirements"

    def __init__(self, models: Models, runs: Runs) -> None:
        self._models = models
        self._runs = runs
        self._prompt = Prompt(__file__)

    async def work(self, job: Job) -> Outputs:
        """One fact: the charter, or questions."""
        requested = job.run.requested
        base = (
            await self._runs.load(job.order.work.project_id, requested.base_run_id) if requested.base_run_id else None
        )
        if base and base.charter and not job.run.feedback:
            return (events.RequirementsDrafted(base.charter, reused=True),)
        model = self._models.get(self.name, requested.model)
        answer = await ask(model, self._task(job.run, base), job.live, _faults)
        charter, questions = mended(answer.value).charter, answer.value.questions
        if charter is None:
            asked = questions[:MAX_QUESTIONS] or (ASK_BACK,)
            return (events.ClarificationRequested(asked, answer.usage, self._prompt.hash),)
        return (events.RequirementsDrafted(charter, answer.usage, self._prompt.hash),)

    def _task(self, run: Run, base: Run | None) -> Task[Requirements]:
        # A revision starts from the charter that the person has just seen.
        charter = run.charter or (base.charter if base else None)
        feedback = run.feedback[-1:] if run.charter else run.feedback
        inputs = RequirementsInput(run.requested.wish, feedback, charter, run.passages)
        return Task("draft_requirements", self._prompt.text, inputs, Requirements)


def _faults(answer: Requirements) -> tuple[str, ...]:
    charter = mended(answer).charter
    return check_charter(charter) if charter else ()
