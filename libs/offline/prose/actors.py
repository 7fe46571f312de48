"""Who does something: "the manager", "port staff", "everyone", "I" of who writes, "they" of the sentence before."""

from __future__ import annotations

import re

from libs.offline.lexicon import attributes, grammar, verbs, words
from libs.offline.lexicon.nouns import NEVER, PEOPLE, STAFF, SYSTEMS, THINGS
from libs.offline.prose.world import World
from libs.offline.words import singular, snake

EVERYBODY = words("everyone everybody anyone anybody all")
_PRONOUN = words("they he she")
_TEAMS = words(
    "staff team people committee crew desk board hr management personnel hand hands department sales support finance"
    " accounting marketing reception girls boys guys men women folks administration clerks master office"
    " operations logistics"
)
_RANKS = words("head chief senior junior assistant deputy lead vice")
_PLAIN = words("registered logged-in normal new regular ordinary authenticated other simple signed-in existing"
    " our the an a"
               " each every any all only also both of certain own main respective")  # fmt: skip
_NOT = words(
    "it that this which there one each no name nobody system app api both same end result not number date time when if"
    " who what whoever price amount order owner's user's other paper computer filter letter answer offer"
)
_AGENT = re.compile(r"(?:[^aeiou]er|[aeiou][a-z]er|or|ist|ian|ant|eer|ee|man|woman|keeper|master|smith)$")


def person(word: str) -> bool:
    """Say whether a word names somebody who does things, known or by its ending."""
    single = singular(word)
    known = single in PEOPLE | STAFF
    odd = single in THINGS | NEVER | SYSTEMS | _NOT or single in attributes.ATTRIBUTES
    return known or (len(single) > 4 and bool(_AGENT.search(single)) and not odd and not verbs.is_past(single))


def actors(text: str, last: tuple[str, ...], world: World, sure: bool = False) -> tuple[str, ...]:
    """Return the roles that a subject names, nothing when part of it is none; ``sure``: it can only be people."""
    out: list[str] = []
    text = re.sub(r"^.*\b(?:that|where|is|are) (?=(?:the |an? |our )?[@&])", "", text)
    for piece in re.split(r",? and |,? or |, |/| as well as | & ", text.strip(" ,")):
        found = _actor(piece.strip(), last, world, sure)
        if not found:
            return ()
        out += found
    return tuple(dict.fromkeys(out))


def _actor(piece: str, last: tuple[str, ...], world: World, sure: bool) -> tuple[str, ...]:
    said = [word for word in piece.split() if word not in _PLAIN]
    if not said:
        return ("public",) if piece in {"all", "any"} else ()
    if len(said) == 1 and said[0] in _PRONOUN:
        return last
    if said[0] in {"i", "we"} and len(said) == 1:
        return (world.narrator,) if world.narrator else ()
    if said[0] in EVERYBODY or said[0] in {"public", "visitor", "visitors"}:
        return ("public",)
    marked = [word for word in said if word[0] in "@&"]
    if len(marked) == 1 and len(said) <= 3 and said[-1] == marked[0]:
        return _marked(marked[0], said[:-1], world, sure)
    if marked or len(said) > 3 or not all(re.fullmatch(r"[a-z][a-z_-]*|\$\w+", word) for word in said):
        return ()
    return _named([word.lstrip("$") for word in said], world, sure)


def _marked(mark: str, before: list[str], world: World, sure: bool) -> tuple[str, ...]:
    name = snake(mark[1:])
    if any(word in grammar.SUBORDINATORS | grammar.PREPOSITIONS | grammar.RELATIVES for word in before):
        return ()
    if before and mark[0] == "@" and before[-1] in _RANKS and person(name.rpartition("_")[2]):
        return (f"{before[-1]}_{name}",)
    if mark[0] == "@":
        kept = world.entities.get(mark[1:])
        people = person(name.rpartition("_")[2]) or (kept is not None and kept.account)
        return (name,) if people or (sure and not before) else ()
    if before and all(re.fullmatch(r"[a-z-]+", word) and word not in grammar.ADJECTIVES for word in before):
        return (snake("_".join([*before, name])),)
    return (_usual(singular(name)),)


def _named(said: list[str], world: World, sure: bool) -> tuple[str, ...]:
    name = singular(snake("_".join(said)))
    if name in world.roles:
        return (name,)
    head = said[-1]
    if (
        head in {"people", "person", "girls", "guys", "employees"}
        and len(said) == 2
        and said[0] not in grammar.ADJECTIVES
    ):
        return (singular(said[0]) if said[0] != "sales" else "sales",)
    odd = {said[0], head} & (_NOT | grammar.SUBORDINATORS | grammar.RELATIVES | grammar.PREPOSITIONS | grammar.PERSONAL)
    if odd or any(verbs.is_past(word) for word in said) or (verbs.lemma(said[0]) == said[0] and len(said) > 1):
        return ()
    if person(head) or head in _TEAMS:
        return (_usual(name),)
    plain = singular(head) not in attributes.ATTRIBUTES and not head.endswith("ing")
    return (name,) if sure and plain and len(said) < 3 else ()


def _usual(name: str) -> str:
    """Return the role that is meant: users are who signs in, administrators the admin."""
    if name in {"user", "person", "people"}:
        return "user"
    return "admin" if name in {"admin", "administrator", "system_admin", "system_administrator"} else name


def narrator(text: str) -> str:
    """Return the role of who writes: "I am the secretary of a society", "I own a bakery"."""
    low = text.lower()
    for found in re.finditer(r"\bi(?:'m| am) (?:the|an?) ([a-z]+(?: [a-z]+)?) (?:of|at|in|for|and|who)\b", low):
        said = found[1].split()
        if person(said[-1]):
            return snake("_".join(said))
    return "owner" if re.search(r"\bi (?:own|run) (?:an?|my own) ", low) else ""
