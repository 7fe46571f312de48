"""What a wish costs in output tokens: with everything derivable printed, and with every file asked of a model.

Both ways are counted by what a model has to write, in tokens of OpenAI's ``o200k_base``: here a scripted model says the
charter, the design and each function that is left to judgement; there it would say every file of the same project.
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any, NamedTuple

import msgspec

from libs.blueprint import compile_project, custom_modules
from libs.contracts.artifacts import Architecture, WrittenCode
from libs.contracts.charter import Charter, Requirements
from libs.llm.correct import ask
from libs.llm.inputs import ArchitectureInput, FunctionInput, RequirementsInput
from libs.llm.port import Task
from libs.llm.render import without_defaults
from libs.llm.scripted import ScriptedModel
from libs.offline import draft_architecture
from tests.charters import INVENTORY, LIBRARY, TODO

WISHES = {"library": LIBRARY, "todo": TODO, "shop": INVENTORY}
# Of usual length for a rule: what it looks at, when, what it counts, and what it says where it refuses.
BODY = '''
    """Refuse what the rule does not allow."""
    if action == "delete" or row is None:
        return
    query = sa.select(sa.func.count()).select_from(type(row)).where(type(row).id != row.id)
    others = session.scalar(query) or 0
    if others >= LIMIT:
        raise RuleBroken("R1", f"There are {others} of them already, and {LIMIT} are allowed at most.")
'''
HEAD = '''"""Rule {rule}: {logic}"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import RuleBroken
from app.models import Book, Loan, Member

LIMIT = 5


'''


class Tokens(NamedTuple):
    """Output tokens of one wish: ``asked`` is what is asked of a model, ``files`` what all its files would be."""

    asked: int
    files: int

    @property
    def saving(self) -> float:
        """How many times fewer."""
        return self.files / self.asked


@cache
def _encoding() -> Any:
    with warnings.catch_warnings(action="ignore"):  # it reads its data in a way that Python 3.11 deprecates
        import bpe_openai

        return bpe_openai.get_encoding("o200k_base")


def count(text: str) -> int:
    """Tokens of a text."""
    return len(_encoding().encode(text))


def _brief(answer: msgspec.Struct) -> str:
    """As a model writes it: without what has its default."""
    return msgspec.json.encode(without_defaults(answer)).decode()


def function(task: Task[Any]) -> str:
    """The module of one function, in a fenced block."""
    inputs = task.inputs
    return f"```python\n{HEAD.format(rule=inputs.rule, logic=inputs.logic)}{inputs.signature}:{BODY}```"


async def measured(charter: Charter) -> Tokens:
    """What a run of this charter has a model write, either way."""
    design = draft_architecture(charter)
    script = {
        "draft_requirements": _brief(Requirements(charter)),
        "draft_architecture": _brief(design),
        "write_function": function,
    }
    model, said = ScriptedModel(script), list[str]()
    await ask(model, Task("draft_requirements", "", RequirementsInput("w"), Requirements), said.append)
    await ask(model, Task("draft_architecture", "", ArchitectureInput(charter), Architecture), said.append)
    for module in custom_modules(charter):
        inputs = FunctionInput(module.path, module.exports[0].signature, module.purpose)
        await ask(model, Task("write_function", "", inputs, WrittenCode), said.append)
    files = compile_project(charter, design)
    return Tokens(sum(map(count, said)), sum(count(file.content) for file in files))
