"""Sentences by their grammar: each clause is tried against what clauses can say; the rest is left to others."""

from __future__ import annotations

from libs.offline.context import Context
from libs.offline.phrases import Phrase
from libs.offline.prose.lists import with_values
from libs.offline.syntax.chunks import Chunk
from libs.offline.syntax.clauses import Clause, clauses
from libs.offline.syntax.nominals import phrase_of
from libs.offline.syntax.shapes import Said, accompanied, has, kept, points
from libs.offline.syntax.tagging import plain

_PRONOUNS = frozenset({"it", "they", "each", "these", "this", "he", "she", "one", "them", "both"})


def told(sentence: str, context: Context) -> list[str] | None:
    """Note what a sentence says; return the parts left to read, nothing when its grammar says nothing known."""
    text = with_values(plain(sentence))
    subject: tuple[Phrase, ...] = ()
    left: list[str] = []
    done = False
    for clause in clauses(text):
        subject = subject if clause.shared else _subject(clause, context)
        if _read(Said(clause, subject, text, context)):
            done = True
        elif clause.kind in {"main", "purpose", "aside"} and not clause.hanging:
            left.append(_again(clause, subject, text))
    return left if done else None


def _read(said: Said) -> bool:
    if said.clause.kind not in {"main", "purpose", "relative"} or "x" in said.clause.verb.tags:
        return False
    if has(said) or kept(said):
        return True
    done = [accompanied(said), points(said)]
    return any(done)


def _subject(clause: Clause, context: Context) -> tuple[Phrase, ...]:
    """Return whom a clause is about; a pronoun is the thing last spoken of."""
    heads = [chunk for at, chunk in enumerate(clause.subject) if at == 0 or clause.subject[at - 1].kind != "p"]
    found = [phrase for chunk in heads if chunk.kind == "n" and (phrase := phrase_of(chunk))]
    if found:
        return tuple(found)
    return context.subjects if _PRONOUNS & {word.low for chunk in clause.subject for word in chunk.words} else ()


def _again(clause: Clause, subject: tuple[Phrase, ...], text: str) -> str:
    """Return a clause as a sentence of its own."""
    parts: list[Chunk] = [*clause.fronted, *clause.subject, clause.verb, *clause.rest]
    start = text[clause_start(clause, parts) : parts[-1].end].strip(" ,.;:")
    return f"{subject[0].raw} {start}" if clause.shared and subject and clause.kind == "main" else start


def clause_start(clause: Clause, parts: list[Chunk]) -> int:
    """Return where a clause starts in its sentence, with the word that opens it."""
    return min(one.start for one in (*clause.lead, *parts))
