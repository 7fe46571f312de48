"""Golden files: the bytes of every message shape ever written.

A new type needs one: ``python -m tests.unit.contracts.golden`` writes those that are missing and never another. A file
that exists is history. When a test says that it no longer reads, the shape needs a new version, not a new golden file.
A type that has got further fields with defaults gets a further file beside the first: ``<tag>.2.json``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from libs.contracts import artifacts, behaviour, charter, fields
from libs.contracts.publish import catalog

FOLDER = Path(__file__).parents[2] / "golden"
MATCHING = {  # a text for each pattern that a field may ask for
    r"^/[A-Za-z0-9_{}/.-]*": "/books/{id}",
    r"^R[0-9]{1,3}": "R1",
    r"^[a-z][a-z0-9-]{0,59}": "library-api",
    r"^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}": "app/rules.py",
    r"^[^@\s]+@[^@\s]+": "ada@example.org",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}": "book.copies",
}


def bodies() -> dict[str, type[msgspec.Struct]]:
    """Every struct that travels or is part of what travels, by the name of its golden file."""
    sent = {message.tag: message.body for message in catalog.messages()}
    return sent | catalog.replies() | {f"interius.artifact.{_snake(cls.__name__)}": cls for cls in artifact_types()}


def artifact_types() -> list[type[msgspec.Struct]]:
    values = [value for module in (fields, behaviour, charter, artifacts) for value in vars(module).values()]
    found = dict.fromkeys(value for value in values if isinstance(value, type))
    return [cls for cls in found if issubclass(cls, msgspec.Struct) and cls is not msgspec.Struct]


def files(tag: str) -> list[Path]:
    """What was ever written of a type, the newest last."""
    first, *later = [FOLDER / f"{tag}.json", *FOLDER.glob(f"{tag}.[0-9]*.json")]
    return [path for path in (first, *sorted(later, key=_number)) if path.exists()]


def _number(path: Path) -> int:
    return int(path.stem.rsplit(".", 1)[1])


def is_whole(tag: str) -> bool:
    """Whether the newest file of a type holds each of its fields, those of its parts included."""
    return bool(files(tag)) and text(read(files(tag)[-1], bodies()[tag])) == files(tag)[-1].read_text(encoding="utf-8")


def read(path: Path, body: type[msgspec.Struct]) -> msgspec.Struct:
    return msgspec.json.decode(path.read_bytes(), type=body)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def text(body: msgspec.Struct) -> str:
    return msgspec.json.format(msgspec.json.encode(body), indent=2).decode() + "\n"


def sample(body: type[msgspec.Struct]) -> msgspec.Struct:
    """One with every field filled, and with nothing left at its default."""
    return _struct(inspect.type_info(body))


def _struct(kind: Any) -> msgspec.Struct:
    return kind.cls(**{field.name: _value(field.type, field.name, field.default) for field in kind.fields})


def _value(kind: Any, name: str, default: Any = None) -> Any:
    match kind:
        case inspect.StructType():
            return _struct(kind)
        case inspect.UnionType():
            return _value(next(t for t in kind.types if not isinstance(t, inspect.NoneType)), name, default)
        case inspect.VarTupleType():
            return (_value(kind.item_type, name),) * max(1, kind.min_length or 0)
        case inspect.LiteralType():
            return next(value for value in kind.values if value != default)
        case inspect.StrType():
            shape = (kind.pattern or "").removesuffix(fields.END)
            return MATCHING[shape] if shape else f"{name} ü €".ljust(kind.min_length or 0, ".")
    plain = {inspect.BoolType: default is not True, inspect.IntType: 3, inspect.FloatType: 2.5}
    return plain[type(kind)]


def write_missing() -> list[str]:
    FOLDER.mkdir(exist_ok=True)
    missing = [tag for tag in bodies() if not is_whole(tag)]
    written = [f"{tag}.{len(files(tag)) + 1}.json" if files(tag) else f"{tag}.json" for tag in missing]
    for tag, name in zip(missing, written, strict=True):
        (FOLDER / name).write_text(text(sample(bodies()[tag])), encoding="utf-8")
    return written


if __name__ == "__main__":
    import sys

    sys.stdout.write("\n".join(write_missing()) + "\n")
