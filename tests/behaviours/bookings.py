"""Rooms that are booked."""

from __future__ import annotations

from libs.contracts.behaviour import (
    Action,
    Condition,
    Effect,
    NoOverlap,
    Requires,
    Rule,
    States,
    Transition,
    Value,
)
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation

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
