"""The way from a wish with a document in it to requirements."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.asks import MAX_WISH_BYTES
from libs.contracts.charter import Charter, Requirements
from libs.offline.documents.charter import charter_of
from libs.offline.documents.detect import Found, find
from libs.offline.documents.mermaid import read_mermaid
from libs.offline.documents.notes import Broken, cut
from libs.offline.documents.openapi import read_openapi
from libs.offline.documents.sample import read_sample
from libs.offline.documents.sql import read_sql
from libs.offline.documents.tables import Document
from libs.offline.draft import MAX_ENTITIES, MAX_RULES
from libs.offline.endpoints import endpoints
from libs.offline.lexicon.nouns import SYSTEM_FILLERS

_KINDS = {
    "openapi": "OpenAPI document", "sql": "SQL schema", "mermaid": "Mermaid diagram", "json": "JSON sample",
}  # fmt: skip
_CALLED = re.compile(
    r"\b(?:an?|the|my|our)\s+((?:[\w-]+\s+){1,4}?)(?:api|backend|service|system|app|application)\b", re.I
)
_SAMPLED = re.compile(
    r"\b(?:sample|example|list|array|json)\s+(?:json\s+)?(?:of|for)\s+(?:an?\s+|the\s+|our\s+|my\s+)?([A-Za-z-]+)", re.I
)


def last_document(texts: tuple[str, ...]) -> tuple[Requirements | None, tuple[str, ...]]:
    """Return what the last text with a document says, nothing where none has one, and the texts after it."""
    for index in reversed(range(len(texts))):
        if (found := read_document(texts[index])) is not None:
            return found, texts[index + 1 :]
    return None, texts


def merged(base: Charter, charter: Charter) -> Charter:
    """Return an earlier charter with the things of a document beside its own; those of the same name give way."""
    new = {entity.name: entity for entity in charter.entities}
    entities = {entity.name: entity for entity in base.entities} | new
    rules = [rule for rule in base.rules if rule.entity not in new] + list(charter.rules)
    granted = [each for each in base.permissions if each.entity not in new] + list(charter.permissions)
    made = replace(
        base,
        entities=tuple(entities.values())[:MAX_ENTITIES],
        rules=tuple(replace(rule, id=f"R{number}") for number, rule in enumerate(rules[:MAX_RULES], 1)),
        permissions=tuple(granted[:400]),
        assumptions=tuple(dict.fromkeys((*base.assumptions, *charter.assumptions)))[:60],
        not_understood=charter.not_understood,
        sign_in=base.sign_in or charter.sign_in,
    )
    return replace(made, endpoints=endpoints(made, base))


def read_document(wish: str) -> Requirements | None:
    """Return the system of the document in a wish, or a question where it is broken; nothing where there is none."""
    found = find(wish)
    if found is None:
        return None
    try:
        return Requirements(charter_of(_noted(_read(found), found)))
    except RecursionError:
        return Requirements(None, (_question(found, Broken("it is nested too deeply")),))
    except Broken as error:
        return Requirements(None, (_question(found, error),))


def _read(found: Found) -> Document:
    if len(found.text.encode(errors="replace")) > MAX_WISH_BYTES:
        raise Broken(f"it is larger than {MAX_WISH_BYTES // 1024} KiB")
    if found.kind == "json":
        sampled = _SAMPLED.search(found.prose)
        return read_sample(found.text, sampled[1].lower() if sampled else "")
    return {"openapi": read_openapi, "sql": read_sql, "mermaid": read_mermaid}[found.kind](found.text)


def _noted(document: Document, found: Found) -> Document:
    """Say how the document and the words around it were taken, first of all assumptions."""
    line = f"The {_KINDS[found.kind]} is taken as it stands"
    said = document.notes.assumptions
    around = f'; the words around it change nothing: "{cut(found.prose, 200)}".' if found.prose else "."
    document.notes.assumptions = {line + around: None, **said}
    document.title = document.title or _title(found.prose)
    return document


def _title(prose: str) -> str:
    """Return what the words around a document call the system."""
    called = _CALLED.search(prose[:2000])
    words = [word for word in called[1].split() if word.lower() not in SYSTEM_FILLERS] if called else []
    return f"{' '.join(words).title()} API" if words else ""


def _question(found: Found, error: Broken) -> str:
    where = f" in line {error.line + found.above}" if error.line else ""
    return (
        f"I cannot read the {_KINDS[found.kind]}{where}: {error.reason[:250]}. "
        "Could you send it again with that corrected, or say in a sentence what the system keeps?"
    )[:400]
