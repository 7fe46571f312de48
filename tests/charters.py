"""Charters that tests of the blueprint share: three real systems, every type and relation, and names that bite."""

from __future__ import annotations

from libs.contracts.artifacts import Architecture
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter, Endpoint, Entity, Role
from libs.contracts.fields import Field, Relation
from tests.access_charters import FOLDERS, READING_ROOM

PLAIN = Architecture(design="Printed as it is.")

LIBRARY = Charter(
    name="library",
    title="Library API",
    description="Lend books to members.",
    entities=(
        Entity("Author", "authors", fields=(Field("name", "string", max_length=120),)),
        Entity(
            "Book",
            "books",
            description="A title the library owns, with its number of copies",
            fields=(
                Field("title", "string", max_length=200, indexed=True),
                Field("isbn", "string", unique=True, pattern="^[0-9]{13}$", description="13 digits"),
                Field("copies", "integer", default="1", minimum="0"),
                Field("published_on", "date", required=False),
            ),
            relations=(Relation("authors", "Author", "many_to_many"),),
        ),
        Entity(
            "Member",
            "members",
            fields=(
                Field("name", "string", max_length=120),
                Field("email", "email", unique=True),
                Field("joined_on", "date", default="today"),
            ),
        ),
        Entity(
            "Loan",
            "loans",
            fields=(
                Field("borrowed_at", "datetime", default="now"),
                Field("due_on", "date"),
                Field("returned_at", "datetime", required=False),
            ),
            relations=(Relation("book", "Book"), Relation("member", "Member", on_delete="cascade")),
        ),
    ),
    endpoints=(
        Endpoint("GET", "/books", "List books", entity="Book"),
        Endpoint("POST", "/loans/{loan_id}/return", "Return a book", entity="Loan"),
    ),
    roles=(Role("librarian"), Role("member")),
    rules=(
        Rule("R1", "A member can borrow at most 5 books.", entity="Loan"),
        Rule("R2", "A book cannot be lent when no copy is left."),
    ),
    assumptions=("A loan is for one copy of one book.",),
    open_questions=("Are there fines?",),
)

TODO = Charter(
    name="todo",
    title="Todo",
    description="Lists of tasks for several users.",
    entities=(
        Entity("TaskList", "task_lists", fields=(Field("name", "string", max_length=80),), owned=True),
        Entity(
            "Task",
            "tasks",
            fields=(
                Field("title", "string", min_length=3, max_length=140),
                Field("notes", "text", required=False),
                Field("priority", "enum", choices=("low", "medium", "high"), default="medium"),
                Field("due_date", "date", required=False),
                Field("done", "boolean", default="false"),
            ),
            relations=(
                Relation("task_list", "TaskList", on_delete="cascade"),
                Relation("tags", "Tag", "many_to_many", on_delete="cascade"),
                Relation("parent", "Task", required=False, on_delete="set_null"),
            ),
        ),
        Entity("Tag", "tags", fields=(Field("name", "string", unique=True, max_length=40),)),
    ),
)

INVENTORY = Charter(
    name="shop-inventory",
    title="Shop inventory",
    description="Products, suppliers and stock movements of a small shop.",
    entities=(
        Entity(
            "Supplier",
            "suppliers",
            fields=(Field("name", "string", unique=True), Field("website", "url", required=False)),
        ),
        Entity(
            "Product",
            "products",
            fields=(
                Field("sku", "string", unique=True, pattern=r"^[A-Z]{3}-\d{4}$"),
                Field("name", "string"),
                Field("price", "money", minimum="0"),
                Field("stock", "integer", minimum="0", default="0"),
                Field("reorder_level", "integer", minimum="0", maximum="10000", default="10"),
            ),
            relations=(Relation("supplier", "Supplier", required=False, on_delete="set_null"),),
        ),
        Entity(
            "StockMovement",
            "stock_movements",
            fields=(
                Field("quantity", "integer", description="Negative when goods leave"),
                Field("reason", "enum", choices=("sale", "delivery", "write-off")),
                Field("moved_at", "datetime", default="now"),
            ),
            relations=(Relation("product", "Product"),),
        ),
    ),
    rules=(Rule("R1", "Stock never goes below zero."),),
)

