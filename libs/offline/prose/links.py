"""Relations that sentences state between things known: "a game is played in a tournament by a white player"."""

from __future__ import annotations

import re

from msgspec.structs import replace

from libs.contracts.charter import Entity
from libs.contracts.fields import Field, Relation
from libs.offline import fields
from libs.offline.lexicon import verbs
from libs.offline.lexicon.nouns import LABELS, PEOPLE, STAFF
from libs.offline.prose.lists import members
from libs.offline.prose.marks import Told
from libs.offline.prose.members import item_of
from libs.offline.prose.world import World
from libs.offline.words import field_name, pascal, plural_key, snake

_ONE = r"(?:an?|the|one|exactly one|a single|each|its|their|some|any|another)"
_POINTS = re.compile(
    r"@(\w+)(~?)(?: \([^()]*\))? (?:(?:has|have) [^@]{1,200}?,? and )?"
    r"(?:(?:is|are|was|were|can be|may be|must be|gets?|always|usually"
    r"|then|only) )*(?:belongs? to|(?:\w+ )??(?:to|for|in|on|of|by|at|from|about|under)|takes?"
    rf" place (?:at|in)) {_ONE} @(\w+)\b(?!~)(.*)$"
)
_FOLLOWING = re.compile(
    rf"^(?:,| and| or|, and)? ?(?:(?:to|for|in|on|of|by|at|from|about|under|with) )?{_ONE} (?:(\w+)"
    r" )?@(\w+)\b(?!~)(.*)$"
)
_NAMED = re.compile(
    r"\b(?:by|between|from|of|has|have|with) (?:an?|the|one) (\w+) @(\w+)~?(?:,? and|,? to| and"
    r" to|,) (?:an?|the|one) (\w+) @(\w+)"
)
_SELF = re.compile(
    r"@(\w+)~? (?:can|may|might|could) (?:also )?(?:be (?:an? )?([\w-]+)(?: @\w+)? (?:of|to|for)"
    r"|(have|contain|include|\w+)) (?:another|other|an? other|a parent|an? previous|sub-?)\b"
)
_NEEDS = re.compile(
    r"@(\w+)~? (?:needs?|gets?|requires?|undergoes?|receives?) (?:an? |many |several |regular )?@"
    r"(\w+)"
)
_THROUGH = re.compile(
    r"\bfor (?:each|every) @(\w+) (?:in|on|of|at|for) (?:an?|the|each) @(\w+),? (?:we |i |it |the"
    r" system )?(?:must |also |want to )?(?:keeps?|stores?|records?|needs?|has|tracks?|saves?|notes?)"
    r" (.+)$"
)
_FOR = re.compile(r"@(\w+)~? (?:\w+ )?@(\w+)~? (?:for|on|in|as|via|through|during) (?:an? |their )@(\w+)")
_MANY = re.compile(
    r"@(\w+)~? [^@]*?\b(?:one or (?:more|several)|several|multiple|many|any number of|a list of|some) (?:\w+ )?@(\w+)"
)
_PERSON_OF = re.compile(
    r"(?:assigned to|handled by|per|owned by|given to|allocated to) (?:an? |one |the )?&(\w+)|"
    r"(?:^|\b(?:an?|each|every|no|the) )&(\w+) (?:\w+ ){0,4}(?:have|has|get|gets) [^@]*(?:\d+|them"
    r"|@\w+) ?"
)


def read_links(told: Told, world: World) -> bool:
    """Add the relations of a sentence whose plural things are marked ``@Loan~``; say whether it has any."""
    done = [shape(told, world) for shape in (_through, _named, _self, _needs, _pointing, _deed, _both)]
    return any(done)


def relate(world: World, child: str, target: str, name: str = "", required: bool = True) -> bool:
    """Add a to-one relation unless there is one to the same thing, or another name is given for it."""
    kept = world.entities[child]
    name = name or snake(target)
    linked = any(
        one.target == target and (one.name == name or not name.endswith(snake(target))) for one in kept.relations
    )
    taken = {one.name for one in (*kept.fields, *kept.relations)}
    other = any(one.target == target for one in kept.relations) and name == snake(target)
    back = world.link(target, child)
    if linked or other or (back and back.required) or name in taken - {field_name(name)} or len(kept.relations) >= 30:
        return False
    columns = tuple(one for one in kept.fields if one.name != name)
    if child == target:
        required = False
    link = Relation(name, target, "many_to_one", required and not _reaches(world, target, child), "restrict")
    link = link if link.required else replace(link, on_delete="set_null")
    world.put(child, relations=(*kept.relations, link), fields=columns)
    return True


def _reaches(world: World, start: str, goal: str, seen: frozenset[str] = frozenset()) -> bool:
    if start == goal:
        return True
    nexts = [one.target for one in world.entities[start].relations if one.required and one.kind != "many_to_many"]
    return any(
        _reaches(world, name, goal, seen | {start}) for name in nexts if name not in seen and name in world.entities
    )


def _person(name: str) -> bool:
    return snake(name).rpartition("_")[2] in PEOPLE | STAFF


def _pointing(told: Told, world: World) -> bool:
    found = _POINTS.search(told.marked)
    if found is None or re.search(
        r"\b(?:not|never|cannot|only|at most|more than|report|per|when|if|once|own|overlap)\b", told.marked
    ):
        return False
    child, target, rest = found[1], found[3], found[4]
    if (
        child == target
        or (_person(child) and not re.search(r"belong|\bis (?:in|on)|\bare on|work", found[0]))
        or world.link(target, child)
    ):
        return False
    done = relate(world, child, target)
    while more := _FOLLOWING.match(rest):
        if more[2] != child:
            done = relate(world, child, more[2]) or done
        rest = more[3]
    return done


