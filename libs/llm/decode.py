"""From what a model wrote to a typed answer."""

from __future__ import annotations

import re

import msgspec

from libs.contracts.artifacts import WrittenCode
from libs.llm.correct import invalid
from libs.llm.faults import find_faults
from libs.llm.port import T

_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_NUL = "\\u0000"  # valid in JSON, but PostgreSQL stores no text with it
_FENCE = re.compile(r"```([\w.+-]*)[^\n]*\n(.*?)\n?```", re.DOTALL)
_WHOLE_FENCE = re.compile(r"```(?!json\b)[^\n]*\n(.*?)\n?(?:```)?\Z", re.DOTALL)
_NO_CODE = "at $: the answer holds no code; answer with the whole text of the file in one fenced code block"


def decode(text: str, answer: type[T]) -> T:
    """The typed answer in ``text``: bare JSON, JSON among other words, or (for code) a fenced block.

    Raises:
        ModelError: ``invalid_output`` with each fault.
    """
    try:
        value = msgspec.json.decode(text, type=answer)
    except (msgspec.DecodeError, UnicodeError):
        return _decode_loosely(text, answer)
    return value if _NUL not in text else _decode_loosely(text, answer)


def _decode_loosely(text: str, answer: type[T]) -> T:
    said = _THOUGHTS.sub("", text)
    code = _fenced_code(said) if answer is WrittenCode else ""
    value = {"content": code} if code else _json_object(said)
    if value is None:
        raise invalid(text, (_NO_CODE if answer is WrittenCode else _no_json(said),))
    if faults := find_faults(value, answer):
        raise invalid(text, faults)
    return msgspec.convert(value, answer)


def _json_object(text: str) -> dict[str, object] | None:
    """The first JSON object that stands in ``text`` whole: in a fence, alone, or between other words."""
    spans = [block for _, block in _FENCE.findall(text)]
    spans.append(text[text.find("{") : text.rfind("}") + 1])
    for span in spans:
        try:
            return msgspec.json.decode(span, type=dict[str, object])
        except (msgspec.DecodeError, UnicodeError):
            continue
    return None


def _fenced_code(text: str) -> str:
    """The one block an answer consists of, fences inside it included; else the longest block among other words."""
    if whole := _WHOLE_FENCE.match(text.strip()):
        return f"{whole[1]}\n"
    blocks = [block for language, block in _FENCE.findall(text) if language != "json"]
    return max(blocks, key=len) + "\n" if blocks else ""


def _no_json(text: str) -> str:
    if not text.strip():
        return "at $: the answer is empty; answer with one JSON object"
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        return f"at $: the answer is not one JSON object ({error}); it begins with {text.strip()[:60]!r}"
    return f"at $: the answer is JSON, but not an object; it begins with {text.strip()[:60]!r}"
