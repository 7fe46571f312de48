"""The draft as a charter: names made safe and distinct, rules numbered, routes listed."""

from __future__ import annotations

from msgspec.structs import replace

from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter, Entity, Permission, Role
from libs.contracts.fields import Relation
from libs.offline.draft import Draft, EntityDraft, purpose, summary
from libs.offline.endpoints import endpoints
from libs.offline.words import pascal, plain, plural, plural_key, snake

# Printed schemas are called after their entity with one of these behind it: an entity "PostCreate" would be in the way.
_SCHEMAS = ("Create", "Read", "Update")
_MAX_NOTES, _MAX_QUESTIONS = 60, 30


def finish(draft: Draft) -> Charter:
    """Return the charter of a draft."""
    names = _names(draft)
    entities = tuple(_entity(entity, names) for entity in draft.entities.values())
    name, title = _title(draft, names)
    charter = Charter(
        name=name,
        title=title,
        description=_description(draft, title, entities),
        entities=entities,
        roles=tuple(Role(role, text[:400]) for role, text in draft.roles.items()),
        permissions=_permissions(draft, names),
        rules=tuple(Rule(f"R{n}", text, names.get(key, ""), law) for n, (text, key, law) in enumerate(draft.rules, 1)),
        assumptions=_capped(draft.assumptions, _MAX_NOTES, "further assumptions of the same kinds"),
        open_questions=_capped(draft.questions, _MAX_QUESTIONS, "further sentences that I did not turn into anything"),
        passages=draft.base.passages if draft.base else (),
        reports=draft.base.reports if draft.base else (),
        sign_in=draft.base.sign_in if draft.base else False,
        confidence=draft.base.confidence if draft.base else None,
        not_understood=tuple(line[:400] for line in draft.unread[:60]),
    )
    return replace(charter, endpoints=endpoints(charter, draft.base))


def _capped(lines: list[str], limit: int, rest: str) -> tuple[str, ...]:
    if len(lines) <= limit:
        return tuple(lines)
    return (*lines[: limit - 1], f"There are {len(lines) - limit + 1} {rest}.")


def _names(draft: Draft) -> dict[str, str]:
    """Return a distinct class name for each key."""
    names: dict[str, str] = {}
    for key, entity in draft.entities.items():
        name = entity.name or pascal(key)
        while name in names.values() or (not entity.name and name.endswith(_SCHEMAS)):
            name = f"{name}Item"
        names[key] = name
    return names


def _entity(entity: EntityDraft, names: dict[str, str]) -> Entity:
    name = names[entity.key]
    made = replace(
        entity.base or Entity(name, name),
        name=name,
        plural=entity.plural or plural_key(snake(name)),
        description=entity.description,
        fields=tuple(entity.fields.values()),
        relations=tuple(_relation(one, names) for one in entity.relations.values() if one.target in names),
        owned=entity.owned,
    )
    return made if made.description else replace(made, description=purpose(made))


def _relation(relation: Relation, names: dict[str, str]) -> Relation:
    return replace(relation, target=names[relation.target])


def _permissions(draft: Draft, names: dict[str, str]) -> tuple[Permission, ...]:
    return tuple(
        Permission(role, names[key], tuple(actions), own)
        for (role, key, own), actions in draft.permissions.items()
        if key in names and role in draft.roles and actions
    )


def _title(draft: Draft, names: dict[str, str]) -> tuple[str, str]:
    if draft.base is not None:
        return draft.base.name, draft.base.title
    words = [plain(word).lower().replace("_", " ").strip(" -'") for word in draft.title]
    words = [word for word in words if word][:5]
    if not words and names:
        first = snake(next(iter(names.values()))).split("_")
        words = [*first[:-1], plural(first[-1])]
    slug = snake(" ".join(words), 60).replace("_", "-")
    slug = slug if slug[:1].isalpha() else f"api-{slug}".strip("-")
    title = " ".join(
        word.upper() if word in {"crm", "hr", "iot", "cms", "lms", "erp"} else word.title() for word in words
    )
    return slug, f"{title[:70]} API".strip()


def _description(draft: Draft, title: str, entities: tuple[Entity, ...]) -> str:
    base = draft.base
    written = base is not None and base.description != summary(base.title, base.entities)
    return base.description if base is not None and written else summary(title, entities)
