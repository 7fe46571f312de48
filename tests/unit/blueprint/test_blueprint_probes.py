"""What is sent to a project from outside is what its rules take, in the order in which it is sent."""

from __future__ import annotations

from libs.blueprint.probes import probes
from libs.contracts.behaviour import Ledger, Rule
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation


def taking(name: str, plural: str) -> Entity:
    fields = Field("quantity", "integer", minimum="1"), Field("kind", "enum", choices=("out",))
    return Entity(name, plural, fields=fields, relations=(Relation("product", "Product"),))


def charter(*takers: Entity) -> Charter:
    out = Ledger("product", "stock", "quantity", "kind", ("out",))
    return Charter(
        "shop",
        "Shop",
        "",
        entities=(Entity("Product", "products", fields=(Field("stock", "integer", default="1"),)), *takers),
        rules=tuple(Rule(f"R{n}", "Stock never falls below 0.", each.name, out) for n, each in enumerate(takers, 1)),
    )


def sent(*takers: Entity) -> dict[str, int]:
    return {each.path: len(each.bodies) for each in probes(charter(*takers)).collections}


def test_a_body_is_not_sent_where_rows_of_another_collection_took_what_it_needs() -> None:
    sale, waste = taking("Sale", "sales"), taking("Waste", "wastes")
    assert sent(sale)["/sales"] == sent(waste)["/wastes"] == 3
    assert sent(sale, waste) == {"/products": 3, "/sales": 3, "/wastes": 0}
