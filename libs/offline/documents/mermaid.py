"""A Mermaid ER diagram as a document."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.fields import Field, FieldType
from libs.offline.documents.mermaid_text import Attribute, Diagram, End, read_lines
from libs.offline.documents.names import entity_name, key, relation_name
from libs.offline.documents.notes import Broken, Notes, cut
from libs.offline.documents.signing import owner_unseen
from libs.offline.documents.tables import Document, Link, Reference, Table, free
from libs.offline.documents.types import type_of
from libs.offline.lexicon import verbs, words
from libs.offline.lexicon.grammar import PREPOSITIONS
from libs.offline.words import plural_key, singular_key

_LINKING = PREPOSITIONS | words("has have had is are be to can may optional required one many zero each")
_OPTIONAL = re.compile(r"\b(?:nullable|optional|null|may be empty)\b", re.IGNORECASE)


def read_mermaid(text: str) -> Document:
    """Return the document of a diagram; raise ``Broken`` with the line where it cannot be read."""
    diagram = read_lines(text)
    document = Document("Mermaid diagram", title=cut(diagram.title, 80))
    for name, thing in diagram.things.items():
        table = document.add(Table(name, entity=entity_name(thing.name) if thing.name != name else ""))
        for attribute in thing.attributes:
            _attribute(table, attribute, document.notes)
    for left, right, label in diagram.relations:
        _relate(document, left, right, label)
    _leftover(document, diagram)
    document.notes.assume(
        "A Mermaid diagram does not say which fields may be empty: those not called optional are required."
    )
    return document


def _attribute(table: Table, attribute: Attribute, notes: Notes) -> None:
    name = attribute.name.lower()
    if name in table.columns:
        raise Broken(f'"{cut(attribute.name)}" is there twice in {cut(table.name)}', attribute.line)
    place = f"{cut(table.name)}.{cut(attribute.name)}"
    column = typed(attribute, place, notes)
    table.columns[name] = replace(column, unique="UK" in attribute.keys)
    if "PK" in attribute.keys:
        table.primary = (*table.primary, name)
        table.columns[name] = replace(table.columns[name], required=True)


def typed(attribute: Attribute, place: str, notes: Notes) -> Field:
    """Return the column of an attribute; ``string(50)`` has a length, the comment of an enum lists its values."""
    base, _, size = attribute.kind.partition("(")
    known: FieldType | None = type_of(base.rstrip("?"), attribute.name)
    if known is None:
        notes.lose(f'{place}: the type "{cut(attribute.kind)}" is not known; it is kept as a string.')
        known = "string"
    numbers = [int(number) for number in re.findall(r"\d{1,6}", size)]
    optional = base.endswith("?") or bool(_OPTIONAL.search(attribute.comment))
    made = Field(attribute.name, known, attribute.comment, required=not optional)
    if known == "enum":
        values = tuple(filter(None, (each.strip(" '`") for each in re.split(r"[,|/;]", attribute.comment))))
        if len(values) > 1:
            return replace(made, choices=values, description="")
        notes.lose(f"{place}: the values of the enum are not said; it is kept as a string.")
        return replace(made, type="string")
    if known in ("string", "text") and numbers:
        return replace(made, max_length=numbers[0] or None)
    return replace(made, scale=min(numbers[1], 12)) if known == "decimal" and len(numbers) > 1 else made


def _relate(document: Document, left: End, right: End, label: str) -> None:
    if left.many and right.many:
        _link(document, left, right, label)
        return
    holder, target = (
        (right, left) if right.many or (not left.many and _right_holds(document, left, right)) else (left, right)
    )
    table = document.tables[holder.name.lower()]
    column = _column(table, target, label, document)
    name = "" if column else _named(label, target, table)
    columns = (column,) if column else ()
    table.references.append(
        Reference(columns, target.name.lower(), name=name, required=not target.optional, single=not holder.many)
    )


def _right_holds(document: Document, left: End, right: End) -> bool:
    """Say which side of a one-to-one relation points at the other: the one with its key, else the optional one."""
    if _keys(document.tables[right.name.lower()], left):
        return True
    if _keys(document.tables[left.name.lower()], right):
        return False
    return not (left.optional and not right.optional)


def _target_names(target: End) -> set[str]:
    name = key(target.name)
    return {name, singular_key(name)}


def _keys(table: Table, target: End) -> list[str]:
    """Return the free columns of a table that are called after a thing."""
    taken = table.referring()
    free_ones = [found for found in table.columns if found not in taken and relation_name(found) != found]
    exact = [found for found in free_ones if relation_name(found) in _target_names(target)]
    return exact or [found for found in free_ones if relation_name(found).rpartition("_")[2] in _target_names(target)]


def _column(table: Table, target: End, label: str, document: Document) -> str:
    """Return the column that a relation stands for, empty where none does."""
    taken, wished = table.referring(), key(label)
    for found in table.columns:
        if found not in taken and wished and relation_name(table.columns[found].name) == wished:
            return found
    by_name = _keys(table, target)
    return by_name[0] if by_name else ""


def _named(label: str, target: End, table: Table) -> str:
    """Name a relation after its label where that is no verb, else after its target."""
    name = key(label)
    parts = name.split("_")
    spoken = not name or any(part in _LINKING or verbs.lemma(part) for part in parts)
    usual = singular_key(key(target.name))
    wished = (
        usual if spoken and target.name.lower() != table.name.lower() else "parent" if spoken else singular_key(name)
    )
    return free(wished, [*table.columns, *(each.name for each in table.references)])


def _link(document: Document, left: End, right: End, label: str) -> None:
    """Join two things; the one that the label does not name holds the relation."""
    name = plural_key(singular_key(key(label))) if label else ""
    holder, target = left, right
    if name.endswith(plural_key(singular_key(key(left.name)))) and left.name != right.name:
        holder, target = right, left
    spoken = not name or any(part in _LINKING or verbs.lemma(part) for part in key(label).split("_"))
    table = document.tables[holder.name.lower()]
    usual = plural_key(singular_key(key(target.name)))
    wished = name if name.endswith(usual) or not spoken else usual
    table.links.append(Link(free(wished, [*table.columns, *(each.name for each in table.links)]), target.name.lower()))


def _leftover(document: Document, diagram: Diagram) -> None:
    """Follow keys that are marked as such but drawn in no relation, where their names tell what they point at."""
    for name, thing in diagram.things.items():
        table = document.tables[name.lower()]
        for attribute in thing.attributes:
            column = attribute.name.lower()
            if "FK" in attribute.keys and column not in table.referring():
                stem = relation_name(attribute.name)
                found = [each for each in document.tables if stem in {key(each), singular_key(key(each))}]
                if owner_unseen(document, table, column):
                    continue
                if found:
                    table.references.append(Reference((column,), found[0]))
                else:
                    document.notes.lose(f"{cut(name)}.{cut(attribute.name)} points at nothing that is drawn.")
