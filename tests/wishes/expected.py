"""From what is expected to a charter that can be compiled: everything that is not marked ``~``."""

from __future__ import annotations

import msgspec

from libs.contracts.charter import Charter, Entity, Permission, Role
from tests.wishes.want import Grant, Want, Wanted, WantedEntity

FLAGS = ("owned", "account", "soft_delete", "timestamps", "audit")
BUILT_IN = ("public", "user", "admin")


def charter(wanted: Wanted) -> Charter:
    """The charter a careful person would write for this wish."""
    rules = [msgspec.structs.replace(rule, id=f"R{number}") for number, rule in enumerate(_sure(wanted.rules), 1)]
    return Charter(
        wanted.name,
        wanted.title,
        wanted.text[:2000],
        entities=tuple(_entity(entity) for entity in wanted.entities if entity.mark != "~"),
        roles=tuple(Role(name) for name in _sure(wanted.roles) if name not in BUILT_IN),
        permissions=_permissions(_sure(wanted.grants)),
        rules=tuple(rules),
        reports=tuple(_sure(wanted.reports)),
        sign_in=wanted.sign_in,
    )


def _sure(wants: list[Want]) -> list:
    return [want.item for want in wants if want.mark != "~"]


def _entity(wanted: WantedEntity) -> Entity:
    return Entity(
        wanted.name,
        wanted.plural,
        fields=tuple(_sure(wanted.fields)),
        relations=tuple(_sure(wanted.relations)),
        unique_together=tuple(_sure(wanted.unique)),
        states=wanted.states.item if wanted.states and wanted.states.mark != "~" else None,
        actions=tuple(_sure(wanted.actions)),
        computed=tuple(_sure(wanted.computed)),
        search=tuple(name for name, mark in wanted.search.items() if mark != "~"),
        **{flag: wanted.traits.get(flag, "~") != "~" for flag in FLAGS},
    )


def _permissions(grants: list[Grant]) -> tuple[Permission, ...]:
    gathered: dict[tuple[str, str, bool], list[str]] = {}
    for grant in grants:
        actions = gathered.setdefault((grant.role, grant.entity, grant.own), [])
        actions += [grant.action] if grant.action not in actions else []
    return tuple(Permission(role, entity, tuple(actions), own) for (role, entity, own), actions in gathered.items())
