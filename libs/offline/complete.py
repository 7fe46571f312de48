"""What nobody says because it goes without saying: usual columns, each noted as an assumption."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.fields import Field
from libs.offline import fields
from libs.offline.draft import Draft, EntityDraft
from libs.offline.lexicon import words
from libs.offline.lexicon.catalog import FIELDS, PERSON
from libs.offline.lexicon.nouns import PEOPLE
from libs.offline.words import human, pascal, series

_SPEC = re.compile(r"(?P<name>[a-z_]+)(?::(?P<type>[a-z]+))?(?:=(?P<choices>[a-z_|]+))?(?P<more>>0)?(?P<signs>[*?]*)")
# A column that is there already stands for any other of its group.
_SAME = (
    words(
        "name title first_name last_name full_name label username headline subject caption question number code barcode"
    ),
    words("done completed status state finished is_done is_completed stage"),
    words("kind type direction movement_type"),
    words("quantity amount number_of_items count"),
    words("body text content message"),
    words("price unit_price amount"),
    words("rating score stars"),
)


def complete(draft: Draft) -> None:
    """Give each new entity the columns it cannot do without, and the usual ones when the wish names none."""
    for entity in draft.entities.values():
        if not entity.fixed:
            _complete(draft, entity)


def _complete(draft: Draft, entity: EntityDraft) -> None:
    always, usual = _known(entity)
    bare = not entity.fields
    added = [_add(draft, entity, spec) for spec in [*always, *(usual if bare else [])]]
    names = [name for name in added if name]
    if not entity.fields:
        draft.put_field(entity, Field("name", "string", max_length=fields.STRING_LENGTH))
        names.append("name")
    if names:
        word = "fields" if len(names) > 1 else "field"
        listed = series([human(name) for name in names])
        draft.assume(f"{pascal(entity.key)} has the {word} {listed}, which the wish does not name.")


def _known(entity: EntityDraft) -> tuple[list[str], list[str]]:
    tail = entity.key.rpartition("_")[2]
    line = FIELDS.get(entity.key) or FIELDS.get(tail) or (PERSON if tail in PEOPLE else "")
    always, _, usual = f" {line} ".partition(" | ")
    told = entity.key not in FIELDS and bool(entity.fields)
    return ([] if told else always.split()), usual.split()


def _add(draft: Draft, entity: EntityDraft, spec: str) -> str:
    """Add the column of a catalog entry unless something said stands for it; return its name."""
    column = catalogued(spec)
    taken = column.name in entity.fields or column.name in entity.relations or _stood_for(entity, column)
    related = any(column.name in {relation.target, f"{relation.target}_name"} for relation in entity.relations.values())
    if taken or related or column.name == entity.key:
        return ""
    draft.put_field(entity, column)
    return column.name


def _stood_for(entity: EntityDraft, column: Field) -> bool:
    if any(column.name in group and group & set(entity.fields) for group in _SAME):
        return True
    dates = {"date", "datetime"}
    stated = [one for one in list(entity.fields.values())[: entity.stated] if one.type in dates]
    return column.type in dates and bool(stated) and entity.stated > 0


def catalogued(spec: str) -> Field:
    """Return the column of a catalog entry such as ``status=open|closed`` or ``email*``."""
    found = _SPEC.fullmatch(spec)
    if found is None:
        return Field(spec, "string")
    column = fields.typed(found["name"])
    if found["type"]:
        column = fields.retyped(column, found["type"])
    if found["choices"]:
        column = fields.choosing(column, tuple(found["choices"].split("|")))
    if found["more"]:
        column = replace(column, minimum="1")
    signs = found["signs"] or ""
    return replace(column, required="?" not in signs, unique="*" in signs or column.unique)


def describe_guesses(draft: Draft) -> None:
    """Note what was read into the columns that are there: values of enums, uniqueness, bounds nobody stated."""
    for entity in draft.entities.values():
        if entity.fixed:
            continue
        for column in entity.fields.values():
            _describe(draft, entity, column)


def _describe(draft: Draft, entity: EntityDraft, column: Field) -> None:
    usual = fields.typed(column.name)
    if column.type == "enum" and column.choices == usual.choices:
        values = series([human(value) for value in column.choices])
        draft.assume(f"{pascal(entity.key)}.{column.name} is one of {values}; the wish gives no values.")
    if column.unique and usual.unique:
        draft.assume(f"{pascal(entity.key)}.{column.name} is unique, as such numbers and names usually are.")
