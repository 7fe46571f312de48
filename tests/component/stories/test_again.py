"""Orders that come a second time."""

from __future__ import annotations

import msgspec

from libs.contracts import subjects
from libs.contracts.envelope import MSG_ID, caused_by
from libs.contracts.work import DraftRequirements
from libs.llm.scripted import ScriptedModel
from libs.testing.scripts import script
from libs.testing.town import Town
from libs.testing.waiting import until


async def test_an_order_that_comes_again_is_not_worked_on_again(found) -> None:
    model = ScriptedModel(script(1))
    async with found(model) as town:
        run_id = await town.request(approve=True)
        await town.until(run_id, lambda run: run.status == "waiting_for_approval")
        before, calls = await town.history(run_id), len(model.calls)
        await order_again(town, run_id)
        await until(lambda: _taken(town))
        assert (await town.history(run_id), len(model.calls)) == (before, calls)


async def order_again(town: Town, run_id: str) -> None:
    """The order of the requirements, as if the queue had forgotten that it had it before."""
    owner = subjects.run(town.project_id, run_id)
    [asked] = await town.platform.log.load(subjects.event(owner, "requested"))
    work = DraftRequirements(town.project_id, run_id)
    headers = caused_by(asked.recorded.envelope, work.type_tag(), owner, "test").to_headers()
    js = town.platform.connection.client.jetstream()
    await js.publish(work.subject(), msgspec.json.encode(work), headers=headers | {MSG_ID: f"{run_id} again"})


async def _taken(town: Town) -> bool:
    info = await town.platform.connection.client.jetstream().consumer_info("WORK", "requirements")
    return info.num_pending == info.num_ack_pending == 0
