"""Deeds in sentences: who does what on which rows, active or passive, with several verbs for one object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from libs.offline.lexicon import verbs, words
from libs.offline.prose.actors import actors
from libs.offline.prose.granting import is_person, lemma_of
from libs.offline.prose.marks import Told
from libs.offline.prose.rows import reached
from libs.offline.prose.world import World
from libs.offline.words import snake

# Verbs that move a row on instead of writing its columns.
WORKFLOW = words(
    """
    approve reject decline deny grant accept confirm cancel close reopen start begin finish complete sign
    submit publish unpublish hide unhide block unblock archive activate deactivate suspend reactivate
    acknowledge resolve pay refund ship deliver dispatch pack prepare verify validate review withdraw invoice
    bill retire lock unlock release return take_back give_back bring_back hand_out hand_in hand_over pick_up
    drop_off check_in check_out sign_off call_off ban unban void waive escalate discharge admit certify
    postpone pause resume freeze unfreeze terminate revoke redeem settle dismiss shortlist select refuse
    repair fix inspect collect cook serve pin unpin feature flag promote
    """
)
_PARTICLES = r"(in|out|up|off|back|over)"
_SPLIT_VERB = re.compile(
    rf"\b(check|hand|pick|take|took|taken|give|given|bring|brought|drop|sign|call)(s|ed|ped|ing|ping)? "
    rf"(?:((?:the |an? |all |any |their |its )*(?:[%$]\w+ )?@\w+|them|it) )?{_PARTICLES}\b(?: and {_PARTICLES}\b)?"
)
_MODAL = re.compile(
    r"^(?:(?:can|may|must|should|will|also|only|then|still|always|just|either|have|to|want|wants|alone|first|later"
    r"|afterwards|finally|immediately) )+"
)
_NEVER = re.compile(r"^(?:cannot|never|not|do not|does not|no longer)\b")
_ASIDE = re.compile(
    r"[ ,]*\b(?:when(?:ever)?|if|once|after|unless|until|before|as soon as|as long as|while|so that|because|provided"
    r"|except|within|up to|with|by giving|which|that|who)\b.*$"
)
_CUT = re.compile(r"\s*[;:.]\s*|,\s*(?:and |but |or |so |then |while )*|\s(?:and then|and|or|but|then|while)\s")
_OBJECT = re.compile(
    r"^(?:(?:the|an?|all|any|each|every|their|its|his|her|own|new|other|another|of|one|my)\b ?)*"
    r"((?:(?:%?[a-z_]+(?:ed|wn|en|id|nt)|%\w+|open|pending|draft|new) )*)(?:@(\w+)|(them|it|these|those|ones?)\b|$)"
)
_PASSIVE = re.compile(
    r"((?:(?:%?[a-z_]+ed|%\w+|pending|draft|open) )*)(?:@(\w+)|\b(it|they|ones?))(?: (?:(?:that|which) (?:is|are)"
    r" [%$]?\w+|[@$%]\w+))?(?P<modal> can| may| must| should| will| could)?(?: then| also| only| still|"
    r" either| finally)*"
    r" (?:be|is|are|gets?|has been|have been)(?: then| also| only| either| finally)* "
    r"(?P<verbs>[%$@]?[a-z_]+(?:(?:,? or|,? and|,)(?: then)? [%$]?[a-z_]+)*)(?: again)?(?: (?:only )?by"
    r" (?P<who>[^,;.]+))?"
)
# "start (takes the printer): ..." names an action, and is read as that.
_LABEL = re.compile(r"^(?:post|put|patch)\b|^@?\w+ ?\([^()]*\) ?:|^\w+: ")
_LEADING = re.compile(r"^(?:and |but |so |also |then |while |please |here |finally )+")


@dataclass(frozen=True, slots=True)
class Step:
    """Who moves rows of an entity on by a verb, and of which states these rows are."""

    entity: str
    verb: str
    actors: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    own: bool = False


@dataclass(slots=True)
class _Line:
    """What the reading of one sentence carries from one part of it to the next."""

    told: Told
    world: World
    who: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    verbs: list[str] = field(default_factory=lambda: [])
    thing: str = ""
    let: bool = True


@lru_cache(maxsize=20_000)
def verb_of(word: str) -> str:
    """Return the base form of a verb in any form, with its particle: "handed_out" is "hand_out"."""
    head, _, rest = word.lstrip("%$@").lower().partition("_")
    if rest and rest not in {"in", "out", "up", "off", "back", "over"}:
        return ""
    known = next((one for one in WORKFLOW if one == head), "") or lemma_of(head) or _based(head)
    return f"{known}_{rest}" if rest and known else known


def _based(word: str) -> str:
    return next((one for one in WORKFLOW if verbs.root(one) == verbs.root(word)), "")


def joined(marked: str) -> str:
    """Return a sentence in which a verb and its particle are one word: "check them in" is "check_in them"."""

    def put(found: re.Match[str]) -> str:
        base, end, thing, one, two = found[1], found[2] or "", found[3] or "", found[4], found[5]
        both = f" and {base}{end}_{two}" if two else ""
        return f"{base}{end}_{one}{both} {thing}".strip()

    return _SPLIT_VERB.sub(put, marked)


def steps(told: Told, world: World) -> list[Step]:
    """Return the deeds that a sentence tells of, those that are denied left out."""
    if _LABEL.match(told.marked):
        return []
    text = joined(re.sub(r"@(\w+) &(\w+)", lambda found: f"&{snake(found[1])}_{found[2]}", told.marked))
    return [*_active(text, told, world), *_passive(text, told, world)]


def _active(text: str, told: Told, world: World) -> Iterator[Step]:
    line = _Line(told, world)
    for chunk in _CUT.split(_unasided(text)):
        yield from _chunk(_LEADING.sub("", f"{chunk.strip()} "), line)


def _unasided(text: str) -> str:
    """Leave out conditions that stand first, up to their comma."""
    return re.sub(r"(?:^|(?<=[;,] ))(?:when|if|once|after|as soon as|until|unless|while)\b[^,;]*,\s*", "", text)


def _chunk(chunk: str, line: _Line) -> Iterator[Step]:
    if re.match(r"(?:when|if|once|after|as soon as|until|unless|while|that|which|who)\b", chunk):
        return
    who, rest = _subject(chunk.strip(), line)
    if who:
        line.who, line.verbs, line.waiting = tuple(dict.fromkeys((*line.waiting, *who))), [], ()
    elif line.who == () or line.waiting:
        line.waiting = (*line.waiting, *actors(_bare(chunk), (), line.world)) if not line.who else line.waiting
        if not line.who:
            return
    if who:
        line.let = not re.match(r"(?:an?|each|every) ", chunk) or bool(
            re.match(r"(?:can|may|must|should|will)\b", rest)
        )
    rest = _MODAL.sub("", f"{rest} ").strip() if rest else ""
    if not rest or _NEVER.match(rest):
        line.verbs = []
        return
    yield from _deed(rest, line)
    _spoken(chunk, line)


def _bare(text: str) -> str:
    return re.sub(r"^(?:only|both|either) ", "", text.strip())


def _subject(chunk: str, line: _Line) -> tuple[tuple[str, ...], str]:
    """Return who acts in a part of a sentence, and what is left; nobody where it goes on with the one before."""
    tokens = list(re.finditer(r"\S+", chunk))
    for at in range(1, min(6, len(tokens))):
        head, rest = _bare(chunk[: tokens[at].start()]), chunk[tokens[at].start() :]
        doing = _MODAL.sub("", f"{rest} ").split(maxsplit=1)
        if not doing or not (_NEVER.match(rest) or _is_verb(doing[0], line.world)):
            continue
        head = re.sub(r"(?: (?:can|may|must|should|will|also|only|then|still|always|alone))+ ?$", "", head)
        if who := actors(head, line.world.acting, line.world, chunk.startswith("only ")):
            return who, rest
    return (), chunk


def _is_verb(word: str, world: World) -> bool:
    if word[0] in "$&" or word in {"and", "or", "own", "not", "never"}:
        return False
    lemma = verb_of(word)
    if word[0] == "@":
        return lemma in WORKFLOW
    return bool(lemma) or any(reached(word, one, world) for one in world.entities)


def _deed(rest: str, line: _Line) -> Iterator[Step]:
    word, _, behind = rest.partition(" ")
    if not _is_verb(word, line.world):
        return
    if re.match(r"(?:it|them|[@%][^@]*@\w+) as (?:an? )?%", behind):
        return
    line.verbs.append(verb_of(word) or word)
    behind = re.sub(r"^(?:also |only |just |again )+", "", behind)
    found = _OBJECT.match(_ASIDE.sub("", behind).strip())
    if found is None or not (found[2] or found[3]):
        line.verbs = line.verbs if not behind.strip() else []
        return
    thing = found[2] or line.thing or _before(line)
    line.thing = thing
    sources = tuple(re.findall(r"[a-z_]+", found[1].replace("new ", "")))
    own = bool(re.search(r"\b(?:their|his|her|its) (?:own )?(?:%\w+ )?@|\bown\b", rest))
    for verb in line.verbs:
        if thing:
            yield Step(thing, verb, line.who if line.let else (), sources, own)
    line.verbs = []


def _spoken(chunk: str, line: _Line) -> None:
    """Remember the last thing of a part of a sentence: it is what "them" in the next means."""
    for name in re.findall(r"@(\w+)", chunk):
        if not is_person(name) and snake(name) not in line.who:
            line.thing = name


def _before(line: _Line) -> str:
    near = line.told.before
    return next((one for one in near if one in line.world.entities and not is_person(one)), "")


def _passive(text: str, told: Told, world: World) -> Iterator[Step]:
    for found in _PASSIVE.finditer(text):
        if re.search(r"(?:^|[ ,])(?:no|never|nothing) *$", text[: found.start()]):
            continue
        thing = found[2] or next((one for one in told.before if not is_person(one)), "")
        who = actors(found["who"], (), world, sure=True) if found["who"] else ()
        free = (found["modal"] or "").strip() in {"can", "may", "could"} or who
        sources = tuple(re.findall(r"[a-z_]+", found[1]))
        for word in re.findall(r"[%$]?[a-z_]+", found["verbs"]):
            verb = verb_of(word)
            if thing and free and (verb in WORKFLOW or (who and verb)):
                yield Step(thing, verb, who, sources)
