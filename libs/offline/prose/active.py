"""Sentences about rights put so that who may do something comes first: "only managers can delete orders"."""

from __future__ import annotations

import re

from libs.offline.prose.granting import lemma_of
from libs.offline.prose.rows import reached
from libs.offline.prose.world import World
from libs.offline.words import snake

_WHO = r"((?:the |an? |our |all )*[@&\w][\w ]*?(?:(?:,| and| or|, and) (?:the |an? |our )?[@&]?\w+)*)"
_THING = r"((?:the |all |an? |our )*(?:[%\w-]+ )??@\w+(?:(?:,| and|, and) (?:the )?@\w+)*)"
_END = r"(?= as well| too| again|[,;.(]|$)"
_PUBLIC = re.compile(
    r"\b(?:anonymous (?:[@&]?users?|[@&]?visitors?|people)|(?:[@&]?users?|[@&]?visitors?|people) who are not logged in"
    r"|not logged[- ]in (?:[@&]?users?|[@&]?visitors?)|the (?:general )?public|non-[@&]?members)\b"
)
_LABEL = re.compile(r"^(?:[\w ]*\bwho\b[\w ]*|roles?|permissions?|access(?: rights)?|rights|users?): ")
_PLAINER: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(shape), plain)
    for shape, plain in (
        (rf"^(?:nobody|no one) (?:but|except|other than|else than) {_WHO} (?:can|may)\b", r"only \1 can"),
        (
            rf"^{_WHO} (?:is|are) (?:also )?the only (?:ones?|person|people) (?:who|that)(?: can| may"
            rf"| is allowed to)? ",
            r"only \1 can ",
        ),
        (
            r"^as (an? |the )?([\w@& ]+?),? i (?:want|need|would like|can|should|wish|must"
            r"|may)(?: be able)?(?: to)?(?: be able to)? ",
            r"\2 can ",
        ),
        (r"(?<=\w )i (?=can|may|want)", "they "),
        (rf"^access to {_THING} is (?:restricted|limited|reserved) (?:to|for) {_WHO}{_END}", r"only \2 can see \1"),
        (
            rf"^{_THING} (?:is|are) (?:only )?(?:visible|accessible|available|readable|open) (?:only )?(?:to|for"
            rf"|by) {_WHO}{_END}",
            r"\2 can see \1",
        ),
        (rf"^(?:the )?(?:\w+ of )?{_THING} (?:is|are) public\b", r"everyone can see \1"),
        (
            rf"^{_WHO} (?:have|has|get|gets) (?:full|complete"
            rf"|unlimited) access\b(?: to {_THING})?",
            r"\1 can manage everything \2",
        ),
        (
            rf"^{_WHO} (?:have|has|get|gets) (?:only )?(?:read[- ]only "
            rf"|read(?:ing)? )?access to {_THING}",
            r"\1 can see \2",
        ),
        (rf"^{_WHO} (?:have|has) crud (?:on|for|over|rights on) ", r"\1 can manage "),
        (rf"^{_WHO} (?:will |can |must |may )?(?:log|sign)s? in as (?:an? )?([@&]\w+)", r"\2 can log in"),
        (rf"^{_WHO} (?:is|are) (?:responsible for|in charge of) (?:the )?", r"\1 can manage "),
        (
            r"([@&]\w+|\b[a-z_]+s?) ?(?:: |- |\()(?!\$|%|one\b)(?:can |may )?(?=(?:[a-z]+)(?:,"
            r"|s? (?:and )?[@a-z]))",
            r"\1 can ",
        ),
        (r"@(\w+) (leads?|heads?|chiefs?)\b", r"&\1_\2"),
        (r"([@&]\w+) (?:only |just )?(their|his|her) own (?=@)", r"\1 can see only \2 own "),
        (
            r"\b(?:do|does|take care of|takes care of|look after|looks after) (?:all of this|all that|all of it"
            r"|all this)\b",
            "manage everything",
        ),
        (r"\b(?:do|does) the rest\b", "do everything-else"),
        (r"\beverything else\b", "everything-else"),
        (r"^\w+, who is (the |an? )([@&\w ]+?), ", r"\1\2 "),
        (r"^(?:as )?(?:to )?(?:who may do what|regarding permissions)[:,] ", ""),
        (
            r"\b(see|view|read|edit|change|manage)s?\b(.*), (?:and )?((?:the )?[@&]?[\w]+) (everything"
            r"|all)$",
            r"\1\2, \3 can \1 \4",
        ),
        (
            r"\b(check|sign|pick|hand|drop|call|send|put|take|give|bring)s? (them|it|@\w+) (in|out|up|off|back)\b",
            r"\1_\3 \2",
        ),
        (r"\b(check|sign|pick|hand|drop|take|give|bring)s? (in|out|up|off|back) (?=the |an? |@|them|%)", r"\1_\2 "),
        (r"\b(?:list|lists|details|data|copies|kinds?|types?|catalogue) of (?:the |all |our )*(?=@)", ""),
        (r" \((?:[a-z]+ ){0,3}[a-z]+\)", ""),
        (r"\blooks? after\b|\btakes? care of\b", "look-after"),
        (r"\bkeeps? ((?:the |our |all )?@\w+(?:,? and (?:the )?@\w+)*) up[ -]to[ -]date\b", r"maintain \1"),
        (r"\bmust can\b", "can"),
        (r"\bcall (?=[a-z]+\b)", ""),
        (r"\bcreate,? read,? update,? and delete\b", "manage"),
    )
)
_GERUND = re.compile(
    rf"^((?:[a-z]+ing(?:,| and| or|, and) )*[a-z]+ing) {_THING} (?:is|are) (?:only )?"
    rf"(?:allowed|permitted|reserved|restricted|limited|possible)(?: only)? (?:for|to|by) {_WHO}{_END}"
)
_PASSIVE = re.compile(
    rf"^(?P<thing>[^,;]*?) (?:can|may|must|should|are|is|gets?|will)(?: only| also)?(?: be| only)* (?P<only>only )?"
    r"(?P<verbs>[%$]?\w+(?: in| out| up)?(?:(?:,| and| or|, and) (?:[%$]?\w+))*) (?P<only2>only )?by "
    rf"{_WHO}{_END}"
)


