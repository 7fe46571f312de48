"""The reading of a wish: each clause is tried against the shapes known, in order; what fits none is kept as unread."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from libs.offline.clauses import Clause, clauses
from libs.offline.context import Context, heading_kind, phrases_of
from libs.offline.facts import Facts, Stated
from libs.offline.items import items
from libs.offline.lexicon.verbs import RECORD
from libs.offline.phrases import Phrase
from libs.offline.prose.defining import defined
from libs.offline.prose.lists import run_on
from libs.offline.prose.restated import belonging, restated
from libs.offline.read_acts import read_act, read_own
from libs.offline.read_fragments import read_fragment
from libs.offline.read_has import add_inner
from libs.offline.read_intro import read_intro, read_there_are
from libs.offline.read_limits import read_limit, read_rule
from libs.offline.rephrase import SIGN_IN, granted, rephrased
from libs.offline.syntax.telling import named, told
from libs.offline.text import Statement, statements
from libs.offline.words import singular

Shape = Callable[[Clause, Context], bool]
# The order matters: a shape further down would also fit much of what is above it.
SHAPES: tuple[Shape, ...] = (
    read_fragment, read_there_are, read_intro, read_own, read_limit, read_act,
)  # fmt: skip
_RUNNING = re.compile(
    r"\b(?:we|i|we're|i'm)(?: \w+ly)? (?:run|own|operate|organi[sz]e|manage|are|am|have opened)? ?(?:an?|the) "
    r"(?:(?!for\b|of\b)\w+ ){0,2}?([a-z]+)(?= (?:in|for|with|near|on|at|that|which|and)\b|[.,;])"
)
# What stands under these headings is read as the heading says.
_HEADED = frozenset({"entities", "roles", "fields", "rules"})


def read(text: str) -> Facts:
    """Return the facts that a text states."""
    facts = Facts()
    context = Context(
        facts, said=frozenset(singular(word) for word in re.findall(r"(?=\b([a-z]+(?:-[a-z]+)?))", text.lower()))
    )
    sentences = [replace(one, text=granted(one.text)) for one in statements(text)]
    for statement in sentences:
        facts.nouns.update(named(statement.text) | named(statement.under))
    for statement in sentences:
        context.enter(statement.under)
        for sentence in _left(statement, context):
            for piece in run_on(sentence):
                context.enter(statement.under)
                listed = heading_kind(statement.under) in _HEADED
                for said in [piece] if listed else restated(piece, context):
                    _read_piece(said, statement, context)
                context.first = False
        context.first = False
    # Who runs a kennel keeps dogs, not kennels.
    houses = {singular(name) for name in _RUNNING.findall(text.lower())}
    facts.mentions = [
        one for one in facts.mentions if one.defined or one.phrase.plural or one.phrase.head not in houses
    ]
    return facts


def _left(statement: Statement, context: Context) -> list[str]:
    """Return what of a statement its grammar leaves to be read."""
    pieces = run_on(statement.text)
    special = any(restated(piece, context) != [piece] for piece in pieces)
    headed = heading_kind(statement.under) in _HEADED - {"rules"}
    left = None if special or headed else told(statement.text, context)
    return [statement.text] if left is None or heading_kind(statement.under) == "rules" else left


def _read_piece(piece: str, statement: Statement, context: Context) -> None:
    listed = heading_kind(statement.under) in _HEADED
    if not listed and belonging(piece, context):
        return
    left = None if listed else defined(piece, context)
    for one in [piece] if left is None else left:
        for sentence in rephrased(one):
            _read_sentence(sentence, statement, context)


def _read_sentence(sentence: str, statement: Statement, context: Context) -> None:
    context.enter(statement.under)
    if SIGN_IN.search(sentence):
        context.facts.topics.add("sign-in")
    if heading_kind(statement.under) == "rules":
        context.facts.rules.append(Stated(sentence, _about(sentence), listed=True))
    understood = [_read_clause(clause, context) for clause in clauses(sentence)]
    if not any(understood) and heading_kind(statement.under) != "rules":
        context.facts.unread.append(sentence)


def _read_clause(clause: Clause, context: Context) -> bool:
    if clause.aside:
        # "When a reader borrows a book" tells of a deed, yet binds nothing by itself.
        return bool(set(RECORD).intersection(clause.verb.lemmas)) and read_act(clause, context)
    understood = any(shape(clause, context) for shape in SHAPES)
    if any(token.tag == "(" for token in clause.subject):
        for item in items(list(clause.subject)):
            add_inner(context, item)
    ruled = read_rule(clause, context)
    context.remember(clause)
    return understood or ruled


def _about(sentence: str) -> tuple[Phrase, ...]:
    return tuple(phrase for clause in clauses(sentence) for phrase in phrases_of(list(clause.subject)))
