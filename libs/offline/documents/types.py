"""Type words that people write in diagrams."""

from __future__ import annotations

from libs.contracts.fields import FieldType
from libs.offline.documents.names import key

_WORDS: dict[FieldType, str] = {
    "string": "str varchar varchar2 nvarchar char character nchar time slug phone password ip",
    "text": "longtext mediumtext clob markdown html",
    "integer": "int long bigint smallint tinyint serial bigserial short int32 int64 uint counter autoincrement year",
    "decimal": "float double real numeric number dec percent",
    "money": "currency price amount",
    "boolean": "bool bit flag",
    "datetime": "timestamp timestamptz instant datetime2 datetimeoffset moment",
    "uuid": "guid uniqueidentifier uuid4",
    "json": "jsonb object map dict array list any hstore",
    "enum": "enumeration choice",
    "url": "uri link",
    "date": "day",
    "email": "mail",
}
_KNOWN: dict[str, FieldType] = {word: kind for kind, names in _WORDS.items() for word in (kind, *names.split())}


def type_of(word: str, name: str) -> FieldType | None:
    """Return the type that a word names, finer where the column's name leaves no doubt; ``None`` for no such word."""
    found = _KNOWN.get("json" if word.endswith("[]") else word.lower())
    return by_name(name, found) if found in ("string", "text") else found


def by_name(name: str, kind: FieldType) -> FieldType:
    """Return a text's finer type where its name leaves no doubt."""
    last = key(name).rpartition("_")[2]
    if last == "email" or key(name).endswith("email_address"):
        return "email"
    if last in {"url", "website", "homepage"}:
        return "url"
    return "uuid" if last in {"uuid", "guid"} and kind == "string" else kind
