"""The way from a wish to requirements."""

from __future__ import annotations

from libs.contracts.charter import Charter, Requirements
from libs.offline.assemble import add_loose, assemble
from libs.offline.changes import change
from libs.offline.collect import prune
from libs.offline.complete import complete, describe_guesses
from libs.offline.documents import last_document, merged
from libs.offline.domains import fill_from_domain, house
from libs.offline.draft import Draft
from libs.offline.facts import Facts
from libs.offline.finish import finish
from libs.offline.prose.behave import behave
from libs.offline.questions import ask_back, note_unread
from libs.offline.reader import read
from libs.offline.relate import link_usual
from libs.offline.words import human, plural_key


def read_wish(wish: str, feedback: tuple[str, ...] = (), base: Charter | None = None) -> Requirements:
    """Read English prose or a document into a charter, or ask back when there is no system in it.

    ``feedback`` are later sentences of the user, applied in order; ``base`` is the charter of an earlier run that the
    wish asks to change: what the wish does not touch stays equal to it.
    """
    document, after = last_document((wish, *feedback))
    if document is not None and document.charter is not None:
        charter, later = merged(base, document.charter) if base else document.charter, after
    elif document is not None:
        return read_wish(after[0], after[1:], base) if after else document
    elif base is not None:
        charter, later = base, (wish, *feedback)
    else:
        charter, later = first_reading(wish), feedback
        if charter is None and feedback:
            charter, later = first_reading("\n\n".join((wish, *feedback))), ()
    if charter is None:
        return Requirements(None, ask_back(wish, read(wish)))
    for text in later:
        charter = change(charter, text)
    return Requirements(charter)


def first_reading(wish: str) -> Charter | None:
    """Return the charter of a wish read by itself, nothing when no system is in it."""
    facts = read(wish)
    draft = Draft(title=facts.title or house(wish))
    assemble(draft, facts)
    if not draft.entities and not fill_from_domain(draft, wish, facts.asked or bool(facts.title)):
        return None
    add_loose(draft, facts.loose)
    prune(draft, facts)
    settle(draft, facts)
    draft.entities = dict(sorted(draft.entities.items(), key=lambda pair: first_place(pair[0], wish)))
    return behave(finish(draft), wish)


def first_place(key: str, wish: str) -> int:
    """Return where a wish first names an entity, in characters; past its end when it does not."""
    low = wish.lower()
    names = (human(key), human(plural_key(key)), key.rpartition("_")[2])
    places = [place for name in names if (place := low.find(name)) >= 0]
    return min(places, default=len(low))


def settle(draft: Draft, facts: Facts) -> None:
    """Add what goes without saying, and note what was assumed and what was not understood."""
    link_usual(draft)
    complete(draft)
    describe_guesses(draft)
    if "sign-in" in facts.topics:
        draft.assume("Signing in is not a thing to keep: no entity holds passwords; roles say who may do what.")
    draft.unread = [" ".join(text.split()) for text in (*facts.unread, *draft.unused)]
    for line in note_unread([*facts.unread, *draft.unused]):
        draft.ask(line)
