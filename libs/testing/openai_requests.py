"""What a client asked of the local OpenAI server, read back into a typed task."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from libs.contracts.artifacts import Architecture, ModelReview, SourceFile, WrittenCode
from libs.contracts.charter import Requirements
from libs.llm.inputs import ArchitectureInput, FileInput, FunctionInput, RequirementsInput, ReviewInput
from libs.llm.port import Task, TaskName

TYPES: dict[str, tuple[type[msgspec.Struct], type[msgspec.Struct]]] = {
    "draft_requirements": (RequirementsInput, Requirements),
    "draft_architecture": (ArchitectureInput, Architecture),
    "write_file": (FileInput, WrittenCode),
    "write_function": (FunctionInput, WrittenCode),
    "review_code": (ReviewInput, ModelReview),
}
_SECTION = re.compile(r'^<data (\w+)(?: path=("(?:[^"\\]|\\.)*"))?>\n(.*?)\n</data>$', re.DOTALL | re.MULTILINE)
_TASK = re.compile(r"^Task (\w+): [^\n]*\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Request:
    """One chat completion request: its JSON, and its headers with lower-case names."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def messages(self) -> list[dict[str, str]]:
        """All messages; the second is the user's."""
        return self.body["messages"]

    @property
    def key(self) -> str:
        """The API key sent along."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    def task(self) -> Task[Any]:
        """The task as the client's side had it.

        Raises:
            ValueError: the request was not rendered by ``libs.llm``.
        """
        asked = self.messages[1]["content"] if len(self.messages) > 1 else ""
        found = _TASK.search(asked)
        if not found or found[1] not in TYPES:
            raise ValueError("the request names no task")
        name: TaskName = found[1]  # pyright: ignore[reportAssignmentType] (checked just above)
        inputs, answer = TYPES[name]
        return Task(name, self.messages[0]["content"], _inputs(asked, inputs), answer)


def _inputs(text: str, kind: type[msgspec.Struct]) -> msgspec.Struct:
    hints = get_type_hints(kind)
    given: dict[str, Any] = {name: None for name in ("module",) if name in hints}
    for name, path, content in _SECTION.findall(text):
        value = _value(hints[name], path, content)
        several = isinstance(value, list)
        given[name] = [*given.get(name, []), *value] if several else value
    return msgspec.convert(given, kind)


def _value(hint: Any, path: str, content: str) -> Any:
    """Text for text, a list of one for lists of texts and files, decoded JSON for the rest."""
    if hint is str:
        return content.replace("&lt;", "<")
    if get_origin(hint) is tuple and get_args(hint)[0] is str:
        return [content.replace("&lt;", "<")]
    if get_origin(hint) is tuple and get_args(hint)[0] is SourceFile:
        return [{"path": msgspec.json.decode(path), "content": content.replace("&lt;", "<")}]
    return msgspec.json.decode(content)
