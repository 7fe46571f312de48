"""The line in each printed module that names the parts of the charter it comes from."""

from __future__ import annotations

import re
import textwrap

from libs.blueprint.sheets import Sheet
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter

_WIDTH = 110
_LEAD = "From the charter: "
_KINDS = "which kinds of fields, relations and rules there are"
_PEOPLE = "roles, and that people sign in"
_RIGHTS = "every entity, roles, permissions, owners, accounts"
# Of files that stand for no single entity.
_FIXED = {
    "app/__init__.py": "title",
    "app/access.py": f"{_RIGHTS}, reports",
    "app/audit.py": "which entities have an audit log",
    "app/auth/dependencies.py": _PEOPLE,
    "app/auth/routes.py": _PEOPLE,
    "app/auth/schemas.py": _PEOPLE,
    "app/columns.py": _KINDS,
    "app/crud.py": _KINDS,
    "app/database.py": _KINDS,
    "app/errors.py": _KINDS,
    "app/main.py": "title, description, every entity",
    "app/models/__init__.py": "every entity",
    "app/models/audit.py": "which entities have an audit log",
    "app/pagination.py": _KINDS,
    "app/routes/__init__.py": "every entity",
    "app/rules/__init__.py": _KINDS,
    "app/schemas/__init__.py": "every entity",
    "app/schemas/base.py": _KINDS,
    "app/settings.py": "name, and that people sign in",
    "migrations/versions/0001_initial.py": "every entity",
    "tests/access.py": _RIGHTS,
    "tests/checks.py": _KINDS,
    "tests/conftest.py": "that people sign in",
    "tests/seed.py": "every entity, and the rules that a row must keep",
    "tests/test_access.py": "permissions, owners, accounts",
    "tests/test_audit.py": "which entities have an audit log",
    "tests/test_auth.py": _PEOPLE,
}
_OWNERS = "app/custom/"


def with_origin(text: str, sheet: Sheet, charter: Charter) -> str:
    """Return a module whose docstring ends with the parts of the charter it comes from; as it is where there are none.

    The owner's places name their rule or action by themselves.
    """
    found = "" if sheet.path.startswith(_OWNERS) else _origin(text, sheet, charter)
    head = re.match(r'"""(.*?)\n?"""\n', text, re.DOTALL)
    if not found or head is None:
        return text
    said = "\n".join(textwrap.wrap(f"{_LEAD}{found}.", _WIDTH, break_long_words=False))
    return f'"""{head[1]}\n\n{said}\n"""\n{text[head.end() :]}'


def _origin(text: str, sheet: Sheet, charter: Charter) -> str:
    rules = [rule.id for rule in charter.rules if _names(text, rule)]
    of_rules = f"rule{'s' if len(rules) > 1 else ''} {', '.join(rules)}" if rules else ""
    parts = _FIXED.get(sheet.path) or sheet.values.get("origin") or _of_entity(sheet.values.get("view"))
    return "; ".join(part for part in (parts, of_rules) if part)


def _of_entity(view: EntityView | None) -> str:
    return f"entity {view.name}" if view else ""


def _names(text: str, rule: Rule) -> bool:
    """Tell whether a text names a rule: by its id, or in the name of a function or an index."""
    return re.search(rf'\b{rule.id}\b|\b(?:test_)?{rule.id.lower()}_|_{rule.id.lower()}"', text) is not None
