"""Every fault of a JSON value against a type, with its place; msgspec itself stops at the first."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

MOST_FAULTS = 20  # more than a model can mend in one answer


def find_faults(value: object, answer: type[msgspec.Struct]) -> tuple[str, ...]:
    """What keeps ``value`` (JSON builtins) from being an ``answer``: at most 20 lines of place and reason."""
    return tuple(_walk(value, answer, "$"))[:MOST_FAULTS]


def _walk(value: object, kind: Any, place: str) -> Iterator[str]:
    inner = _bare(kind, value)
    below = list(_below(value, inner, place))
    yield from below
    if below:
        return
    if isinstance(value, str) and "\0" in value:
        yield f"at {place}: a text may not hold the character U+0000"
        return
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield f"at {place}: {_reason(error)}{_shown(value)}{_choices(inner)}"


def _below(value: object, kind: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from _fields(value, kind, place)
    elif isinstance(value, list) and get_origin(kind) is tuple:
        for i, item in enumerate(value):
            yield from _walk(item, get_args(kind)[0], f"{place}[{i}]")


def _fields(value: dict[str, object], kind: type[msgspec.Struct], place: str) -> Iterator[str]:
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        if field.encode_name in value:
            yield from _walk(value[field.encode_name], hints[field.name], f"{place}.{field.encode_name}")
        elif field.required:
            yield f"at {place}.{field.encode_name}: this field is required and missing"
    known = {field.encode_name for field in msgspec.structs.fields(kind)} | {kind.__struct_config__.tag_field}
    for name in value.keys() - known:
        yield f"at {place}.{name}: there is no such field"


def _bare(kind: Any, value: object) -> Any:
    """``X`` of ``Annotated[X, …]`` and, unless the value is null, of ``X | None``; of several the tagged one."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0], value)
    if get_origin(kind) in {types.UnionType, Union} and value is not None:
        several = [arg for arg in get_args(kind) if arg is not type(None)]
        return _bare(several[0], value) if len(several) == 1 else _tagged(several, value) or kind
    return kind


def _tagged(kinds: list[Any], value: object) -> Any:
    """The one of ``kinds`` whose tag ``value`` carries; ``None`` where it carries none of theirs."""
    configs = {kind: kind.__struct_config__ for kind in kinds}
    tags = {kind: value.get(config.tag_field) for kind, config in configs.items()} if isinstance(value, dict) else {}
    return next((kind for kind in kinds if kind in tags and tags[kind] == configs[kind].tag), None)


def _reason(error: msgspec.ValidationError) -> str:
    return str(error).split(" - at `$", 1)[0]


def _choices(kind: Any) -> str:
    return f"; it must be one of: {', '.join(map(str, get_args(kind)))}" if get_origin(kind) is Literal else ""


def _shown(value: object) -> str:
    text = repr(value)
    return f" (it is {text})" if len(text) <= 80 and not isinstance(value, dict | list) else ""
