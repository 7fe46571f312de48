"""The reading of a wish: each clause is tried against the shapes known, in order; what fits none is kept as unread."""

from __future__ import annotations

import re
from collections.abc import Callable

from libs.offline.clauses import Clause, clauses
from libs.offline.context import Context, heading_kind, phrases_of
from libs.offline.facts import Facts, Stated
from libs.offline.phrases import Phrase
from libs.offline.read_acts import read_act, read_belonging, read_own
from libs.offline.read_fragments import read_fragment
from libs.offline.read_has import read_has, read_storing
from libs.offline.read_intro import read_intro, read_there_are
from libs.offline.read_limits import read_limit, read_rule
from libs.offline.text import Statement, statements

Shape = Callable[[Clause, Context], bool]
# The order matters: a shape further down would also fit much of what is above it.
SHAPES: tuple[Shape, ...] = (
    read_fragment, read_there_are, read_intro, read_storing, read_own, read_limit, read_has, read_belonging, read_act,
)  # fmt: skip
_STORY = re.compile(
    r"^as (?:an?|the) ([\w -]{2,40}?),? i (?:want|need|can|wish|would like|should)(?: to)?(?: can)? ", re.I
)
_LETS = re.compile(
    r"^(.*?)\b(?:lets?|allows?|enables?|letting|allowing|enabling|permits?)\s+(?:the |our |my )?((?:[a-z-]+ ){1,2}?)(to )?(?=[a-z])",
    re.I,
)
_DANGLING = re.compile(r"(?:[,\s]+(?:and|that|which|to|it|should|must|can|will|also|where))+\s*$", re.I)
_POSSIBLE = re.compile(r"\bit (?:should|must|is|has to)(?: be)? possible (?:for (?:the )?(\w+) )?to\b", re.I)
_SIGN_IN = re.compile(r"\b(log ?in|login|sign ?in|sign ?up|authenticat\w+|password|jwt|oauth|register and)\b", re.I)


def read(text: str) -> Facts:
    """Return the facts that a text states."""
    facts = Facts()
    context = Context(facts)
    for statement in statements(text):
        for sentence in _rephrased(statement.text):
            _read_sentence(sentence, statement, context)
            context.first = False
    return facts


def _rephrased(sentence: str) -> list[str]:
    """Turn "as a guest I want to book", "it lets guests book" and "it should be possible to" into "guests can book"."""
    told = _STORY.sub(lambda found: f"{found[1]} can ", sentence)
    told = _POSSIBLE.sub(lambda found: f"{found[1] or 'users'} can", told)
    found = _LETS.match(told)
    if found is None or found[2].split()[-1].lower() in {"to", "in", "on", "for", "a", "it"}:
        return [told]
    before = _DANGLING.sub("", found[1])
    after = f"{found[2]}can {told[found.end() :]}"
    return [before, after] if len(before.split()) > 2 else [after]


def _read_sentence(sentence: str, statement: Statement, context: Context) -> None:
    context.enter(statement.under)
    if _SIGN_IN.search(sentence):
        context.facts.topics.add("sign-in")
    if heading_kind(statement.under) == "rules":
        context.facts.rules.append(Stated(sentence, _about(sentence)))
    understood = [_read_clause(clause, context) for clause in clauses(sentence)]
    if not any(understood) and heading_kind(statement.under) != "rules":
        context.facts.unread.append(sentence)


def _read_clause(clause: Clause, context: Context) -> bool:
    understood = any(shape(clause, context) for shape in SHAPES)
    ruled = read_rule(clause, context)
    context.remember(clause)
    return understood or ruled


def _about(sentence: str) -> tuple[Phrase, ...]:
    return tuple(phrase for clause in clauses(sentence) for phrase in phrases_of(list(clause.subject)))
