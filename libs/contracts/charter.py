"""The charter: what a system keeps, what it does, who may do what, and which rules hold.

Every struct is frozen and refuses unknown fields. None holds a ``dict`` or a fixed-length tuple, so that each has a
strict JSON Schema that a model can be held to.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from libs.contracts.behaviour import Action, Computed, Report, Rule, States
from libs.contracts.fields import END, Field, Line, Name, Relation

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Crud = Literal["create", "read", "update", "delete"]


class UniqueTogether(Struct, frozen=True, forbid_unknown_fields=True):
    """Fields or relations whose values no two rows share all together."""

    fields: Annotated[tuple[Name, ...], Meta(min_length=2, max_length=8)]


class Entity(Struct, frozen=True, forbid_unknown_fields=True):
    """A thing the system keeps. ``name`` is PascalCase singular, ``plural`` is snake_case plural.

    ``owned``: each row belongs to the user who made it, and so do the rows that cannot exist without one of its rows.
    ``account``: each row is a person who may sign in. ``search`` names the text fields that ``?q=`` looks through.
    """

    name: Name
    plural: Name
    description: Line = ""
    fields: Annotated[tuple[Field, ...], Meta(max_length=60)] = ()
    relations: Annotated[tuple[Relation, ...], Meta(max_length=30)] = ()
    owned: bool = False
    account: bool = False
    unique_together: Annotated[tuple[UniqueTogether, ...], Meta(max_length=10)] = ()
    states: States | None = None
    actions: Annotated[tuple[Action, ...], Meta(max_length=20)] = ()
    computed: Annotated[tuple[Computed, ...], Meta(max_length=20)] = ()
    search: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
    soft_delete: bool = False
    timestamps: bool = False
    audit: bool = False


class Endpoint(Struct, frozen=True, forbid_unknown_fields=True):
    """A route the system answers. ``entity`` is empty where the route belongs to none."""

    method: Method
    path: Annotated[str, Meta(pattern=r"^/[A-Za-z0-9_{}/.-]*" + END, max_length=200)]
    summary: Line
    entity: str = ""
    request: Line = ""
    response: Line = ""
    errors: tuple[Line, ...] = ()
    roles: tuple[Name, ...] = ()


class Role(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who uses the system, in snake_case singular (``librarian``). ``signup``: who registers gets this role.

    Three roles need no mention: ``public`` is everybody, signed in or not; ``user`` is everybody signed in; ``admin``
    may do everything.
    """

    name: Name
    description: Line = ""
    signup: bool = False


class Permission(Struct, frozen=True, forbid_unknown_fields=True):
    """``role`` may do ``actions`` on ``entity``; ``own_only`` limits that to rows of their own.

    An action is ``create``, ``read``, ``update``, ``delete`` or the name of one of the entity's actions. What no
    permission mentions of an entity, every signed-in user may do (with owned rows: their owner).
    """

    role: Name
    entity: Name
    actions: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=24)]
    own_only: bool = False


class Charter(Struct, frozen=True, forbid_unknown_fields=True):
    """The requirements of a system. ``name`` is a slug: lower case letters, digits and hyphens.

    ``sign_in``: people sign in even where no role, permission or owner asks for it. ``confidence`` is how sure the
    reader is to have understood the wish, from 0 to 100; ``not_understood`` are the parts of the wish it could not use.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,59}" + END)]
    title: Name
    description: Annotated[str, Meta(max_length=2000)]
    entities: Annotated[tuple[Entity, ...], Meta(max_length=80)] = ()
    endpoints: Annotated[tuple[Endpoint, ...], Meta(max_length=400)] = ()
    roles: Annotated[tuple[Role, ...], Meta(max_length=20)] = ()
    permissions: Annotated[tuple[Permission, ...], Meta(max_length=400)] = ()
    rules: Annotated[tuple[Rule, ...], Meta(max_length=100)] = ()
    assumptions: Annotated[tuple[Line, ...], Meta(max_length=60)] = ()
    open_questions: Annotated[tuple[Line, ...], Meta(max_length=30)] = ()
    passages: tuple[Name, ...] = ()
    reports: Annotated[tuple[Report, ...], Meta(max_length=40)] = ()
    sign_in: bool = False
    confidence: Annotated[int, Meta(ge=0, le=100)] | None = None
    not_understood: Annotated[tuple[Line, ...], Meta(max_length=60)] = ()


class Requirements(Struct, frozen=True, forbid_unknown_fields=True):
    """The requirements stage's answer: a charter, or the questions that must be answered first."""

    charter: Charter | None
    questions: Annotated[tuple[Line, ...], Meta(max_length=10)] = ()
