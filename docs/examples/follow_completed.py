"""Follow every completed project with plain nats-py: python follow_completed.py [URL] [LAST_SEQUENCE_SEEN]

Keep the last sequence you have dealt with, and hand it in at the next start: you get what came since, in order.
"""

import asyncio
import json
import sys

import nats
from nats.errors import TimeoutError as NothingNew
from nats.js.api import ConsumerConfig, DeliverPolicy

SUBJECT = "events.project.*.run.*.completed"


async def main(url: str, last: int) -> None:
    client = await nats.connect(url, max_reconnect_attempts=-1)
    # One unacknowledged event at a time keeps the order; what is lost on the way is sent again.
    start = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=last + 1, max_ack_pending=1)
    events = await client.jetstream().pull_subscribe(SUBJECT, stream="EVENTS", config=start)
    while True:
        try:
            [message] = await events.fetch(1, timeout=5)
        except NothingNew:
            continue
        fact = json.loads(message.data)
        print(message.metadata.sequence.stream, fact["name"], fact["files"], "files", flush=True)  # noqa: T201
        await message.ack()


asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "nats://127.0.0.1:4222", int((sys.argv + ["0"] * 3)[2])))
