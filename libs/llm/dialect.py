"""What a provider understands of the chat API, learnt from what it refuses.

Code is asked for in a fenced block and never inside JSON: models write worse code where each quote and line break is
escaped, and a small one held to a schema ends the string at the first quote it forgets to escape.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from libs.contracts.artifacts import WrittenCode
from libs.llm.schema import BARE, BRIEF, LEAN, Form, strict_schema
from libs.llm.schema import OPENAI as OPENAI_FORM

# How an answer is held to its shape, best first: a schema of this form, JSON alone, words alone.
_LEVELS: tuple[Form | str, ...] = (LEAN, OPENAI_FORM, BARE, "json_object", "words")
_ABOUT_SHAPE = ("response_format", "json_schema", "json_object", "schema", "grammar", "structured output")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to ask one provider's model. ``described``: the schema stands in the prompt as well."""

    level: int = 0
    described: bool = False
    counts_stream: bool = True
    completion_tokens: bool = False
    temperature: bool = True
    brief: bool = False

    @property
    def free(self) -> bool:
        """Nothing but words hold any answer to its shape."""
        return _LEVELS[self.level] == "words"

    def describes(self, answer: type[msgspec.Struct]) -> bool:
        """The prompt says which shape the answer has."""
        return self.described or answer is WrittenCode

    def response_format(self, name: str, answer: type[msgspec.Struct]) -> dict[str, Any] | None:
        """The ``response_format`` of a call, if it has one; code has none."""
        level = "words" if answer is WrittenCode else _LEVELS[self.level]
        if isinstance(level, str):
            return None if level == "words" else {"type": level}
        schema = strict_schema(answer, BRIEF if self.brief and level is LEAN else level)
        return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}

    def simpler(self, complaint: str) -> Dialect | None:
        """The dialect without what a refusal complains of; ``None`` if that is something else."""
        said = complaint.lower()
        if self.counts_stream and "stream_options" in said:
            return replace(self, counts_stream=False)
        if "max_tokens" in said and "max_completion_tokens" in said:
            return replace(self, completion_tokens=True) if not self.completion_tokens else None
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if not self.free and any(word in said for word in _ABOUT_SHAPE):
            return replace(self, level=self.level + 1, described=self.level >= 2)
        return None


OPENAI = Dialect(level=1, completion_tokens=True)
