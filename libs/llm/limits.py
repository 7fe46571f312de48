"""Bounds and prices of model calls."""

from __future__ import annotations

from dataclasses import dataclass

from libs.contracts.artifacts import Usage


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a call, in seconds and tokens, and prices in US dollars per million tokens.

    ``brief`` gives a small model less room to fill: shorter lists and texts.
    """

    max_tokens: int = 16_000
    seconds: float = 300.0
    token_seconds: float = 90.0
    concurrency: int = 8
    price_input: float = 0.0
    price_output: float = 0.0
    temperature: float | None = None
    brief: bool = False

    def micro_usd(self, usage: Usage) -> int:
        """The price of ``usage``; dollars per million tokens are millionths of a dollar per token."""
        return round(usage.prompt_tokens * self.price_input + usage.completion_tokens * self.price_output)
