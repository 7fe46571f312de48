from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from libs.contracts.artifacts import Architecture, Export, Module, SourceFile
from services.agents.checks import check_code, inspection, ruff
from services.agents.checks.cache import Cache
from tests.unit.reviewer.library import architecture, project

NOTHING = Architecture("")
DEEP = {
    "brackets": "(" * 5000,
    "signs": "-" * 50_000 + "1",
    "sum": "a = 1" + " + 1" * 20_000,
    "as deep as the parser reads": "a = 1" + " + 1" * 900,
    "attributes": "a" + ".a" * 50_000,
    "calls": "a" + "()" * 50_000,
    "branches": "if a: pass\n" + "elif a: pass\n" * 5000,
    "lambdas": "lambda: " * 20_000 + "1",
    "format strings": 'f"{' * 40 + "1",
    "number": "x = " + "1" * 50_000,
    "surrogate": 'x = "\udc80"',
    "escapes": 'x = "\\d\\w"\nif x is "a":\n    pass\n',
    "returns and feeds": "x = 1\r\x0cy = 2\r\n",
    "bidirectional text": "x = '\u202e\u2066'\n",
    "sum of texts": "q = " + " + ".join(['"select "'] * 250) + "\n",
    "long SQL": 'x = f"' + "select " * 20_000 + '{a}"\n',
    "private class names": "class __:\n    __x: __ = __()\n\n\n__().__x()\n",
}
DATA = {
    "a.json": "[" * 50_000,
    "b.json": "1" * 10_000,
    "c.yml": "[" * 50_000,
    "d.yaml": "{a: " * 50_000,
    "e.yaml": "a: \0",
    "f.toml": "a." * 20_000 + "a=1",
    "g.toml": "a=" + "[" * 1900,
    "pyproject.toml": "project = 1\n[tool]\npoetry = []\n",
    "requirements.txt": "\0\n-r /etc/passwd\n===\nname @ file:///etc/passwd\n",
    "logo.svg": "\udc80",
}
NAMES = [
    "/x.py",
    "a/../../x.py",
    "a//b.py",
    "a\0b.py",
    "a\nb.py",
    "\udc80.py",
    "a;rm -rf.py",
    "C:\\x.py",
    "-rf",
    ".git/config",
]


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
async def test_no_text_breaks_or_stalls_the_checks(text: str) -> None:
    issues = await asyncio.wait_for(check_code(project(**{"app/extra.py": text}), architecture()), 60)
    assert {issue.path for issue in issues} <= {"app/extra.py"}


@pytest.mark.parametrize("path", DATA)
async def test_no_data_file_breaks_or_stalls_the_checks(path: str) -> None:
    issues = await asyncio.wait_for(check_code((SourceFile(path, DATA[path]),), NOTHING), 60)
    assert all(issue.rule == "parse" for issue in issues)


@pytest.mark.parametrize("name", NAMES)
async def test_a_hostile_file_name_is_refused_and_its_text_left_alone(name: str) -> None:
    (issue,) = await check_code((SourceFile(name, "import os"),), NOTHING)
    assert (issue.severity, issue.rule) == ("error", "path")
    assert issue.path.isprintable()


async def test_a_project_without_files_is_an_error() -> None:
    assert [issue.rule for issue in await check_code((), NOTHING)] == ["path"]


async def test_a_file_or_project_too_large_is_an_error() -> None:
    (issue,) = await check_code((SourceFile("a.txt", "x" * 300_000),), NOTHING)
    assert (issue.rule, issue.severity) == ("size", "error")
    issues = await check_code(tuple(SourceFile(f"{n}.txt", "x" * 250_000) for n in range(20)), NOTHING)
    assert [(issue.path, issue.rule) for issue in issues] == [("", "size")]


async def test_a_flood_of_faults_is_cut_short_worst_first() -> None:
    text = "import os\n" + "".join(f"a{n} = b{n}\n" for n in range(500))
    issues = await check_code(tuple(SourceFile(f"m{n}.py", text) for n in range(8)), NOTHING)
    assert len(issues) == 200
    assert {issue.severity for issue in issues} == {"error"}
    assert sum(issue.path == "m0.py" for issue in issues) == 40