def active(marked: str, world: World) -> str:
    """Return a marked sentence with who may do something as its subject."""
    text = marked if "cannot" in marked else _PUBLIC.sub("everyone", marked)
    text = re.sub(r"@(\w+) &(\w+)", lambda found: f"&{snake(found[1])}_{found[2]}", text)
    text = _LABEL.sub("", re.sub(r"^(?:and |but |also )+", "", text))
    if re.search(r"\bwithout (?:an? )?(?:account|\$?log|sign)", text):
        text = re.sub(r"^(?:as )?(?:an? |the )?(?:[@&]?\w+)", "everyone", text)
        text = re.sub(r",? ?without (?:an? )?(?:\S*log\S*(?: in)?|account|sign\w*(?: in)?),?", "", text)
    for shape, plain in _PLAINER:
        text = shape.sub(plain, text)
    if found := _GERUND.match(text):
        return f"only {found[3]} can {_lemmas(found[1], world)} {found[2]}"
    found = _PASSIVE.match(text)
    deeds = _lemmas(found["verbs"], world) if found else ""
    if found and deeds:
        only = "only " if found["only"] or found["only2"] or "only" in found["thing"] else ""
        things = re.sub(r"^(?:only )?", "", found["thing"])
        things = "everything" if re.search(r"\b(?:register|system|data|all this|records?)$", things) else things
        return f"{only}{found[4] if found.lastindex == 4 else found.groups()[-1]} can {deeds} {things}"
    return text


def _lemmas(said: str, world: World) -> str:
    """Return the verbs of passive or -ing forms, empty when one of the words is none."""
    out: list[str] = []
    for word in re.findall(r"[%$]?\w+", said):
        if word in {"and", "or", "in", "out", "up", "only"}:
            continue
        plain = word.lstrip("%$")
        lemma = lemma_of(plain) or next((plain for one in world.entities if reached(plain, one, world)), "")
        if not lemma:
            return ""
        out.append(lemma)
    return " and ".join(out)
