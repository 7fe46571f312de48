"""Which nouns of the facts become entities."""

from __future__ import annotations

from libs.offline.context import owner_thing, thing_like
from libs.offline.draft import Draft
from libs.offline.facts import Act, Belongs, Facts
from libs.offline.items import Item
from libs.offline.lexicon import attributes, verbs, words
from libs.offline.lexicon.catalog import FIELDS
from libs.offline.lexicon.grammar import AUXILIARIES
from libs.offline.lexicon.nouns import LABELS, NEVER, PEOPLE, STAFF, SYSTEM_FILLERS, THINGS
from libs.offline.phrases import Phrase
from libs.offline.words import MAX_ENTITY, singular, snake

# People named for their part in something; they become a relation to a user or employee rather than a table.
PARTS = words(
    """
    owner assignee creator reviewer approver reporter organizer organiser manager supervisor author sender receiver
    recipient leader lead contact person responsible editor operator host uploader publisher requester
    """
)

# Entity names that would hide a name every Python file knows; they get the system's name in front.
_BUILT_IN = words(
    """
    list dict set tuple type object int str float bool bytes none true false enum exception base any optional union
    """
)


def known(phrase: Phrase) -> bool:
    """Say whether a phrase names something people commonly keep."""
    head = singular(phrase.head)
    return head in THINGS or head in FIELDS or head in PEOPLE or head in LABELS or phrase.key in FIELDS


def collect(draft: Draft, facts: Facts) -> None:
    """Add the entities that the facts give evidence for, in the order of the wish."""
    draft.nouns = facts.nouns
    draft.parts = {singular(word) for has in facts.has if has.item.phrase.head == "role" for word in has.item.choices}
    for one in facts.mentions:
        if one.defined or known(one.phrase) or (one.strong and thing_like(one.phrase)):
            add(draft, one.phrase, one.defined)
    _collect_owners(draft, facts)
    for belongs in facts.belongs:
        _collect_pair(draft, belongs)
    for act in facts.acts:
        _collect_act(draft, act)
    for has in facts.has:
        named = draft.find_key(has.item.rest) if has.item.rest else ""
        if draft.find(has.owner) and item_entity(has.item) and not named:
            add(draft, has.item.phrase)
    for phrase in filter(known, facts.owned):
        add(draft, phrase)


def _collect_owners(draft: Draft, facts: Facts) -> None:
    for has in facts.has:
        if owner_like(has.owner, draft):
            add(draft, has.owner)


def _collect_pair(draft: Draft, fact: Belongs) -> None:
    for phrase in (fact.child, fact.parent):
        stands = known(phrase) or (fact.verb == "belong" and thing_like(phrase))
        if stands and singular(phrase.head) not in PARTS and not _column_only(phrase):
            add(draft, phrase)


def add(draft: Draft, phrase: Phrase, defined: bool = False) -> str:
    """Add an entity for a phrase unless it is there, and return its key; any word will do where it is defined."""
    if found := draft.find(phrase):
        return found
    alone = len(phrase.nouns) == 1 and bool(verbs.lemma(phrase.head)) and not known(phrase)
    if _clause_like(phrase) or (alone and not defined and not phrase.plural):
        return ""
    if draft.nouns and phrase.key not in draft.nouns and not defined:
        return ""
    key = _free(snake(phrase.key, MAX_ENTITY), draft)
    if not key or key[0].isdigit() or (key in NEVER and not defined):
        return ""
    if (head := singular(phrase.head)) != key and head in draft.entities and not phrase.plural:
        return head
    return key if draft.entity(key) is not None else ""


def prune(draft: Draft, facts: Facts) -> None:
    """Drop what a detailed wish names in passing: things it says nothing of and nothing points at."""
    defined = {draft.find(one.phrase) for one in facts.mentions if one.defined}
    if sum(entity.stated > 1 for entity in draft.entities.values()) < 3:
        return
    for key in list(draft.entities):
        entity = draft.entities[key]
        targets = {
            link.target for other in draft.entities.values() for link in other.relations.values() if other.key != key
        }
        compound = "_" in key and key.rpartition("_")[2] in PEOPLE
        if entity.stated == 0 and key not in defined and (compound or (not entity.relations and key not in targets)):
            del draft.entities[key]
            for other in draft.entities.values():
                other.relations = {name: link for name, link in other.relations.items() if link.target != key}


