"""Who may do what: "only librarians add books", "members see only their own loans", "a manager can do everything"."""

from __future__ import annotations

import re

from libs.offline.lexicon import attributes, grammar, words
from libs.offline.lexicon.nouns import PEOPLE, STAFF
from libs.offline.prose.granting import Deed, accounts, action_of, grant, is_person, lemma_of
from libs.offline.prose.marks import Told
from libs.offline.prose.world import World
from libs.offline.words import singular, snake

_EVERYTHING = words("everything anything all")
_ACTOR = (
    r"[@&]\w+|everyone|everybody|anyone|anybody|nobody|users?|people|you|visitors?|guests?|admins?"
    r"|administrators?"
)
_ACTORS = rf"(?:{_ACTOR})(?:(?:,| and| or|, and|, or)(?: the| an?| our)? (?:{_ACTOR}))*"
_OPEN = re.compile(
    r"^(?:as an? |and |but |so |also |then |while |however,? )*(?:our |the |an? |each |every |all"
    rf" |any |registered |logged-in )*(only )?(?:our |the |an? |all )?({_ACTORS})\b(.*)$"
)
_UNKNOWN = re.compile(
    r"^(?:and |but )*(only )?(?:our |the )?([a-z][a-z-]*(?: (?!can\b|may\b)[a-z]+)?) (can|may)"
    r" (.*)$"
)
_PASSIVE = re.compile(
    r"^(.*?)(?:can|may|must|should)? ?(?:only )?(?:be |are |is |gets? )(?:only )?(\w+(?:(?:,| and"
    rf"| or|, and) \w+)*) (?:only )?by (?:an? |the |our |all )?({_ACTORS})"
)
_PUBLIC = re.compile(
    r"\b(?:anonymous (?:users?|visitors?|people)|(?:users?|people|visitors?) who are not logged"
    r" in|not logged[- ]in (?:users?|visitors?)|the public|non-members)\b"
)
_MODAL = re.compile(
    r"^ *(?:(?:only|also|just|still|always|then|alone|themselves|however)\b *)*(can|may|must|should"
    r"|want to|wants to|will|is to|are to)?\b"
)
_NOUNISH = words("a an the their his her its my our all any every each own of more other")
_OWN = re.compile(
    r"\b(?:their|his|her|its|my|your|the)(?: very)? own\b|\b(?:themselves|himself|herself)\b|\bwhich"
    r" are theirs\b|\bof their own\b"
)


_HEAD = re.compile(r"^(?:[\w ]*\bwho\b[\w ]*|roles?|permissions?|access(?: rights)?|rights): ")
_OPENLY = re.compile(r"@(\w+)\)? (?:is|are) (?:public|(?:open|visible) (?:to|for) (?:everyone|everybody|all))\b")


def _people_first(marked: str) -> str:
    """Take a column at the beginning that is called like people for the people: "analysts enter results"."""
    found = re.match(r"\$(\w+)(?= (?:can |may |also |only )*[a-z]+ )", marked)
    return f"&{found[1]}{marked[found.end() :]}" if found and is_person(found[1]) else marked


def read_rights(told: Told, world: World) -> bool:
    """Grant what a sentence allows, mark accounts and owners; say whether it is one about rights."""
    marked = _PUBLIC.sub("everyone", told.marked) if "cannot" not in told.marked else told.marked
    marked = _HEAD.sub("", _people_first(marked))
    if public := _OPENLY.search(marked):
        return _does(["everyone"], f" can see @{public[1]}", told, world)
    if re.search(r"\bwithout (?:an? )?(?:account|log|sign)", marked):
        marked = re.sub(r"^(?:an? |the )?[@&]\w+", "everyone", marked)
    marked = re.sub(r"(^|[,;] |\) |: )([@&]\w+) ?(?:: |- |\()(?!\$)(?:can |may )?", r"\1\2 can ", marked)
    marked = re.sub(r"([@&]\w+) (?:only |just )?(their|his|her) own (?=@)", r"\1 can see only \2 own ", marked)
    story = re.match(
        r"^as an? (?:new |registered )?([@&]\w+),? i (?:want|need|would like|can|should|wish|must)"
        r"(?: be able)?(?: to)?(?: be able to)? (.*)$",
        marked,
    )
    if story:
        return _does([story[1]], f" can {re.split(r' so that | so i | because ', story[2])[0]}", told, world)
    if signs := re.match(
        rf"^.*?({_ACTORS})(?: (?:can|must|may|should))? (?:log in|login|sign in|register(?: themselves"
        r"| and)|sign up|have (?:an )?(?:account|login))",
        marked,
    ):
        accounts(_split(signs[1]), world)
    marked = re.sub(
        r"\b(?:(?:can|must|may) )?(?:log in|login|log on|sign in|sign up|register(?: themselves)?)"
        r"(?: to the \w+)? and ",
        "can " if " can " in marked else "",
        marked,
    )
    done = [_part(part, told, world) for part in _clauses(marked)]
    return any(done)


