"""Which file of a project is at fault, by what running it printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from libs.blueprint.probes import Collection, Probes
from services.sandbox.checking.models import declares, differing

_FRAME = re.compile(r'File "([^"\n]{1,500})", line (\d{1,7})')
# Through these everything passes; they are at fault only where nothing else is in sight.
_PASSAGES = ("app/errors.py", "app/logging.py", "app/main.py", "app/database.py", "app/crud.py", "app/pagination.py")


@dataclass(frozen=True)
class Place:
    """A file of the project, and a line of it or 0."""

    path: str = ""
    line: int = 0


NOWHERE = Place()
SETTINGS, FIRST_MIGRATION = "app/settings.py", "migrations/versions/0001_initial.py"
_LACKING = re.compile(r"'Settings' object has no attribute|validation errors? for Settings\b")


class Blame:
    """Knows a project's files; ``written`` are those that can be written anew."""

    def __init__(self, files: Mapping[str, str], written: Iterable[str], probes: Probes) -> None:
        self._files = files
        self._written = frozenset(written)
        self._probes = probes

    def of_text(self, text: str) -> Place:
        """The innermost place of the project that a traceback in ``text`` names; the last traceback counts."""
        frames = self._frames(text)
        for wanted in (self._is_written, self._is_app, lambda p: p.startswith("migrations/"), lambda _: True):
            found = [place for place in frames if wanted(place.path)]
            if found:
                return self._settings(text, found[-1])
        return Place()

    def _settings(self, text: str, place: Place) -> Place:
        """The settings where they lack what is asked of them, unless only who asks can be written anew."""
        asks = place.path in self._written and SETTINGS not in self._written
        return Place(SETTINGS) if SETTINGS in self._files and _LACKING.search(text) and not asks else place

    def _is_written(self, path: str) -> bool:
        return path in self._written and not path.startswith("tests/") and path not in _PASSAGES

    def _is_app(self, path: str) -> bool:
        return path.startswith("app/") and path not in _PASSAGES

    def _frames(self, text: str) -> list[Place]:
        """Every place that is named, the innermost of the last traceback at the end."""
        found: list[Place] = []
        for block in re.split(r"(?=Traceback \(most recent|(?:Current t|T)hread 0x)", text):
            places = [Place(path, int(line)) for name, line in _FRAME.findall(block) if (path := self._path(name))]
            found += places[::-1] if "most recent call first" in block[:200] else places
        return found

    def _path(self, name: str) -> str:
        """The project's path of a file that a jail names by an absolute one."""
        parts = name.split("/")
        if "deps" in parts or "python" in parts:
            return ""
        ends = ("/".join(parts[start:]) for start in range(len(parts)))
        return next((end for end in ends if end in self._files), "")

    def of_test(self, test: str, text: str, rules: tuple[str, ...]) -> Place:
        """The place for a test that failed: where it broke in the application, else what the test is about."""
        frames = self.of_text(text)
        if frames.path and not frames.path.startswith("tests/"):
            return frames
        return self.of_rule(rules[0]) if rules else self._target(test, text)

    def of_rule(self, rule: str) -> Place:
        """The file that keeps a rule."""
        named = re.compile(rf"\b{re.escape(rule)}\b")
        keeps = [path for path in sorted(self._files) if path.startswith("app/") and named.search(self._files[path])]
        found = self._first(keeps, lambda path: path.startswith("app/rules/"))
        return Place(found) if found else Place()

    def _first(self, paths: list[str], wanted: Callable[[str], bool]) -> str:
        """What can be written anew before the rest, and what is wanted before what is not."""
        return min(paths, key=lambda path: (path not in self._written, not wanted(path)), default="")

    def _target(self, test: str, text: str) -> Place:
        module = test.split("::", maxsplit=1)[0].removeprefix("tests/test_").removesuffix(".py")
        name = test.rsplit("::", maxsplit=1)[-1]
        if module == "migrations":
            return Place(self._model(text)) if self._model(text) else self.of_migrations("")
        if module in {"auth", "access"}:
            about = [each for each in self._probes.collections if f"[{each.path}-" in test]
            return self.of_access(about[0], _action(name)) if about else Place(self._known("app/auth/routes.py"))
        for each in self._probes.collections:
            if module in {each.routes, each.plural}:
                return self.of_collection(each, text + name)
        return Place(self._known(f"app/{module}.py") or self._known("app/main.py"))

    def of_collection(self, each: Collection, told: str) -> Place:
        """The file of a collection for a wrong answer: its schemas for what is taken and given, else its routes."""
        if re.search(r"\b422\b|KeyError|wrong_value|\bholds no\b|validation", told):
            return Place(self._known(f"app/schemas/{each.module}.py"))
        return Place(self._known(f"app/routes/{each.routes}.py"))

    def of_endpoint(self, path: str) -> Place:
        """The file of any other endpoint: the routes of its first word, or whoever names its path."""
        head = path.split("/")[1] if path.count("/") else ""
        word = head.replace("-", "_")
        named = [f"app/{word}/routes.py", f"app/routes/{word}.py", f"app/{word}.py"]
        found = next((name for name in named if name in self._files), "")
        holds = [name for name, text in sorted(self._files.items()) if name.startswith("app/") and f'"/{head}' in text]
        return Place(found or self._first(holds, lambda name: name.startswith("app/routes/")))

    def of_access(self, each: Collection, action: str, method: str = "", one: bool = False) -> Place:
        """Who may do what, with ``one`` row or with all: the route where it does not ask, else where the rights are.

        Without a method all routes of the collection are looked at.
        """
        routes, rights = f"app/routes/{each.routes}.py", "app/access.py"
        text = _route(self._files.get(routes, ""), method, one)
        asks = f'"{each.plural}.{action}"' in text or re.search(rf'access\.\w+\(user, "{action}"\)', text)
        return Place(self._known(rights if asks else routes) or self._known(routes))

    def of_migrations(self, text: str) -> Place:
        """The newest migration, unless there is none, or a model or what a traceback or a model wrote is at fault."""
        found = sorted(path for path in self._files if path.startswith("migrations/versions/"))
        if not found:
            return Place(FIRST_MIGRATION)
        if model := self._model(text):
            return Place(model)
        place = self.of_text(text)
        if place.path and place.path != "migrations/env.py":
            return place
        models = [path for path in self._written if path.startswith("app/models/")]
        if models and not self._written.intersection(found):
            return Place(models[0])
        return Place(found[-1])

    def _model(self, text: str) -> str:
        """The model that does not declare a column as the charter wants it, where the migrations differ in it."""
        tables = {each.plural: each for each in self._probes.collections}
        for table, column in differing(text):
            if table in tables:
                each, path = tables[table], self._known(f"app/models/{tables[table].module}.py")
                wanted = each.columns.get(column, "")
                if path and not (wanted and declares(self._files[path], wanted)):
                    return path
        return ""

    def _known(self, path: str) -> str:
        return path if path in self._files else ""


def _route(text: str, method: str, one: bool) -> str:
    """The part of a module that serves this; all of it where that cannot be told."""
    begins = f'@router.{method.lower()}("/{{' if one else f'@router.{method.lower()}(""'
    parts = re.split(r"\n(?=@router\.)", text)
    return next((part for part in parts if part.startswith(begins)), text)


def _action(test: str) -> str:
    found = re.search(r"\[/[^\]]*?-(\w+)-\w+\]$", test)
    return found[1] if found else ""
