"""A message that notes how it was settled, in place of one from JetStream."""

from __future__ import annotations

from types import SimpleNamespace


class FakeMessage:
    def __init__(self, subject: str = "work.reviewer.review_code", delivered: int = 1, seq: int = 7) -> None:
        self.subject = subject
        self.data = b"{}"
        self.headers = {"ce-id": "o1", "ce-correlationid": "r1"}
        self.metadata = SimpleNamespace(num_delivered=delivered, sequence=SimpleNamespace(stream=seq))
        self.settled: list[tuple] = []
        self.beats = 0

    async def ack(self) -> None:
        self.settled.append(("ack",))

    async def nak(self, delay: float | None = None) -> None:
        self.settled.append(("nak", delay))

    async def term(self) -> None:
        self.settled.append(("term",))

    async def in_progress(self) -> None:
        self.beats += 1
