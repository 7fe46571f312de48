"""A library that lends."""

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
