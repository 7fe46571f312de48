"""SQL types and defaults as those of a charter."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace
from sqlglot import Expr, exp

from libs.contracts.fields import Field, FieldType
from libs.offline.documents.names import key
from libs.offline.documents.notes import Notes, cut
from libs.offline.documents.types import by_name
from libs.offline.fields import kind as named
from libs.offline.lexicon import words

_KINDS: dict[FieldType, str] = {
    "string": "VARCHAR CHAR NCHAR NVARCHAR BPCHAR NAME INET CIDR IPADDRESS IPV4 IPV6 INTERVAL XML TIME TIMETZ",
    "text": "TEXT TINYTEXT MEDIUMTEXT LONGTEXT CITEXT CLOB",
    "integer": "INT BIGINT SMALLINT TINYINT MEDIUMINT INT128 SERIAL BIGSERIAL SMALLSERIAL YEAR "
    "UINT UBIGINT USMALLINT UTINYINT UMEDIUMINT",
    "decimal": "DECIMAL UDECIMAL BIGDECIMAL DECFLOAT FLOAT DOUBLE UDOUBLE",
    "money": "MONEY SMALLMONEY",
    "boolean": "BOOLEAN BIT",
    "date": "DATE DATE32",
    "datetime": "TIMESTAMP TIMESTAMPTZ TIMESTAMPLTZ TIMESTAMPNTZ DATETIME DATETIME2 DATETIME64 SMALLDATETIME",
    "uuid": "UUID UNIQUEIDENTIFIER",
    "json": "JSON JSONB ARRAY MAP HSTORE SET OBJECT STRUCT",
    "enum": "ENUM",
}
_TYPES: dict[str, FieldType] = {name: kind for kind, names in _KINDS.items() for name in names.split()}
_BINARY = frozenset(["BINARY", "VARBINARY", "BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "IMAGE"])
SERIALS = frozenset({"SERIAL", "BIGSERIAL", "SMALLSERIAL"})
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
_MAX_SCALE = 12
_URL = 2083  # characters; a column of just this length holds addresses
_AT = re.compile(r"(?:_at|_time|timestamp|datetime)$|^time$")
_ON = re.compile(r"(?:_on|_date|birthday)$|^(?:date|day|dob)$")
_UNUSUAL = {"TIME": "a time of day", "TIMETZ": "a time of day", "INTERVAL": "a length of time"}


def typed(name: str, kind: exp.DataType | None, enums: Mapping[str, tuple[str, ...]], notes: Notes) -> Field | None:
    """Return the column of an SQL type, nothing where a charter has no such type (noted)."""
    place = cut(name)
    if kind is None:
        return Field(name, by_name(name, "text"), required=False)
    word = _word(kind)
    if word in _BINARY:
        notes.lose(f"{place}: binary data ({cut(word)}) is not kept; keep files elsewhere and their address here.")
        return None
    if word.lower() in enums:
        return Field(name, "enum", choices=enums[word.lower()], required=False)
    found: FieldType | None = _TYPES.get(word)
    if found is None:
        found = "string"
        notes.lose(f'{place}: the type "{cut(word)}" has no counterpart; it is kept as a string.')
    return _sized(Field(name, found, required=False), kind, word, notes)


def _word(kind: exp.DataType) -> str:
    this = kind.this
    if this == exp.DataType.Type.USERDEFINED:
        named = kind.args.get("kind")
        return str(named.name if isinstance(named, Expr) else named).rpartition(".")[2].strip('"').upper()
    return str(this.value if hasattr(this, "value") else this).upper()


def _sized(field: Field, kind: exp.DataType, word: str, notes: Notes) -> Field:
    numbers = [int(each.name) for each in kind.expressions if each.name.isdigit() and len(each.name) < 9]
    if word in {"TINYINT", "BIT"} and numbers[:1] == [1]:
        return replace(field, type="boolean")
    if field.type == "enum":
        return replace(field, choices=tuple(each.name for each in kind.expressions))
    if field.type in ("string", "text"):
        return _text(field, word, numbers, notes)
    if field.type == "decimal":
        return _number(field, numbers)
    if field.type == "integer":
        return _whole(field, word, notes)
    if word in {"ARRAY", "SET"}:
        notes.assume(f"{cut(field.name)} is a list of values in one column; it is kept as JSON.")
    return field


def _text(field: Field, word: str, numbers: list[int], notes: Notes) -> Field:
    if word in _UNUSUAL:
        notes.assume(f"{cut(field.name)} is {_UNUSUAL[word]}, for which there is no type; it is kept as a string.")
        return replace(field, pattern=_CLOCK) if word != "INTERVAL" else field
    length = numbers[0] if numbers and numbers[0] > 0 else None
    kind = "url" if length == _URL else by_name(field.name, field.type)
    if kind == "uuid" and length not in (32, 36):
        kind = field.type
    usual = {"email": 254, "url": _URL}.get(kind)
    if kind not in ("string", "text", "email", "url") or (length and usual and length >= usual):
        length = None
    return replace(field, type=kind, max_length=length)


def _number(field: Field, numbers: list[int]) -> Field:
    scale = numbers[1] if len(numbers) > 1 else 0 if numbers else None
    name = key(field.name)
    if scale == 2 and (numbers[0] == 12 or named(name, name.rpartition("_")[2]) == "money"):
        return replace(field, type="money")
    return replace(field, scale=None if scale is None else min(scale, _MAX_SCALE))


def _whole(field: Field, word: str, notes: Notes) -> Field:
    if word in {"BIGINT", "UBIGINT", "INT128"} and not key(field.name).endswith("id"):
        notes.assume(f"{cut(field.name)} is kept as a whole number up to 2147483647.")
    if word == "YEAR":
        return replace(field, minimum="1901", maximum="2155")
    return replace(field, minimum="0") if word.startswith("U") else field


def dated(field: Field) -> Field:
    """Return a text column of SQLite, which has no type for moments, as the date or time that its name tells."""
    name = key(field.name)
    if field.type != "text":
        return field
    return (
        replace(field, type="datetime")
        if _AT.search(name)
        else replace(field, type="date")
        if _ON.search(name)
        else field
    )


_NOW = words(
    """
    now current_timestamp currenttimestamp current_date currentdate localtimestamp getdate sysdate datetime date
    timestamp timezone current_datetime currentdatetime clock_timestamp transaction_timestamp statement_timestamp
    utc_timestamp utctimestamp
    """
)
_RANDOM = frozenset({"uuid", "gen_random_uuid", "uuid_generate_v4", "newid", "randomuuid", "generateuuid"})


def default_of(node: Expr, field: Field) -> str | None:
    """Return a default as a charter writes it, ``None`` for NULL; raise ``LookupError`` where it has no word for it."""
    while isinstance(node, exp.Paren | exp.Cast | exp.AtTimeZone):
        node = node.this
    if isinstance(node, exp.Null):
        return None
    name = (node.name if isinstance(node, exp.Anonymous | exp.Column) else node.key).lower()
    if name in _NOW and field.type in ("date", "datetime"):
        return "today" if field.type == "date" else "now"
    if name in _RANDOM and field.type == "uuid":
        return "uuid4"
    return _shaped(constant(node), field)


def _shaped(text: str, field: Field) -> str:
    if field.type == "boolean":
        return {"1": "true", "0": "false", "t": "true", "f": "false"}.get(text.lower(), text.lower())
    return text


def constant(node: Expr) -> str:
    """Return the text of a literal; raise ``LookupError`` where it is none."""
    if isinstance(node, exp.Paren | exp.Cast):
        return constant(node.this)
    if isinstance(node, exp.Neg):
        return f"-{constant(node.this)}"
    if isinstance(node, exp.Boolean):
        return "true" if node.this else "false"
    if isinstance(node, exp.Array) and not node.expressions:
        return "[]"
    if isinstance(node, exp.Literal | exp.BitString | exp.National):
        return node.name
    raise LookupError(node.key)
