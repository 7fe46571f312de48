"""An answer as the OpenAI chat API sends it: chunks as server-sent events, or one JSON object."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec

from libs.testing.openai_faults import FINISHES, HALVES, TEXTS, Fault

_TOKEN_CHARS = 4
_NO_HEARING = "I'm sorry, I can't help with that."


@dataclass(frozen=True, slots=True)
class Speech:
    """One answer to one request: what is said, how fast, and what goes wrong with it."""

    body: dict[str, Any]
    text: str
    fault: str = ""
    first_token: float = 0.0
    tokens_per_second: float = 0.0

    @classmethod
    def of(cls, body: dict[str, Any], text: str, fault: Fault | None, speed: tuple[float, float]) -> Speech:
        """``speed`` is seconds to the first token, and tokens per second after it (0: at once)."""
        kind = fault.kind if fault else ""
        return cls(body, TEXTS.get(kind, text), kind, *speed)

    async def events(self) -> AsyncIterator[bytes]:
        """Server-sent events; a stream that was cut has no end, a stalled one never ends."""
        count = 0
        async for piece in self._paced():
            count += 1
            yield self._chunk({"refusal" if self.fault == "refusal" else "content": piece})
        if self.fault == "stall":
            await asyncio.Event().wait()
        if self.fault == "stream_error":
            yield _event({"error": {"message": "The engine stopped", "type": "server_error", "code": None}})
        elif self.fault != "cut":
            yield self._end(count)

    def whole(self) -> dict[str, Any]:
        """The answer without streaming."""
        message = {"role": "assistant", "content": self.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        usage = self._usage(len(self._pieces()))
        return {**self._head("chat.completion"), "choices": [choice], "usage": usage}

    def _pieces(self) -> list[str]:
        said = _NO_HEARING if self.fault == "refusal" else self.text
        pieces = [said[i : i + _TOKEN_CHARS] for i in range(0, len(said), _TOKEN_CHARS)]
        return pieces[: len(pieces) // 2] if self.fault in HALVES else pieces

    async def _paced(self) -> AsyncIterator[str]:
        """Each piece when it is due; lateness of one is not added to the next."""
        clock = asyncio.get_running_loop().time
        due = clock() + self.first_token
        for piece in self._pieces():
            if (wait := due - clock()) > 0:
                await asyncio.sleep(wait)
            due += 1 / self.tokens_per_second if self.tokens_per_second else 0.0
            yield piece

    def _end(self, count: int) -> bytes:
        finish = FINISHES.get(self.fault, "stop")
        end = self._chunk({}, finish) if finish else b""
        if (self.body.get("stream_options") or {}).get("include_usage"):
            end += _event({**self._head("chat.completion.chunk"), "choices": [], "usage": self._usage(count)})
        return end + b"data: [DONE]\n\n"

    def _usage(self, count: int) -> dict[str, int]:
        prompt = len(msgspec.json.encode(self.body["messages"])) // _TOKEN_CHARS
        return {"prompt_tokens": prompt, "completion_tokens": count, "total_tokens": prompt + count}

    def _chunk(self, delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event({**self._head("chat.completion.chunk"), "choices": [choice]})

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": "chatcmpl-local", "object": kind, "created": 0, "model": self.body["model"]}


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(data) + b"\n\n"
