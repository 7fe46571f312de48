"""A charter that the blueprint can print: behaviour it finds fault with goes back to words or goes."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.blueprint.faults import check_charter
from libs.contracts.charter import Charter, Entity

_PLACE = re.compile(
    r"^(rules|reports|permissions)\[(\d+)\]|^entities\[(\d+)\]\.(states|actions|computed|search"
    r"|unique_together)(?:\[(\d+)\])?"
)
_RULES = re.compile(r"\bR\d+\b")
_ROUNDS = 12


def sound(charter: Charter) -> Charter:
    """Return the charter without the behaviour that has faults; a rule stays in words."""
    for _ in range(_ROUNDS):
        faults = check_charter(charter)
        mended = charter
        for fault in faults:
            mended = _mend(mended, fault)
        mended = _swept(mended)
        if mended == charter:
            return charter
        charter = mended
    return charter


def _mend(charter: Charter, fault: str) -> Charter:
    found = _PLACE.match(fault)
    if found is None:
        ids = set(_RULES.findall(fault))
        rules = tuple(replace(rule, enforcement=None) if rule.id in ids else rule for rule in charter.rules)
        return replace(charter, rules=rules)
    if found[1] == "rules":
        at = int(found[2])
        rules = tuple(
            replace(rule, enforcement=None) if index == at else rule for index, rule in enumerate(charter.rules)
        )
        return replace(charter, rules=rules)
    if found[1] == "reports":
        at = int(found[2])
        return replace(
            charter,
            reports=tuple(replace(one, entity="") if index == at else one for index, one in enumerate(charter.reports)),
        )
    if found[1] == "permissions":
        at = int(found[2])
        return replace(
            charter,
            permissions=tuple(
                replace(one, actions=()) if index == at else one for index, one in enumerate(charter.permissions)
            ),
        )
    at = int(found[3])
    entities = tuple(
        _without(one, found[4], found[5]) if index == at else one for index, one in enumerate(charter.entities)
    )
    return replace(charter, entities=entities)


def _without(entity: Entity, part: str, place: str | None) -> Entity:
    if part == "states":
        return replace(entity, states=None)
    kept = getattr(entity, part)
    at = int(place) if place else 0
    return replace(entity, **{part: tuple(one for index, one in enumerate(kept) if index != at)})


def _swept(charter: Charter) -> Charter:
    """Drop what was emptied: several faults of one charter speak of the places they had together."""
    reports = tuple(one for one in charter.reports if one.entity)
    permissions = tuple(one for one in charter.permissions if one.actions)
    return replace(charter, reports=reports, permissions=permissions)
