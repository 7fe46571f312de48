"""From facts to a draft: columns to their owners, constraints to their columns, rules and rights to their place."""

from __future__ import annotations

from msgspec.structs import replace

from libs.contracts.fields import Field
from libs.offline import fields
from libs.offline.collect import PARTS, collect
from libs.offline.draft import MAX_RULES, Draft, EntityDraft
from libs.offline.facts import Facts, Has, Limit, Stated
from libs.offline.grants import grant_all
from libs.offline.items import Item
from libs.offline.lexicon import attributes, verbs
from libs.offline.lexicon.catalog import STOCKED
from libs.offline.lexicon.nouns import PEOPLE
from libs.offline.phrases import Phrase
from libs.offline.relate import actor_of, has_entity, relate_all
from libs.offline.words import article, field_name, human, pascal, singular, singular_key

_SECRETS = frozenset({"password", "password_hash", "passwd", "passwords"})
# What tells two ends of a way apart: a start station and an end station, though a station may be a column elsewhere.
_ENDS = frozenset({"source", "target", "from", "to", "start", "end", "origin", "destination", "pickup", "return"})
# Words within the name of a column that no thing has in its name.
_MEASURED = frozenset({"per", "of"})
_STOCK = frozenset({"stock", "inventory", "quantity"})


def assemble(draft: Draft, facts: Facts) -> None:
    """Work the facts into the draft."""
    draft.title = draft.title or facts.title
    collect(draft, facts)
    relate_all(draft, facts)
    for has in facts.has:
        _has(draft, has)
    for limit in facts.limits:
        _limit(draft, limit)
    _own(draft, facts)
    grant_all(draft, facts)
    for stated in facts.rules:
        _rule(draft, stated)


def add_loose(draft: Draft, loose: list[Item]) -> None:
    """Give columns named for the system as a whole to its only or first entity."""
    for item in loose:
        if draft.entities:
            give(draft, next(iter(draft.entities.values())), item)


def _has(draft: Draft, has: Has) -> None:
    owner = draft.entities.get(draft.find(has.owner))
    if owner is not None:
        owner.stated += 1
        give(draft, owner, has.item, has.optional)


def give(draft: Draft, owner: EntityDraft, item: Item, optional: bool = False) -> None:
    """Add what an owner has: a relation when it is an entity, else a column."""
    measured = _MEASURED.intersection(item.phrase.words)
    target = (
        _keyed(draft, owner, item) or _doer(draft, item.phrase) or ("" if measured else _target(draft, owner, item))
    )
    if target:
        has_entity(draft, owner, item, target, optional)
        return
    column = fields.column(item, owner.key)
    if column is None or column.name == owner.key:
        return
    if column.name in _SECRETS:
        draft.assume(f"{pascal(owner.key)} keeps no {human(column.name)}: signing in is not a thing to keep.")
        return
    if optional and "required" not in item.flags and column.default is None:
        column = replace(column, required=False)
    draft.put_field(owner, column)


def _target(draft: Draft, owner: EntityDraft, item: Item) -> str:
    """Return the entity an item means, empty when it is a column."""
    phrase = item.phrase
    head = singular(phrase.head)
    if phrase.counted or item.type or item.choices or any(item.bounds):
        return ""
    if item.rest and item.rest.isidentifier() and draft.find_key(item.rest) in draft.entities:
        return draft.find_key(item.rest)
    key = draft.find(phrase) or (
        draft.find_key(head) if len(phrase.words) > 1 and head not in attributes.ATTRIBUTES else ""
    )
    if len(phrase.words) > 1 and head in draft.entities and head not in attributes.ATTRIBUTES:
        key = key if key == phrase.key else head
    if not key and len(phrase.words) == 2 and phrase.words[0] in _ENDS:
        return draft.find_key(head)
    if not key and head in PARTS and not phrase.plural and head not in attributes.EITHER:
        key = actor_of(draft)
    if not key and len(phrase.words) == 2 and phrase.words[0] in {"parent", "sub", "child"}:
        key = draft.find_key(head)
    if key == owner.key and key.endswith(f"_{phrase.key}"):
        return ""
    plain_column = head in attributes.ATTRIBUTES and head not in attributes.EITHER and not phrase.plural
    return "" if plain_column and key != owner.key else key


def _doer(draft: Draft, phrase: Phrase) -> str:
    """Return the people a deed is named for: the weaver of what is "weaved by", the rider who rides."""
    stem = verbs.root(phrase.words[0]) if phrase.words[1:] == ("by",) else ""
    named = (key for key in draft.entities if key.endswith(("er", "or")) and verbs.root(key[:-2]) == stem)
    return next(named, "")


def _keyed(draft: Draft, owner: EntityDraft, item: Item) -> str:
    """Return what a key points at as developers write it: "pier_id", "topic FK", "parent (self FK)"."""
    name = "_".join(item.phrase.words)
    stem = name.removesuffix("_fk").removesuffix("_id")
    if item.rest == "self":
        return owner.key
    return draft.find_key(stem) if stem not in {name, owner.key} else ""


