"""Charters with behaviour: states, actions, rules of every kind, computed fields and reports."""

from __future__ import annotations

from libs.contracts.behaviour import (
    Action,
    Aggregate,
    Assignment,
    BlockedBy,
    Computed,
    Condition,
    Effect,
    Immutable,
    Ledger,
    Limit,
    Measure,
    NoOverlap,
    Report,
    Requires,
    Rule,
    States,
    Transition,
    UniqueIn,
    Value,
)
from libs.contracts.charter import Charter, Entity, Permission, Role
from libs.contracts.fields import Field, Relation

OPEN = (Condition("returned_at", "is_unset"),)

LENDING = Charter(
    name="lending",
    title="Lending library",
    description="Lend books to members, at most five at a time.",
    entities=(
        Entity("Author", "authors", fields=(Field("name", "string", max_length=120),)),
        Entity(
            "Book",
            "books",
            fields=(
                Field("title", "string", max_length=200),
                Field("isbn", "string", unique=True, pattern="^[0-9]{13}$"),
                Field("copies", "integer", default="1", minimum="0"),
            ),
            relations=(Relation("authors", "Author", "many_to_many"),),
            computed=(
                Computed("lent", "integer", aggregate=Aggregate("count", "Loan", "book", where=OPEN)),
                Computed("available", "integer", "copies - lent"),
            ),
            search=("title",),
        ),
        Entity(
            "Member",
            "members",
            fields=(
                Field("name", "string", max_length=120),
                Field("email", "email", unique=True),
                Field("active", "boolean", default="true"),
            ),
            account=True,
        ),
        Entity(
            "Loan",
            "loans",
            fields=(
                Field("borrowed_at", "datetime", default="now"),
                Field("due_on", "date"),
                Field("returned_at", "datetime", required=False),
            ),
            relations=(Relation("book", "Book"), Relation("member", "Member")),
            actions=(
                Action(
                    "return",
                    "Return a book",
                    checks=OPEN,
                    effects=(Effect("set", "returned_at", Value("now")),),
                ),
                Action(
                    "extend",
                    "Give a member more time",
                    inputs=(Field("due_on", "date"),),
                    checks=(*OPEN, Condition("due_on", "lt", Value("input", "due_on"))),
                    effects=(Effect("set", "due_on", Value("input", "due_on")),),
                ),
            ),
        ),
    ),
    roles=(Role("librarian"), Role("member", signup=True)),
    permissions=(
        Permission("librarian", "Loan", ("create", "read", "update", "delete", "return", "extend")),
        Permission("member", "Loan", ("create", "read", "return"), own_only=True),
    ),
    rules=(
        Rule(
            "R1", "A member can borrow at most 5 books.", "Loan", Limit(Value("literal", "5"), per="member", where=OPEN)
        ),
        Rule(
            "R2",
            "A book cannot be lent when no copy is left.",
            "Loan",
            Limit(Value("field", "book.copies"), per="book", where=OPEN),
        ),
        Rule("R3", "A member with open loans cannot be deleted.", "Member", BlockedBy("Loan", "member", where=OPEN)),
        Rule(
            "R4",
            "Only active members borrow.",
            "Loan",
            Requires((Condition("member.active", "eq", Value("literal", "true")),), when=OPEN),
        ),
        Rule("R5", "Books are handled with care.", "Book"),
    ),
    reports=(
        Report(
            "overdue",
            "Loan",
            "Loans that should have been returned",
            where=(*OPEN, Condition("due_on", "lt", Value("today"))),
            columns=("member.name", "book.title", "due_on"),
            order_by="due_on",
            roles=("librarian",),
        ),
        Report(
            "popular_books",
            "Loan",
            "The books lent most",
            parameters=(Field("since", "datetime", required=False),),
            where=(Condition("borrowed_at", "ge", Value("input", "since")),),
            group_by=("book.title",),
            measures=(Measure("loans", "count"), Measure("last", "max", "due_on")),
            order_by="loans",
            descending=True,
            limit=10,
        ),
    ),
)

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

