"""A JSON Schema (2020-12) for the body of every message."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from libs.contracts.publish import catalog

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def files() -> dict[str, dict[str, Any]]:
    """Schemas by file name; ``$id`` is that name, so that they can be served from anywhere."""
    bodies: dict[str, type[Struct]] = {message.tag: message.body for message in catalog.messages()}
    return {f"{tag}.json": schema(tag, body) for tag, body in sorted((bodies | catalog.replies()).items())}


def schema(tag: str, body: type[Struct]) -> dict[str, Any]:
    """The schema of one body."""
    return {"$schema": DIALECT, "$id": f"{tag}.json", "title": tag, **msgspec.json.schema(body)}


def components(ref_template: str) -> dict[str, Any]:
    """Every struct by name, referring to each other by ``ref_template``."""
    bodies = [*(message.body for message in catalog.messages()), *catalog.replies().values()]
    return dict(sorted(msgspec.json.schema_components(bodies, ref_template=ref_template)[1].items()))
