"""A shop that keeps its stock."""

from __future__ import annotations

from libs.contracts.behaviour import (
    Action,
    Aggregate,
    Computed,
    Condition,
    Effect,
    Immutable,
    Ledger,
    Measure,
    Report,
    Rule,
    States,
    Transition,
    UniqueIn,
    Value,
)
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation

SHOP = Charter(
    name="shop",
    title="Shop",
    description="Products with their stock, and orders.",
    entities=(
        Entity(
            "Product",
            "products",
            fields=(
                Field("name", "string", unique=True),
                Field("price", "money", minimum="0"),
                Field("stock", "integer", default="0"),
                Field("reorder_level", "integer", minimum="0", default="10"),
            ),
        ),
        Entity(
            "StockMovement",
            "stock_movements",
            fields=(
                Field("quantity", "integer", minimum="1"),
                Field("reason", "enum", choices=("sale", "delivery", "write-off")),
            ),
            relations=(Relation("product", "Product"),),
        ),
        Entity(
            "Order",
            "orders",
            fields=(
                Field("status", "enum", choices=("draft", "placed", "paid", "cancelled")),
                Field("placed_at", "datetime", required=False),
                Field("shipping", "money", default="0"),
            ),
            states=States(
                "status",
                "draft",
                (
                    Transition("draft", "placed"),
                    Transition("placed", "paid"),
                    Transition("draft", "cancelled"),
                    Transition("placed", "cancelled"),
                ),
            ),
            actions=(
                Action(
                    "place",
                    checks=(Condition("lines_count", "gt", Value("literal", "0")),),
                    effects=(
                        Effect("set", "status", Value("literal", "placed")),
                        Effect("set", "placed_at", Value("now")),
                    ),
                ),
                Action(
                    "cancel", effects=(Effect("set", "status", Value("literal", "cancelled")),), logic="Tell the buyer."
                ),
            ),
            computed=(
                Computed("lines_count", "integer", aggregate=Aggregate("count", "OrderLine", "order")),
                Computed("goods", "money", aggregate=Aggregate("sum", "OrderLine", "order", "amount")),
                Computed("total", "money", "goods + shipping"),
            ),
            timestamps=True,
        ),
        Entity(
            "OrderLine",
            "order_lines",
            fields=(Field("quantity", "integer", minimum="1"), Field("unit_price", "money", minimum="0")),
            relations=(Relation("order", "Order", on_delete="cascade"), Relation("product", "Product")),
            computed=(Computed("amount", "money", "quantity * unit_price"),),
        ),
    ),
    rules=(
        Rule(
            "R1",
            "Stock never goes below zero.",
            "StockMovement",
            Ledger("product", "stock", "quantity", "reason", ("sale", "write-off")),
        ),
        Rule(
            "R2",
            "A placed order does not change.",
            "Order",
            Immutable((Condition("status", "in", choices=("placed", "paid", "cancelled")),)),
        ),
        Rule(
            "R3",
            "Lines of an order that was placed are fixed.",
            "OrderLine",
            Immutable((Condition("order.status", "ne", Value("literal", "draft")),)),
        ),
        Rule("R4", "A product is in an order once.", "OrderLine", UniqueIn(("order", "product"))),
    ),
    reports=(
        Report(
            "reorder",
            "Product",
            "Products below their reorder level",
            where=(Condition("stock", "lt", Value("field", "reorder_level")),),
            order_by="name",
        ),
        Report(
            "sales",
            "OrderLine",
            "What was sold of each product",
            where=(Condition("order.status", "in", choices=("placed", "paid")),),
            group_by=("product.name",),
            measures=(Measure("pieces", "sum", "quantity"), Measure("revenue", "sum", "amount")),
            order_by="revenue",
            descending=True,
        ),
    ),
)
