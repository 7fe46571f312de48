"""Deeds turned into permissions, accounts and owners."""

from __future__ import annotations

from dataclasses import dataclass, field

from libs.offline.lexicon import verbs, words
from libs.offline.lexicon.nouns import PEOPLE, STAFF
from libs.offline.prose import deeds
from libs.offline.prose.world import World
from libs.offline.words import singular, snake

_CRUD = ("create", "read", "update", "delete")


_CREATE = verbs.CREATE | words(
    "record log enter book order assign upload buy reserve borrow rent enrol enroll do give run hire draft raise rate"
    " review vote bid donate apply comment"
)


_BY_VERB = (
    ("create", _CREATE - words("report set offer list start")),
    ("read", verbs.READ | words("list follow monitor consult know get")),
    ("update", verbs.UPDATE - {"assign"} | words("maintain fill handle correct touch put")),
    ("delete", verbs.DELETE | {"archive"}),
)


_ALL = verbs.ALL | words("look-after own administrate crud handle")


@dataclass(slots=True)
class Deed:
    verbs: list[str] = field(default_factory=lambda: [])
    things: list[str] = field(default_factory=lambda: [])
    own: bool = False
    denied: bool = False
    closed: bool = False


def is_person(name: str) -> bool:
    return snake(name).rpartition("_")[2] in PEOPLE | STAFF


_STEPS = words(
    "validate lock unlock pin renew extend suspend activate deactivate pack certify inspect waive escalate dispatch"
    " ship countersign unblock block ban release void postpone"
)


def _bases(word: str) -> tuple[str, ...]:
    return (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("d"), word.removesuffix("ed"))


def lemma_of(word: str) -> str:
    if word in {"edits", "edited", "editing"}:
        return "edit"
    extra = {
        "do": "do",
        "does": "do",
        "crud": "manage",
        "enrol": "enrol",
        "looks": "manage",
        "look": "manage",
    }
    return extra.get(word) or verbs.lemma(word) or next((one for one in _bases(word) if one in _STEPS), "")


def action_of(lemma: str) -> str:
    return "all" if lemma in _ALL else next((action for action, group in _BY_VERB if lemma in group), "")


def grant(actor: str, deed: Deed, world: World) -> bool:
    role = _role(actor, deed, world)
    for thing in dict.fromkeys(deed.things):
        entity = _recorded(thing, deed, actor, world)
        actions = _actions(deed, entity, world) if entity != thing or not _LEAVES.issuperset(deed.verbs) else []
        if entity not in world.entities or not actions or not role:
            continue
        if deed.own:
            _own(actor, entity, world)
        world.grant(role, entity, actions, deed.own)
    return bool(deed.things and role)


# Who does these to a thing makes a record, and not the thing.
_LEAVES = words("rate review vote comment bid donate apply")


def _actions(deed: Deed, entity: str, world: World) -> list[str]:
    if entity not in world.entities:
        return []
    own = {one.name for one in world.entities[entity].actions}
    out: list[str] = []
    for lemma in deed.verbs:
        action = action_of(lemma)
        if lemma in own or deeds.deed(world, entity, lemma):
            out.append(lemma)
        elif action == "all" or lemma == "do":
            out += _CRUD
        elif action == "update" and lemma in {"approve", "cancel", "confirm", "complete", "publish", "close"}:
            out.append("update")
        elif action:
            out.append(action)
    return list(dict.fromkeys(out))


def _recorded(thing: str, deed: Deed, actor: str, world: World) -> str:
    """Who borrows a book makes a loan: return the record that a deed leaves, else the thing itself."""
    for lemma in deed.verbs:
        for name in verbs.RECORD_ALSO.get(lemma, ()):
            made = next((one for one in world.entities if snake(one).endswith(name) and one != thing), "")
            if made and world.link(made, thing):
                return made
    if {"assign", "enrol", "enroll", "register", "add"} & set(deed.verbs):
        pairs = [
            name
            for name in world.children(thing)
            if any(world.link(name, other) for other in deed.things if other != thing)
        ]
        return pairs[0] if pairs and not {"assign"} & set(deed.verbs) else thing
    return thing


def _role(actor: str, deed: Deed, world: World) -> str:
    name = snake(actor.lstrip("@&"))
    if name in {"everyone", "everybody", "anyone", "anybody"}:
        return "public" if all(action_of(lemma) == "read" for lemma in deed.verbs) else "user"
    if singular(name) in {"user", "you", "people", "person"} and not actor.startswith("@"):
        return "user"
    if singular(name) in {"admin", "administrator"}:
        return "admin"
    head = name.rpartition("_")[2]
    if actor.startswith("@") and singular(head) not in PEOPLE | STAFF:
        return ""
    return singular(name) if not actor.startswith("@") else name


def _own(actor: str, entity: str, world: World) -> None:
    """Rows of one's own: those that lead to the person, else those one made."""
    person = actor.lstrip("@")
    leads = [entity, *(link.target for link in world.entities[entity].relations)]
    if actor.startswith("@") and (person == entity or any(world.link(one, person) for one in leads)):
        world.put(person, account=True)
        return
    account = next((one.target for one in world.entities[entity].relations if world.entities[one.target].account), "")
    if not account:
        world.put(entity, owned=True)


def accounts(actors: list[str], world: World) -> None:
    for actor in actors:
        world.sign_in = True
        if actor.startswith("@") and snake(actor[1:]).rpartition("_")[2] in PEOPLE | STAFF:
            world.put(actor[1:], account=True)
