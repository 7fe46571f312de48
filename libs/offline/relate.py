"""How entities point at each other: said outright, told by deeds, or usual for such things."""

from __future__ import annotations

from libs.offline.collect import PARTS, add
from libs.offline.draft import Draft, EntityDraft, Link
from libs.offline.facts import Act, Belongs, Facts
from libs.offline.items import Item
from libs.offline.lexicon import verbs, words
from libs.offline.lexicon.catalog import LABELLED, LINKS
from libs.offline.lexicon.nouns import LABELS, PEOPLE, STAFF
from libs.offline.phrases import Phrase
from libs.offline.words import article, field_name, human, pascal, plural_key, singular

_LEADING = words("teach give own host lead sell run supervise coach organize organise treat offer direct")
# Kinds that keep their usual partners under a longer name ("product review"), and partners too broad for that.
_ALIKE = words("review comment rating booking reservation payment appointment registration enrollment reading movement")
_BROAD = words("item list order line service group plan field")
_HANGING = frozenset({"tag", "label", "category"})
_ACTORS = ("user", "employee", "staff", "member", "person", "contact")
# Plurals that hold their owner rather than the other way round: bookmarks with folders.
_CONTAINERS = words("folder notebook shelf collection section directory")
# Containers whose people are in one of them at a time.
_HOMES = words("team department company family household class club organization office branch group")
# Things that many containers share, so that a plural means many on both sides.
_SHARED = {
    "song": "playlist",
    "product": "order cart wishlist bundle promotion",
    "dish": "menu order",
    "book": "wishlist order",
    "exercise": "workout",
    "actor": "movie film",
    "author": "book article paper",
    "feature": "plan",
    "service": "appointment booking",
}


def relate_all(draft: Draft, facts: Facts) -> None:
    """Add the relations that sentences state."""
    for belongs in facts.belongs:
        _belongs(draft, belongs)
    plural_pairs = _both_ways(draft, facts)
    for left, right in plural_pairs:
        draft.relate(draft.entities[left], right, Link(kind="many_to_many"))
    for act in facts.acts:
        _act(draft, act)


def _both_ways(draft: Draft, facts: Facts) -> list[tuple[str, str]]:
    """Return pairs that each have many of the other."""
    pairs: list[tuple[str, str]] = []
    for has in facts.has:
        if has.item.phrase.plural and not has.item.columnar:
            owner, item = draft.find(has.owner), draft.find(has.item.phrase)
            if owner and item and owner != item:
                pairs.append((owner, item))
    return [pair for pair in dict.fromkeys(pairs) if (pair[1], pair[0]) in pairs and pair < (pair[1], pair[0])]


def _belongs(draft: Draft, fact: Belongs) -> None:
    child, target = draft.find(fact.child), draft.find(fact.parent)
    head = singular(fact.parent.head)
    if not target and head in PARTS:
        target = actor_of(draft)
    if not child or not target:
        return
    name = _role_name(fact, head, target)
    on_delete = "cascade" if fact.verb == "belong" else "restrict"
    kind = "many_to_many" if fact.many else "many_to_one"
    required = not fact.optional and child != target
    already = draft.entities[child].points_at(target)
    if already is not None and (not name or already.name == name):
        return
    draft.relate(draft.entities[child], target, Link(name, kind, required, on_delete))


def _role_name(fact: Belongs, head: str, target: str) -> str:
    if fact.many:
        return ""
    if fact.verb == "assign" and head in PEOPLE:
        return "assignee"
    return head if head in PARTS and head != target else ""


def actor_of(draft: Draft) -> str:
    """Return the entity that stands for the people of the system, empty when it keeps none."""
    return next((key for key in _ACTORS if key in draft.entities), "")


def has_entity(draft: Draft, owner: EntityDraft, item: Item, target: str, optional: bool) -> None:
    """Relate an owner to an entity it has: pointed at in the singular, pointing back or shared in the plural."""
    phrase = item.phrase
    if not (phrase.plural or phrase.many):
        name = field_name("_".join(phrase.words).removesuffix("_fk").removesuffix("_id")) or target
        required = not (optional or "optional" in item.flags) and owner.key != target
        draft.relate(owner, target, Link(name if name != owner.key else f"parent_{target}", required=required))
        return
    child = draft.entities[target]
    if child.points_at(owner.key) or owner.points_at(target):
        return
    if target.rpartition("_")[2] in _CONTAINERS:
        draft.relate(owner, target, Link(required=False))
    elif _many_both(owner, target) or target == owner.key:
        draft.relate(owner, target, Link(_own_name(phrase), kind="many_to_many"))
    else:
        draft.relate(child, owner.key, Link(on_delete="cascade"))


def _own_name(phrase: Phrase) -> str:
    name = field_name("_".join((*phrase.words[:-1], phrase.words[-1])))
    return name if len(phrase.words) > 1 else ""


def _many_both(owner: EntityDraft, target: str) -> bool:
    tail, home = target.rpartition("_")[2], owner.key.rpartition("_")[2]
    linked = any(home in group.rstrip("?").split("/") for group in LINKS.get(target, "").split())
    if linked:
        return False
    shared = home in _SHARED.get(tail, "").split()
    return tail in LABELS or shared or (tail in PEOPLE and home not in _HOMES)


