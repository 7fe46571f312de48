"""Who may do what: "only librarians add books", "members see only their own loans", "a manager can do everything"."""

from __future__ import annotations

import re

from libs.offline.lexicon import grammar, words
from libs.offline.prose.active import active
from libs.offline.prose.actors import actors
from libs.offline.prose.granting import Deed, accounts, action_of, grant, is_person, lemma_of
from libs.offline.prose.marks import Told
from libs.offline.prose.parts import parts
from libs.offline.prose.rows import reached
from libs.offline.prose.world import World
from libs.offline.words import snake

_EVERYTHING = words("everything anything")
_NOUNISH = words("a an the their his her its my our all any every each own of more other to be do-not")
_ADVERBS = r"(?:(?:only|also|just|still|always|then|alone|themselves|however|all|normally|usually|therefore)\b *)*"
_MODAL = re.compile(
    rf"^(?:and |but |so |also |then |while |however,? )*(?P<only>only )?(?P<who>.{{1,70}}?) {_ADVERBS}"
    r"(?P<modal>can|cannot|may|must|should|want to|wants to|will|would like to|is to|are to|do not|does not)\b"
    rf" ?{_ADVERBS}(?P<rest>.*)$"
)
_PLAIN = re.compile(
    r"^(?:and |but |so |also |then |while |however,? )*(?P<only>only )?(?P<who>(?:(?:the|an?|our|all|each|every"
    r"|any|both) )?"
    r"(?:(?:[@&]\w+|[a-z_]+(?: [@&]?[a-z_]+)??)(?:,? and |, | or )?)+?) "
    rf"{_ADVERBS}(?P<rest>[a-z%]\w*.*)$"
)
_COUNTING = re.compile(
    r"\bup to \d|\bat most \d|\bmore than \d|\bat a time\b|\b(?:only|just|than) once\b|\b(?:one|1"
    r"|same) @\w+[^@]* (?:per|for)\b"
    r"|\bonly (?:\w+ )?(?:one|1) |^(?:nobody|no one)\b(?! but| except| other)|\bat the same time\b|\btwice\b"
)
_CONDITION = re.compile(
    r"[ ,]+(?:so that|because|in order to|if|when|until|unless|once|as soon as|before|after|as long as)\b.*$"
)
_OWN = re.compile(
    r"\b(?:their|his|her|its|my|your|the)(?: very)? own\b|\b(?:themselves|himself|herself|theirs|hers|mine)\b"
    r"|\bof their own\b|\bown\b|\bonly (?:see |his\b|hers\b)|\bonly\b.*\b(?:their|his|her|my) [@%]"
    r"|(?<!for )(?<!to )(?<!of )\b(?:their|his|her|my) (?:%\w+ )?@"
    r"|@\w+(?: that| which)? (?:they|he|she|i)(?: have| has| had)?(?: themselves)? \w+"
    r"|\bassigned to (?:them|him|her|themselves|me)\b"
)
_HEIR = re.compile(
    r"(?:also |do )*(?:everything|anything|all)(?: that)? ((?:an? |the )?[@&]?[\w ]+?) (?:can|may|do|does)\b"
)
_PLAINLY = words("create edit update change delete remove manage maintain see view read approve reject administer")
_CLOSING = words("which that who in to for from with at on of as about by through into whose where")
_VERB_ON = re.compile(
    r"\b(look|search|comment|work|respond|reply|apply|sign up|check|act|vote|bid)s? (?:at|for|through|up|on|to|in) "
)


def read_rights(told: Told, world: World) -> bool:
    """Grant what a sentence allows, mark accounts and owners; say whether it is one about rights."""
    done: list[bool] = []
    last: tuple[str, ...] = world.acting
    for part in parts(active(told.marked, world)):
        who, granted = _part(active(part, world), told, last, world)
        last = who or last
        done.append(granted)
    world.acting = last
    return any(done)


def inherit(world: World) -> None:
    """Give who may do everything that others may do what these may do."""
    for role, other in world.heirs:
        for (one, entity, own), acts in list(world.permissions.items()):
            if one == other:
                world.grant(role, entity, acts, own)