def _clauses(marked: str) -> list[str]:
    """Split where somebody else does something: "nurses register donations, doctors approve them"."""
    cuts = [0]
    for found in _JOINT.finditer(marked):
        person = found[1].startswith("&") or snake(found[1][1:]).rpartition("_")[2] in PEOPLE | STAFF
        if person and (found[2] in grammar.MODALS or lemma_of(found[2]) or found[2] in {"only", "just", "do", "does"}):
            cuts.append(found.start())
    return [marked[start:end].strip(" ,;") for start, end in zip(cuts, [*cuts[1:], len(marked)], strict=True)]


_JOINT = re.compile(
    r"(?:[,;]|\band\b|\bbut\b|\bwhile\b|\bwhereas\b)\s*(?:and |but |while |whereas )?(?:the |an?"
    r" |our |all |only )*([@&]\w+)(?: also)? (\w+)"
)


def _part(marked: str, told: Told, world: World) -> bool:
    if (
        re.search(r"\b(?:report|at most|more than|at the same time|never|twice|if|when|until|unless)\b", marked)
        and " only " not in marked
        and not _OWN.search(marked)
    ) or _COUNTING.search(marked):
        return False
    if passive := _PASSIVE.match(marked):
        things = re.findall(r"@(\w+)", passive[1]) or list(told.before[:1])
        deed = Deed([lemma_of(one) for one in re.findall(r"\w+", passive[2]) if lemma_of(one)], things)
        return bool(deed.verbs) and _all(_split(passive[3]), deed, world)
    found = _OPEN.match(marked)
    if found and (found[1] or _acts(found[3], told)):
        return _does(_split(found[2]), found[3], told, world)
    unknown = _UNKNOWN.match(marked)
    if unknown and _role_like(unknown[2]):
        return _does([f"&{snake(singular(unknown[2]))}"], f" can {unknown[4]}", told, world)
    return False


# Who may do a thing so many times may do it: that is a limit, and no right.
_COUNTING = re.compile(
    r"\bup to \d|\bat most \d|\bmore than \d|\bat a time\b|\b(?:only|just|than) once\b|\b(?:one|1|same) @\w+[^@]* (?:per|for)\b"
    r"|\bonly (?:\w+ )?(?:one|1) |^(?:nobody|no one)\b(?! but| except| other)"
)


def _role_like(name: str) -> bool:
    first, last = name.split(maxsplit=1)[0], name.rsplit(maxsplit=1)[-1]
    odd = words(
        "it they that this which there one each every no name nobody system app api only both same end result not also"
        " number date time when if"
    )
    return not {first, last} & odd and last not in attributes.ATTRIBUTES and not last.endswith("ing")


def _acts(rest: str, told: Told) -> bool:
    """Say whether what follows the actors is something done, with leave or by staff."""
    modal = _MODAL.match(rest)
    after = re.sub(r"^ *(?:only|also|just|then|still)\b", "", rest[modal.end() :] if modal else rest).split()
    if not after:
        return False
    if modal and modal[1]:
        return after[0] not in {"have", "be", "not", "only", "has"} or bool(_OWN.search(rest))
    low = after[0]
    does = bool(action_of(lemma_of(low))) or low in {"do", "does", "look", "mark", *_STEPS} or lemma_of(low) in _STEPS
    sure = _THEIRS.search(rest) or _staff(told) or " only " in f" {rest} " or re.search(r"everything|\ball$", rest)
    return does and bool(_OWN.search(rest) or sure)


# Deeds that say who has a role, whatever they change.
_STEPS = words("validate rate review score grade lock pin sign renew extend suspend activate deactivate ship pack put")


