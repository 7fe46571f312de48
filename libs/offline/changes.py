"""Sentences that change a charter: rename, remove, add, and anything else a wish may say, on top of what is there."""

from __future__ import annotations

import re
from collections.abc import Callable

from libs.contracts.charter import Charter
from libs.offline.assemble import add_loose, assemble
from libs.offline.complete import complete, describe_guesses
from libs.offline.context import phrases_of, thing_like
from libs.offline.draft import Draft, draft_of
from libs.offline.edits import remove, rename
from libs.offline.facts import Facts, Has, Mention
from libs.offline.finish import finish
from libs.offline.items import Item, items
from libs.offline.prose.behave import behave
from libs.offline.questions import note_unread
from libs.offline.read_has import inner_of
from libs.offline.reader import read
from libs.offline.relate import link_usual
from libs.offline.text import statements
from libs.offline.tokens import Token, normalise, tokenise

Command = Callable[[Draft, "re.Match[str]"], bool]
_POLITE = re.compile(
    r"^(?:please|also|and|then|now|could you|can you|would you|i want you to|i want to|i'd like to|we should|you should"
    r"|let's|just|,)\s+",
    re.I,
)
_LABEL = re.compile(
    r"\b(?:(?:an?|the)\s+)?(?:new\s+)?(?:entity|field|column|table|model|resource|attribute|property)(?:\s+(?:called|named|for))?\b\s*"
    r"(?!of\b)",
    re.I,
)
_RENAME = re.compile(
    r"^(?:rename|change the name of|call)\s+(.+?)\s+(?:to|into|as|->|→)?\s*['\"]?([\w -]+?)['\"]?(?: instead)?[.!]?$",
    re.I,
)
_CALLED = re.compile(
    r"^(.+?) (?:should|must) be (?:called|named|renamed to)\s+['\"]?([\w -]+?)['\"]?(?: instead)?[.!]?$", re.I
)
_REMOVE = re.compile(
    r"^(?:remove|delete|drop|get rid of|leave out|forget(?: about)?|no more|no need for"
    r"|(?:i|we) (?:do not|don't|no longer) (?:need|want)|without)\s+(.+?)[.!]?$",
    re.I,
)
_UNNEEDED = re.compile(
    r"^(.+?) (?:do not|don't|does not|doesn't|no longer) (?:need|have|needs|has)\s+(.+?)[.!]?$", re.I
)
_ADD = re.compile(
    r"^(?:add|include|introduce|extend (?:it )?with|there should (?:also )?be|i also want|(?:i|we) also need)\s+"
    r"(.+?)[.!]?$",
    re.I,
)
_VALUES_AFTER = re.compile(r"^(.+?) ((?:to|for|on) [\w ]+): (.+)$")
_MAKE = re.compile(r"^(?:make|set|mark|change)\s+(.+?)\s+(?:to be |to |as )?((?:an? )?[\w-]+)[.!]?$", re.I)


def change(charter: Charter, text: str) -> Charter:
    """Return the charter with a text's changes made; what it does not touch stays equal."""
    draft = draft_of(charter)
    prose = [line for statement in statements(text) for line in [_plain(statement.text)] if not _command(draft, line)]
    if prose:
        _read_on(draft, "\n\n".join(prose))
    changed = behave(finish(draft), "\n\n".join(prose), charter)
    if changed == charter:
        draft.ask(
            f'I changed nothing for: "{" ".join(text.split())[:200]}". Name the entity or field, and what it should be.'
        )
        return finish(draft)
    return changed


def _plain(sentence: str) -> str:
    before = ""
    while before != sentence:
        before, sentence = sentence, _POLITE.sub("", sentence)
    return sentence


def _command(draft: Draft, line: str) -> bool:
    return any((found := shape.match(line)) is not None and act(draft, found) for shape, act in _COMMANDS)


def _read_on(draft: Draft, text: str) -> None:
    _work_in(draft, read(text))


