"""Every kind of rule, action and report in one."""

from __future__ import annotations

from libs.contracts.behaviour import (
    Action,
    Assignment,
    BlockedBy,
    Condition,
    Effect,
    Immutable,
    Limit,
    Requires,
    Rule,
    States,
    Transition,
    UniqueIn,
    Value,
)
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field, Relation

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