def _clause_like(phrase: Phrase) -> bool:
    """Say whether a phrase is a clause whose verb was not seen: "driver take vehicle", "see pets", "be traceable"."""
    *front, _ = phrase.nouns
    if AUXILIARIES.intersection(phrase.words):
        return True
    people = any(singular(word) in PEOPLE for word in front) and len(phrase.nouns) > 2
    deed = bool(front) and verbs.lemma(front[0]) == front[0] and front[0] not in THINGS | attributes.ATTRIBUTES
    return people or (deed and phrase.key not in FIELDS and phrase.plural) or (front[:1] == ["list"] and phrase.plural)


def _free(key: str, draft: Draft) -> str:
    """Put the system's name before a name that Python itself uses: a todo app's list is a todo list."""
    if key not in _BUILT_IN:
        return key
    words = [snake(word) for word in draft.title if word != key and word not in SYSTEM_FILLERS]
    return f"{words[0] if words and words[0] else 'user'}_{key}"


def owner_like(phrase: Phrase, draft: Draft) -> bool:
    """Say whether the owner in "X has Y" may be an entity: anything but a bare column."""
    compound = len(phrase.nouns) > 1 and phrase.nouns[0] not in draft.entities
    return owner_thing(phrase) and (bool(draft.find(phrase)) or compound or not _column_only(phrase))


def _column_only(phrase: Phrase) -> bool:
    head = singular(phrase.head)
    return head in attributes.ATTRIBUTES and head not in attributes.EITHER and head not in FIELDS


def item_entity(item: Item) -> bool:
    """Say whether what a thing has is a thing of its own: plural, or a person or catalogued thing in the singular."""
    phrase = item.phrase
    head = singular(phrase.head)
    if item.rest == "self" or item.columnar or not thing_like(phrase) or phrase.counted:
        return False
    if item.inner:
        return True
    if phrase.plural or phrase.many:
        return phrase.head not in attributes.MASS_FIELDS and (known(phrase) or not _column_only(phrase))
    fresh = head not in attributes.ATTRIBUTES and head not in attributes.EITHER and head not in PARTS
    return fresh and (phrase.key in FIELDS or (head in PEOPLE and head not in STAFF))


def _longer(draft: Draft, key: str) -> bool:
    """Say whether a longer name is kept already: leave, once there are leave requests."""
    return key not in draft.entities and any(kept.startswith(f"{key}_") for kept in draft.entities)


def _collect_act(draft: Draft, act: Act) -> None:
    """Take who acts and what is acted on as entities, where both words are known and the deed is one of a system's."""
    if act.object is None or act.object.head == "all" or not act.binding:
        return
    deeds = verbs.CREATE | verbs.JOIN | verbs.ALL | verbs.READ | verbs.UPDATE | verbs.DELETE | set(verbs.RECORD_ALSO)
    deeds |= set(verbs.RECORD) | {"teach", "own", "host", "treat", "lead", "give"}
    if not deeds.intersection(act.verbs):
        return
    new = act.modal and act.object.plural and thing_like(act.object) and bool(verbs.CREATE.intersection(act.verbs))
    thing = (
        (known(act.object) or new)
        and not _longer(draft, act.object.key)
        and singular(act.object.head) not in STAFF
        and not _column_only(act.object)
    )
    actor = singular(act.actor.head)
    if thing and (known(act.actor) or draft.find(act.actor)):
        add(draft, act.object)
        if actor not in STAFF | draft.parts and not act.only and actor != "user" and known(act.actor):
            add(draft, act.actor)
        if actor == "user" and not act.own and not act.only:
            add(draft, act.actor)
