"""What the sentences of a wish say, one fact each, before it is decided which things become entities."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from libs.offline.items import Item
from libs.offline.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing the system is to keep. ``strong``: it was listed as such, so an unknown word counts too.

    ``defined``: the wish says what it has.
    """

    phrase: Phrase
    strong: bool = True
    defined: bool = False


@dataclass(frozen=True, slots=True)
class Has:
    """An owner has an item: a column, a child, or a partner."""

    owner: Phrase
    item: Item
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Belongs:
    """A child points at a parent; ``many`` when at several."""

    child: Phrase
    parent: Phrase
    verb: str = ""
    many: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something to things."""

    actor: Phrase
    verbs: tuple[str, ...]
    object: Phrase | None
    only: bool = False
    modal: bool = False
    own: bool = False
    binding: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """A constraint on a column of an owner; with none named, of whoever has it, or of what was last spoken about."""

    owner: Phrase | None
    item: Item
    hint: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """A rule in words and the noun phrases in it."""

    text: str
    about: tuple[Phrase, ...] = ()
    listed: bool = False


@dataclass(slots=True)
class Facts:
    """Everything read from a wish."""

    title: tuple[str, ...] = ()
    mentions: list[Mention] = field(default_factory=list[Mention])
    has: list[Has] = field(default_factory=list[Has])
    belongs: list[Belongs] = field(default_factory=list[Belongs])
    acts: list[Act] = field(default_factory=list[Act])
    limits: list[Limit] = field(default_factory=list[Limit])
    loose: list[Item] = field(default_factory=list[Item])
    owned: list[Phrase] = field(default_factory=list[Phrase])
    roles: list[Phrase] = field(default_factory=list[Phrase])
    rules: list[Stated] = field(default_factory=list[Stated])
    unread: list[str] = field(default_factory=list[str])
    nouns: Counter[str] = field(default_factory=Counter[str])
    topics: set[str] = field(default_factory=set[str])
    asked: bool = False
