"""Which model an agent asks, by its settings and the run's wish."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from libs.contracts.envelope import derive_id
from libs.llm import config as llm
from libs.llm.port import Model


class Models(Protocol):
    """Gives models by agent; tests hand in one that gives a scripted model."""

    def get(self, agent: str, override: str) -> Model:
        """The model of ``agent``, or the one called ``override`` if the run asks for one."""
        ...

    def writes_code(self, override: str) -> bool:
        """Whether the implementer's model can be asked for a file of its own."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...


class ConfiguredModels(llm.Models):
    """Models by settings."""

    def __init__(self, settings: llm.ModelSettings) -> None:
        super().__init__(settings)
        self._implementer = settings.name_for("implementer")

    def writes_code(self, override: str) -> bool:
        """The offline model prints and never writes."""
        return (override or self._implementer) != llm.OFFLINE


class Prompt:
    """An agent's prompt: prose in a file beside it, and the hash that its facts record."""

    def __init__(self, module_file: str, name: str = "prompt.md") -> None:
        self.text = (Path(module_file).parent / name).read_text(encoding="utf-8")
        self.hash = derive_id("prompt", self.text)[:8]