def _act(draft: Draft, act: Act) -> None:
    actor = draft.find(act.actor)
    thing = _thing(draft, act.object) if act.object is not None else ""
    if not actor or not thing or act.own or not act.binding:
        return
    verb = act.verbs[-1]
    recorded = next((key for key in verbs.RECORD_ALSO.get(verb, ()) if key in draft.entities), "")
    if verb in verbs.RECORD and not recorded and not _points_by_nature(draft, thing, actor):
        recorded = _record(draft, verb)
    if recorded and recorded != thing:
        _join(draft, recorded, (actor, thing))
    elif _points_by_nature(draft, thing, actor) or (
        verb in verbs.CREATE | _LEADING and not _staffed(act) and not _leaves(draft, verb, thing)
    ):
        _makes(draft, actor, thing)
    elif verb in verbs.JOIN and actor != thing and not _related(draft, actor, thing):
        draft.relate(draft.entities[actor], thing, Link(kind="many_to_many"))


def _leaves(draft: Draft, verb: str, thing: str) -> bool:
    """Say whether a record of the deed is kept already: who submits an actor makes a submission, no actor."""
    stem = verb[: max(4, len(verb) - 2)]
    return any(key.startswith(stem) and bool(one.points_at(thing)) for key, one in draft.entities.items())


def _related(draft: Draft, one: str, other: str) -> bool:
    return bool(draft.entities[one].points_at(other) or draft.entities[other].points_at(one))


def _thing(draft: Draft, phrase: Phrase) -> str:
    """Return the entity acted on; who requests leave makes a leave request."""
    longer = [key for key in draft.entities if key.startswith(f"{phrase.key}_")]
    return draft.find(phrase) or (longer[0] if len(longer) == 1 else "")


def _staffed(act: Act) -> bool:
    return act.only or singular(act.actor.head) in STAFF or (act.modal and bool({"delete"} & set(act.verbs)))


def _makes(draft: Draft, actor: str, thing: str) -> None:
    if actor != thing and not _related(draft, actor, thing):
        draft.relate(draft.entities[thing], actor, Link())


def _points_by_nature(draft: Draft, child: str, parent: str) -> bool:
    return any(parent in group.rstrip("?").split("/") for group in LINKS.get(child, "").split())


def _record(draft: Draft, verb: str) -> str:
    """Add the record a deed leaves: borrowing leaves a loan."""
    key = verbs.RECORD[verb]
    word = Phrase((key,), (key,))
    found = add(draft, word, defined=True)
    if found:
        draft.assume(f"To {verb} something is kept as {article(key)}, so I added the entity {pascal(found)}.")
    return found


def _join(draft: Draft, record: str, sides: tuple[str, str]) -> None:
    for side in sides:
        entity = draft.entities[record]
        if side != record and not entity.points_at(side):
            draft.relate(entity, side, Link())


def link_usual(draft: Draft) -> None:
    """Add the relations that are usual for such things and that nothing stated, each as an assumption."""
    for key in list(draft.entities):
        entity = draft.entities[key]
        if entity.fixed:
            continue
        stated = any(relation.kind != "many_to_many" for relation in entity.relations.values())
        for group in _groups(key):
            _link_group(draft, entity, group, stated)
        if key in _HANGING:
            _hang(draft, key)


def _hang(draft: Draft, label: str) -> None:
    """Hang tags and categories that nothing refers to on what they usually label."""
    used = any(entity.points_at(label) for entity in draft.entities.values())
    target = next((key for key in LABELLED if key in draft.entities), "")
    if used or not target or draft.entities[label].relations:
        return
    many = label != "category"
    draft.relate(draft.entities[target], label, Link(kind="many_to_many" if many else "many_to_one", required=False))
    named = human(plural_key(label)) if many else human(label)
    told = f"any number of {named}" if many else article(named)
    draft.assume(f"{article(human(target)).capitalize()} may have {told}; the wish does not say so itself.")


def _groups(key: str) -> list[str]:
    tail = key.rpartition("_")[2]
    return (LINKS.get(key) or (LINKS.get(tail, "") if tail in _ALIKE else "")).split()


def _link_group(draft: Draft, entity: EntityDraft, group: str, stated: bool) -> None:
    choices = group.rstrip("?").split("/")
    found = [
        choice if choice in _BROAD and choice not in draft.entities else draft.find_key(choice) for choice in choices
    ]
    there = [key for key in found if key in draft.entities and key != entity.key]
    if not there or (stated and group.endswith("?")):
        return
    people = {choice for choice in choices if choice in PEOPLE}
    if people and any(relation.target.rpartition("_")[2] in PEOPLE for relation in entity.relations.values()):
        return
    if any(relation.target.rpartition("_")[2] in choices for relation in entity.relations.values()):
        return
    if any(entity.points_at(key) or draft.entities[key].points_at(entity.key) for key in there):
        return
    if draft.relate(entity, there[0], Link(required=not group.endswith("?"))):
        draft.assume(
            f"Each {human(entity.key)} belongs to {article(human(there[0]))}; the wish does not say so itself."
        )
