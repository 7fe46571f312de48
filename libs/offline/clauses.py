"""Sentences taken apart into clauses: who, what is done, to what, and under which condition."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from libs.offline.lexicon import verbs
from libs.offline.tokens import Token, normalise, tags, tokenise

_GROUP = re.compile(r"(?:[mx]r*)*(?:br*x?r*e?|[hv])|mr*x?r*(?=[n#dlsj])")
_BACK = frozenset("dqs#jrgnpxilzt'\"")
_COORDINATES = frozenset({"but", "so", "then", "whereas", "though", "although", "where"})
_SPOKEN = {
    "at-most": "at most",
    "at-least": "at least",
    "up-to": "up to",
    "more-than": "more than",
    "less-than": "less than",
}


@dataclass(frozen=True, slots=True)
class Verb:
    """The verb group: base forms, modal, negation, passive, and whether "only" stands in it."""

    lemmas: tuple[str, ...] = ()
    modal: str = ""
    negated: bool = False
    passive: bool = False
    being: bool = False
    having: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause; ``text`` is how it was written, ``condition`` the when/if part of it."""

    text: str
    subject: tuple[Token, ...]
    verb: Verb
    rest: tuple[Token, ...]
    condition: str = ""
    aside: bool = False
    tokens: tuple[Token, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    verb: int
    stop: int
    end: int
    kind: str


def clauses(sentence: str) -> list[Clause]:
    """Return the clauses of a sentence; one without a verb comes back as a single clause with an empty verb."""
    text = normalise(sentence)
    tokens = [token for token in tokenise(text) if token.tag not in {".", '"'}]
    if not tokens:
        return []
    found = _spans(tokens)
    if not found:
        return [Clause(spoken(text), (), Verb(), tuple(tokens), tokens=tuple(tokens))]
    parts = [_clause(text, tokens, span) for span in found]
    prefix = tuple(tokens[: found[0].start])
    if found[0].kind == "k" and not parts[0].subject:
        parts[0] = replace(parts[0], subject=_last_phrase(prefix))
    shared = _shared(parts, found)
    return [Clause(spoken(text[: prefix[-1].end]), (), Verb(), prefix, tokens=prefix), *shared] if prefix else shared


def spoken(text: str) -> str:
    """Return normalised text as a person would write it."""
    for joined, written in _SPOKEN.items():
        text = text.replace(joined, written)
    return re.sub(r"(\d)-(\d)", r"\1 to \2", text).strip(" ,;:")


def _spans(tokens: list[Token]) -> list[_Span]:
    letters = tags(tokens)
    groups = [found for found in _GROUP.finditer(letters) if not _infinitive(letters, found.start())]
    starts: list[tuple[int, str]] = []
    kept: list[re.Match[str]] = []
    for group in groups:
        boundary = _boundary(tokens, group.start()) if kept else _opening(tokens, letters, group.start())
        if boundary is None or (kept and boundary[0] < kept[-1].end()):
            continue
        kept.append(group)
        starts.append(boundary)
    if not kept:
        return []
    ends = [*(start for start, _ in starts[1:]), len(tokens)]
    return [
        _Span(start, group.start(), group.end(), end, kind)
        for (start, kind), group, end in zip(starts, kept, ends, strict=True)
    ]


def _infinitive(letters: str, index: int) -> bool:
    before = letters[:index].rstrip("r")
    return before.endswith("t")


def _boundary(tokens: list[Token], index: int) -> tuple[int, str] | None:
    """Return where the clause of the verb at an index starts and what opens it, or nothing when it is no clause."""
    at = index - 1
    while at >= 0 and tokens[at].tag in _BACK:
        at -= 1
    if at < 0 or tokens[at].tag not in {"c", ",", "w", "k", ":"}:
        return None
    tag = tokens[at].tag
    if tag == "w" and tokens[at].low in _COORDINATES:
        tag = "c"
    return at, tag


def _opening(tokens: list[Token], letters: str, index: int) -> tuple[int, str]:
    """Return where the first clause with a verb starts: after "A blog where" or "Inventory:", else at the beginning."""
    if letters[0] == "w" and tokens[0].low not in _COORDINATES:
        return 0, "w"
    at = index - 1
    while at > 0 and tokens[at].tag in _BACK | {"c", ","}:
        at -= 1
    cuts = at > 0 and (tokens[at].tag in {"k", ":"} or tokens[at].low == "where")
    return (at, "k" if tokens[at].tag == "k" else "c") if cuts else (0, "")


def _clause(text: str, tokens: list[Token], span: _Span) -> Clause:
    inside = tokens[span.start : span.end]
    subject = tokens[span.start : span.verb]
    while subject and subject[0].tag in {"c", "w", "k", ","}:
        subject = subject[1:]
    rest = tokens[span.stop : span.end]
    while rest and rest[-1].tag in {"c", ","}:
        rest = rest[:-1]
    words = [token for token in inside if not (token is inside[0] and token.tag in {"c", ",", "k"})]
    written = spoken(text[words[0].start : words[-1].end]) if words else ""
    verb = _verb(tokens[span.verb : span.stop], subject, rest)
    return Clause(written, tuple(subject), verb, tuple(rest), tokens=tuple(inside))


def _verb(group: list[Token], subject: list[Token], rest: list[Token]) -> Verb:
    main = group[-1]
    lows = {token.low for token in group}
    modal = next((token.low for token in group if token.tag == "m"), "")
    around = [*subject[:1], *subject[-1:], *group, *rest[:1]]
    return Verb(
        lemmas=(verbs.lemma(main.low),) if main.tag in "hve" else (),
        modal=modal,
        negated=bool(lows & {"cannot", "cant", "not", "never", "no"}),
        passive=main.tag == "e",
        being=any(token.tag == "b" for token in group) and main.tag != "e",
        having=main.tag == "h",
        only=any(token.low == "only" for token in around),
    )


def _shared(parts: list[Clause], spans: list[_Span]) -> list[Clause]:
    """Give conditions to their main clause, missing subjects and verbs to the clauses that share them."""
    out: list[Clause] = []
    pending = ""
    for bare, span in zip(parts, spans, strict=True):
        if span.kind == "w" and any(not part.aside for part in out):
            out[-1] = _conditioned(out[-1], bare)
            continue
        if span.kind == "w":
            pending = bare.text
            out.append(replace(bare, aside=True))
            continue
        part = _inherit(bare, out[-1] if out else None, span.kind)
        if out and not out[-1].rest and out[-1].verb.lemmas and part.subject == out[-1].subject and part.verb.lemmas:
            previous = out.pop()
            lemmas = (*previous.verb.lemmas, *part.verb.lemmas)
            part = replace(part, verb=replace(part.verb, lemmas=lemmas), text=_glued(previous.text, span, bare.text))
        out.append(replace(part, condition=pending, text=_opened(pending, part.text)) if pending else part)
        pending = ""
    return out


def _glued(before: str, span: _Span, text: str) -> str:
    return f"{before} and {text}" if span.kind == "c" else f"{before}, {text}"


def _opened(pending: str, text: str) -> str:
    return f"{pending}, {text}"


def _conditioned(main: Clause, condition: Clause) -> Clause:
    return replace(main, condition=condition.text, text=f"{main.text} {condition.text}")


def _inherit(part: Clause, before: Clause | None, kind: str) -> Clause:
    if before is None:
        return part
    if kind == "k" and not part.subject:
        phrase = _last_phrase(before.rest or before.subject) or before.subject
        return replace(part, subject=phrase, text=f"{' '.join(token.raw for token in phrase)} {part.text}".strip())
    if part.subject:
        return part
    verb = part.verb
    if before.verb.modal and not verb.modal and verb.lemmas and not verb.having and not verb.being:
        verb = replace(verb, modal=before.verb.modal, only=verb.only or before.verb.only)
    words = " ".join(token.raw for token in before.subject)
    return replace(part, subject=before.subject, verb=verb, text=f"{words} {part.text}".strip())


def _last_phrase(before: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the noun phrase a relative clause hangs on: the last words before it."""
    out: list[Token] = []
    for token in reversed(before):
        if token.tag not in "dqs#jnr" and not (token.tag == "g" and out):
            break
        out.append(token)
    return tuple(reversed(out))
