"""What a careful person would expect of a wish: parts of a charter, and how freely each may be answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Want(Generic[T]):
    """A part that must be there, or (with a ``mark``) that is right to add and right to leave out.

    What is marked ``+`` is in the charter that is built of it, what is marked ``~`` is not. ``names`` are the names it
    may have, the first the one that is meant; ``others`` are parts that are as right. ``said`` names the details that
    the wish itself settles, and that are therefore counted; ``loose`` those that it leaves open.
    """

    item: T
    mark: str = ""
    names: tuple[str, ...] = ()
    others: tuple[T, ...] = ()
    said: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    types: tuple[str, ...] = ()
    instead: str = ""

    @property
    def may(self) -> bool:
        return bool(self.mark)


@dataclass(frozen=True)
class Grant:
    """``role`` may do one ``action`` on ``entity``."""

    role: str
    entity: str
    action: str
    own: bool = False


@dataclass
class WantedEntity:
    """An entity: ``traits``, ``search`` and ``moves`` map each part to its mark; ``free`` allows any more fields."""

    names: tuple[str, ...]
    plural: str = ""
    mark: str = ""
    free: bool = False
    fields: list[Want] = field(default_factory=list)
    relations: list[Want] = field(default_factory=list)
    computed: list[Want] = field(default_factory=list)
    actions: list[Want] = field(default_factory=list)
    states: Want | None = None
    moves: dict[tuple[str, str], str] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)
    search: dict[str, str] = field(default_factory=dict)
    unique: list[Want] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def may(self) -> bool:
        return bool(self.mark)


@dataclass
class Wanted:
    """One wish with everything that its charter should hold."""

    key: str
    text: str
    name: str = ""
    title: str = ""
    entities: list[WantedEntity] = field(default_factory=list)
    roles: list[Want] = field(default_factory=list)
    grants: list[Want] = field(default_factory=list)
    rules: list[Want] = field(default_factory=list)
    reports: list[Want] = field(default_factory=list)
    sign_in: bool = False
