"""Sentences by their grammar: each clause is tried against what clauses can say; the rest is left to others."""

from __future__ import annotations

from libs.offline.context import Context
from libs.offline.phrases import Phrase
from libs.offline.prose.heads import ownable
from libs.offline.prose.lists import with_values
from libs.offline.syntax.chunks import Chunk, chunked
from libs.offline.syntax.clauses import Clause, clauses
from libs.offline.syntax.lists import bracketed, listed, parenthesised
from libs.offline.syntax.nominals import items_of, opening, phrase_of
from libs.offline.syntax.pointing import accompanied, exists, leaves, points
from libs.offline.syntax.shapes import Said, has, kept, note
from libs.offline.syntax.tagging import tagged
from libs.offline.syntax.wording import plain, storied

# What binds is a rule besides.
_BINDING = frozenset(
    {"must", "shall", "should", "only", "never", "cannot", "most", "least", "more", "fewer", "no", "not"}
)
_PRONOUNS = frozenset({"it", "they", "each", "these", "this", "he", "she", "one", "them", "both"})


def told(sentence: str, context: Context) -> list[str] | None:
    """Note what a sentence says; return the parts left to read, nothing when its grammar says nothing known."""
    outer, *inner = parenthesised(plain(sentence))
    about = context.subjects, context.spoken
    for one in inner:
        told(one, context)
        context.subjects, context.spoken = about
    if (story := storied(outer)) != outer:
        _recorded(story, context)
    text, done = bracketed(with_values(outer), context)
    more = listed(text, context)
    if more is not None:
        return [one for part in more for one in _rest(part, context)]
    found = clauses(text)
    left = _clauses(found, text, context) if found else _verbless(text, context)
    return [text] if left is None and done else left


def _recorded(story: str, context: Context) -> None:
    """Note what the record is of that a deed in a user story leaves: who submits an actor makes a submission."""
    for clause in clauses(story):
        leaves(Said(clause, (), story, context))


def _verbless(text: str, context: Context) -> list[str] | None:
    """Read "customers with name and phone, orders with a date and a status"."""
    chunks = chunked(tagged(text))
    if opening(chunks) < 1 or context.first:
        return None
    found = [item for item in items_of(chunks, text) if len(item.inner) > 1 and item.phrase.plural]
    done = [note(context, (item.phrase,), list(item.inner)) for item in found]
    return [] if any(done) else None


def _clauses(found: list[Clause], text: str, context: Context) -> list[str] | None:
    """Read clause by clause; what was read in part only is left as it was."""
    subject: tuple[Phrase, ...] = ()
    outer: tuple[Phrase, ...] = ()
    left: list[str] = []
    read = 0
    for clause in found:
        # What goes on after "which is unique" goes on about whom the clause around it is about.
        subject = (outer or subject) if clause.shared else _subject(clause, context, outer)
        outer = subject if clause.kind in {"main", "aside", "purpose"} else outer
        if not subject and not clause.subject and clause.verb.words[0].low.endswith("s"):
            subject = context.topic
        whole, part = _read(Said(clause, subject, text, context))
        read = max(read, 2 * whole, int(part))
        if _stands(clause) and not whole:
            left.append(_again(clause, subject, text))
    context.spoken = outer if len(outer) == 1 and {"a", "an", "each", "every"} & set(outer[0].before) else ()
    return left if read == 2 else [text] if read else None


def named(sentence: str) -> set[str]:
    """Return the keys of all that a sentence names, with and without the words before a noun."""
    phrases = [phrase_of(chunk) for chunk in _phrases(chunked(tagged(plain(sentence))))]
    keys = [phrase.key for phrase in phrases if phrase is not None]
    return {"_".join(parts[at:]) for key in keys for parts in [key.split("_")] for at in range(len(parts))}


def _phrases(chunks: list[Chunk]) -> list[Chunk]:
    inner = [more for one in chunks if one.kind == "(" for more in _phrases(chunked(one.words[1:-1]))]
    return [*(one for one in chunks if one.kind == "n"), *inner]


def _rest(part: str, context: Context) -> list[str]:
    left = told(part, context)
    return [part] if left is None else left


def _stands(clause: Clause) -> bool:
    """Say whether a clause may be read by itself."""
    return clause.kind in {"main", "purpose", "aside"} and not clause.hanging


def _read(said: Said) -> tuple[bool, bool]:
    """Say whether a clause was read whole, and whether in part: a deed remains to be read as one."""
    if said.clause.kind not in {"main", "purpose", "relative"} or said.denied:
        return False, False
    if has(said) or kept(said) or exists(said):
        return True, True
    done = [accompanied(said), points(said)]
    bound = bool(_BINDING & {word.low for chunk in said.every for word in chunk.words})
    still = not bound and (said.being or said.clause.passive or not (said.person or not said.subject))
    return any(done) and still, any(done)


def _subject(clause: Clause, context: Context, before: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """Return whom a clause is about; a pronoun is what the clause before was about, else the thing last spoken of."""
    heads = [chunk for at, chunk in enumerate(clause.subject) if at == 0 or clause.subject[at - 1].kind != "p"]
    found = [phrase for chunk in heads if chunk.kind == "n" and (phrase := phrase_of(chunk))]
    if found:
        return tuple(found)
    said = {word.low for chunk in clause.subject for word in chunk.words}
    near = before or context.spoken
    if said == {"it"} and clause.kind == "main" and len(near) == 1 and not near[0].plural and ownable(near[0]):
        return near
    return context.subjects if _PRONOUNS & said else ()


def _again(clause: Clause, subject: tuple[Phrase, ...], text: str) -> str:
    """Return a clause as a sentence of its own."""
    at = opening(clause.rest)
    rest = clause.rest[:at] if at > 0 and clause.kind != "aside" else clause.rest
    parts: list[Chunk] = [*clause.fronted, *clause.subject, clause.verb, *rest]
    start = text[clause_start(clause, parts) : parts[-1].end].strip(" ,.;:")
    return f"{subject[0].raw} {start}" if clause.shared and subject and clause.kind == "main" else start


def clause_start(clause: Clause, parts: list[Chunk]) -> int:
    """Return where a clause starts in its sentence, with the word that opens it."""
    return min(one.start for one in (*clause.lead, *parts))
