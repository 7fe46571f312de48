"""The last look at a field: what a printed project could not hold is left out, and said."""

from __future__ import annotations

from msgspec.structs import replace

from libs.blueprint.field_faults import field_faults
from libs.contracts.fields import Field
from libs.offline.documents.notes import Notes, cut

_BOUNDED = frozenset({"integer", "decimal", "money", "date", "datetime"})
_TEXTS = frozenset({"string", "text", "email", "url"})
# What is given up in turn, until the rest holds together.
_PARTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("default", {"default": None}),
    ("pattern", {"pattern": None}),
    ("bounds", {"minimum": None, "maximum": None}),
    ("lengths", {"min_length": None, "max_length": None}),
)
# The longest a text that is printed as one may be, in characters.
MAX_TEXT = 1_000_000


def settled(field: Field, place: str, notes: Notes) -> Field:
    """Return the field with only what its type can have and what fits together."""
    found = _fitting(_choosing(field, place, notes))
    for word, without in _PARTS:
        reason = next(iter(field_faults(found)), "")
        if not reason:
            return found
        simpler = replace(found, **without)
        if simpler != found:
            notes.lose(f"{place}: its {word} could not be kept: {cut(reason, 200)}.")
            found = simpler
    if next(iter(field_faults(found)), ""):
        notes.lose(f"{place}: only its name could be kept.")
        return Field(found.name, "string", found.description, required=found.required)
    return found


def _choosing(field: Field, place: str, notes: Notes) -> Field:
    """Tidy the values of an enum; one without any is a string."""
    kept = tuple(dict.fromkeys(choice for each in field.choices if (choice := cut(each, 80))))
    if field.type != "enum" or (kept and kept == field.choices):
        return field if field.type == "enum" else replace(field, choices=())
    notes.lose(f"{place}: values that are empty, repeated or not printable are not kept as they are.")
    return replace(field, choices=kept) if kept else replace(field, type="string", choices=())


def _fitting(field: Field) -> Field:
    """Drop what does not apply to the type."""
    if field.type not in _TEXTS:
        field = replace(field, min_length=None, max_length=None)
    if field.type not in _BOUNDED:
        field = replace(field, minimum=None, maximum=None)
    if field.type not in ("string", "text"):
        field = replace(field, pattern=None)
    if field.type != "decimal":
        field = replace(field, scale=None)
    if field.type == "json":
        field = replace(field, unique=False, indexed=False)
    if field.max_length is not None and field.max_length > MAX_TEXT:
        field = replace(field, max_length=None)
    return replace(field, indexed=False) if field.unique else field