def _limit(draft: Draft, limit: Limit) -> None:
    """Put a constraint on its column, which is made where it is missing."""
    phrase = limit.item.phrase
    entity = draft.find(phrase)
    if entity and limit.owner is None and limit.item.choices:
        _states(draft, entity, limit.item)
        return
    owner = _owner(draft, limit) or _rated(draft, phrase)
    if owner is None:
        return
    name = _kept_name(owner, field_name("_".join(phrase.words)))
    relation = owner.relations.get(name)
    if relation is not None:
        required = relation.required and "optional" not in limit.item.flags
        owner.relations[name] = replace(
            relation, required=required, on_delete=relation.on_delete if required else "set_null"
        )
        return
    column = fields.column(limit.item, owner.key)
    if column is None:
        return
    kept = owner.fields.get(name) or owner.fields.get(column.name)
    draft.put_field(owner, fields.constrained(kept, limit.item) if kept else column)


def _rated(draft: Draft, phrase: Phrase) -> EntityDraft | None:
    """A rating nobody has yet is that of a review."""
    return draft.entities.get("review") if phrase.key == "rating" else None


def _kept_name(owner: EntityDraft, name: str) -> str:
    """Return the name a column goes by: the due date may be kept as ``due_on``."""
    single = singular_key(name)
    single = {"rating": "stars"}.get(name, single) if name not in owner.fields else single
    others = (name, single, f"{name.removesuffix('_date')}_on", f"{name.removesuffix('_time')}_at")
    kept = next((each for each in others if each in owner.fields or each in owner.relations), "")
    longer = (each for each in owner.fields if "_" in name and each.startswith(f"{name}_"))
    return kept or next(longer, name)


def _states(draft: Draft, key: str, item: Item) -> None:
    """Read "an order can be open or closed" as a status, "users can be admins or editors" as roles."""
    people = [singular(choice) for choice in item.choices if singular(choice) in PEOPLE]
    if len(people) == len(item.choices):
        for role in people:
            draft.roles.setdefault(role, f"{article(role).capitalize()} of the system.")
        return
    entity = draft.entities[key]
    kept = entity.fields.get("status") or Field("status", "enum")
    draft.put_field(entity, fields.choosing(kept, item.choices))


def _owner(draft: Draft, limit: Limit) -> EntityDraft | None:
    """Find whose column a constraint speaks of."""
    phrase = limit.item.phrase
    if limit.owner is not None:
        return draft.entities.get(draft.find(limit.owner))
    for cut in range(len(phrase.nouns) - 1, 0, -1):
        front = Phrase(phrase.nouns[:cut], phrase.nouns[:cut])
        if key := draft.find(front):
            return draft.entities[key]
    return _holder(draft, limit)


def _holder(draft: Draft, limit: Limit) -> EntityDraft | None:
    phrase = limit.item.phrase
    name = field_name("_".join(phrase.words))
    hinted = draft.entities.get(draft.find(limit.hint)) if limit.hint is not None else None
    holders = [entity for entity in draft.entities.values() if _holds(entity, name)]
    stocked = next((draft.entities[key] for key in STOCKED if key in draft.entities), None)
    if singular(phrase.head) in _STOCK and stocked is not None and not holders:
        return stocked
    if hinted is not None and (hinted in holders or not holders):
        return hinted
    if holders:
        return holders[0]
    alone = singular(phrase.head) in attributes.ATTRIBUTES and len(draft.entities) == 1
    return next(iter(draft.entities.values())) if alone else None


def _holds(entity: EntityDraft, name: str) -> bool:
    kept = _kept_name(entity, name)
    return kept in entity.fields or kept in entity.relations


def _own(draft: Draft, facts: Facts) -> None:
    for phrase in facts.owned:
        entity = draft.entities.get(draft.find(phrase))
        if entity is not None:
            entity.owned = True
            entity.fixed = False


def _rule(draft: Draft, stated: Stated) -> None:
    text = stated.text.strip(" .,;:")
    text = f"{text[:1].upper()}{text[1:]}."[:400]
    about = _about(draft, stated)
    if not about and not stated.listed:
        draft.unused.append(stated.text)
        return
    if len(text) < 8 or any(kept == text for kept, *_ in draft.rules) or len(draft.rules) >= MAX_RULES:
        return
    draft.rules.append((text, about, None))


def _about(draft: Draft, stated: Stated) -> str:
    heads = [Phrase(phrase.nouns[-1:], phrase.nouns[-1:]) for phrase in stated.about]  # "rare books" are books
    for phrase in (*stated.about, *heads):
        if key := draft.find(phrase):
            return key
    for phrase in stated.about:
        limit = Limit(None, Item(phrase))
        holder = _holder(draft, limit)
        if holder is not None:
            return holder.key
    names = tuple(f"{singular_key(phrase.key)}_" for phrase in stated.about)
    starts = (one.key for one in draft.entities.values() if any(name.startswith(names) for name in one.fields))
    return next(starts, "") if names else ""
