from __future__ import annotations

import pytest

from libs.contracts.artifacts import Architecture, Usage, WrittenCode
from libs.contracts.charter import Charter, Requirements
from libs.llm.correct import ask
from libs.llm.decode import decode
from libs.llm.fallback import FallbackModel
from libs.llm.inputs import FileInput, RequirementsInput
from libs.llm.port import ModelError, Task
from libs.llm.scripted import ScriptedModel

CHARTER = Charter("library", "Library", "Books.")
GOOD = Requirements(CHARTER)
TASK = Task("draft_requirements", "Write the charter.", RequirementsInput("a library"), Requirements)
WRONG = (
    '{"charter": {"name": "A B", "title": "x", "descriptin": "", "entities": '
    '[{"name": "Book", "plural": "books", "fields": [{"name": "t", "type": "strin"}, {"name": 3, "type": "text"}]}]}}'
)


def silent(_: str) -> None: ...


async def failing(model: ScriptedModel | FallbackModel, rounds: int = 3) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await ask(model, TASK, silent, rounds=rounds)
    return caught.value


def test_every_fault_is_named_with_place_and_reason() -> None:
    with pytest.raises(ModelError) as caught:
        decode(WRONG, Requirements)
    faults = caught.value.faults
    for expected in [
        "at $.charter.name: Expected `str` matching regex",
        "at $.charter.description: this field is required and missing",
        "at $.charter.entities[0].fields[0].type: Invalid enum value 'strin'",
        "at $.charter.entities[0].fields[1].name: Expected `str`, got `int`",
        "at $.charter.descriptin: there is no such field",
    ]:
        assert any(fault.startswith(expected) for fault in faults), expected
    assert any("it must be one of: string, text" in fault for fault in faults)
    assert len(faults) == 5


@pytest.mark.parametrize(
    "text",
    [
        '{"charter": null}',
        'Sure!\n```json\n{"charter": null}\n```\nThere.',
        '<think>{"charter": 1}</think>{"charter": null}',
        'Here: {"charter": null} ok?',
    ],
)
def test_json_is_found_among_other_words(text: str) -> None:
    assert decode(text, Requirements) == Requirements(None)


@pytest.mark.parametrize("text", ["", "   ", "no", "[1]", "3", '{"charter": ', "\ud800"])
def test_what_is_no_json_object_is_an_invalid_answer(text: str) -> None:
    with pytest.raises(ModelError) as caught:
        decode(text, Requirements)
    assert caught.value.kind == "invalid_output"
    assert caught.value.faults[0].startswith("at $: the answer is")


def test_a_text_that_the_database_cannot_store_is_a_fault() -> None:
    with pytest.raises(ModelError) as caught:
        decode('{"charter": null, "questions": ["a\\u0000b"]}', Requirements)
    assert caught.value.faults == ("at $.questions[0]: a text may not hold the character U+0000",)
    assert decode('{"content": "x = \\"\\\\u0000\\""}', WrittenCode).content == 'x = "\\u0000"'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Here:\n```python\nx = 1\n```\nDone.", "x = 1\n"),
        ('```python\nx = {"a": 1}\n```', 'x = {"a": 1}\n'),
        ("```\nx = 1\n", "x = 1\n"),
        ('```python\n"""Use it:\n\n```\nx()\n```\n"""\n```', '"""Use it:\n\n```\nx()\n```\n"""\n'),
        ("First\n```sh\nls\n```\nthen\n```py\nlonger = 1\n```\n.", "longer = 1\n"),
        ('```json\n{"content": "x = 1"}\n```', "x = 1"),
    ],
)
def test_code_stands_in_a_fence(text: str, code: str) -> None:
    assert decode(text, WrittenCode) == WrittenCode(code)


def test_an_answer_without_code_is_told_how_to_give_it() -> None:
    with pytest.raises(ModelError, match="one fenced code block"):
        decode("I would write a function.", WrittenCode)


async def test_a_wrong_answer_goes_back_with_its_faults_until_it_is_right() -> None:
    model = ScriptedModel({"draft_requirements": [WRONG, "hello", GOOD]})
    answer = await ask(model, TASK, silent)
    assert answer.value == GOOD
    assert answer.usage.calls == 3
    first, second = model.calls[2].corrections
    assert first.answer == WRONG
    assert len(first.faults) == 5
    assert second.answer == "hello"


async def test_a_check_of_the_agent_sends_an_answer_back_too() -> None:
    model = ScriptedModel({"draft_requirements": [GOOD, Requirements(None, ("what for?",))]})
    answer = await ask(model, TASK, silent, lambda r: ("at $.charter: too small",) if r.charter else ())
    assert answer.value.charter is None
    [correction] = model.calls[1].corrections
    assert correction.faults == ("at $.charter: too small",)
    assert correction.answer == '{"charter":{"name":"library","title":"Library","description":"Books."}}'


async def test_corrections_are_bounded_and_the_last_faults_are_told() -> None:
    model = ScriptedModel({"draft_requirements": ["nothing"]})
    error = await failing(model, rounds=2)
    assert (error.kind, len(model.calls), error.usage.calls) == ("invalid_output", 3, 3)
    assert "not one JSON object" in str(error)


async def test_other_failures_are_not_corrected_but_their_cost_is_kept() -> None:
    model = ScriptedModel({"draft_requirements": ["nothing", ModelError("refused", "no")]})
    error = await failing(model)
    assert (error.kind, error.usage.calls) == ("refused", 2)


async def test_a_script_can_answer_each_file_apart() -> None:
    model = ScriptedModel({"write_file:a.py": WrittenCode("a"), "write_file": WrittenCode("b")})
    for path, said in (("a.py", "a"), ("b.py", "b")):
        task = Task("write_file", "", FileInput(path, None, CHARTER, Architecture("d")), WrittenCode)
        assert (await model.answer(task, silent)).value.content == said
    with pytest.raises(ModelError, match="no answer to draft_requirements"):
        await model.answer(TASK, silent)


@pytest.mark.parametrize("kind", ["auth", "bad_request", "rate_limit", "timeout", "connection", "server", "refused"])
async def test_the_next_model_is_asked_when_one_cannot_answer(kind: str) -> None:
    cost = Usage(calls=1, prompt_tokens=10)
    broken = ScriptedModel({"draft_requirements": ModelError(kind, "no")}, usage=cost)  # pyright: ignore[reportArgumentType]
    spare = ScriptedModel({"draft_requirements": GOOD}, usage=cost)
    answer = await FallbackModel([("a", broken), ("b", spare)]).answer(TASK, silent)
    assert answer.value == GOOD
    assert answer.usage.prompt_tokens == 20


async def test_a_wrong_answer_is_corrected_by_the_model_that_gave_it() -> None:
    first = ScriptedModel({"draft_requirements": ["nothing", GOOD]})
    spare = ScriptedModel({})
    await ask(FallbackModel([("a", first), ("b", spare)]), TASK, silent)
    assert not spare.calls


async def test_when_all_fail_the_one_that_may_pass_is_told() -> None:
    first = ScriptedModel({"draft_requirements": ModelError("auth", "The key is wrong.")})
    second = ScriptedModel({"draft_requirements": ModelError("rate_limit", "Busy.", retry_after=3)})
    error = await failing(FallbackModel([("a", first), ("b", second)]))
    assert (error.kind, error.retryable, error.retry_after) == ("rate_limit", True, 3)
    assert "The key is wrong." in str(error)
    assert error.usage.calls == 2