async def test_a_crash_inside_a_check_is_an_issue_of_that_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_tree: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(inspection, "facts_of", crash)
    issues = await check_code((SourceFile("a.py", "fresh_text_1 = 1\n"),), NOTHING)
    assert [(issue.path, issue.rule, issue.severity) for issue in issues] == [("a.py", "check", "error")]


@pytest.mark.parametrize("error", [subprocess.TimeoutExpired("ruff", 10), FileNotFoundError("ruff")])
async def test_ruff_that_gives_no_answer_is_said(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def no_answer(*_arguments: object) -> bytes:
        raise error

    monkeypatch.setattr(ruff, "_output", no_answer)
    issues = await check_code((SourceFile("a.py", f"fresh_text_2 = '{type(error).__name__}'\n"),), NOTHING)
    assert [(issue.path, issue.rule, issue.severity) for issue in issues] == [("a.py", "ruff", "warning")]


@pytest.mark.parametrize(("command", "limit"), [("sleep 60", 16), ("yes", 16), ("head -c 99 /dev/zero", 50)])
def test_a_program_that_hangs_or_floods_is_stopped(monkeypatch: pytest.MonkeyPatch, command: str, limit: int) -> None:
    monkeypatch.setattr(ruff, "MAX_OUTPUT", limit)
    with pytest.raises(subprocess.SubprocessError):
        ruff._output(["/bin/sh", "-c", f"exec {command}"], "/", 0.3)


async def test_a_file_that_ruff_falls_over_is_blamed_and_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ruff._output

    def falls_over_poison(command: list[str], folder: str, seconds: float) -> bytes:
        if any("poison" in path.read_text() for path in Path(folder).rglob("*.py")):
            raise subprocess.CalledProcessError(-6, "ruff")
        return real(command, folder, seconds)

    monkeypatch.setattr(ruff, "_output", falls_over_poison)
    files = [SourceFile(f"m{n}.py", f"fresh_text_3 = {n}\nundefined_{n}()\n") for n in range(6)]
    issues = await check_code((*files, SourceFile("p.py", "poison = 1\n")), NOTHING)
    assert {(issue.path, issue.rule) for issue in issues} == {
        *((f"m{n}.py", "F821") for n in range(6)),
        ("p.py", "ruff"),
    }


async def test_a_file_seen_before_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    files = project(**{"app/extra.py": "x = undefined_name\n"})
    first = await check_code(files, architecture())
    monkeypatch.setattr(inspection, "parse_python", None)
    monkeypatch.setattr(ruff, "_run", None)
    assert await check_code(files, architecture()) == first != ()


def test_the_cache_forgets_the_least_recently_used() -> None:
    cache: Cache[str] = Cache(entries=3, weight=100)
    for name in ("a", "b", "c"):
        cache.put(name.encode(), name, 10)
    assert cache.get(b"a") == "a"
    cache.put(b"d", "d", 10)
    assert (cache.get(b"a"), cache.get(b"b")) == ("a", None)
    cache.put(b"e", "e", 85)
    assert (cache.get(b"a"), cache.get(b"c"), cache.get(b"d"), cache.get(b"e")) == ("a", None, None, "e")


@pytest.mark.parametrize("signature", ["def (", "class", "x: int", "", "def f(" + "a, " * 120, "lambda: 1", "\0"])
async def test_a_promise_that_cannot_be_read_asks_for_the_name_only(signature: str) -> None:
    module = Module("a.py", "does it", exports=(Export("f", signature),))
    files = (SourceFile("a.py", "def f() -> None:\n    pass\n"),)
    assert not [i for i in await check_code(files, Architecture("", modules=(module,))) if i.severity == "error"]


async def test_re_exports_in_a_ring_come_to_an_end() -> None:
    files = (SourceFile("a.py", "from b import x\n"), SourceFile("b.py", "from a import x\n\nx.y()\n"))
    assert "import-cycle" in {issue.rule for issue in await check_code(files, NOTHING)}
    starred = (
        SourceFile("c.py", "from d import *\n"),
        SourceFile("d.py", "from c import *\n\nfrom c import z\n\nz()\n"),
    )
    assert "import-cycle" in {issue.rule for issue in await check_code(starred, NOTHING)}
