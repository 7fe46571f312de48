"""What hosting answers, and what it does when a sandbox comes to life or its project goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import msgspec
from nats.aio.msg import Msg

from libs.contracts import asks, subjects
from libs.contracts.codec import Recorded
from libs.contracts.envelope import Envelope
from libs.contracts.errors import NotFound, WrongState
from libs.contracts.events import Deleted
from libs.eventlog.port import Park, RawRecord
from libs.eventlog.runs import Runs
from libs.runtime.asking import AskHandler
from services.sandbox.hosting import domain
from services.sandbox.hosting.census import Census
from services.sandbox.hosting.domain import Times
from services.sandbox.hosting.feed import Feed
from services.sandbox.hosting.store import Ids, SandboxStore, command
from services.sandbox.hosting.vault import Values, Vault, changed


@dataclass(frozen=True)
class Desk:
    """What the handlers work with."""

    store: SandboxStore
    vault: Vault
    runs: Runs
    times: Times
    census: Census
    feed: Feed

    async def counted(self, owner: str, sandbox_id: str, seq: int) -> asks.Receipt:
        """That a sandbox came to life by the fact ``seq``, or has lived.

        Raises:
            WrongState: others of its owner did so before, through another copy, and there may be no more.
        """
        await self.feed.reached(seq)
        if refusal := self.census.over(owner, sandbox_id, seq):
            raise WrongState(refusal)
        return asks.Receipt(sandbox_id, seq)


async def deploy(desk: Desk, ask: asks.DeploySandbox) -> asks.Receipt:
    """Have a run served."""
    ids = _known(ask.project_id, ask.sandbox_id)
    _known(ask.project_id, ask.run_id)
    run = await desk.runs.load(ask.project_id, ask.run_id)
    before = await desk.store.load(ids)

    def wanted(kept: Values) -> Values:
        return changed(kept, ask.variables, ask.secrets)

    names = wanted(await desk.vault.get(ask.sandbox_id)).names
    if domain.deploy(ask, run, before, names, desk.times) is None:
        return asks.Receipt(ask.sandbox_id, before.seq if before else 0)
    cause = command(ask.actor, ids, f"deploy {before.seq if before else 0}")
    with desk.census.one_more(ask.actor, ask.sandbox_id):
        values = await desk.vault.change(ask.sandbox_id, wanted)  # first, so that whoever hosts it finds it
        seq = await desk.store.change(
            ids, cause, lambda sandbox: domain.deploy(ask, run, sandbox, values.names, desk.times)
        )
        return await desk.counted(ask.actor, ask.sandbox_id, seq)


async def configure(desk: Desk, ask: asks.ConfigureSandbox) -> asks.Receipt:
    """Set and unset variables and secrets."""
    ids = _known(ask.project_id, ask.sandbox_id)
    before = domain.owned(await desk.store.load(ids), ask.actor)
    values = await desk.vault.change(ask.sandbox_id, lambda kept: changed(kept, ask.variables, ask.secrets, ask.unset))
    cause = command(ask.actor, ids, f"configure {before.seq}")
    seq = await desk.store.change(ids, cause, partial(domain.configure, ask, values.names))
    return asks.Receipt(ask.sandbox_id, seq)


async def restart(desk: Desk, ask: asks.RestartSandbox) -> asks.Receipt:
    """Start it anew."""
    ids = _known(ask.project_id, ask.sandbox_id)
    before = domain.owned(await desk.store.load(ids), ask.actor)
    cause = command(ask.actor, ids, f"restart {before.seq}")
    with desk.census.one_more(ask.actor, ask.sandbox_id):
        seq = await desk.store.change(ids, cause, partial(domain.restart, ask))
        return await desk.counted(ask.actor, ask.sandbox_id, seq)


async def stop(desk: Desk, ask: asks.StopSandbox) -> asks.Receipt:
    """End it."""
    ids = _known(ask.project_id, ask.sandbox_id)
    before = domain.owned(await desk.store.load(ids), ask.actor)
    cause = command(ask.actor, ids, f"stop {before.seq}")
    return asks.Receipt(ask.sandbox_id, await desk.store.change(ids, cause, partial(domain.stop, ask)))


def _known(project_id: str, other_id: str) -> Ids:
    try:
        return subjects.token(project_id), subjects.token(other_id)
    except ValueError:
        raise NotFound("There is no such sandbox.") from None


async def follow(desk: Desk, message: Msg) -> None:
    """Queue the work that follows from a fact; decided as of that fact, so twice is once."""
    recorded = _recorded(message)
    address = subjects.parse(recorded.subject)
    if isinstance(recorded.event, Deleted):
        await _end_all(desk, address.project_id, recorded.envelope)
        return
    ids = address.project_id, address.sandbox_id
    if await desk.store.is_deleted(address.project_id):  # whoever ended its sandboxes did not see this one
        await desk.store.change(ids, recorded.envelope, partial(domain.end_with_project, recorded.envelope.actor))
    sandbox = await desk.store.load(ids, until=recorded.seq)
    if sandbox and (work := domain.to_host(sandbox, recorded.seq)):
        await desk.feed.reached(recorded.seq)
        if refusal := desk.census.over(sandbox.owner, sandbox.id, recorded.seq):
            await desk.store.change(ids, recorded.envelope, partial(domain.refuse, recorded.seq, refusal))
        else:
            await desk.store.order(recorded.envelope, work)


async def _end_all(desk: Desk, project_id: str, deleted: Envelope) -> None:
    for sandbox_id in await desk.store.ids_of(project_id):
        cause = msgspec.structs.replace(deleted, id=f"{deleted.id}/{sandbox_id}", correlationid=sandbox_id)
        await desk.store.change((project_id, sandbox_id), cause, partial(domain.end_with_project, deleted.actor))


def _recorded(message: Msg) -> Recorded:
    record = RawRecord(message.metadata.sequence.stream, message.subject, message.headers or {}, message.data)
    try:
        return record.recorded
    except (msgspec.MsgspecError, KeyError) as error:
        raise Park(f"not an event: {error}") from error


def ask_handlers(desk: Desk) -> dict[type[asks.Ask], AskHandler]:
    """Who answers which question."""
    return {
        asks.DeploySandbox: partial(deploy, desk),
        asks.ConfigureSandbox: partial(configure, desk),
        asks.RestartSandbox: partial(restart, desk),
        asks.StopSandbox: partial(stop, desk),
    }
