"""A stock that only deliveries raise, and reservations with a number of their own that may not go beyond it."""

from __future__ import annotations

from libs.contracts.behaviour import Ledger, Limit, Rule, Value
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation

STOCK = Charter(
    name="stock",
    title="Stock",
    description="What was delivered may be reserved.",
    entities=(
        Entity(
            "Product",
            "products",
            fields=(Field("name", "string"), Field("stock", "integer", default="0", minimum="0")),
        ),
        Entity(
            "Delivery",
            "deliveries",
            fields=(Field("amount", "integer", minimum="-100", maximum="100"),),
            relations=(Relation("product", "Product"),),
        ),
        Entity(
            "Reservation",
            "reservations",
            fields=(
                Field("code", "string", unique=True, pattern=r"^R-\d{4}$"),
                Field("quantity", "integer", minimum="1", maximum="50"),
            ),
            relations=(Relation("product", "Product"),),
        ),
        Entity("Wish", "wishes", fields=(Field("text", "text"),), relations=(Relation("person", "Person"),)),
        Entity(
            "Person",
            "people",
            fields=(Field("email", "email", unique=True), Field("quota", "integer", minimum="0", maximum="4")),
        ),
    ),
    rules=(
        Rule(
            "R1",
            "Deliveries raise the stock, and what is sent back lowers it, never below zero.",
            entity="Delivery",
            enforcement=Ledger(relation="product", balance="stock", amount="amount"),
        ),
        Rule(
            "R2",
            "No more is reserved than was delivered.",
            entity="Reservation",
            enforcement=Limit(Value("field", "product.stock"), "sum", "quantity", "product"),
        ),
        Rule(
            "R3",
            "A person has at most as many wishes as their quota says.",
            entity="Wish",
            enforcement=Limit(Value("field", "person.quota"), per="person"),
        ),
        Rule("R4", "There are at most 30 people.", entity="Person", enforcement=Limit(Value("literal", "30"))),
    ),
)