def _named(told: Told, world: World) -> bool:
    found = _NAMED.search(told.marked)
    if found is None or found[2] != found[4] or found[1] == found[3]:
        return False
    child = next((name for name in (*told.things(), *told.before) if name != found[2]), "")
    if not child:
        return False
    kept = world.entities[child]
    world.put(
        child, relations=tuple(one for one in kept.relations if one.target != found[2] or one.name != snake(found[2]))
    )
    stem = snake(found[2])
    return all(
        [relate(world, child, found[2], f"{found[1]}_{stem}"), relate(world, child, found[2], f"{found[3]}_{stem}")]
    )


def _self(told: Told, world: World) -> bool:
    found = _SELF.search(told.marked)
    if found is None or not re.search(r"another (?:one|@)|other @|a parent|sub-|a previous", told.marked):
        return False
    after = re.findall(r"@(\w+)", told.marked[found.end() - 1 :])
    if after and after[0] != found[1]:
        return False
    lemma = verbs.lemma(found[3] or "") or (found[3] or "")
    name = (
        f"{lemma}d_{snake(found[1])}"
        if lemma.endswith("e")
        else f"{lemma}ed_{snake(found[1])}"
        if lemma not in {"", "have", "contain", "include"}
        else f"parent_{snake(found[1])}"
    )
    kept = world.entities[found[1]]
    same = any(one.target == found[1] for one in kept.relations)
    return not same and relate(world, found[1], found[1], name[:30], required=False)


def _needs(told: Told, world: World) -> bool:
    found = _NEEDS.search(told.marked)
    free = found and found[1] != found[2] and not _person(found[1]) and not world.link(found[1], found[2])
    return bool(found and free and relate(world, found[2], found[1]))


def _deed(told: Told, world: World) -> bool:
    """Read "driver takes a vehicle for a trip": the trip is of both."""
    found = _FOR.search(
        re.sub(r"\b(?:an?|the|their|his|my) (?=@)", "", told.marked)
        .replace(" for @", " for a @")
        .replace(" as @", " as a @")
    )
    if found is None or not _person(found[1]) or found[3] in {found[1], found[2]} or _person(found[3]):
        return False
    if world.link(found[2], found[3]) or len(world.entities[found[3]].fields) < 2:
        return False
    done = [relate(world, found[3], target) for target in (found[2], found[1]) if not world.link(target, found[3])]
    return any(done)


def _both(told: Told, world: World) -> bool:
    """Read "an artefact is made by one or more artists": many on both sides, once the other side has many too."""
    found = _MANY.search(told.marked)
    if found is None or found[1] == found[2] or re.search(r"\b(?:cannot|never|not|at most)\b", told.marked):
        return False
    one, other = found[1], found[2]
    again = re.search(
        rf"@{other}~?\b.*\b(?:many|several|multiple|any number of|one or more|two|three)\b.*@{one}", told.marked
    )
    shared = re.search(r"\bby (?:one or more|several|multiple|many)\b", told.marked) or snake(other) in LABELS
    if not (again or shared):
        return False
    for child, target in ((one, other), (other, one)):
        world.put(
            child,
            relations=tuple(
                each for each in world.entities[child].relations if each.target != target or each.kind == "many_to_many"
            ),
        )
    if any(each.target == other for each in world.entities[one].relations) or any(
        each.target == one for each in world.entities[other].relations
    ):
        return False
    link = Relation(plural_key(snake(other)), other, "many_to_many", required=False, on_delete="cascade")
    world.put(one, relations=(*world.entities[one].relations, link))
    return True


def _through(told: Told, world: World) -> bool:
    """Read "for each artefact in an exhibition we keep a label text": a thing of its own between the two."""
    found = _THROUGH.search(told.marked)
    if found is None or found[1] == found[2]:
        return False
    one, other = found[1], found[2]
    names = [item.phrase for part in members(found[3].replace("$", "").replace("_", " ")) if (item := item_of(part))]
    columns = tuple(
        column for phrase in names if (column := fields.typed(field_name("_".join(phrase.words)))) and column.name
    )
    key = f"{snake(other)}_{snake(one)}"
    if not columns or pascal(key) in world.entities or len(key) > 40:
        return False
    said = {column.name for column in columns}
    for side, far in ((one, other), (other, one)):
        kept = world.entities[side]
        world.put(
            side,
            fields=tuple(each for each in kept.fields if each.name not in said),
            relations=tuple(each for each in kept.relations if each.target != far),
        )
    links = tuple(Relation(snake(name), name, "many_to_one", on_delete="cascade") for name in (one, other))
    world.entities[pascal(key)] = Entity(
        pascal(key), plural_key(key), f"What is kept of each {snake(one)} in each {snake(other)}.", columns, links
    )
    return True


def people_kept(told: Told, world: World) -> bool:
    """Add people as a thing where others point at them: "tickets are assigned to an agent", "orders per agent"."""
    found = _PERSON_OF.search(told.marked)
    role = (found[1] or found[2]) if found else ""
    things = told.things() or list(told.before[:1])
    if not role or pascal(role) in world.entities or not things or _person(things[0]) or len(role) > 26:
        return False
    name = pascal(role)
    world.entities[name] = Entity(
        name, plural_key(role), f"{name} of the system.", (Field("name", "string", max_length=200),)
    )
    return relate(world, things[0], name, required=False)
