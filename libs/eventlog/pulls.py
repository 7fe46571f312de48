"""Open pulls of work, which a server that restarts forgets."""

from __future__ import annotations

from collections.abc import Iterable

from nats.aio.client import Client
from nats.js.api import Header, StatusCode
from nats.js.client import JetStreamContext


async def expire(client: Client, subscriptions: Iterable[object]) -> None:
    """End every open pull among ``subscriptions`` as a server does that cannot answer: its owner then asks anew."""
    for pull in subscriptions:
        if isinstance(pull, JetStreamContext.PullSubscription):
            inbox = pull._deliver  # pyright: ignore[reportPrivateUsage]  # the client has no other way to end a pull
            await client.publish(inbox, headers={Header.STATUS.value: StatusCode.SERVICE_UNAVAILABLE.value})
