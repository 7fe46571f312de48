"""Each way to say what things have and to what they belong, read by the grammar of the sentence."""

from __future__ import annotations

import pytest

from libs.offline.reader import read
from libs.offline.syntax.clauses import clauses
from libs.offline.syntax.wording import plain


def told(text: str) -> dict[str, list[str]]:
    """What each thing has: names of its columns, ``?`` behind an optional one."""
    out: dict[str, list[str]] = {}
    for has in read(text).has:
        name = "_".join(has.item.phrase.words) + ("?" if "optional" in has.item.flags else "")
        known = out.setdefault(has.owner.key, [])
        known += [name] if name not in known else []
    return out


def links(text: str) -> set[str]:
    return {f"{one.child.key}>{one.parent.key}{'*' if one.many else ''}" for one in read(text).belongs}


HAVING = {
    "a verb of having that no list knows as one of a system": (
        "An application states the target, the instrument wanted, the number of nights and a justification.",
        {"application": ["target", "instrument", "nights", "justification"]},
    ),
    "what identifies and what it has": (
        "A parcel is identified by its parcel number and has a street and an area in square metres.",
        {"parcel": ["parcel_number", "street", "area"]},
    ),
    "what happened names a moment": (
        "A hive has a number and the date it was set up, and stands at an apiary.",
        {"hive": ["number", "set_up_on"]},
    ),
    "for each one we keep what is asked": (
        "For every cycle we keep when it started, the programme that was chosen and what it cost.",
        {"cycle": ["started_at", "programme", "cost"]},
    ),
    "what we need to know of the thing last spoken of": (
        "A decision letter may be attached to a manuscript; we need to know who wrote it, when it was sent and what it"
        " says.",
        {"decision_letter": ["author", "sent_at", "text"]},
    ),
    "of whom we keep": (
        "A grave is leased to a leaseholder, of whom we keep the full name and the postal address.",
        {"leaseholder": ["full_name", "postal_address"]},
    ),
    "the tools of a story stand behind with": (
        "As a conductor, I want to enter pieces with title, composer and duration in minutes, so that I can plan.",
        {"piece": ["title", "composer", "duration"]},
    ),
    "a condition hangs on the member before it": (
        "A report has a title, a photo link if they have taken a picture, and the time it was filed at.",
        {"report": ["title", "photo_link?", "filed_at"]},
    ),
    "a bracket is of the thing before it": (
        "Samples come from a sampling point (name, latitude -90 to 90, longitude -180 to 180).",
        {"sampling_point": ["name", "latitude", "longitude"]},
    ),
    "a sentence in a bracket is one of its own": (
        "It says who the member is (members have a name and an address).",
        {"member": ["name", "address"]},
    ),
    "a colon behind a deed lists the object": (
        "When a machine breaks someone reports a fault: description, photo link and a date.",
        {"fault": ["description", "photo_link", "date"]},
    ),
    "a table of columns": (
        "# Grants\n\n### Call\n| field | type | notes |\n|---|---|---|\n| title | string | |\n| budget | money | |",
        {"call": ["title", "budget"]},
    ),
    "a numbered requirement": (
        "FR-1 Parcels. A parcel has a street, an area and a zone.",
        {"parcel": ["street", "area", "zone"]},
    ),
    "from one to another are its two ends": (
        "A route leads from one port to another one.",
        {"route": ["from_port", "to_port"]},
    ),
    "from a time to a time are columns": (
        "A lease runs from a start date to an end date and has a fee.",
        {"lease": ["start_date", "end_date", "fee"]},
    ),
    "spare parts are things of their own": (
        "Spare parts have a name, a price and a shelf.",
        {"spare_part": ["name", "price", "shelf"]},
    ),
}


@pytest.mark.parametrize("rule", HAVING)
def test_reads_what_a_thing_has(rule: str):
    text, expected = HAVING[rule]
    found = told(text)
    assert {owner: found.get(owner) for owner in expected} == expected


POINTING = {
    "any verb with a place and one of it": ("A queen lives in one hive at a time.", {"queen>hive"}),
    "two partners": (
        "An observation slot is granted to a proposal on one telescope.",
        {"observation_slot>proposal", "observation_slot>telescope"},
    ),
    "several of them": ("Each technician is responsible for several laundromats.", {"technician>laundromat*"}),
    "what is kept of a thing": ("I want to log inspections of a hive.", {"inspection>hive"}),
    "what stands between two": (
        "I want to put pieces on a rehearsal, each with its position and the planned minutes.",
        {"rehearsal_piece>rehearsal", "rehearsal_piece>piece", "piece>rehearsal"},
    ),
    "there are some for each": ("For each tenancy there are dues.", {"due>tenancy"}),
    "a person is assigned to a thing": ("A mechanic is assigned to every order.", {"order>mechanic"}),
    "who does it as one of a known group is no partner": ("A proposal is accepted by the committee.", set[str]()),
    "a deed leaves the record that the wish names": (
        "An agent submits an actor for a part. A submission has a date and a note.",
        {"submission>agent", "submission>actor", "submission>part"},
    ),
    "a rule says nothing of partners": ("A rider cannot be in a race.", set[str]()),
}


@pytest.mark.parametrize("rule", POINTING)
def test_reads_what_belongs_to_what(rule: str):
    text, expected = POINTING[rule]
    assert links(text) == expected


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("After each night the astronomer files a report.", ["main"]),
        ("When a machine breaks someone reports a fault.", ["aside", "main"]),
        ("A hive has the date it was set up, and stands at an apiary.", ["main", "contact", "main"]),
        ("Manuscripts are submitted to a journal, which has a name.", ["main", "relative"]),
        ("We keep when it started and what it cost.", ["main", "asked", "asked"]),
        ("I want to keep pieces so that I can plan.", ["main", "aside"]),
        ("We have tanks every tank has a number.", ["main", "main"]),
    ],
)
def test_takes_a_sentence_apart_into_clauses(sentence: str, kinds: list[str]):
    assert [clause.kind for clause in clauses(plain(sentence))] == kinds
