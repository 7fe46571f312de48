"""Whatever the text, the reader neither fails nor contradicts itself."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offline_consistency import faults
from test_offline_wishes import WISHES

from libs.contracts.charter import Requirements
from libs.offline import draft_architecture, read_wish
from libs.offline.lexicon import attributes, grammar, nouns, verbs

WORDS = sorted(
    {
        *grammar.DETERMINERS, *grammar.PREPOSITIONS, *grammar.MODALS, *grammar.ADJECTIVES, *nouns.THINGS,
        *nouns.PEOPLE, *verbs.VERBS, *attributes.ATTRIBUTES, "has", "have", "is", "between 1 and 5", "at most 3",
        "their own", "only",
        "class", "import", "id", "metadata", "'s", "-5", "1..3", "ß", "🍕", "as a user, i want to", "rename", "add",
    }
)  # fmt: skip
MARKS = [
    ",",
    ".",
    ";",
    ":",
    "(",
    ")",
    "and",
    "or",
    "a",
    "the",
    "each",
    "of",
    "with",
    "\n- ",
    "\n# ",
    "\n",
    "/",
    "|",
    "=",
]
PROSE = [word for wish in WISHES for word in wish.text.split(" ")]
SALAD = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(MARKS), st.sampled_from(PROSE)), max_size=60)
TEXTS = st.one_of(st.text(max_size=300), SALAD.map(" ".join), st.sampled_from(WISHES).map(lambda wish: wish.text))
LIMITS = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def sound(answer: Requirements) -> bool:
    if answer.charter is None:
        return 1 <= len(answer.questions) <= 3
    draft_architecture(answer.charter)
    return faults(answer.charter) == []


@LIMITS
@given(TEXTS)
def test_any_text_gives_a_sound_charter_or_questions_the_same_each_time(text: str):
    answer = read_wish(text)
    assert sound(answer)
    assert read_wish(text) == answer


@LIMITS
@given(st.sampled_from(WISHES), st.lists(SALAD.map(" ".join), min_size=1, max_size=3))
def test_any_feedback_leaves_a_sound_charter(wish, feedback: list[str]):
    assert sound(read_wish(wish.text, tuple(feedback)))
