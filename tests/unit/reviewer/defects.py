"""One defect each, put into the sound project. ``# !`` marks the line that must be blamed."""

from __future__ import annotations

from typing import NamedTuple

from tests.unit.reviewer.library import FILES

MARK = "# !"


class Defect(NamedTuple):
    """``old`` becomes ``new`` in ``path``; without ``old``, ``new`` is put at the end. ``says`` is in the message."""

    name: str
    rule: str
    path: str
    old: str
    new: str
    says: str = ""

    def text(self) -> str:
        before = FILES.get(self.path, "")
        assert self.old in before, self.name
        return before.replace(self.old, self.new, 1) if self.old else before + self.new

    def line(self) -> int:
        lines = self.text().splitlines()
        return next((number for number, line in enumerate(lines, 1) if MARK in line), 0)


ROUTES, SERVICES, MAIN, TEST = "app/routes.py", "app/services.py", "app/main.py", "tests/test_loans.py"
BOOK = "book = find_book(session, book_id, lock=True)"

DEFECTS = [
    Defect("unclosed bracket", "parse", MAIN, 'FastAPI(title="Library")', 'FastAPI(title="Library"  # !'),
    Defect("bad indentation", "parse", MAIN, "app.include_router(router)", "    app.include_router(router)  # !"),
    Defect("null byte", "parse", MAIN, "", "x = '\0'\n", "null bytes"),
    Defect("broken JSON", "parse", "data/books.json", "", '{"books": [1, 2}', "JSON"),
    Defect("broken TOML", "parse", "pyproject.toml", "[project]\n", "[project\n", "line 2"),
    Defect("broken YAML", "parse", "compose.yml", "", "  web: [1\n  b: 2  # !\n", "YAML"),
    Defect("unknown module", "import", MAIN, "from app.routes", "from app.router", "'app.routes'? It offers"),
    Defect("unknown package", "dependency", MAIN, "import uvicorn", "import uvicorn, redis  # !", "'redis'"),
    Defect("module without its package", "dependency", ROUTES, "from app.services", "from services", "app.services"),
    Defect(
        "package that needs another", "dependency", "app/schemas.py", "", "from pydantic import EmailStr  # !\nEmailStr"
    ),
    Defect(
        "name that is not there",
        "import-name",
        ROUTES,
        "find_book, notify",
        "find_books as find_book, notify",
        "'find_book'?",
    ),
    Defect("relative name that is not there", "import-name", "app/models.py", "import Base", "import Model as Base"),
    Defect("relative import above the root", "import", "app/models.py", "from .database", "from ...database", "leaves"),
    Defect("relative module that is not there", "import", "app/models.py", "from .database", "from .db", "'app.db'"),
    Defect("attribute of a module", "attribute", SERVICES, 'errors.NotFound("book")', 'errors.Missing("book")  # !'),
    Defect("attribute through a package", "attribute", ROUTES, "app.errors.NotFound(loan", "app.errors.Gone(loan"),
    Defect("method that is not there", "attribute", ROUTES, "other.commit()", "other.save()  # !", "has no 'save'"),
    Defect(
        "method of an injected service", "attribute", ROUTES, "loan = service.lend(", "loan = service.lent(", "'lend'?"
    ),
    Defect(
        "too many positional arguments",
        "call",
        ROUTES,
        BOOK,
        "book = find_book(session, book_id, True)  # !",
        "at most 2",
    ),
    Defect("missing argument", "call", ROUTES, BOOK, "book = find_book(session)  # !", "misses the argument book_id"),
    Defect("unknown keyword", "call", ROUTES, BOOK, "book = find_book(session, book_id, locked=True)  # !", "'locked'"),
    Defect("argument twice", "call", ROUTES, BOOK, "book = find_book(session, book_id, book_id=1)  # !", "twice"),
    Defect(
        "method called wrongly", "call", ROUTES, "service.lend(book, member, days=7)", "service.lend(book, days=7)  # !"
    ),
    Defect("inherited constructor", "call", ROUTES, "LoanService(session=session)", "LoanService()  # !", "session"),
    Defect("own constructor", "call", SERVICES, 'errors.NotFound("book")', "errors.NotFound(404, 'book')  # !"),
    Defect("dataclass constructor", "call", SERVICES, ', "too many loans", retry=True', ", retry=True", "message"),
    Defect("static method", "call", ROUTES, "LoanService.fee(3)}", "LoanService.fee(3, 4)}  # !", "LoanService.fee"),
    Defect("method through self", "call", SERVICES, "if self.count(member) >=", "if self.count() >=", "member"),
    Defect("call in a test", "call", TEST, "member()['name']", "member(nick='x')['name']", "'nick'"),
    Defect("async call not awaited", "await", ROUTES, "await notify(", "notify(", "never awaited"),
    Defect("await of what is not async", "await", ROUTES, BOOK, "book = await find_book(session, book_id)  # !"),
    Defect("undefined name", "F821", MAIN, "include_router(router)", "include_router(routes)  # !", "routes"),
    Defect("silenced undefined name", "F821", MAIN, "include_router(router)", "include_router(routes)  # ! # noqa"),
    Defect("await outside async", "PLE1142", SERVICES, "        self.commit()", "        await self.commit()  # !"),
    Defect(
        "function defined twice", "F811", "app/util.py", "", "def f():\n    return 1\n\n\ndef f():  # !\n    return 2\n"
    ),
    Defect("parameter named twice", "parse", "app/util.py", "", "def f(a, a):  # !\n    return a\n", "uplicate"),
    Defect("return outside a function", "F706", MAIN, "", "\nreturn 1  # !\n"),
    Defect(
        "shell command from input",
        "B602",
        "app/util.py",
        "",
        "import subprocess as s\ns.run(s, shell=True)  # !\n",
    ),
    Defect(
        "silenced shell command",
        "B602",
        "app/u.py",
        "",
        "import subprocess as s\ns.run(s, shell=True)  # ! # nosec\n",
    ),
    Defect(
        "SQL from text", "B608", "app/q.py", "", "def q(s, n):\n    s.execute(f'select * from t where n={n}')  # !\n"
    ),
    Defect("eval", "B307", "app/util.py", "", "def f(x):\n    return eval(x)  # !\n"),
    Defect("weak hash", "B324", "app/util.py", "", "import hashlib\nhashlib.md5(b'x')  # !\n"),
    Defect(
        "key in code", "CWE-798", "app/settings.py", '"change-me-in-production"', '"h7Kd92mQzP41"  # !', "secret_key"
    ),
    Defect(
        *("key as a default", "CWE-798", "app/keys.py", ""),
        'from pydantic import SecretStr\n\nsecret_key = SecretStr("h7Kd92mQzP41")  # !\n',
        "secret_key",
    ),
    Defect("key in a text file", "CWE-798", ".env", "", f"A=1\nAWS=AKIA{'Q' * 16}  # !\n", "AKIAQQQQ"),
    Defect("file outside the project", "path", "../evil.py", "", "x = 1\n", "'..'"),
    Defect("absolute file name", "path", "/etc/passwd", "", "x\n", "absolute"),
    Defect("same name in capitals", "path", "app/Main.py", "", "x = 1\n", "app/main.py"),
    Defect("file that is a folder too", "path", "app", "", "x\n", "folder"),
]
