"""What the new owner reads first: the README, the description, and examples that are not refused."""

from __future__ import annotations

import ast
import json

from libs.blueprint import compile_project
from libs.contracts.behaviour import Action, Computed, Condition, Effect, Requires, Rule, Value
from libs.contracts.charter import Charter, Entity
from libs.contracts.fields import Field
from tests.charters import PLAIN

CLOSES = Requires((Condition("closes_at", "gt", Value("field", "opens_at")),))
EXAM = Entity(
    "Exam",
    "exams",
    fields=(
        Field("title", "string"),
        Field("opens_at", "date"),
        Field("closes_at", "date"),
        Field("points", "integer"),
    ),
    computed=(Computed("double", "integer", "points * 2"),),
    actions=(Action("open_up", effects=(Effect("set", "points", Value("literal", "1")),)),),
)
CHARTER = Charter(
    "exams",
    "Exams",
    "They said: keep the 'exams' " + "and a few more words " * 20,
    entities=(EXAM,),
    rules=(Rule("R1", "An exam closes after it opens for the students.", "Exam", CLOSES),),
)
FILES = {file.path: file.content for file in compile_project(CHARTER, PLAIN)}


def test_the_example_of_a_new_row_keeps_the_rules():
    schema = ast.parse(FILES["app/schemas/exam.py"])
    (shown,) = (ast.literal_eval(each) for each in ast.walk(schema) if isinstance(each, ast.List))
    assert json.dumps(shown[0])
    assert shown[0]["closes_at"] > shown[0]["opens_at"]


def test_the_readme_tells_of_computed_fields_and_says_what_actions_are_done_with():
    readme = FILES["README.md"]
    assert "        integer double\n" in readme
    assert "| `double` | integer | computed, never sent |" in readme
    assert "| POST | `/exams/{id}/open_up` | open up an exam |" in readme


def test_a_long_description_stands_on_several_lines_and_is_the_same():
    (found,) = (
        each.value
        for each in ast.parse(FILES["app/main.py"]).body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "DESCRIPTION"
    )
    assert ast.literal_eval(found) == " ".join(CHARTER.description.split())
    assert max(map(len, FILES["app/main.py"].splitlines())) <= 120


def test_the_function_of_a_rule_does_not_end_amid_a_phrase():
    assert "def r1_an_exam_closes_after_it_opens(row: Exam)" in FILES["app/rules/exam.py"]


def test_before_a_vowel_stands_an():
    assert '"""Changes to an exam;' in FILES["app/schemas/exam.py"]
    assert '"""An exam as answered."""' in FILES["app/schemas/exam.py"]
