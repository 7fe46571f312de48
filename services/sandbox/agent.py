"""From a run's files to ``verified``: what a sandbox host does with an order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from libs.contracts import events
from libs.contracts.artifacts import Usage, Verification
from libs.contracts.work import VerifyCode
from libs.llm.port import ModelError
from libs.runtime.stage import Job, Outputs
from services.sandbox.checking.project import Project
from services.sandbox.checking.verify import Verifier
from services.sandbox.environments import NotNow
from services.sandbox.port import DriverError

Ready = Callable[[], Awaitable[Verifier]]
TRIES = 3  # at what cannot be had now; a run is not held up for longer


class SandboxAgent:
    """Runs the project as it stands. ``ready`` gives what does it, or raises ``DriverError`` with what is missing."""

    name = "sandbox"

    def __init__(self, ready: Ready) -> None:
        self._ready = ready

    async def work(self, job: Job) -> Outputs:
        """One fact: what was run and what it answered, or why nothing was run."""
        order = job.order.work
        assert isinstance(order, VerifyCode)
        report = await self._report(job)
        return (events.Verified(order.pass_number, report, Usage()),)

    async def _report(self, job: Job) -> Verification:
        project = Project.of(job.run)
        try:
            verifier = await self._ready()
        except DriverError as missing:
            return not_run(str(missing))
        try:
            return await verifier.verify(project, job.live)
        except (NotNow, DriverError) as error:
            if job.run.failures.get(job.order.envelope.id, 0) + 1 < TRIES:
                raise ModelError("connection", str(error)) from error
            return not_run(str(error))


def not_run(reason: str) -> Verification:
    """A report that says plainly that nothing was run, and holds nothing up."""
    return Verification(accepted=True, not_run=f"The project was not run. {reason}"[:1000])
