"""A charter with its architecture, as the values every template may ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from libs.blueprint import access, behaviour, custom, migration, pins, values
from libs.blueprint.former import Former
from libs.blueprint.indexes import Index, ruled
from libs.blueprint.normal import plain, plain_views
from libs.blueprint.proofs import access_values
from libs.blueprint.seeds import preparations, seeds
from libs.blueprint.source import import_block, natural
from libs.blueprint.tables import tables
from libs.blueprint.view import SCHEMAS
from libs.contracts.artifacts import Architecture
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter, Endpoint

_ROUTES = "app/routes/"


class Project:
    """Everything about one project that more than one file needs."""

    def __init__(self, charter: Charter, architecture: Architecture, former: Former | None = None) -> None:
        self.given = charter
        self.charter = plain(charter)
        self.architecture = architecture
        self.former = former
        self.migrations = former.migrations if former else ()
        self.views = plain_views(charter)
        self.seeds = seeds(self.views)
        self.preparations = preparations(self.views)
        self.signs_in = access.signs_in(self.charter)
        self.types = {field.type for view in self.views for field in view.fields} | behaviour.types(self.views)
        self.asked = behaviour.uses(self.views)
        self.behaviour = list(behaviour.sheets(self.charter, self.views))
        self.access = access_values(self.views) if self.signs_in else {}
        self.values = self._values()

    def _values(self) -> dict[str, Any]:
        return {
            "charter": self.charter,
            "views": self.views,
            "seeds": self.seeds,
            "preparations": self.preparations,
            "uses_ahead": self._sends("ahead("),
            "uses_day_ahead": self._sends("day_ahead("),
            "other_endpoints": [each for each in self.charter.endpoints if not self._serves(each)],
            "rule_places": [(rule, self._place(rule)) for rule in self.charter.rules],
            **self._type_values(),
            **self._part_values(),
            **self._import_values(),
            **self._sign_in_values(),
            **self._table_values(),
            **pins.requirements(self.types, self.architecture, signs_in=self.signs_in),
        }

    def _type_values(self) -> dict[str, bool]:
        stamped = any(stamp.sql == "UtcDateTime" for view in self.views for stamp in view.stamps.all)
        audited = any(view.entity.audit for view in self.views)
        times = "datetime" in self.types or stamped or audited or self.signs_in or self._needs("UtcDateTime")
        scaled = bool(self.types & {"decimal", "money"}) or self.asked["uses_scaled"] or self._needs("Scaled(")
        found = {
            "uses_decimals": scaled,
            "uses_periods": self.asked["uses_periods"],
            "uses_rounding": self.asked["uses_rounding"],
            "uses_money": "money" in self.types,
            "uses_integers": "integer" in self.types,
            "uses_times": times,
            "uses_utc_time": "datetime" in self.types or stamped,
            "uses_urls": "url" in self.types,
            "uses_now": stamped or audited or self.signs_in or self.asked["uses_now"] or self._uses("utc_now"),
            "uses_today": self.asked["uses_today"] or self._uses("today"),
        }
        return found | {"uses_columns": any(found[each] for each in ("uses_decimals", "uses_times", "uses_today"))}

    def _needs(self, kind: str) -> bool:
        """Tell whether a former migration makes columns of a type of ours."""
        return any(kind in file.content for file in self.migrations)

    def _uses(self, factory: str) -> bool:
        return any(values.default_factory(field) == factory for view in self.views for field in view.fields)

    def _sends(self, helper: str) -> bool:
        """Tell whether a valid body, or a test of behaviour, asks for a moment or a day from now."""
        tests = [test for *_, values in self.behaviour for test in values.get("tests", ())]
        sent = [line for each in (*self.seeds, *self.preparations, *tests) for line in each.lines]
        sent += [body for _, body in self.access.get("inputs", ())]
        return any(re.search(rf"\b{re.escape(helper)}", line) for line in sent)

    def _part_values(self) -> dict[str, Any]:
        links, asked = [link for view in self.views for link in view.links], self.asked
        soft = any(view.entity.soft_delete for view in self.views)
        gone = any(link.target.entity.soft_delete for link in links if not link.many)
        account = any(view.entity.account for view in self.views)
        return {
            "uses_references": account or any(not link.many for link in links),
            "uses_collections": any(link.many for link in links),
            "uses_snapshots": asked["uses_snapshots"],
            "uses_search": any(view.entity.search for view in self.views),
            "uses_soft_delete": soft,
            "uses_letting_go": gone,
            "uses_conflict": gone or self.signs_in or asked["uses_conflict"],
            "uses_confirm": any(
                access.confirms(view, action) for view in self.views for action in ("create", "update")
            ),
            "audited": [view for view in self.views if view.entity.audit],
        }

    def _import_values(self) -> dict[str, Any]:
        routers = list(self._routers())
        modules = dict.fromkeys({view.routes for view in self.views} | set(routers), "app.routes")
        modules |= {"reports": "app.routes"} if self.charter.reports else {}
        modules |= {"audit": "app"} if any(view.entity.audit for view in self.views) else {}
        modules |= {"auth": "app.auth.routes as auth"} if self.signs_in else {}
        classes = {view.cls: f"app.models.{view.module}" for view in self.views} | {"Base": "app.database"}
        classes |= dict.fromkeys(("AuthSession", "AuthUser"), "app.auth.models") if self.signs_in else {}
        classes |= {"AuditEntry": "app.models.audit"} if any(view.entity.audit for view in self.views) else {}
        if any(view.entity.computed for view in self.views):
            classes |= {"add_computed_fields": "app.models.computed"}
        return {
            "routers": [f"`{_ROUTES}{name}.py`" for name in routers],
            "route_imports": import_block(modules | {"APIRouter": "fastapi"}),
            "modules": sorted(modules, key=lambda name: (name not in ("audit", "auth"), natural(name))),
            "model_imports": import_block(classes),
            "model_names": [name for name in classes if name != "add_computed_fields"],
            "computes": "add_computed_fields" in classes,
            "schema_names": [f"{view.name}{kind}" for view in self.views for kind in SCHEMAS],
        }

    def _sign_in_values(self) -> dict[str, Any]:
        rights = [
            (f"{view.plural}.{action}", right)
            for view in self.views
            for action, right in access.rights(view).items()
            if action in ("refer", "assign") or not access.is_public(view, action)
        ]
        rights += behaviour.report_rights(self.views)
        return {
            "signs_in": self.signs_in,
            "rights": rights,
            "roles": access.roles(self.charter),
            "signup_roles": [role.name for role in self.charter.roles if role.signup],
            "default_role": access.default_role(self.charter),
            "acts": any(view.entity.actions for view in self.views),
            **self.access,
        }

    def _table_values(self) -> dict[str, Any]:
        found = tables(self.charter, self.views)
        return {
            "tables": found,
            "late": [(table.name, column) for table in found for column in table.late],
            "late_lines": migration.late_lines(found),
            "drop_late_lines": migration.drop_late_lines(found),
            "ruled": [(index, rule, view.plural) for view in self.views for index, rule in ruled(view)],
            "columns_of": _columns_of,
        }

    def _place(self, rule: Rule) -> str:
        """Say in Markdown where a rule is kept."""
        if rule.enforcement is not None:
            found = [view.module for view in self.views if view.name == rule.entity]
            return "".join(f"`app/rules/{module}.py`" for module in found)
        written = {module.path for module in self.architecture.modules}
        paths = [each.path for each in custom.places(self.charter) if each.rule == rule]
        return ", ".join(f"`{path}`{'' if path in written else ', **not enforced yet**'}" for path in paths)

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
        collections = {view.path: view for view in self.views}
        if path in collections:
            return endpoint.method in ("GET", "POST")
        head, _, action = path.partition("/{id}")
        if head in collections and path == f"{head}/{{id}}":
            return endpoint.method != "POST"
        if head in collections and any(action == f"/{each.name}" for each in collections[head].entity.actions):
            return endpoint.method == "POST"
        return path == "/health" or path.startswith(("/auth/", "/reports/"))


def _columns_of(index: Index, table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in index.columns)
