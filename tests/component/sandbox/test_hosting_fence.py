"""A host whose sandbox was taken over writes nothing more about it."""

from __future__ import annotations

import pytest

from libs.contracts import sandbox_events as e
from libs.contracts.envelope import new_id
from libs.eventlog.jetstream import JetStreamLog
from libs.eventlog.port import Conflict
from libs.eventlog.queue import JetStreamQueue
from services.sandbox.hosting.store import SandboxStore, command

IDS = ("p", "library-0011223344556677")
ASKED = e.SandboxDeployRequested("r", "ada", idle_seconds=60, total_seconds=600)


async def test_facts_of_a_host_that_lost_its_sandbox_are_refused(connection):
    store = SandboxStore(JetStreamLog(connection.client), JetStreamQueue(connection.client))
    wanted = await store.change(IDS, command("ada", IDS, new_id()), lambda _: ASKED)
    cause = command("ada", IDS, new_id())
    old = await store.append(IDS, cause, e.SandboxStarting("first", "r", wanted, 1), wanted)
    new = await store.append(IDS, cause, e.SandboxStarting("second", "r", wanted, 2), old)
    with pytest.raises(Conflict):  # the first host, which has heard of nothing since it began
        await store.append(IDS, cause, e.SandboxReady(old, "r", wanted, 5), old)
    sandbox = await store.load(IDS)
    assert sandbox
    assert (sandbox.term, sandbox.host, sandbox.status, sandbox.seq) == (new, "second", "starting", new)
