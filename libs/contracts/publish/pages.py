"""Every published file by its name, as text: the same contracts always give the same bytes."""

from __future__ import annotations

import json
from typing import Any

from libs.contracts.publish import markdown, schemas
from libs.contracts.publish.asyncapi import document


def pages() -> dict[str, str]:
    """Text by path relative to the documentation folder."""
    found = {"events.md": markdown.page(), "asyncapi.json": _json(document())}
    return found | {f"schemas/{name}": _json(schema) for name, schema in schemas.files().items()}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