def _part(part: str, told: Told, last: tuple[str, ...], world: World) -> tuple[tuple[str, ...], bool]:
    if _COUNTING.search(part) or re.search(r"\breports?\b.* (?:of|on|per)\b", part):
        return (), False
    for shape in (_MODAL, _PLAIN):
        found = shape.match(part)
        if found is None:
            continue
        only = bool(found["only"]) or " only " in f" {part} "
        who = actors(found["who"], last, world, bool(found["only"]) or _headed(told))
        if who and (shape is _MODAL or _does(found["rest"], told, only, world, who)):
            return who, _allowed(who, found, told, world)
    return (), False


def _headed(told: Told) -> bool:
    return bool(re.search(r"\b(?:roles?|permissions?|access|rights|who|may|authori[sz]ation)\b", told.under.lower()))


def _does(rest: str, told: Told, only: bool, world: World, who: tuple[str, ...]) -> bool:
    """Say whether without "can" a clause tells of a right: of staff, or of what is one's own."""
    first = rest.split(maxsplit=1)[0].strip(",")
    lemma = lemma_of(first.lstrip("%")) or _led(first, world)
    if not lemma or first.endswith("ing"):
        return False
    if who == (world.narrator,):
        return only or "everything" in rest
    kept = any(is_person(one) and one.lower() in {name.replace("_", "") for name in who} for one in world.entities)
    staff = not kept or told.under != ""
    return bool(only or staff or lemma in _PLAINLY or _OWN.search(rest) or re.search(r"everything|\ball\b", rest))


def _allowed(who: tuple[str, ...], found: re.Match[str], told: Told, world: World) -> bool:
    groups = found.groupdict()
    if found["rest"].startswith(("have ", "be ")) and not _OWN.search(found["rest"]):
        return False
    if heir := _HEIR.match(found["rest"]):
        world.heirs += [(role, other) for role in who for other in actors(heir[1], (), world, sure=True)]
        return True
    if groups.get("modal") in {"cannot", "do not", "does not"}:
        if re.search(r"\b(?:others?|else|other @\w+)\b", found["rest"]) and re.match(
            r"(?:see|read|view|edit|change)", found["rest"]
        ):
            thing = re.findall(r"@(\w+)", found["rest"]) or _meant(told)
            deed = Deed([lemma_of(found["rest"].split()[0])], thing[-1:], own=True)
            granted = [grant(role, deed, world) for role in who]
            return any(granted)
        but = re.search(r"\b(?:but|only) (?:can |may )?(.*)$", found["rest"]) if "but" in found["rest"] else None
        return bool(but) and _grant_all(who, but[1] if but else "", told, world)
    return _grant_all(who, found["rest"], told, world)


def _grant_all(who: tuple[str, ...], rest: str, told: Told, world: World) -> bool:
    rest, signs = re.subn(
        r"^(?:log in|login|log on|sign in|sign up|register themselves|register)(?: to \w+)?(?:,| and|$) ?", "", rest
    )
    if signs or re.match(r"(?:logs|signs) in", rest):
        accounts(who, world)
        rest = re.sub(r"^(?:logs|signs) in(?:,| and|$) ?", "", rest)
    deeds = [deed for deed in _deeds(_CONDITION.sub("", rest), told, world) if not deed.denied]
    granted = [grant(role, deed, world) for role in who for deed in deeds]
    if not any(granted) and _tells(rest):
        kept = {snake(name) for name in world.entities} | {"public", "user"}
        named = [world.role(role) for role in who if role not in kept and is_person(role)]
        return any(named)
    return any(granted)


def _tells(rest: str) -> bool:
    return bool(re.match(r"[a-z]+", rest)) and bool(action_of(lemma_of(rest.split(maxsplit=1)[0])))


def _deeds(rest: str, told: Told, world: World) -> list[Deed]:
    """Return what is done to what: "create and edit posts, but not delete them"."""
    text = re.sub(r"%\w+ (?=@)", "", _VERB_ON.sub(r"\1 ", rest))
    deeds = [Deed()]
    for word in re.findall(r"[@$%&]?[\w-]+|,", text):
        if word in {"not", "cannot", "never", "without", "nor"}:
            deeds.append(Deed(denied=True))
        elif word == "but":
            deeds.append(Deed(verbs=list(deeds[-1].verbs) if deeds[-1].denied else []))
        elif word.startswith("@"):
            _thing(deeds[-1], word[1:])
        elif word in _CLOSING:
            deeds[-1].closed = bool(deeds[-1].things or deeds[-1].verbs)
        elif not _meaning(word, deeds, told, world):
            _doing(word, deeds, world)
    _fill(deeds, text, told)
    if _OWN.search(rest):
        _spread_own(deeds, rest)
    return [deed for deed in deeds if deed.verbs and deed.things]