EVERYTHING = Charter(
    name="everything",
    title="Every type and relation",
    description='With "quotes", a back\\slash, <markup> | pipes and\nlines.',
    entities=(
        Entity(
            "Thing",
            "things",
            fields=(
                Field("code", "string", unique=True, min_length=150, max_length=160),
                Field("note", "text", default="Say \"hi\" to 'them' in C:\\temp"),
                Field("size", "integer", minimum="-5", maximum="-4", unique=True),
                Field("ratio", "decimal", minimum="0.5", maximum="0.75", default="0.625"),
                Field("cost", "money", unique=True, required=False),
                Field("active", "boolean", required=False),
                Field("day", "date", minimum="2024-01-01", maximum="2024-03-31"),
                Field("moment", "datetime", required=False, minimum="2031-01-01T00:00:00+01:00"),
                Field("token", "uuid", unique=True, default="uuid4"),
                Field("email", "email", unique=True, required=False),
                Field("link", "url", unique=True, max_length=100),
                Field("colour", "enum", choices=("sky blue", "red", "it's"), required=False, unique=True),
                Field("extra", "json", default='{"a": [1, null, true], "b": {}}'),
                Field("anything", "json"),
                Field("maybe", "json", required=False, default="null"),
                Field("marks", "json", default="[]"),
            ),
        ),
        Entity("Empty", "empties"),
        Entity("Paint", "paints", fields=(Field("colour", "enum", choices=("black", "white")),)),
        Entity(
            "Node",
            "nodes",
            fields=(Field("flag", "boolean", unique=True),),
            relations=(
                Relation("parent", "Node", required=False, on_delete="cascade"),
                Relation("friends", "Node", "many_to_many"),
                Relation("first_thing", "Thing"),
                Relation("second_thing", "Thing", required=False, on_delete="set_null"),
                Relation("labels", "Label", "many_to_many"),
                Relation("head", "Label", required=False, on_delete="set_null"),
            ),
        ),
        Entity(
            "Label",
            "labels",
            relations=(
                Relation("nodes", "Node", "many_to_many"),
                Relation("owner_id", "Node", required=False),
                Relation("thing", "Thing", "one_to_one", on_delete="cascade"),
                Relation("spare", "Thing", "one_to_one", required=False),
            ),
        ),
    ),
)

LONG = "a_name_that_is_as_long_as_permitted"
BITING = Charter(
    name="biting",
    title="Names that bite",
    description="",
    entities=(
        Entity(
            "Class",
            "classes",
            fields=tuple(
                Field(name, "string", required=False)
                for name in (
                    "class",
                    "order",
                    "user",
                    "select",
                    "metadata",
                    "registry",
                    "model_config",
                    "schema",
                    "copy",
                    "json",
                    "type",
                    "list",
                    "str",
                    "int",
                    "property",
                    "sa",
                    "dt",
                    "session",
                    "data",
                    "row",
                    "self",
                    "import",
                    "dict",
                    "group",
                    "table",
                    "from",
                    "model_fields",
                    "validate",
                    "id_",
                    "object",
                    "max",
                    "rules",
                )
            ),
        ),
        Entity(
            "Order",
            "orders",
            fields=(
                Field("id", "integer"),
                Field("date", "date", default="today"),
                Field("datetime", "datetime", default="now"),
                Field("uuid", "uuid", default="uuid4"),
                Field("decimal", "decimal", minimum="0"),
                Field("select", "string", unique=True),
                Field("group", "integer", minimum="1"),
                Field("model_id", "integer", required=False),
            ),
            relations=(
                Relation("class", "Class"),
                Relation("model", "Model", required=False),
                Relation("metadata", "Base", "many_to_many"),
            ),
        ),
        *(
            Entity(name, plural, fields=(Field("name", "string", unique=True),))
            for name, plural in (
                ("Model", "models"),
                ("Base", "bases"),
                ("Session", "sessions"),
                ("None", "nones"),
                ("App", "app"),
                ("Doc", "docs"),
            )
        ),
        Entity(
            "ANameThatIsAsLongAsThePrinterPermits",
            LONG + "s",
            fields=(Field(LONG + "y", "enum", choices=("one" * 20, "two" * 20), required=False),),
            relations=(
                Relation(LONG + "z", "ANameThatIsAsLongAsThePrinterPermits", required=False),
                Relation(LONG + "w", "Session", "many_to_many"),
                Relation(LONG + "v", "ANameThatIsAsLongAsThePrinterPermits", "many_to_many"),
            ),
        ),
    ),
    rules=(Rule("R1", "An order needs a class."), Rule("R2", "Every session has a page.", entity="Session")),
)

ALL = {charter.name: charter for charter in (LIBRARY, TODO, INVENTORY, EVERYTHING, BITING, READING_ROOM, FOLDERS)}
