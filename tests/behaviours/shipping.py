"""What may be done only with rows that have come far enough: shipped orders, confirmed talks."""

from __future__ import annotations

from libs.contracts.behaviour import (
    Action,
    Aggregate,
    BlockedBy,
    Computed,
    Condition,
    Effect,
    Limit,
    Measure,
    Report,
    Requires,
    Rule,
    States,
    Transition,
    Value,
)
from libs.contracts.charter import Charter, Entity, Permission, Role
from libs.contracts.fields import Field, Relation


def _to(state: str) -> tuple[Effect, ...]:
    return (Effect("set", "status", Value("literal", state)),)


STEPS = ("draft", "placed", "packed", "shipped", "delivered")
SHIPPING = Charter(
    name="shipping",
    title="Shipping",
    description="Orders on their way, invoiced once they are shipped.",
    entities=(
        # What refers to an order stands before it.
        Entity(
            "InvoiceLine",
            "invoice_lines",
            fields=(Field("text", "string"), Field("amount", "money", minimum="0")),
            relations=(Relation("invoice", "Invoice", on_delete="cascade"),),
        ),
        Entity(
            "Invoice",
            "invoices",
            fields=(Field("number", "string", unique=True),),
            relations=(Relation("order", "Order"),),
        ),
        Entity(
            "Order",
            "orders",
            fields=(
                Field("number", "string", unique=True),
                Field("status", "enum", choices=STEPS),
                Field("parcel", "string", required=False),
            ),
            states=States("status", "draft", tuple(map(Transition, STEPS, STEPS[1:]))),
            actions=(
                Action("place", checks=(Condition("lines", "gt", Value("literal", "0")),), effects=_to("placed")),
                Action("pack", effects=_to("packed")),
                Action(
                    "ship",
                    inputs=(Field("parcel", "string"),),
                    effects=(*_to("shipped"), Effect("set", "parcel", Value("input", "parcel"))),
                ),
            ),
            computed=(Computed("lines", "integer", aggregate=Aggregate("count", "OrderLine", "order")),),
        ),
        Entity(
            "OrderLine",
            "order_lines",
            fields=(Field("quantity", "integer", minimum="1"),),
            relations=(Relation("order", "Order", on_delete="cascade"),),
        ),
        Entity(
            "Delivery",
            "deliveries",
            fields=(Field("driver", "string"),),
            relations=(Relation("order", "Order", "one_to_one"),),
        ),
        Entity("Driver", "drivers", fields=(Field("name", "string"),)),
        Entity(
            "Tour",
            "tours",
            fields=(
                Field("day", "date"),
                Field("open", "boolean", default="true"),
                Field("closed_by", "string", required=False),
                Field("closer", "integer", required=False),
            ),
            actions=(
                Action(
                    "close_down",
                    checks=(Condition("open", "eq", Value("literal", "true")),),
                    effects=(
                        Effect("set", "open", Value("literal", "false")),
                        Effect("set", "closed_by", Value("user")),
                        Effect("set", "closer", Value("user")),
                    ),
                ),
                Action(
                    "reopen",
                    inputs=(Field("why", "string"),),
                    checks=(Condition("closed_by", "eq", Value("user")),),
                    effects=(Effect("set", "open", Value("literal", "true")), Effect("set", "closed_by")),
                    logic="Tell the driver why.",
                ),
            ),
            relations=(Relation("driver", "Driver", required=False, on_delete="set_null"),),
        ),
        Entity(
            "Call",
            "calls",
            fields=(Field("made_at", "datetime"),),
            relations=(Relation("driver", "Driver", on_delete="cascade"),),
        ),
        Entity(
            "Complaint",
            "complaints",
            fields=(Field("text", "text"),),
            relations=(Relation("invoice", "Invoice", on_delete="cascade"),),
        ),
    ),
    roles=(Role("clerk"), Role("driver")),
    permissions=(
        Permission("clerk", "Order", ("create", "read", "update", "place", "pack")),
        Permission("driver", "Order", ("read", "ship")),
        Permission("driver", "Tour", ("read", "close_down")),
        Permission("clerk", "Tour", ("create", "read", "update", "delete", "reopen")),
    ),
    reports=(
        Report(
            "tours_by_month",
            "Tour",
            group_by=("day.month", "driver.name"),
            measures=(Measure("tours", "count"),),
            order_by="day_month",
        ),
    ),
    rules=(
        Rule(
            "R1",
            "Only shipped orders are invoiced.",
            "Invoice",
            Requires((Condition("order.status", "in", choices=("shipped", "delivered")),)),
        ),
        Rule(
            "R2",
            "Only an order that is packed is delivered.",
            "Delivery",
            Requires((Condition("order.status", "eq", Value("literal", "packed")),)),
        ),
        Rule(
            "R3",
            "Complaints are about what arrived.",
            "Complaint",
            Requires((Condition("invoice.order.status", "eq", Value("literal", "delivered")),)),
        ),
        Rule("R4", "Two complaints at most.", "Complaint", Limit(Value("literal", "2"), per="invoice")),
        Rule(
            "R6",
            "An open tour has a driver.",
            "Tour",
            Requires((Condition("driver", "is_set"),), (Condition("open", "eq", Value("literal", "true")),)),
        ),
        Rule(
            "R7",
            "A driver makes two tours a day at most.",
            "Tour",
            Limit(Value("literal", "2"), per="driver", scope=("day",)),
        ),
        Rule(
            "R8",
            "A driver is called three times a day at most.",
            "Call",
            Limit(Value("literal", "3"), per="driver", scope=("made_at.day",)),
        ),
        Rule("R5", "An order with an invoice stays.", "Order", BlockedBy("Invoice", "order")),
    ),
)