def _fill(deeds: list[Deed], text: str, told: Told) -> None:
    """ "Sees all" and "cancel only their own" are about what was spoken of before."""
    last = deeds[-1]
    if (
        last.verbs
        and not last.things
        and (last.own or re.search(r"\b(?:all|own|his|hers|theirs)(?: of (?:them|it|these))?$", text))
    ):
        last.things = list(next((one.things for one in reversed(deeds[:-1]) if one.things), _meant(told)))
        last.own = last.own or bool(re.search(r"\b(?:own|his|hers|theirs)$", text))


def _everything(word: str, world: World) -> list[str]:
    """Return all there is, or what nobody else was said to change."""
    others = {
        entity for (_, entity, own), acts in world.permissions.items() if not own and {"create", "update"} & set(acts)
    }
    return [one for one in world.entities if word != "everything-else" or one not in others]


def _meaning(word: str, deeds: list[Deed], told: Told, world: World) -> bool:
    """Take "everything", "own" and "them" for what they stand for."""
    deed = deeds[-1]
    if (word in _EVERYTHING or word == "everything-else") and not deed.things:
        deed.things = _everything(word, world)
        deed.verbs = ["do" if action_of(one) in {"update", "create"} else one for one in deed.verbs]
    elif word == "all" and not deed.things:
        return True
    elif word in {"own", "themselves", "themself", "theirs"}:
        if deed.things and word == "own":
            deeds.append(Deed(verbs=list(deed.verbs), own=True, denied=deed.denied))
        else:
            deed.own = True
    elif word in {"them", "it", "those", "these", "this"} and deed.verbs and not deed.things:
        deed.things = list(next((one.things for one in reversed(deeds[:-1]) if one.things), _meant(told)))
    elif word.startswith("$") and deed.verbs and not deed.things:
        _column(deed, word[1:], told, world)
    else:
        return False
    return True


def _column(deed: Deed, name: str, told: Told, world: World) -> None:
    """Who changes or enters a column changes its row."""
    holders = [one for one in (*told.things(), *told.before) if world.column(one, name)]
    if holders and set(deed.verbs) & {
        "change",
        "edit",
        "update",
        "enter",
        "set",
        "correct",
        "adjust",
        "fill",
        "record",
    }:
        deed.verbs, deed.things, deed.closed = ["update"], [holders[0]], True


_PARTICIPLE = re.compile(r"(?:ed|made|written|wrote|given|sent|done|gave|took|taken)$")


def _doing(word: str, deeds: list[Deed], world: World) -> None:
    lemma = "" if word[0] in "$&" else lemma_of(word.lstrip("%")) or _led(word, world)
    deed = deeds[-1]
    if not lemma or word in _NOUNISH or word.endswith("ing") or word in grammar.ADJECTIVES:
        return
    if deed.closed and not deed.things and deed.verbs:
        return
    if deed.things and _PARTICIPLE.search(word):
        deed.closed = True
        return
    if deed.things:
        deed = Deed(denied=deed.denied)
        deeds.append(deed)
    deed.verbs.append(lemma)


def _led(word: str, world: World) -> str:
    """Return a verb that the reader knows only by the state that it leads to: "grant" by granted."""
    plain = word.rstrip("s") if not word.endswith("ss") else word
    return (
        plain if word[0] != "%" and len(word) > 3 and any(reached(word, one, world) for one in world.entities) else ""
    )


def _meant(told: Told) -> list[str]:
    """Return what "them" means: the last thing spoken of that is no person."""
    return [name for name in (*told.things(), *told.before) if not is_person(name)][:1]


def _spread_own(deeds: list[Deed], rest: str) -> None:
    """ "See and change only their own bookings": own belongs to the deed in which it stands, or to all."""
    if not any(deed.own for deed in deeds if deed.things):
        split = not re.search(r"only (?:theirs|their own|his|hers|his own)$", rest) and re.search(
            r"\band (?:see|view|read|edit|change|update|delete|cancel)", rest
        )
        chosen = [deed for deed in deeds if deed.things]
        for deed in chosen[-1:] if split and len(chosen) > 1 else chosen:
            deed.own = True


def _thing(deed: Deed, name: str) -> None:
    made = {"assign", "enrol", "enroll", "book", "add"} & set(deed.verbs)
    if not deed.closed or (made and name not in deed.things):
        deed.things.append(name)
