from __future__ import annotations

import pytest

from libs.contracts.artifacts import Dependency, Export, Issue
from services.agents.checks import check_code
from tests.unit.reviewer.defects import DEFECTS, Defect
from tests.unit.reviewer.library import FILES, architecture, project

PROMISES = [
    (Export("total", "def total() -> int"), "not defined"),
    (Export("notify", "async def notify(member: str, subject: str) -> None"), "has no parameter subject"),
    (Export("notify", "def notify(member: str, text: str = '') -> None"), "is async here"),
    (Export("find_book", "def find_book(session: Session) -> Book"), "also demands book_id"),
    (Export("find_book", "def find_book(session: Session = None, book_id: int = 0) -> Book"), "which were optional"),
    (Export("find_book", "def find_book(book_id: int, session: Session) -> Book"), "otherwise"),
    (Export("find_book", "class find_book"), "is a function, not a class"),
    (Export("LoanService", "def LoanService(session: Session) -> Service"), "is a class, not a function"),
    (Export("LoanService.lend", "def lend(self, book: Book) -> Loan"), "also demands member"),
    (Export("LoanService.extend", "def extend(self) -> Loan"), "not defined"),
]


def errors(issues: tuple[Issue, ...]) -> list[Issue]:
    return [issue for issue in issues if issue.severity == "error"]


async def test_a_sound_project_has_nothing_to_find() -> None:
    assert await check_code(project(), architecture()) == ()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
async def test_one_defect_is_one_error_at_its_file_line_and_rule(defect: Defect) -> None:
    found = errors(await check_code(project(**{defect.path: defect.text()}), architecture()))
    line = defect.line()
    assert {(issue.path, issue.rule) for issue in found} == {(defect.path, defect.rule)}, found
    assert defect.says in found[0].message
    if line:
        assert {issue.line for issue in found} == {line}


@pytest.mark.parametrize(("export", "says"), PROMISES, ids=lambda value: str(value)[:60])
async def test_a_broken_promise_names_its_module_and_export(export: Export, says: str) -> None:
    (issue,) = errors(await check_code(project(), architecture(export)))
    assert (issue.path, issue.rule) == ("app/services.py", "export")
    assert export.signature in issue.message
    assert says in issue.message


async def test_a_promised_file_that_is_missing_is_named() -> None:
    files = tuple(file for file in project() if file.path != "app/services.py")
    found = errors(await check_code(files, architecture()))
    assert ("app/services.py", "module") in {(issue.path, issue.rule) for issue in found}


async def test_a_dependency_of_the_architecture_may_be_imported() -> None:
    files = project(**{"app/cache.py": "import redis\n\nclient = redis.Redis()\n"})
    assert errors(await check_code(files, architecture()))
    assert not errors(await check_code(files, architecture(dependencies=(Dependency("redis", ">=5"),))))


async def test_an_import_that_may_fail_is_a_warning() -> None:
    text = "try:\n    import orjson\nexcept ImportError:\n    orjson = None\n"
    issues = await check_code(project(**{"app/json.py": text}), architecture())
    assert [(issue.severity, issue.rule) for issue in issues] == [("warning", "dependency")]


async def test_modules_that_load_each_other_are_a_warning() -> None:
    files = project(
        **{"app/a.py": "from app import b\n\nb.x()\n", "app/b.py": "from app.a import b as a\n\n\ndef x():\n    a\n"}
    )
    (issue,) = [issue for issue in await check_code(files, architecture()) if issue.rule == "import-cycle"]
    assert (issue.severity, issue.rule, issue.path, issue.line) == ("warning", "import-cycle", "app/a.py", 1)


@pytest.mark.parametrize(
    "text",
    [
        "from app.services import find_book\n\ncall = [find_book]\ncall[0](1)\n",
        "from app.services import find_book\n\n\ndef f(*a, **k):\n    return find_book(*a, **k)\n",
        "from app.services import find_book\n\n\ndef f(find_book):\n    return find_book(1, 2, 3)\n",
        "from app import services\n\nservices.extra = 1\n",
        "from app.services import LoanService as S\n\n\nclass O(S):\n    def __init__(self):\n        pass\n\n\nO()\n",
        "from app.models import Book\n\nBook(anything=1).whatever()\n",
        "from app.errors import NotFound\n\nNotFound('x').with_traceback(None)\n",
        "import app.services as s\n\n\ndef f(x):\n    return getattr(s, x)()\n",
        "from app.services import *\n\nfind_book(None, 1)  # noqa\n",
        "from app.services import LoanService\n\n\ndef f(s: LoanService | None):\n    return s.nothing\n",
        "from app.services import LoanService\n\nLoanService.lend(None, None, 'ada')\n",
        "import functools\n\n\n@functools.wraps(print)\ndef f(a):\n    return a\n\n\nf(1, 2)\n",
        "import asyncio\n\nfrom app.services import notify\n\nasyncio.run(notify('ada'))\n",
        "TABLE = {'token_type': 'bearer', 'password': None}\nTOKEN_URL = '/auth/token'\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.main import app\n\nx: 'app'\n",
        "match 1:\n    case int(x):\n        print(x)\n",
    ],
)
async def test_what_is_not_certain_is_no_error(text: str) -> None:
    assert not errors(await check_code(project(**{"app/extra.py": text}), architecture()))


async def test_a_source_folder_is_no_package() -> None:
    files = tuple(type(f)(f"src/{f.path}" if f.path.startswith("app") else f.path, f.content) for f in project())
    assert not [i for i in errors(await check_code(files, architecture())) if i.rule != "module"]


async def test_asserts_and_passwords_belong_in_tests_only() -> None:
    text = FILES["tests/test_loans.py"] + "\n\ndef login(password='s3cretpass9'):\n    assert password\n"
    assert await check_code(project(**{"tests/test_login.py": text}), architecture()) == ()
    issues = await check_code(
        project(**{"app/login.py": "def f(password='s3cretpass9'):\n    assert password\n"}), architecture()
    )
    assert {(issue.rule, issue.severity) for issue in issues} >= {("CWE-798", "error"), ("B101", "info")}
