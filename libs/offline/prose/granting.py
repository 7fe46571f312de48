"""Deeds turned into permissions, accounts and owners."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from libs.offline.lexicon import verbs, words
from libs.offline.lexicon.nouns import PEOPLE, STAFF
from libs.offline.prose import deeds
from libs.offline.prose.rows import reached
from libs.offline.prose.world import World
from libs.offline.words import snake

_CRUD = ("create", "read", "update", "delete")
_CREATE = verbs.CREATE | words(
    "record log enter book order assign upload buy reserve borrow lend rent enrol enroll do give run hire draft raise"
    " rate review vote bid donate apply comment take write hand key capture prepare organise organize plan answer"
)
_BY_VERB = (
    ("create", _CREATE - words("report set offer list start")),
    ("read", verbs.READ | words("list follow monitor consult know get look query look-up")),
    ("update", verbs.UPDATE - {"assign"} | words("maintain fill handle correct touch put alter amend revise")),
    ("delete", verbs.DELETE | {"archive"}),
)
_ALL = verbs.ALL | words("look-after own administrate crud handle keep care")
# Who does these to a thing makes a record, and not the thing.
_LEAVES = words("rate review vote comment bid donate apply answer")
_STEPS = words(
    "validate lock unlock pin renew extend suspend activate deactivate pack certify inspect waive escalate dispatch"
    " ship countersign unblock block ban release void postpone"
)


@dataclass(slots=True)
class Deed:
    """Verbs with the things they are done on; ``own``: only with rows of one's own."""

    verbs: list[str] = field(default_factory=lambda: [])
    things: list[str] = field(default_factory=lambda: [])
    own: bool = False
    denied: bool = False
    closed: bool = False


def is_person(name: str) -> bool:
    """Say whether an entity or role is somebody."""
    return snake(name).rpartition("_")[2] in PEOPLE | STAFF


@lru_cache(maxsize=20_000)
def lemma_of(word: str) -> str:
    """Return the verb of a word, also of verbs that only who has a role does."""
    if word in {"edits", "edited", "editing"}:
        return "edit"
    extra = {"look-after": "manage", "do": "do", "does": "do", "crud": "manage", "enrol": "enrol", "handled": "handle"}
    if word in extra:
        return extra[word]
    known = verbs.lemma(word)
    return known or next((one for one in _STEPS if verbs.root(one) == verbs.root(word)), "") or _rest(word)


def _rest(word: str) -> str:
    group = next((verb for _, group in _BY_VERB for verb in group if verbs.root(verb) == verbs.root(word)), "")
    return group if word not in {"lists", "reports"} else ""


def action_of(lemma: str) -> str:
    """Return which of create, read, update and delete a verb is, or that it is all of them."""
    return "all" if lemma in _ALL else next((action for action, group in _BY_VERB if lemma in group), "")


def grant(role: str, deed: Deed, world: World) -> bool:
    """Let a role do a deed; say whether there was anything to let."""
    done = False
    for thing in dict.fromkeys(deed.things):
        if len(deed.things) > 3 and snake(thing) == role:
            continue
        entity = _recorded(thing, deed, world)
        actions = _actions(deed, entity, world) if entity != thing or not _LEAVES.issuperset(deed.verbs) else []
        if entity not in world.entities or not actions:
            continue
        if role == "public" and actions != ["read"]:
            role = "user"
        own = deed.own and role != "public"
        if own:
            owned(role, entity, world)
        world.grant(role, entity, actions, own)
        done = True
    return done


def _actions(deed: Deed, entity: str, world: World) -> list[str]:
    if entity not in world.entities:
        return []
    own = {one.name for one in world.entities[entity].actions}
    out: list[str] = []
    for lemma in deed.verbs:
        action = "update" if lemma == "assign" and entity in deed.things else action_of(lemma)
        named = next((one for one in own if one == lemma or one.startswith(f"{lemma}_")), "")
        if action == "create" and not named and _first(lemma, entity, world):
            out.append("create")
        elif named or deeds.deed(world, entity, lemma):
            out.append(named or lemma)
        elif action == "all" or lemma == "do":
            out += _CRUD
        elif action:
            out.append(action)
    return list(dict.fromkeys(out))


def _first(lemma: str, entity: str, world: World) -> bool:
    """Say whether a deed leads to the state in which rows begin: who opens a ticket makes it."""
    state = reached(lemma, entity, world)
    column = world.column(entity, state.field) if state else None
    return bool(state and state.value and column and column.choices[0] == state.value.text)


def _recorded(thing: str, deed: Deed, world: World) -> str:
    """Who borrows a book makes a loan: return the record that a deed leaves, else the thing itself."""
    if "register" in deed.verbs and is_person(thing) and len(deed.things) == 1:
        return thing
    for lemma in deed.verbs:
        for name in verbs.RECORD_ALSO.get(lemma, ()):
            made = next((one for one in world.entities if snake(one).endswith(name) and one != thing), "")
            if made and world.link(made, thing):
                return made
        made = next((one for one in world.children(thing) if verbs.root(snake(one)) == verbs.root(lemma)), "")
        if lemma in _LEAVES and made:
            return made
    return _between(thing, deed, world)


def _between(thing: str, deed: Deed, world: World) -> str:
    """Who enrols a pupil in a course makes what links the two: return it, else the thing itself."""
    if {"assign", "enrol", "enroll", "register", "add"} & set(deed.verbs):
        others = [other for other in deed.things if other != thing]
        pairs = [name for name in world.children(thing) for other in others if world.link(name, other)]
        if pairs:
            return pairs[0]
        return "" if "assign" in deed.verbs and any(world.link(other, thing) for other in others) else thing
    return thing


def owned(role: str, entity: str, world: World) -> None:
    """Rows of one's own: those that lead to the person, else those one made."""
    person = next((one for one in world.entities if snake(one) == role), "")
    leads = [entity, *(link.target for link in world.entities[entity].relations)]
    if person and (person == entity or any(world.link(one, person) for one in leads)):
        world.put(person, account=True)
        return
    account = next((one.target for one in world.entities[entity].relations if world.entities[one.target].account), "")
    if not account:
        world.put(entity, owned=True)


def accounts(roles: tuple[str, ...], world: World) -> None:
    """Note that people sign in: who is kept as a thing has an account."""
    world.sign_in = True
    for name in world.entities:
        if snake(name) in roles and is_person(name):
            world.put(name, account=True)
