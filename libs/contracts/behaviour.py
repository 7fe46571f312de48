"""What a charter says beyond its data: states, actions, rules that can be compiled, computed fields, reports.

A path is a field of the row at hand, or one reached through its to-one relations: ``status``, ``book.copies``. Nothing
here holds code; every part is printed by the blueprint as plain Python and SQL.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from libs.contracts.fields import END, Field, FieldType, Line, Name, Relation

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge", "in", "is_set", "is_unset"]
Function = Literal["count", "sum", "avg", "min", "max"]
ValueKind = Literal["literal", "field", "input", "now", "today", "user"]
EffectKind = Literal["set", "increase", "decrease", "create"]

Path = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}" + END, max_length=200)]


class Value(Struct, frozen=True, forbid_unknown_fields=True):
    """A value in a condition or an effect.

    ``text`` is the value itself (``literal``), a path (``field``), the name of an input (``input``), or an offset such
    as ``+24 hours``, ``-7 days`` or nothing (``now``, ``today``). ``user`` is whoever is signed in.
    """

    kind: ValueKind = "literal"
    text: Line = ""


class Condition(Struct, frozen=True, forbid_unknown_fields=True):
    """``field operator value``. ``in`` compares with ``choices``; ``is_set`` and ``is_unset`` compare with nothing."""

    field: Path
    operator: Operator = "eq"
    value: Value | None = None
    choices: Annotated[tuple[Name, ...], Meta(max_length=40)] = ()


Conditions = Annotated[tuple[Condition, ...], Meta(max_length=12)]


class Limit(Struct, frozen=True, forbid_unknown_fields=True, tag="limit"):
    """At most ``maximum`` over the rows ``where`` holds that share the relation ``per`` (all rows, if empty).

    "At most 5 open loans a member": ``Limit(per="member", where=(returned_on is_unset), maximum=5)`` on ``Loan``. The
    maximum may be a path of the row: ``book.copies``. ``sum`` adds up ``field``. ``scope`` are further fields or
    relations that the rows share, ``starts_at.day`` the day (in UTC) of a datetime: "2 lessons a day per student".
    """

    maximum: Value
    function: Literal["count", "sum"] = "count"
    field: str = ""
    per: str = ""
    where: Conditions = ()
    scope: Annotated[tuple[Path, ...], Meta(max_length=4)] = ()


class NoOverlap(Struct, frozen=True, forbid_unknown_fields=True, tag="no_overlap"):
    """Two rows that share ``scope`` (relations or fields) never overlap in time; an end touches the next start."""

    start: Name
    end: Name
    scope: Annotated[tuple[Name, ...], Meta(max_length=6)] = ()
    where: Conditions = ()


class UniqueIn(Struct, frozen=True, forbid_unknown_fields=True, tag="unique_in"):
    """No two rows that ``where`` holds have the same values in all of ``fields`` (fields or relations)."""

    fields: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=8)]
    where: Conditions = ()


class Requires(Struct, frozen=True, forbid_unknown_fields=True, tag="requires"):
    """Whenever ``when`` holds of a row, ``must`` holds too: required-if, an end after its start.

    A condition on ``now`` or ``today`` is checked when one of its fields is written, not for ever after.
    """

    must: Annotated[tuple[Condition, ...], Meta(min_length=1, max_length=12)]
    when: Conditions = ()


class Immutable(Struct, frozen=True, forbid_unknown_fields=True, tag="immutable"):
    """Once ``when`` holds of a row, ``fields`` no longer change; without fields, nor may the row change or go."""

    when: Conditions = ()
    fields: Annotated[tuple[Name, ...], Meta(max_length=30)] = ()


class BlockedBy(Struct, frozen=True, forbid_unknown_fields=True, tag="blocked_by"):
    """None of ``actions`` is done on a row while rows of ``source`` point at it by ``relation``, as ``where`` says."""

    source: Name
    relation: Name
    actions: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=10)] = ("delete",)
    where: Conditions = ()


class Ledger(Struct, frozen=True, forbid_unknown_fields=True, tag="ledger"):
    """Each row moves ``balance`` of its ``relation`` by ``amount``, and the balance never falls below ``minimum``.

    ``direction`` is an enum field whose choices in ``decreases`` take away; without it every row adds its amount, which
    may be negative. "Stock never goes below zero": on ``StockMovement``, with the balance ``stock`` of ``product``.
    Nobody writes the balance: it starts at its default, or without one at what a new row is given as opening balance.
    """

    relation: Name
    balance: Name
    amount: Name
    direction: str = ""
    decreases: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
    minimum: str = "0"


Enforcement = Limit | NoOverlap | UniqueIn | Requires | Immutable | BlockedBy | Ledger


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """A business rule. ``id`` (``R1``) is how code and tests point back at it.

    With ``enforcement`` the blueprint compiles it on ``entity``; without, it stays in words, for judgement.
    """

    id: Annotated[str, Meta(pattern=r"^R[0-9]{1,3}" + END)]
    text: Annotated[str, Meta(min_length=1, max_length=400)]
    entity: str = ""
    enforcement: Enforcement | None = None


class Transition(Struct, frozen=True, forbid_unknown_fields=True):
    """A change of state that is allowed."""

    source: Name
    target: Name


class States(Struct, frozen=True, forbid_unknown_fields=True):
    """The life of a row: ``field`` is an enum of its entity, starts at ``initial`` and moves only by ``transitions``.

    A transition into a state that an action sets is made by that action alone.
    """

    field: Name
    initial: Name
    transitions: Annotated[tuple[Transition, ...], Meta(min_length=1, max_length=100)]


class Assignment(Struct, frozen=True, forbid_unknown_fields=True):
    """``field`` (or relation) of a new row gets ``value``."""

    field: Name
    value: Value


class Effect(Struct, frozen=True, forbid_unknown_fields=True):
    """What an action does: sets or moves ``target`` (a path) by ``value``, or creates a row of the entity ``target``.

    ``set`` without a value clears the field. ``assignments`` fill a created row; a relation to the row that the action
    runs on is given as the field value ``id``.
    """

    kind: EffectKind
    target: Name
    value: Value | None = None
    assignments: Annotated[tuple[Assignment, ...], Meta(max_length=40)] = ()


class Action(Struct, frozen=True, forbid_unknown_fields=True):
    """Something done with one row that is more than writing its fields: ``POST /loans/{id}/return``.

    ``name`` is a verb in snake_case. ``checks`` must hold of the row before, ``effects`` happen in order in the same
    transaction. ``logic`` says in words what no effect can; that part is left to judgement.
    """

    name: Name
    summary: Line = ""
    inputs: Annotated[tuple[Field, ...], Meta(max_length=20)] = ()
    references: Annotated[tuple[Relation, ...], Meta(max_length=10)] = ()
    checks: Conditions = ()
    effects: Annotated[tuple[Effect, ...], Meta(max_length=20)] = ()
    logic: Line = ""


class Aggregate(Struct, frozen=True, forbid_unknown_fields=True):
    """``function`` over ``field`` of the rows of ``source`` that point here by ``relation``, as ``where`` says."""

    function: Function
    source: Name
    relation: Name
    field: str = ""
    where: Conditions = ()


class Computed(Struct, frozen=True, forbid_unknown_fields=True):
    """A field that is never stored: an aggregate, or an expression such as ``quantity * product.price``.

    An expression holds paths, other computed fields, numbers, ``+ - * /`` and parentheses.
    """

    name: Name
    type: FieldType
    expression: Line = ""
    aggregate: Aggregate | None = None
    description: Line = ""


class Measure(Struct, frozen=True, forbid_unknown_fields=True):
    """A column of a report: ``function`` over ``field`` (a path) of each group."""

    name: Name
    function: Function
    field: str = ""


class Report(Struct, frozen=True, forbid_unknown_fields=True):
    """A question with its own route, ``GET /reports/<name>``: rows of ``entity`` that ``where`` holds.

    With ``measures`` the rows are grouped by ``group_by`` (paths); without, ``columns`` are listed (all, if empty).
    A path to group by may end in the ``year``, ``month`` or ``day`` of a date or datetime: ``paid_at.month``.
    ``parameters`` are asked of the caller and used as ``input`` values. Without ``roles`` every signed-in user may ask.
    """

    name: Name
    entity: Name
    summary: Line = ""
    parameters: Annotated[tuple[Field, ...], Meta(max_length=12)] = ()
    where: Conditions = ()
    columns: Annotated[tuple[Path, ...], Meta(max_length=40)] = ()
    group_by: Annotated[tuple[Path, ...], Meta(max_length=6)] = ()
    measures: Annotated[tuple[Measure, ...], Meta(max_length=12)] = ()
    order_by: str = ""
    descending: bool = False
    limit: Annotated[int, Meta(ge=1, le=1000)] | None = None
    roles: Annotated[tuple[Name, ...], Meta(max_length=20)] = ()
