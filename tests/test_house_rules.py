"""The rules of the house that a machine can check. Each says at its failure where it is broken."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from libs.contracts import events
from libs.contracts.project import evolve as evolve_project
from libs.contracts.run import _CHANGES, _NOT_OUTPUT
from libs.contracts.sandbox import CHANGES as SANDBOX_CHANGES
from libs.contracts.sandbox_events import SandboxDeployRequested

ROOT = Path(__file__).parents[1]
MAX_LINES = 300
AGENTS = ("requirements", "architecture", "implementer", "reviewer", "interface")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True, text=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@cache
def python(folder: str) -> list[Path]:
    return tracked(f"{folder}/*.py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path, top_level: bool = False) -> set[str]:
    """Dotted names that a module imports; with ``top_level``, only those that are imported with it."""
    nodes = tree(path).body if top_level else ast.walk(tree(path))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def importers(package: str, *folders: str) -> set[str]:
    """Files that import ``package`` or something in it."""
    return {
        named(path)
        for folder in folders
        for path in python(folder)
        if any(name == package or name.startswith(f"{package}.") for name in imports(path))
    }


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def inside(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def home(path: Path) -> str:
    """The package whose inside a file may import: its service, or its agent."""
    parts = path.relative_to(ROOT).parts
    depth = 3 if parts[1] == "agents" and len(parts) > 3 else 2
    return ".".join(parts[:depth])


def ours(path: Path) -> set[str]:
    return {name for name in imports(path) if inside(name, "libs", "services", "deploy", "tests")}


# Boundaries


def test_a_service_imports_libs_and_itself():
    for path in python("services"):
        allowed = ["libs", home(path), *(["services.agents"] if inside(home(path), "services.agents") else [])]
        assert not [name for name in ours(path) if not inside(name, *allowed)], named(path)


def test_an_agent_does_not_import_another():
    for path in python("services/agents"):
        if home(path) != "services.agents":
            others = [f"services.agents.{agent}" for agent in AGENTS if f"services.agents.{agent}" != home(path)]
            assert not [name for name in ours(path) if inside(name, *others)], named(path)


def test_libs_import_no_service_and_the_local_stack_only_where_it_is_started():
    for path in python("libs"):
        assert not [name for name in ours(path) if inside(name, "services", "tests")], named(path)
        if not named(path).startswith("libs/testing/"):
            assert not [name for name in imports(path, top_level=True) if inside(name, "deploy")], named(path)
    assert {path.split("/")[1] for path in importers("deploy", "libs")} <= {"testing", "client"}


def test_contracts_import_msgspec_and_the_standard_library():
    allowed = {*sys.stdlib_module_names, "msgspec", "libs"}
    for path in python("libs/contracts"):
        assert {name.split(".")[0] for name in imports(path)} <= allowed, named(path)
        assert not [name for name in ours(path) if not inside(name, "libs.contracts")], named(path)


def test_a_decision_is_arithmetic():
    """``domain.py`` awaits nothing, and knows no clock and no chance."""
    for path in tracked("services/**/domain.py"):
        assert not [node for node in ast.walk(tree(path)) if isinstance(node, ast.AsyncFunctionDef | ast.Await)], path
        assert not [name for name in imports(path) if inside(name, "time", "random", "secrets", "os", "asyncio")], path


# One place for each technology

PLACES = {
    "faststream": "libs/runtime/bus.py",
    "litestar": "services/edge/",
    "uvicorn": "services/edge/ services/sandbox/inside/ libs/runtime/health.py libs/testing/",
    "asyncpg": "libs/runtime/postgres.py",
    "aiosql": "libs/runtime/postgres.py",
    "openai": "libs/llm/",
    "nats.js": "libs/eventlog/",
    "opentelemetry": "libs/runtime/",
    "docker": "services/sandbox/drivers/",
    "qdrant_client": "",
}


def test_each_technology_is_in_one_place():
    for package, places in PLACES.items():
        outside = {
            p for p in importers(package, "services", "libs", "deploy") if not p.startswith(tuple(places.split()))
        }
        assert not outside, f"{package} is for {places or 'nobody yet'}"


def test_jetstream_is_written_by_the_event_log_alone():
    """Live fragments and hosted apps are core NATS, by platform and tunnel; what streams keep is appended or put."""
    writes = re.compile(r"\.publish\(|\.publish_async\(|\.add_stream\(|\.purge_stream\(|\.delete_msg\(")
    writers = {
        named(p) for f in ("services", "libs") for p in python(f) if writes.search(p.read_text(encoding="utf-8"))
    }
    outside = {path for path in writers if not path.startswith(("libs/eventlog/", "libs/testing/"))}
    assert outside <= {"libs/runtime/platform.py", "libs/runtime/tunnel.py"}


def test_the_environment_is_read_through_settings():
    readers = {
        named(path)
        for folder in ("services", "libs")
        for path in python(folder)
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    }
    apart = ("libs/client/", "libs/testing/", "services/sandbox/inside/")  # runs in a jail, where no settings are
    assert {path for path in readers if not path.startswith(apart)} == set()


def test_syntax_trees_are_made_one_at_a_time():
    makers = {
        named(p) for f in ("services", "libs") for p in python(f) if "ast.parse(" in p.read_text(encoding="utf-8")
    }
    assert makers == {"libs/syntax.py"}


# Size and shape


def test_no_file_is_longer_than_300_lines():
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("services", "libs", "deploy", "tests")
        for path in python(folder)
    }
    assert {name: count for name, count in lengths.items() if count > MAX_LINES} == {}


def services() -> list[Path]:
    return sorted({path.parent for path in tracked("services/**/app.py")})


def test_no_two_files_of_tests_bear_the_same_name():
    """Else pytest takes the second for the first, and collects nothing."""
    names = [path.name for path in python("tests") if path.name.startswith("test_")]
    assert not {name for name in names if names.count(name) > 1}


def test_a_service_has_the_rooms_of_every_service():
    assert services()
    for folder in services():
        for room in ("README.md", "app.py", "__init__.py"):
            assert (folder / room).is_file(), f"{named(folder)} has no {room}"
    for path in (path for folder in services() if folder.name != "agents" for path in [folder / "__main__.py"]):
        assert path.is_file(), f"{named(path)} is missing"
    for path in tracked("services/**/__main__.py"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert len(lines) <= 8, f"{named(path)} only starts what app.py builds"


def test_each_agent_starts_alone_and_has_its_prompt_beside_it():
    for agent in (path.parent for path in tracked("services/agents/*/agent.py")):
        assert (agent / "__main__.py").is_file(), agent.name
        assert (agent / "prompt.md").is_file(), agent.name


def test_every_module_of_libs_says_what_it_is():
    silent = [
        named(p) for p in python("libs") if not ast.get_docstring(tree(p)) and p.read_text(encoding="utf-8").strip()
    ]
    assert silent == []


def test_nothing_is_left_for_later():
    later = re.compile(r"#\s*(?:TODO|FIXME|XXX)\b")
    for folder in ("services", "libs", "deploy", "tests"):
        for path in python(folder):
            assert not later.search(path.read_text(encoding="utf-8")), named(path)


# What no file may say


def test_no_file_names_a_package_registry_or_somebodys_home():
    forbidden = re.compile(
        r"https?://[^\s\"']*\b(pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|artifactory)|/simple/"
        r"|(?<![\w.])/(?:home/\w+|root|Users/\w+)/"
    )
    for path in tracked():
        if path != Path(__file__) and path.suffix not in {".png", ".gif", ".ico", ".woff2"}:
            found = forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{named(path)}: {found and found.group()}"


# Contracts and decisions


def test_every_event_is_in_a_fold_or_is_known_not_to_affect_one():
    project = (evolve_project, {events.Created, events.Renamed, events.Deleted})
    sandbox = {SandboxDeployRequested, *SANDBOX_CHANGES}
    folded = {events.Requested, *_CHANGES, *_NOT_OUTPUT, *project[1], *sandbox}
    identity_looks_up = {events.Registered}  # found by its subject; a user has no state but that
    assert set(events.EVENTS) == folded | identity_looks_up


def test_decisions_are_numbered_without_a_gap_and_are_one_page():
    decisions = sorted(path.name for path in tracked("docs/decisions/*.md"))
    assert [name[:5] for name in decisions] == [f"{number:04}-" for number in range(1, len(decisions) + 1)]
    for path in tracked("docs/decisions/*.md"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 60, f"{path.name} is longer than a page"
