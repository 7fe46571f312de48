"""States, actions, rules of each kind, computed fields and reports by chance, on entities that have what they need."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from libs.contracts import behaviour as b
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Entity
from libs.contracts.fields import Field, Relation

Draw = Any
Made = tuple[Entity, b.Enforcement | None]
STATUS = ("draft", "active", "closed")


def literal(text: str) -> b.Value:
    return b.Value("literal", text)


def grown(entity: Entity, *fields: Field) -> Entity:
    """The entity with these fields in place of those of the same names."""
    names = {each.name for each in fields}
    return replace(entity, fields=(*(each for each in entity.fields if each.name not in names), *fields))


def limited(draw: Draw, entity: Entity) -> Made:
    """At most so many rows, or so much of them, for each row that a relation leads to."""
    per = [each.name for each in entity.relations if each.kind == "many_to_one"]
    where = (b.Condition("open", "eq", literal("true")),) if draw(st.booleans()) else ()
    entity = grown(
        entity, Field("open", "boolean", default="true"), Field("amount", "integer", minimum="1", maximum="9")
    )
    if draw(st.booleans()):
        return entity, b.Limit(literal("3"), "count", "", draw(st.sampled_from(("", *per))), where)
    return entity, b.Limit(literal("20"), "sum", "amount", draw(st.sampled_from(("", *per))), where)


def apart(draw: Draw, entity: Entity) -> Made:
    """No two rows at the same time."""
    kind = draw(st.sampled_from(("date", "datetime")))
    scope = [each.name for each in entity.relations if each.kind == "many_to_one"]
    made = grown(entity, Field("starts", kind), Field("ends", kind))
    return made, b.NoOverlap("starts", "ends", tuple(scope[:1]))


def single(draw: Draw, entity: Entity) -> Made:
    """No two rows with the same code, among some."""
    made = grown(entity, Field("code", "string", max_length=20), Field("open", "boolean", default="true"))
    where = (b.Condition("open", "eq", literal("true")),) if draw(st.booleans()) else ()
    return made, b.UniqueIn(("code",), where)


def needed(draw: Draw, entity: Entity) -> Made:
    """An end after its start, or a reason where something is so."""
    if draw(st.booleans()):
        later = b.Condition("ends", draw(st.sampled_from(("ge", "gt"))), b.Value("field", "starts"))
        return grown(entity, Field("starts", "date"), Field("ends", "date")), b.Requires((later,))
    made = grown(entity, Field("urgent", "boolean", default="false"), Field("reason", "string", required=False))
    return made, b.Requires((b.Condition("reason", "is_set"),), (b.Condition("urgent", "eq", literal("true")),))


def fixed(draw: Draw, entity: Entity) -> Made:
    """What does not change any more."""
    made = grown(entity, Field("locked", "boolean", default="false"), Field("note", "string", required=False))
    fields = ("note",) if draw(st.booleans()) else ()
    return made, b.Immutable((b.Condition("locked", "eq", literal("true")),), fields)


def in_words(draw: Draw, entity: Entity) -> Made:
    """A rule that no kind covers."""
    return entity, None


KINDS = (limited, apart, single, needed, fixed, in_words)


def alive(draw: Draw, entity: Entity) -> Entity:
    """The entity with states, and actions that move it through them."""
    status = Field("status", "enum", choices=STATUS, default="draft")
    moves = (b.Transition("draft", "active"), b.Transition("active", "closed"))
    entity = replace(grown(entity, status), states=b.States("status", "draft", moves))
    return replace(entity, actions=(_activate(draw),)) if draw(st.booleans()) else entity


def _activate(draw: Draw) -> b.Action:
    return b.Action(
        "activate",
        "Make it active",
        inputs=(Field("remark", "string", max_length=40),) if draw(st.booleans()) else (),
        checks=(b.Condition("status", "eq", literal("draft")),),
        effects=(b.Effect("set", "status", literal("active")),),
        logic="Tell everybody who waits for it." if draw(st.booleans()) else "",
    )


def counted(draw: Draw, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Computed fields: an expression on each entity that has an amount, a count of those that point at it."""
    found = list(entities)
    for number, each in enumerate(entities):
        if any(one.name == "amount" for one in each.fields):
            found[number] = replace(found[number], computed=(b.Computed("double", "integer", "amount * 2"),))
        for link in (one for one in each.relations if one.kind == "many_to_one"):
            place = next(n for n, other in enumerate(found) if other.name == link.target)
            aggregate = b.Aggregate("count", each.name, link.name)
            if not any(one.name == "uses" for one in found[place].computed) and draw(st.booleans()):
                made = b.Computed("uses", "integer", aggregate=aggregate)
                found[place] = replace(found[place], computed=(*found[place].computed, made))
    return tuple(found)


def stocked(entities: tuple[Entity, ...]) -> tuple[tuple[Entity, ...], b.Ledger]:
    """Two more entities, of which one moves the balance of the other."""
    product = Entity("Product", "products", fields=(Field("stock", "integer", default="0"),))
    movement = Entity(
        "Movement",
        "movements",
        fields=(Field("quantity", "integer", minimum="1"), Field("direction", "enum", choices=("in", "out"))),
        relations=(Relation("product", "Product"),),
    )
    return (*entities, product, movement), b.Ledger("product", "stock", "quantity", "direction", ("out",))


def behaviour(draw: Draw, entities: tuple[Entity, ...]) -> tuple[tuple[Entity, ...], tuple[Rule, ...]]:
    """The entities with what their rules need, and the rules."""
    found, made = list(entities), list[tuple[str, b.Enforcement | None]]()
    for number in range(len(found)):
        if draw(st.sampled_from((True, False, False))):
            found[number] = alive(draw, found[number])
        for kind in draw(st.lists(st.sampled_from(KINDS), max_size=2, unique=True)):
            found[number], enforcement = kind(draw, found[number])
            made.append((found[number].name, enforcement))
    for each in found:
        links = [one for one in each.relations if one.kind == "many_to_one" and one.on_delete == "restrict"]
        if links and draw(st.sampled_from((True, False, False))):
            made.append((links[0].target, b.BlockedBy(each.name, links[0].name)))
    entities = counted(draw, tuple(found))
    if draw(st.sampled_from((True, False, False, False))):
        entities, ledger = stocked(entities)
        made.append(("Movement", ledger))
    rules = [Rule(f"R{n}", f"Rule {n} of {name} holds.", name, kept) for n, (name, kept) in enumerate(made, 1)]
    return entities, tuple(rules)


def reports(draw: Draw, entities: tuple[Entity, ...]) -> tuple[b.Report, ...]:
    """A list or figures of the first entity."""
    first = entities[0]
    if not draw(st.booleans()):
        return ()
    groups = [each.name for each in first.fields if each.type in ("enum", "boolean")]
    sums = [b.Measure("sum_of_it", "sum", each.name) for each in first.fields if each.type == "integer"]
    measures = (b.Measure("how_many", "count"), *sums[:1])
    if draw(st.booleans()):
        return (b.Report("figures", first.name, "Figures", group_by=tuple(groups[:1]), measures=measures),)
    return (b.Report("listing", first.name, "A list", columns=tuple(each.name for each in first.fields[:3])),)
