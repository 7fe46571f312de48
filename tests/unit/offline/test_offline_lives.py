"""The states of a thing and the moves between them are read from lists, stories and what deeds do."""

from __future__ import annotations

import pytest

from libs.offline import read_wish

START = "A lift has a name and a floor count. A permit belongs to a lift, has a title and a due date. "
MOVES = {
    "Status of a permit: draft, sent, in review, granted. Permits move from draft to sent, from sent to in review, and"
    " from there they can be granted.": "draft: draft>sent, sent>in_review, in_review>granted",
    "When we write a permit down it is noted. Once the owner agrees it becomes accepted; after that it is checked, then"
    " signed, and finally issued.": "noted: noted>accepted, accepted>checked, checked>signed, signed>issued",
    "Each permit is new when it is filed. New permits can be accepted, accepted ones get issued."
    " A clerk may dispute an accepted permit.": "new: new>accepted, accepted>issued, accepted>disputed",
    "Permits can be requested, confirmed, done or cancelled. A permit starts as requested. The office confirms"
    " requested permits and marks confirmed permits as done. The office may cancel a permit that is requested"
    " or confirmed.": ("requested: requested>confirmed, confirmed>done, requested>cancelled, confirmed>cancelled"),
    "Permits are open until they are signed. After it was seen by a clerk the permit is closed.": (
        "open: open>signed, signed>closed"
    ),
    "Permit status: planned -> issued -> carried out, or cancelled as long as it has not been carried out.": (
        "planned: planned>issued, issued>carried_out, planned>cancelled, issued>cancelled"
    ),
    "A permit can be expired. We show permits sorted by title. Old permits are kept.": "",
}


def told(wish: str) -> str:
    """The first state and the moves of the permit, as one line."""
    charter = read_wish(wish).charter
    assert charter
    states = next(one.states for one in charter.entities if one.name == "Permit")
    return f"{states.initial}: {sorted(f'{m.source}>{m.target}' for m in states.transitions)}" if states else ""


@pytest.mark.parametrize("story", MOVES)
def test_the_life_of_a_thing_is_read_as_it_is_told(story: str):
    first, _, moves = MOVES[story].partition(": ")
    assert told(START + story) == (f"{first}: {sorted(moves.split(', '))}" if first else "")


def test_a_heading_named_status_is_no_thing_of_its_own():
    charter = read_wish(f"{START}\nStatus: draft, sent, granted. Permits move from draft to sent.").charter
    assert charter
    assert [one.name for one in charter.entities] == ["Lift", "Permit"]
