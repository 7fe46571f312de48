"""Renaming and removing in a draft, with everything that speaks of the thing."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.offline.context import phrases_of
from libs.offline.draft import Draft, EntityDraft
from libs.offline.phrases import Phrase
from libs.offline.tokens import normalise, tokenise
from libs.offline.words import MAX_ENTITY, field_name, human, pascal, plural_key, singular_key, snake


def remove(draft: Draft, phrase: Phrase, owner: str = "") -> bool:
    """Take an entity, or a column of one, out of the draft; say whether there was one."""
    key = "" if owner else draft.find(phrase)
    if key:
        _remove_entity(draft, key)
        return True
    name = field_name("_".join(phrase.words))
    entities = [draft.entities[owner]] if owner else list(draft.entities.values())
    gone = [_remove_column(entity, name) for entity in entities]
    return any(gone)


def _remove_column(entity: EntityDraft, name: str) -> bool:
    names = {name, singular_key(name), plural_key(singular_key(name))}
    before = len(entity.fields) + len(entity.relations)
    for each in names:
        entity.fields.pop(each, None)
        entity.relations.pop(each, None)
    return len(entity.fields) + len(entity.relations) < before


def _remove_entity(draft: Draft, key: str) -> None:
    name = draft.entities[key].name or pascal(key)
    del draft.entities[key]
    for entity in draft.entities.values():
        entity.relations = {each: one for each, one in entity.relations.items() if one.target != key}
    draft.permissions = {grant: actions for grant, actions in draft.permissions.items() if grant[1] != key}
    draft.rules = [rule for rule in draft.rules if rule[1] != key]
    word = re.compile(rf"\b({re.escape(name)}|{re.escape(human(key))})\b")
    draft.assumptions = [line for line in draft.assumptions if not word.search(line)]


def rename(draft: Draft, old: str, owner: str, new: str) -> bool:
    """Give an entity, or a column of one, another name; say whether there was one."""
    phrase = next(iter(phrases_of(tokenise(normalise(old)))), None)
    name = snake(new)
    if phrase is None or not name or name[0].isdigit():
        return False
    key = "" if owner else draft.find(phrase)
    if key:
        return _rename_entity(draft, key, snake(singular_key(name), MAX_ENTITY))
    column = field_name("_".join(phrase.words))
    entities = [draft.entities[owner]] if owner else list(draft.entities.values())
    done = [_rename_column(entity, column, field_name(name)) for entity in entities]
    return any(done)


def _rename_column(entity: EntityDraft, old: str, new: str) -> bool:
    if new in entity.fields or new in entity.relations or not new:
        return False
    if old in entity.fields:
        columns = [replace(one, name=new) if one.name == old else one for one in entity.fields.values()]
        entity.fields = {one.name: one for one in columns}
        return True
    if old in entity.relations:
        links = [replace(one, name=new) if one.name == old else one for one in entity.relations.values()]
        entity.relations = {one.name: one for one in links}
        return True
    return False


def _rename_entity(draft: Draft, old: str, new: str) -> bool:
    if new in draft.entities:
        return False
    renamed = draft.entities[old]
    before = renamed.name or pascal(old)
    renamed.key, renamed.name, renamed.plural, renamed.description = new, "", "", ""
    draft.entities = {entity.key: entity for entity in draft.entities.values()}
    for entity in draft.entities.values():
        _repoint(entity, old, new)
    draft.permissions = {
        (role, new if key == old else key, own): acts for (role, key, own), acts in draft.permissions.items()
    }
    draft.rules = [
        (_reworded(text, old, new), new if key == old else key, enforcement) for text, key, enforcement in draft.rules
    ]
    draft.assumptions = [_reworded(line.replace(before, pascal(new)), old, new) for line in draft.assumptions]
    return True


def _repoint(entity: EntityDraft, old: str, new: str) -> None:
    names = {old: new, plural_key(old): plural_key(new)}
    links = [
        replace(one, target=new, name=names.get(one.name, one.name)) if one.target == old else one
        for one in entity.relations.values()
    ]
    entity.relations = {one.name: one for one in links}


def _reworded(text: str, old: str, new: str) -> str:
    """Swap the old word for the new one in prose, singular and plural, keeping a capital at the start."""
    words = {human(plural_key(old)): human(plural_key(new)), human(old): human(new)}
    shape = re.compile(rf"\b({'|'.join(re.escape(word) for word in words)})\b", re.IGNORECASE)
    return shape.sub(lambda found: _like(found[0], words[found[0].lower()]), text)


def _like(before: str, word: str) -> str:
    return word.capitalize() if before[0].isupper() else word