def _staff(told: Told) -> bool:
    heads = {name.rpartition("_")[2] for name in re.findall(r"&(\w+)", told.marked)}
    kept = {snake(name).rpartition("_")[2] for name in told.things()[:1]}
    return bool(heads & (STAFF | PEOPLE) or kept & STAFF)


def _split(actors: str) -> list[str]:
    return [
        one for one in re.findall(r"[@&]\w+|[a-z]+", actors) if one not in {"and", "or", "the", "a", "an", "our", "all"}
    ]


def _does(actors: list[str], rest: str, told: Told, world: World) -> bool:
    deeds = _deeds(rest, told, world)
    if not deeds and re.match(r" *(?:can |may |must )?(?:also |only )?[a-z]+", rest):
        named = [world.role(actor[1:]) for actor in actors if actor.startswith("&") and is_person(actor[1:])]
        return any(named)
    granted = [grant(actor, deed, world) for actor in actors for deed in deeds if not deed.denied]
    return any(granted)


def _deeds(rest: str, told: Told, world: World) -> list[Deed]:
    """Return what is done to what: "create and edit posts, but not delete them"."""
    deeds = [Deed()]
    for word in re.findall(r"[@$%&]?[\w-]+|,", rest):
        if word in {"not", "cannot", "never", "without"}:
            deeds.append(Deed(denied=True))
        elif word == "but":
            deeds.append(Deed(verbs=list(deeds[-1].verbs) if deeds[-1].denied else []))
        elif word.startswith("@"):
            _thing(deeds[-1], word[1:])
        elif word in _CLOSING:
            deeds[-1].closed = bool(deeds[-1].things)
        elif not _meaning(word, deeds, told, world):
            _doing(word, deeds)
    if _THEIRS.search(rest):
        _spread_own(deeds)
    deeds[0].things = deeds[0].things if any(deed.things for deed in deeds) or _OTHER.search(rest) else _meant(told)
    return [deed for deed in deeds if deed.verbs and deed.things]


# A verb with a noun after it that is none of the things: it is not those spoken of before.
_OTHER = re.compile(r"^ (?:can |may |also )*[a-z]+ (?!them|it|those|all|every|any|or|and|only)[a-z]{4,}$")
_CLOSING = words("which that who in to for from with at on of as about")
_THEIRS = re.compile(
    r"\bown\b|themselves|\bonly\b.*\b(?:their|his|her|my) @"
    r"|\b(?:they|he|she)(?: have| has)? (?:opened|made|created|placed|wrote|submitted|booked|reported|uploaded)\b"
    r"|\bonly (?:the |those )?@\w+ (?:that |which )?(?:they|he|she) |\bassigned to (?:them|him|her|themselves)\b"
)


def _meaning(word: str, deeds: list[Deed], told: Told, world: World) -> bool:
    """Take "everything", "own" and "them" for what they stand for."""
    deed = deeds[-1]
    if word in _EVERYTHING and not deed.things:
        deed.things = list(world.entities) if word != "all" else deed.things
    elif word in {"own", "themselves", "themself", "theirs"}:
        deed.own = True
    elif word in {"them", "it", "those"} and not deed.things:
        deed.things = list(next((one.things for one in reversed(deeds[:-1]) if one.things), _meant(told)))
    else:
        return False
    return True


def _doing(word: str, deeds: list[Deed]) -> None:
    lemma = "" if word[0] in "$%&" else lemma_of(word)
    deed = deeds[-1]
    if not lemma or word in _NOUNISH or (deed.closed and word != lemma):
        return
    if deed.things:
        deed = Deed(denied=deed.denied)
        deeds.append(deed)
    deed.verbs.append(lemma)


def _meant(told: Told) -> list[str]:
    """Return what "them" means: the last thing spoken of that is no person."""
    return [name for name in (*told.things(), *told.before) if not is_person(name)][:1]


def _spread_own(deeds: list[Deed]) -> None:
    """ "See and change only their own bookings": own belongs to the deed in which it stands, or to the one before."""
    if not any(deed.own for deed in deeds if deed.things):
        for deed in deeds:
            deed.own = True


def _thing(deed: Deed, name: str) -> None:
    made = {"assign", "enrol", "enroll", "book", "add"} & set(deed.verbs)
    if not deed.closed or (made and name not in deed.things):
        deed.things.append(name)


def _all(actors: list[str], deed: Deed, world: World) -> bool:
    done = [grant(actor, deed, world) for actor in actors]
    return all(done)
