"""A charter with its architecture, as the values every template may ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from libs.blueprint import rulebook, values
from libs.blueprint.rules import RULES_PATH, hooks
from libs.blueprint.seeds import seeds
from libs.blueprint.source import import_block, natural
from libs.blueprint.view import entity_views
from libs.contracts.artifacts import Architecture
from libs.contracts.charter import Charter, Endpoint

# What the printed code was written and tested with.
PINS = {
    "fastapi": "0.165.0",
    "pydantic": "2.14.3",
    "pydantic-settings": "2.16.3",
    "sqlalchemy": "2.1.9",
    "uvicorn": "0.54.0",
}
TEST_PINS = {"httpx2": "2.16.2", "pytest": "9.2.0"}
EMAIL_PIN = {"email-validator": "2.4.0"}
_ROUTES = "app/routes/"


class Project:
    """Everything about one project that more than one file needs."""

    def __init__(self, charter: Charter, architecture: Architecture) -> None:
        self.charter = charter
        self.architecture = architecture
        self.views = entity_views(charter)
        self.seeds = seeds(self.views)
        self.hooks = hooks(charter, self.views)
        self.hooked = {each.view.name for each in self.hooks}
        self.types = {field.type for view in self.views for field in view.fields}
        self.values = self._values()

    def wants(self, path: str) -> bool:
        """Tell whether a file that only some projects need is needed here."""
        if path == RULES_PATH:
            return bool(self.hooks)
        return path != "app/columns.py" or bool(self.types & {"decimal", "money", "datetime"}) or self._uses("today")

    def _values(self) -> dict[str, Any]:
        routers = list(self._routers())
        modules = sorted({view.routes for view in self.views} | set(routers), key=natural)
        links = [link for view in self.views for link in view.links]
        return self._type_values() | {
            "charter": self.charter,
            "views": self.views,
            "seeds": self.seeds,
            "hooks": self.hooks,
            "rules": self.charter.rules,
            "requirements": list(self._requirements()),
            "routers": [f"`{_ROUTES}{name}.py`" for name in routers],
            "route_imports": import_block(dict.fromkeys(modules, "app.routes") | {"APIRouter": "fastapi"}),
            "modules": modules,
            "other_endpoints": [each for each in self.charter.endpoints if not self._serves(each)],
            "rules_note": self._rules_note(),
            "roles": ", ".join(role.name for role in self.charter.roles),
            "owned": ", ".join(view.name for view in self.views if view.entity.owned),
            "uses_references": any(not link.many for link in links),
            "uses_snapshots": any(rulebook.hooks(view).updated for view in self.views),
            "uses_collections": any(link.many for link in links),
        }

    def _type_values(self) -> dict[str, bool]:
        return {
            "uses_decimals": bool(self.types & {"decimal", "money"}),
            "uses_decimal": "decimal" in self.types,
            "uses_money": "money" in self.types,
            "uses_integers": "integer" in self.types,
            "uses_times": "datetime" in self.types,
            "uses_urls": "url" in self.types,
            "uses_now": self._uses("utc_now"),
            "uses_today": self._uses("today"),
        }

    def _uses(self, factory: str) -> bool:
        return any(values.default_factory(field) == factory for view in self.views for field in view.fields)

    def _requirements(self) -> Iterator[str]:
        """Yield the pinned packages, then what the architecture adds to them."""
        pins = PINS | TEST_PINS | (EMAIL_PIN if "email" in self.types else {})
        yield from (f"{name}=={version}" for name, version in sorted(pins.items()))
        for dependency in self.architecture.dependencies:
            if plain_name(dependency.name) not in pins:
                yield f"{dependency.name}{dependency.version}"

    def _routers(self) -> Iterator[str]:
        """Yield the route modules of the architecture that a model writes and that offer a router."""
        printed = {view.routes for view in self.views}
        for module in self.architecture.modules:
            name = module.path.removeprefix(_ROUTES).removesuffix(".py")
            offers = any(export.name == "router" for export in module.exports)
            if offers and module.path == f"{_ROUTES}{name}.py" and name.isidentifier() and name not in printed:
                yield name

    def _serves(self, endpoint: Endpoint) -> bool:
        """Tell whether a printed route answers the endpoint; PATCH also stands for PUT."""
        path = re.sub(r"\{[^}]*\}", "{id}", endpoint.path.rstrip("/"))
        collections = {view.path for view in self.views}
        if path in collections:
            return endpoint.method in ("GET", "POST")
        if path.removesuffix("/{id}") in collections and path.endswith("/{id}"):
            return endpoint.method != "POST"
        return path == "/health"

    def _rules_note(self) -> str:
        if any(module.path == RULES_PATH for module in self.architecture.modules):
            return (
                f"They are enforced in `{RULES_PATH}`, in the transaction of each request; a broken rule answers 409."
            )
        place = (
            f" `{RULES_PATH}` is the place for them: its functions are called before each change." if self.hooks else ""
        )
        return f"**Not enforced yet**, beyond what the fields' own bounds say.{place}"


def plain_name(package: str) -> str:
    """Return a package's name as the index compares it, extras left out."""
    return re.sub(r"[-_.]+", "-", package.split("[", maxsplit=1)[0]).lower()
