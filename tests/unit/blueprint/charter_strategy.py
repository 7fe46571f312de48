"""Charters by chance: valid by construction, small, and with everything that a charter can say."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from libs.contracts.charter import Charter, Entity, Permission, Role, UniqueTogether
from libs.contracts.fields import Field, Relation
from tests.unit.blueprint.behaviour_strategy import behaviour, reports

Draw = Any  # hypothesis' own function, which gives what the strategy gives

# Names that a careless printer trips over, among plain ones.
ENTITIES = (
    ("Book", "books"),
    ("Order", "orders"),
    ("Class", "classes"),
    ("User", "users"),
    ("Model", "models"),
    ("Base", "bases"),
    ("Session", "sessions"),
    ("Select", "selects"),
    ("Field", "fields"),
    ("Table", "tables"),
    ("AuditLog", "audit_logs"),
    ("HTTPServer", "http_servers"),
    ("Person", "people"),
    ("Column", "columns"),
    ("AVeryLongNameThatIsJustShortEnough", "a_very_long_name_just_short_enough_s"),
)
FIELDS = (
    *("name", "title", "class", "order", "user", "select", "id_", "type", "from", "group", "metadata", "schema"),
    *("row", "data", "session", "list", "date", "model_x", "value", "key", "index", "table", "order_by", "limit"),
    *("a_name_that_is_as_long_as_permitted_", "import", "copy", "json", "sort", "q", "offset", "total", "items"),
)
WORDS = st.sampled_from(("", "Größe in Öre: ß", 'with "quotes" and \\', "%s {x} {{ y }}", "a | b <c>", "it's"))
CHOICES = st.sampled_from((("low", "high"), ("größer", "kleiner", "gleich"), ("a b", "c-d", "e's"), ("None", "True")))
WITHOUT_DATA = st.sampled_from(("boolean", "date", "datetime", "uuid", "email", "url", "json", "text"))


def field(draw: Draw, name: str) -> Field:
    """One field of any type, with limits that leave room."""
    made = draw(st.sampled_from((_string, _number, _enum, _other, _other)))(draw, name)
    indexed = made.type != "json" and draw(_seldom())
    return replace(made, required=draw(st.booleans()), description=draw(WORDS), indexed=indexed)


def _seldom() -> st.SearchStrategy[bool]:
    return st.sampled_from((False, False, False, True))


def _string(draw: Draw, name: str) -> Field:
    low = draw(st.sampled_from((None, 1, 3)))
    most = draw(st.sampled_from((None, 12, 80)))
    pattern = draw(st.sampled_from((None, None, r"^[A-Z]{3}-\d{4}$"))) if low is None and most is None else None
    return Field(name, "string", unique=draw(_seldom()), min_length=low, max_length=most, pattern=pattern)


def _number(draw: Draw, name: str) -> Field:
    kind = draw(st.sampled_from(("integer", "integer", "decimal", "money")))
    low, most = draw(st.sampled_from(((None, None), ("0", None), ("1", "1000"), ("-5", "50"))))
    default = draw(st.sampled_from((None, None, "2")))
    scale = draw(st.sampled_from((None, 0, 3))) if kind == "decimal" else None
    return Field(name, kind, minimum=low, maximum=most, default=default, scale=scale, unique=draw(_seldom()))


def _enum(draw: Draw, name: str) -> Field:
    choices = draw(CHOICES)
    return Field(name, "enum", choices=choices, default=draw(st.sampled_from((None, choices[0]))))


_DEFAULTS = {"boolean": "false", "date": "today", "datetime": "now", "uuid": "uuid4", "json": '{"a": [1, null]}'}


def _other(draw: Draw, name: str) -> Field:
    kind = draw(WITHOUT_DATA)
    unique = kind in ("uuid", "email", "url") and draw(_seldom())
    return Field(name, kind, unique=unique, default=_DEFAULTS.get(kind) if draw(_seldom()) else None)


def relation(draw: Draw, name: str, number: int, others: list[str], *, pairs: bool) -> Relation:
    """A relation to any entity; only one to an earlier entity may be required, so that a first row is possible."""
    goal = draw(st.integers(0, len(others) - 1))
    kind = draw(st.sampled_from(("many_to_one", "many_to_one", "many_to_one", "one_to_one", "many_to_many")))
    required = goal < number and kind != "many_to_many" and draw(st.booleans())
    on_delete = draw(st.sampled_from(("restrict", "cascade") if required else ("restrict", "cascade", "set_null")))
    if kind == "many_to_many":
        own = (Field("note", "string"), Field("amount", "integer", minimum="1")) if pairs and draw(_seldom()) else ()
        return Relation(name, others[goal], kind, False, "cascade" if on_delete == "set_null" else on_delete, "", own)
    return Relation(name, others[goal], kind, required, on_delete)


def entity(draw: Draw, number: int, kinds: list[tuple[str, str]]) -> Entity:
    """An entity with a few fields and relations."""
    name, plural = kinds[number]
    names = draw(st.lists(st.sampled_from(FIELDS), min_size=0, max_size=5, unique=True))
    fields = [field(draw, each) for each in names]
    count = draw(st.integers(0, 2))
    short = len(plural) < 20  # a pair with fields is an entity, whose name must not be too long either
    links = [relation(draw, f"link_{n}", number, [each for each, _ in kinds], pairs=short) for n in range(count)]
    texts = tuple(each.name for each in fields if each.type in ("string", "text"))
    return Entity(
        name,
        plural,
        draw(WORDS),
        tuple(fields),
        tuple(links),
        owned=draw(_seldom()),
        unique_together=_together(draw, links, fields),
        search=texts if draw(st.booleans()) else (),
        soft_delete=draw(_seldom()),
        timestamps=draw(_seldom()),
        audit=draw(_seldom()),
    )


def _together(draw: Draw, links: list[Relation], fields: list[Field]) -> tuple[UniqueTogether, ...]:
    single = [each.name for each in links if each.kind == "many_to_one"]
    plain = [each.name for each in fields if each.type in ("string", "integer", "date") and not each.unique]
    return (UniqueTogether((single[0], plain[0])),) if single and plain and draw(_seldom()) else ()


def permissions(draw: Draw, entities: tuple[Entity, ...], roles: tuple[Role, ...]) -> tuple[Permission, ...]:
    """Who may do what; only owned rows can be one's own."""
    made: list[Permission] = []
    for role in roles:
        for each in entities:
            actions = ("create", "read", "update", "delete", *(action.name for action in each.actions))
            chosen = draw(st.lists(st.sampled_from(actions), max_size=4, unique=True))
            if chosen:
                made.append(Permission(role.name, each.name, tuple(chosen), each.owned and draw(st.booleans())))
    return tuple(made)


