"""A provider of models: the client, its limits, and what was learnt about how it wants to be asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from openai import AsyncOpenAI, Timeout

from libs.llm.dialect import OPENAI, Dialect
from libs.llm.limits import Limits

CONNECT_SECONDS = 10.0
_OPENAI_HOST = "//api.openai.com"


@dataclass
class Provider:
    """One endpoint with one key; all its models share connections and the bound on calls at the same time."""

    base_url: str
    key: str = field(repr=False)
    limits: Limits
    client: AsyncOpenAI = field(init=False, repr=False)
    slots: asyncio.Semaphore = field(init=False, repr=False)
    _dialects: dict[str, Dialect] = field(init=False, repr=False, default_factory=dict[str, Dialect])

    def __post_init__(self) -> None:
        timeout = Timeout(self.limits.token_seconds, connect=CONNECT_SECONDS)
        url, key = self.base_url or "https://api.openai.com/v1", self.key or "none"
        self.client = AsyncOpenAI(base_url=url, api_key=key, max_retries=0, timeout=timeout)
        self.slots = asyncio.Semaphore(self.limits.concurrency)

    def dialect(self, model: str) -> Dialect:
        """How ``model`` is asked, as far as is known."""
        at_openai = not self.base_url or _OPENAI_HOST in self.base_url
        return self._dialects.get(model, OPENAI if at_openai else Dialect(brief=self.limits.brief))

    def learn(self, model: str, dialect: Dialect) -> None:
        """Remember how ``model`` is to be asked from now on."""
        self._dialects[model] = dialect

    async def close(self) -> None:
        """Close all connections."""
        await self.client.close()
