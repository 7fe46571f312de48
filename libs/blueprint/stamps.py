"""Columns that the server fills in: when a row was made, changed or deleted, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from libs.contracts.charter import Entity

USERS = "auth_users"
_MOMENT = "UtcDateTime"


@dataclass(frozen=True)
class Stamp:
    """A column no request sets: its name, its type in Python and in SQL, and further options of the mapped column."""

    name: str
    annotation: str
    sql: str
    options: tuple[str, ...] = ()
    target: str = ""
    note: str = ""

    @property
    def optional(self) -> bool:
        """Tell whether the column may be empty."""
        return self.annotation.endswith("| None")

    @property
    def shown(self) -> bool:
        """Tell whether answers hold it; a row that is deleted is never answered."""
        return self.name != "deleted_at"


class Stamps:
    """The stamps of one entity; ``keys`` are the names its relations take."""

    def __init__(self, entity: Entity, keys: set[str]) -> None:
        self._entity = entity
        self._keys = keys

    @cached_property
    def owner(self) -> str:
        """Name the column that holds whose row it is; empty where rows belong to nobody."""
        if self._entity.account:
            return self._free("user_id", "login_id")
        return self._free("owner_id", "created_by_id") if self._entity.owned else ""

    def _free(self, wanted: str, other: str) -> str:
        return other if wanted in self._keys else wanted

    @cached_property
    def all(self) -> tuple[Stamp, ...]:
        """Return the entity's stamps in the order they are printed."""
        return (*self._ownership(), *self._moments())

    def _ownership(self) -> list[Stamp]:
        if not self.owner:
            return []
        if self._entity.account:
            key = f'sa.ForeignKey("{USERS}.id", ondelete="SET NULL")'
            return [Stamp(self.owner, "int | None", key, ("unique=True",), USERS, "the login of this person; unique")]
        key = f'sa.ForeignKey("{USERS}.id", ondelete="RESTRICT")'
        return [Stamp(self.owner, "int", key, ("index=True",), USERS, "whoever created the row")]

    def _moments(self) -> list[Stamp]:
        found: list[Stamp] = []
        if self._entity.timestamps:
            found.append(Stamp("created_at", "dt.datetime", _MOMENT, ("default=utc_now",)))
            found.append(Stamp("updated_at", "dt.datetime", _MOMENT, ("default=utc_now", "onupdate=utc_now")))
        if self._entity.soft_delete:
            found.append(Stamp("deleted_at", "dt.datetime | None", _MOMENT, ("index=True",)))
        return found