def _work_in(draft: Draft, facts: Facts) -> None:
    facts.title = ()
    assemble(draft, facts)
    add_loose(draft, facts.loose)
    link_usual(draft)
    complete(draft)
    describe_guesses(draft)
    for line in note_unread([*facts.unread, *draft.unused]):
        draft.ask(line)


def _rename(draft: Draft, found: re.Match[str]) -> bool:
    subject, owner = _scoped(draft, _LABEL.sub("", found[1]))
    return rename(draft, subject, owner, found[2])


def _remove(draft: Draft, found: re.Match[str]) -> bool:
    text, owner = _scoped(draft, _LABEL.sub("", found[1]))
    gone = [remove(draft, phrase, owner) for phrase in phrases_of(tokenise(normalise(text)))]
    return any(gone)


def _unneeded(draft: Draft, found: re.Match[str]) -> bool:
    owner = _entity(draft, found[1])
    gone = [remove(draft, phrase, owner) for phrase in phrases_of(tokenise(normalise(found[2])))] if owner else []
    return any(gone)


def _add(draft: Draft, found: re.Match[str]) -> bool:
    """Add columns to an entity that is named, or new entities."""
    text = _VALUES_AFTER.sub(r"\1 (\3) \2", _LABEL.sub("", found[1]))
    tokens = tokenise(normalise(text))
    cut, owner = _target(draft, tokens)
    listed = items(tokens[:cut])
    facts = Facts()
    if owner:
        facts.has = [Has(draft_phrase, item) for item in listed for draft_phrase in phrases_of(tokens[cut + 1 :])[:1]]
    else:
        _new_things(draft, facts, listed)
    _work_in(draft, facts)
    return bool(facts.has or facts.mentions or facts.loose)


def _new_things(draft: Draft, facts: Facts, listed: list[Item]) -> None:
    for item in listed:
        if not thing_like(item.phrase):
            continue
        if item.columnar and not item.inner and not item.phrase.plural:
            if len(draft.entities) == 1:
                facts.loose.append(item)
            continue
        facts.mentions.append(Mention(item.phrase))
        facts.has.extend(Has(owner, one) for owner, one in inner_of(item))


def _make(draft: Draft, found: re.Match[str]) -> bool:
    """Read "make the ISBN optional" as "the ISBN is optional"."""
    subject = _LABEL.sub("", found[1])
    facts = read(f"{re.sub(r'^the type of ', '', subject, flags=re.I)} must be {found[2]}")
    facts.rules, facts.unread = [], []
    if not facts.limits:
        return False
    _work_in(draft, facts)
    return True


def _target(draft: Draft, tokens: list[Token]) -> tuple[int, str]:
    """Find "to books" or "for members" at the end of what is added."""
    for index in range(len(tokens) - 1, 0, -1):
        if tokens[index].low in {"to", "for", "on", "in"}:
            phrases = phrases_of(tokens[index + 1 :])
            key = draft.find(phrases[0]) if phrases else ""
            return (index, key) if key else (len(tokens), "")
    return len(tokens), ""


def _scoped(draft: Draft, text: str) -> tuple[str, str]:
    """Split "the ISBN from books" and "a book's ISBN" into column and owner."""
    for shape, column, owner in ((r"^(.+?) (?:from|of|in|on) (.+)$", 1, 2), (r"^(?:the |an? )?(.+?)'s (.+)$", 2, 1)):
        if (found := re.match(shape, text)) and (key := _entity(draft, found[owner])):
            return found[column], key
    return text, ""


def _entity(draft: Draft, text: str) -> str:
    phrases = phrases_of(tokenise(normalise(text)))
    return draft.find(phrases[0]) if phrases else ""


_COMMANDS: tuple[tuple[re.Pattern[str], Command], ...] = (
    (_RENAME, _rename), (_CALLED, _rename), (_REMOVE, _remove), (_UNNEEDED, _unneeded), (_ADD, _add), (_MAKE, _make),
)  # fmt: skip
