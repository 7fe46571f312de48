"""From the charter's names to names that Python, SQLAlchemy, pydantic and the printed code itself leave free."""

from __future__ import annotations

import keyword
import re
import unicodedata
import zlib

# Keeps every printed line within its width and, with "_id" and the like, under the 63 bytes of PostgreSQL.
MAX_NAME = 36
_MAX_TABLE = 63

# Attributes of pydantic.BaseModel and of SQLAlchemy's declarative base, and names the printed class bodies use.
_ATTRIBUTES = """
construct copy dict from_orm json parse_file parse_obj parse_raw schema schema_json update_forward_refs validate
model_computed_fields model_config model_construct model_copy model_extra model_fields model_fields_set
model_json_schema model_parametrized_name model_post_init model_rebuild
metadata registry type_annotation_map
bool cast dt int list mapped_column property relationship sa self sorting str today unset utc_now uuid4
"""
RESERVED_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
# pydantic reserves whole prefixes here, so that a trailing underscore would not free the name.
PROTECTED_PREFIXES = ("model_dump", "model_validate")

# Names the printed modules import next to an entity's class.
_CLASSES = """
Annotated Any APIRouter AuditEntry AuthSession AuthUser Base BODIES COLUMNS Columns ConfigDict Conflict CurrentUser
Decimal EmailStr FastAPI Field Forbidden Input Int32 Iterator JsonValue ListQuery Literal Mapped Mapping MISSING Money
OptionalUser Output Page PATH PROBLEMS Query Right RIGHTS RowId RowIds RuleBroken Scaled SEARCHED Seed Session
LINKS Links Rounded SessionDep TestClient TypeVar Unauthorized Url UtcDateTime UtcTime UUID
"""
RESERVED_CLASSES = frozenset(_CLASSES.split())
_RESERVED_MODULES = frozenset({"access", "app", "audit", "auth", "base", "migrations", "reports", "router"})


def snake(name: str) -> str:
    """Turn ``StockMovement`` into ``stock_movement``."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced).lower()


def pascal(name: str) -> str:
    """Turn ``stock movement`` or ``stock_movement`` into ``StockMovement``; letters outside ASCII lose their marks."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", plain))


def words(name: str) -> str:
    """Turn ``StockMovement`` or ``stock_movement`` into ``stock movement``."""
    return snake(name).replace("_", " ")


def attribute(name: str) -> str:
    """Return the Python attribute for a column: the name itself, or with an underscore where it is taken."""
    return f"{name}_" if keyword.iskeyword(name) or name in RESERVED_ATTRIBUTES else name


def class_name(name: str) -> str:
    """Return the class of an entity: its name, or with ``Record`` where the printed code uses the name itself."""
    return f"{name}Record" if keyword.iskeyword(name) or name in RESERVED_CLASSES else name


def module_name(name: str) -> str:
    """Return the file name, without ``.py``, for an entity's snake_case name or plural."""
    return f"{name}_" if keyword.iskeyword(name) or name in _RESERVED_MODULES else name


def article(noun: str) -> str:
    """Put ``a`` or ``an`` before a noun."""
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"


def table_name(name: str) -> str:
    """Return the name cut to what PostgreSQL keeps, with a checksum where something was cut."""
    return name if len(name) <= _MAX_TABLE else f"{name[: _MAX_TABLE - 9]}_{zlib.crc32(name.encode()):08x}"


def name_fault(name: str, *, pascal_case: bool = False) -> str:
    """Say why a name cannot be printed and what to write instead; empty where it can."""
    pattern, form = (r"[A-Z][A-Za-z0-9]*", "PascalCase") if pascal_case else (r"[a-z][a-z0-9_]*", "snake_case")
    if len(name) > MAX_NAME:
        return f"has {len(name)} characters; use at most {MAX_NAME}"
    if not re.fullmatch(pattern, name):
        proposal = pascal(name) if pascal_case else snake(pascal(name))
        hint = f', e.g. "{proposal}"' if re.fullmatch(pattern, proposal) else ""
        return f"is not {form} of ASCII letters and digits; rename it{hint}"
    if name.startswith(PROTECTED_PREFIXES):
        return f'begins with "{name[:10]}", which pydantic keeps for itself; rename it, e.g. "{name[6:]}"'
    return ""