BOOKINGS = Charter(
    name="bookings",
    title="Room bookings",
    description="Rooms booked by the hour.",
    entities=(
        Entity("Room", "rooms", fields=(Field("name", "string", unique=True), Field("seats", "integer", minimum="1"))),
        Entity(
            "Booking",
            "bookings",
            fields=(
                Field("status", "enum", choices=("requested", "confirmed", "cancelled")),
                Field("starts_at", "datetime"),
                Field("ends_at", "datetime"),
                Field("people", "integer", minimum="1"),
                Field("reason", "text", required=False),
            ),
            relations=(Relation("room", "Room", on_delete="cascade"),),
            states=States(
                "status",
                "requested",
                (
                    Transition("requested", "confirmed"),
                    Transition("requested", "cancelled"),
                    Transition("confirmed", "cancelled"),
                ),
            ),
            actions=(
                Action("confirm", effects=(Effect("set", "status", Value("literal", "confirmed")),)),
                Action(
                    "cancel",
                    inputs=(Field("reason", "text"),),
                    checks=(Condition("starts_at", "gt", Value("now", "+24 hours")),),
                    effects=(
                        Effect("set", "status", Value("literal", "cancelled")),
                        Effect("set", "reason", Value("input", "reason")),
                    ),
                ),
            ),
        ),
    ),
    rules=(
        Rule(
            "R1",
            "A room is booked once at a time.",
            "Booking",
            NoOverlap("starts_at", "ends_at", ("room",), (Condition("status", "ne", Value("literal", "cancelled")),)),
        ),
        Rule(
            "R2",
            "A booking ends after it starts.",
            "Booking",
            Requires((Condition("ends_at", "gt", Value("field", "starts_at")),)),
        ),
        Rule(
            "R3",
            "Bookings are made for the future.",
            "Booking",
            Requires((Condition("starts_at", "gt", Value("now")),)),
        ),
        Rule(
            "R4",
            "No more people than seats.",
            "Booking",
            Requires((Condition("people", "le", Value("field", "room.seats")),)),
        ),
    ),
)

# Every kind once more, in the forms the other charters leave out: sums, optional relations, trees, effects elsewhere.
WORKS = Charter(
    name="works",
    title="Every kind of behaviour",
    description="Projects with a budget, their tasks and invoices.",
    entities=(
        Entity(
            "Project",
            "projects",
            fields=(
                Field("name", "string"),
                Field("budget", "money", minimum="0", required=False),
                Field("closed", "boolean", default="false"),
                Field("done_tasks", "integer", default="0", minimum="0"),
            ),
        ),
        Entity(
            "Task",
            "tasks",
            fields=(
                Field("title", "string"),
                Field("state", "enum", choices=("open", "done")),
                Field("cost", "money", minimum="0"),
                Field("estimate", "integer", minimum="0", required=False),
                Field("urgent", "boolean", default="false"),
                Field("deadline", "date", required=False),
            ),
            relations=(
                Relation("project", "Project", on_delete="cascade"),
                Relation("parent", "Task", required=False, on_delete="set_null"),
            ),
            states=States("state", "open", (Transition("open", "done"), Transition("done", "open"))),
            actions=(
                Action(
                    "finish",
                    effects=(
                        Effect("set", "state", Value("literal", "done")),
                        Effect("increase", "project.done_tasks", Value("literal", "1")),
                        Effect(
                            "create",
                            "Invoice",
                            assignments=(
                                Assignment("project", Value("field", "project")),
                                Assignment("amount", Value("field", "cost")),
                                Assignment("number", Value("input", "number")),
                            ),
                        ),
                    ),
                    inputs=(Field("number", "string", max_length=20),),
                ),
                Action(
                    "move",
                    references=(Relation("project", "Project"),),
                    effects=(Effect("set", "project", Value("input", "project")),),
                ),
            ),
        ),
        Entity(
            "Invoice",
            "invoices",
            fields=(Field("number", "string", max_length=20), Field("amount", "money", minimum="0")),
            relations=(Relation("project", "Project"),),
        ),
    ),
    rules=(
        Rule(
            "R1",
            "Tasks of a project cost no more than its budget.",
            "Task",
            Limit(Value("field", "project.budget"), "sum", "cost", "project"),
        ),
        Rule(
            "R2",
            "An urgent task has a deadline.",
            "Task",
            Requires((Condition("deadline", "is_set"),), (Condition("urgent", "eq", Value("literal", "true")),)),
        ),
        Rule("R3", "No two invoices of a project share a number.", "Invoice", UniqueIn(("project", "number"))),
        Rule("R4", "An invoice is for ever.", "Invoice", Immutable()),
        Rule(
            "R5",
            "There are at most 30 urgent tasks.",
            "Task",
            Limit(Value("literal", "30"), where=(Condition("urgent", "eq", Value("literal", "true")),)),
        ),
        Rule(
            "R6",
            "A closed project keeps its name and budget.",
            "Project",
            Immutable((Condition("closed", "eq", Value("literal", "true")),), ("name", "budget")),
        ),
        Rule(
            "R7",
            "A project with open tasks is not closed or deleted.",
            "Project",
            BlockedBy("Task", "project", ("delete",), (Condition("state", "eq", Value("literal", "open")),)),
        ),
        Rule(
            "R8",
            "An estimate is at least the hours of the parent.",
            "Task",
            Requires(
                (Condition("estimate", "ge", Value("field", "parent.estimate")),), (Condition("parent", "is_set"),)
            ),
        ),
        Rule("R9", "Be kind to each other."),
    ),
)

RICH = {charter.name: charter for charter in (LENDING, SHOP, BOOKINGS, WORKS)}
