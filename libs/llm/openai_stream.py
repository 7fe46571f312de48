"""Listening to a streamed answer: its text, how it ended, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

from msgspec.structs import replace
from openai import AsyncStream
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice

from libs.contracts.artifacts import Usage
from libs.contracts.run import add_usage
from libs.llm.correct import invalid
from libs.llm.openai_errors import problem
from libs.llm.port import NO_USAGE, ModelError, OnDelta
from libs.llm.repetition import repeated, without_repetition

_BYTES_PER_TOKEN = 4  # of English and code; for providers that do not count, so that budgets hold all the same
_PIECES_BETWEEN_CHECKS = 100


@dataclass
class Attempt:
    """One streamed response, as far as it came."""

    prompt_bytes: int
    accepted: bool = False
    finish: str | None = None
    counted: Usage | None = None
    texts: list[str] = field(default_factory=list[str])
    refusals: list[str] = field(default_factory=list[str])

    @property
    def text(self) -> str:
        """What was said; a character that was cut into surrogates is whole again, half a one is replaced."""
        return "".join(self.texts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    @property
    def usage(self) -> Usage:
        """What the provider counted, or an estimate by size; nothing if it did not accept the request."""
        if not self.accepted:
            return NO_USAGE
        said = len(self.text.encode())
        estimate = Usage("", self.prompt_bytes // _BYTES_PER_TOKEN, said // _BYTES_PER_TOKEN, calls=1)
        return self.counted or estimate


class Call:
    """The attempts of one call. Cost is that of all of them, text that of the last."""

    def __init__(self, model: str, on_delta: OnDelta) -> None:
        self._model = model
        self._on_delta = on_delta
        self._begun = monotonic()
        self._attempts: list[Attempt] = []

    @property
    def text(self) -> str:
        """What the last attempt said."""
        return self._attempts[-1].text if self._attempts else ""

    def begin(self, prompt_bytes: int) -> Attempt:
        """A new attempt, with a prompt of this size."""
        self._attempts.append(Attempt(prompt_bytes))
        return self._attempts[-1]

    def usage(self) -> Usage:
        """Cost so far, without a price."""
        total = NO_USAGE
        for attempt in self._attempts:
            total = add_usage(total, attempt.usage)
        return replace(total, model=self._model, milliseconds=round((monotonic() - self._begun) * 1000))

    async def listen(self, stream: AsyncStream[ChatCompletionChunk], attempt: Attempt) -> None:
        """Take in a whole stream.

        Raises:
            ModelError: ``invalid_output``, it repeats itself without end.
        """
        attempt.accepted = True
        async for chunk in stream:
            if chunk.usage:
                attempt.counted = _counted(chunk.usage)
            for choice in chunk.choices:
                self._hear(choice, attempt)
            if len(attempt.texts) % _PIECES_BETWEEN_CHECKS == 0:
                _check_repetition(attempt)

    def _hear(self, choice: Choice, attempt: Attempt) -> None:
        attempt.finish = choice.finish_reason or attempt.finish
        if choice.delta.refusal:
            attempt.refusals.append(choice.delta.refusal)
        if choice.delta.content:
            attempt.texts.append(choice.delta.content)
            self._on_delta(choice.delta.content.encode(errors="replace").decode())

    def unusable(self, attempt: Attempt, max_tokens: int) -> ModelError | None:
        """Why a response that came to its end is no answer, if it is none."""
        if attempt.refusals:
            return problem("refused", f"{self._model} refuses: {''.join(attempt.refusals)[:300]}")
        if attempt.finish == "length":
            limit = min(max_tokens, attempt.usage.completion_tokens or max_tokens)
            return problem("truncated", f"{self._model}'s answer was cut off after {limit} tokens.")
        if attempt.finish == "content_filter":
            return problem("filtered", f"The provider's content filter stopped {self._model}.")
        if attempt.finish is None:
            return problem("stream", f"{self._model}'s answer broke off before its end.")
        return None


def _check_repetition(attempt: Attempt) -> None:
    piece = repeated("".join(attempt.texts[-1000:]))
    if piece:
        fault = f"the answer says {piece.strip()[:80]!r} again and again without end; say it once and go on"
        raise invalid(without_repetition(attempt.text, piece), (fault,))


def _counted(usage: CompletionUsage) -> Usage:
    cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else 0
    return Usage("", usage.prompt_tokens, usage.completion_tokens, cached or 0, calls=1)