@st.composite
def charters(draw: Draw, most: int = 3) -> Charter:
    """A charter of at most ``most`` entities (and a few more for its rules)."""
    kinds = draw(st.lists(st.sampled_from(ENTITIES), min_size=1, max_size=most, unique=True))
    entities = tuple(entity(draw, number, kinds) for number in range(len(kinds)))
    entities, rules = behaviour(draw, entities)
    roles = tuple(Role(name) for name in draw(st.sampled_from(((), (), ("clerk",), ("clerk", "guest")))))
    return Charter(
        "random-charter",
        draw(st.sampled_from(("Random", "Büro & Söhne", 'The "best" {{ system }}'))),
        draw(WORDS),
        entities,
        roles=roles,
        permissions=permissions(draw, entities, roles),
        rules=rules,
        reports=reports(draw, entities),
        sign_in=draw(_seldom()),
    )


@st.composite
def changes(draw: Draw) -> tuple[Charter, Charter]:
    """A charter without behaviour and what becomes of it: entities stay, are drawn anew, go and come."""
    kinds = draw(st.lists(st.sampled_from(ENTITIES), min_size=1, max_size=4, unique=True))
    old = tuple(entity(draw, number, kinds) for number in range(len(kinds)))
    drawn = (entity(draw, number, kinds) if draw(st.booleans()) else each for number, each in enumerate(old))
    new = tuple(replace(each, fields=tuple(draw(st.permutations(each.fields)))) for each in drawn)
    gone = draw(st.integers(0, len(kinds) - 1)) if len(kinds) > 1 and draw(st.booleans()) else len(kinds)
    left = {each.name for each in new[:gone]}
    stay = tuple(replace(e, relations=tuple(r for r in e.relations if r.target in left)) for e in new[:gone])
    stay = tuple(replace(each, unique_together=()) for each in stay)
    before, after = (Charter("random-change", "Random", "", each) for each in (old, stay or new))
    return (after, before) if draw(st.booleans()) else (before, after)
