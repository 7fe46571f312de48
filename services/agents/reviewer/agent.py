"""From files to a review: deterministic checks first, the model after, one report."""

from __future__ import annotations

from libs.contracts import events
from libs.contracts.artifacts import ModelReview, SourceFile
from libs.contracts.run import Run
from libs.contracts.work import ReviewCode
from libs.llm.config import OFFLINE
from libs.llm.correct import ask
from libs.llm.inputs import ReviewInput
from libs.llm.port import Task
from libs.runtime.stage import Job, Outputs
from services.agents.checks import check_code
from services.agents.models import Models, Prompt
from services.agents.reviewer.merge import merge


class ReviewerAgent:
    """Reviews the code as it stands."""

    name = "reviewer"

    def __init__(self, models: Models) -> None:
        self._models = models
        self._prompt = Prompt(__file__)

    async def work(self, job: Job) -> Outputs:
        """One fact: the review."""
        run, order = job.run, job.order.work
        assert isinstance(order, ReviewCode) and run.charter and run.architecture
        files = tuple(SourceFile(file.path, file.content) for file in run.files.values())
        issues = await check_code(files, run.architecture)
        written = _written_by_model(run, files)
        # Printed code was read by people once and for all; no tokens are spent on reading it again.
        model = self._models.get(self.name, run.requested.model if written else OFFLINE)
        inputs = ReviewInput(run.charter, written or files, issues)
        answer = await ask(model, Task("review_code", self._prompt.text, inputs, ModelReview), job.live)
        review = merge(issues, answer.value, files, {f.path: f.origin for f in run.files.values()})
        return (events.CodeReviewed(order.pass_number, review, answer.usage, self._prompt.hash),)


def _written_by_model(run: Run, files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
    new = {f.path for f in run.files.values() if f.origin == "model" and f.pass_number == run.pass_number}
    return tuple(file for file in files if file.path in new)
