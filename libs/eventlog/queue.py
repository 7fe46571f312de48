"""The work queue on JetStream: putting, parking, and sending parked work again. Taking is the runtime's part."""

from __future__ import annotations

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from libs.contracts import subjects
from libs.contracts.codec import Order, decode_work, encode
from libs.contracts.envelope import MSG_ID, Envelope, derive_id, new_id, now
from libs.contracts.errors import NotFound
from libs.contracts.streams import PARKED
from libs.eventlog.jetstream import publish
from libs.eventlog.port import ParkedWork

REASON = "Interius-Reason"
PARKED_AT = "Interius-Parked-At"
MAX_REASON = 2000  # characters kept of a reason: headers are small


class JetStreamQueue:
    """Orders on the WORK stream; failed ones on the PARKED stream, payload and headers untouched."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def put(self, order: Order) -> None:
        """Queue an order once per id."""
        await publish(self._client, order.work.subject(), encode(order.work), order.envelope.to_headers())

    async def park(self, order: Order, reason: str) -> None:
        """Keep an order aside."""
        await self.park_raw(order.work.subject(), encode(order.work), order.envelope.to_headers(), reason)

    async def park_raw(self, subject: str, data: bytes, headers: dict[str, str], reason: str) -> None:
        """Keep a message aside as it came, even one that nobody can decode."""
        kept = {k: v for k, v in headers.items() if not k.lower().startswith("nats-")}
        note = {
            MSG_ID: derive_id(headers.get(MSG_ID, new_id()), "parked"),
            REASON: " ".join(reason.split())[:MAX_REASON],
            PARKED_AT: now(),
        }
        await publish(self._client, subjects.parked(subject), data, kept | note)

    async def parked(self) -> list[ParkedWork]:
        """What is parked, oldest first."""
        found: list[ParkedWork] = []
        seq = 0
        while (message := await self._get(seq + 1, at_least=True)) is not None:
            found.append(_describe(message))
            seq = found[-1].seq
        return found

    async def _get(self, seq: int, at_least: bool = False) -> RawStreamMsg | None:
        # Direct, because the client garbles headers that are not ASCII (a reason, for one) in the other kind of answer.
        js, subject = self._client.jetstream(), PARKED.subjects[0] if at_least else None
        try:
            return await js.get_msg(PARKED.name, seq, subject=subject, direct=True, next=at_least)
        except NotFoundError:
            return None

    async def replay(self, seq: int) -> None:
        """Queue a parked order again and forget that it was parked."""
        message = await self._get(seq)
        if message is None:
            raise NotFound(f"Nothing is parked under {seq}. List what is with GET /v1/parked.")
        headers = {k: v for k, v in (message.headers or {}).items() if k not in (MSG_ID, REASON, PARKED_AT)}
        # The old message id may still be remembered, and this is meant to be queued again.
        headers[MSG_ID] = derive_id(headers.get("ce-id", ""), f"replayed/{seq}")
        subject = "work." + (message.subject or "").removeprefix("parked.")
        await publish(self._client, subject, message.data or b"", headers)
        await self._client.jetstream().delete_msg(PARKED.name, seq)


def _describe(message: RawStreamMsg) -> ParkedWork:
    headers = message.headers or {}
    return ParkedWork(
        seq=message.seq or 0,
        subject=message.subject or "",
        work_id=headers.get("ce-id", ""),
        type=headers.get("ce-type", ""),
        reason=headers.get(REASON, ""),
        parked_at=headers.get(PARKED_AT, ""),
        correlationid=headers.get("ce-correlationid", ""),
    )


def decode_order(message: Msg) -> Order:
    """An order as it came from the stream.

    Raises:
        KeyError: its type is unknown or its envelope is not whole. msgspec.MsgspecError: its body has another shape.
    """
    envelope = Envelope.from_headers(message.headers or {})
    return Order(envelope, decode_work(envelope.type, message.data), message.metadata.num_delivered)
