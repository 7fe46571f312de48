"""The host of sandboxes: each order that it holds is a sandbox that it has, for as long as that lives."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import msgspec
from nats.aio.msg import Msg

from libs.contracts.live import Fragment
from libs.contracts.sandbox import Sandbox
from libs.contracts.work import HostSandbox
from libs.eventlog.port import HandBack, Park
from libs.eventlog.queue import decode_order
from libs.runtime.platform import Platform
from services.sandbox.hosting import domain
from services.sandbox.hosting.feed import Feed
from services.sandbox.hosting.logs import STAGE, AppLog
from services.sandbox.hosting.serving import Means
from services.sandbox.hosting.store import SandboxStore
from services.sandbox.hosting.tenure import Tenure
from services.sandbox.hosting.vault import Values, Vault

BACK_SECONDS = 0.2  # for somebody else to take what we hand back, instead of us again


@dataclass
class Host:
    """Takes orders. ``name`` is this process's own, and another's after a restart."""

    platform: Platform
    store: SandboxStore
    vault: Vault
    feed: Feed
    means: Means
    name: str
    leaving: bool = False
    tenures: dict[str, Tenure] = field(default_factory=dict[str, Tenure])

    async def __call__(self, message: Msg) -> None:
        """Host one sandbox until it has ended, or is another's."""
        if self.leaving:
            raise HandBack(BACK_SECONDS)
        try:
            order = decode_order(message)
        except (KeyError, msgspec.MsgspecError) as error:
            raise Park(f"not an order: {error}") from error
        work = order.work
        if not isinstance(work, HostSandbox):
            raise Park(f"{order.envelope.type} is not for hosts")
        if known := self.tenures.get(work.sandbox_id):
            await known.done.wait()  # the server gave it to us again: it may have been away
            raise HandBack(BACK_SECONDS)
        tenure = self.tenures[work.sandbox_id] = Tenure(self, order.envelope, work)
        try:
            await tenure.run()
        finally:
            tenure.done.set()
            del self.tenures[work.sandbox_id]

    async def give_up(self, message: Msg, reason: str) -> None:
        """Park an order that failed for good, and end its sandbox, which nobody would take up again."""
        await self.platform.queue.park_raw(message.subject, message.data, message.headers or {}, reason)
        try:
            order = decode_order(message)
        except (KeyError, msgspec.MsgspecError):
            return  # nobody can say whose it was
        if isinstance(work := order.work, HostSandbox):
            decide = partial(domain.give_up, work.as_of, reason.partition(":")[0])
            await self.store.change((work.project_id, work.sandbox_id), order.envelope, decide)

    def leave(self) -> None:
        """Hand everything back."""
        self.leaving = True
        for tenure in self.tenures.values():
            tenure.wake.set()

    def log_of(self, sandbox: Sandbox, values: Values) -> AppLog:
        """Where an app's lines go."""

        async def say(text: str) -> None:
            await self.platform.say(sandbox.path, Fragment("log", STAGE, text))

        return AppLog(say, values.hidden)
