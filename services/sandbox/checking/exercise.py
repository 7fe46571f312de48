"""Every endpoint of a served project, tried out from outside: signed in and not, with good bodies, wrong ones, none."""

from __future__ import annotations

import asyncio
import re
import time
from functools import partial
from typing import Any

from libs.blueprint.probes import CREATED, Collection, Row
from services.sandbox.checking.answers import is_page, lost
from services.sandbox.checking.blame import Place
from services.sandbox.checking.caller import Caller, described
from services.sandbox.checking.findings import Fault
from services.sandbox.checking.project import MAIN, Project

ADMIN = {"username": "admin@example.com", "password": "only for the sandbox"}
PASSWORD = "only for the sandbox"  # noqa: S105  # of users that live as long as their jail
HS256 = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"  # {"alg":"HS256","typ":"JWT"}, as it is printed
UNSIGNED = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"  # {"alg":"none","typ":"JWT"}
MISSING = 2_000_000_000  # an id that no row has
BURST = 60  # requests at once: more than there are threads
REFUSED = {401, 403, 404}
METHODS = {"read": "GET", "update": "PATCH", "delete": "DELETE"}
MOST = 200  # further endpoints that are tried


class Exercise:
    """Goes through everything a project offers."""

    def __init__(self, project: Project, caller: Caller) -> None:
        self._project = project
        self._probes = project.probes
        self._caller = caller
        self._blame = project.blame
        self._at = {each.path: each for each in self._probes.collections}
        self._rows: dict[tuple[str, int], dict[str, Any]] = {}
        self._admin = self._alice = self._bob = ""

    async def run(self) -> None:
        """All of it; what is wrong stands in the caller's findings."""
        offered = await self._openapi()
        if self._probes.signs_in and not await self._sign_in():
            return  # whatever else fails, fails of this
        for each in self._probes.collections:
            await self._collection(each)
        if self._probes.signs_in:
            for each in self._probes.collections:
                await self._protected(each)
                await self._owned(each)
        await self._others(offered)
        await self._burst()
        for each in self._probes.collections:
            await self._stored(each)
        for each in reversed(self._probes.collections):
            await self._deleted(each)

    async def _openapi(self) -> dict[str, set[str]]:
        finding = self._caller.finding("openapi")
        began = time.monotonic()
        answer = await self._caller.ask("GET", "/openapi.json")
        finding.seconds = time.monotonic() - began
        offered = dict(described(answer.json))
        if answer.status != 200 or not offered:
            why = answer.why or f"{answer.status}: {answer.text}"
            place = self._blame.of_text("\n".join(self._caller.log))
            finding.faults.append(
                Fault(f"/openapi.json is not served: {why}", place if place.path else Place(MAIN), self._log())
            )
        elif missing := self._missing(offered):
            finding.faults += [
                Fault(f"{method} {path} is in the charter and not served.", place) for method, path, place in missing
            ]
        else:
            finding.said = f"{sum(map(len, offered.values()))} endpoints are described."
        return offered

    def _missing(self, offered: dict[str, set[str]]) -> list[tuple[str, str, Place]]:
        wanted: list[tuple[str, str, Place]] = []
        for each in self._probes.collections:
            place = Place(f"app/routes/{each.routes}.py")
            wanted += [(method, each.path, place) for method in ("GET", "POST")]
            wanted += [(method, f"{each.path}/{{id}}", place) for method in METHODS.values()]
            wanted += [("POST", f"{each.path}/{{id}}/{name.replace('_', '-')}", place) for name in each.actions]
        return [item for item in wanted if not self._served(item[0], item[1], offered)]

    @staticmethod
    def _served(method: str, path: str, offered: dict[str, set[str]]) -> bool:
        return method in offered.get(path, ()) or method in offered.get(path.replace("-", "_"), ())

    def _log(self) -> str:
        return "\n".join(list(self._caller.log)[-40:])

    async def _sign_in(self) -> bool:
        """Tell whether who signs in is known afterwards."""
        place, tokens = Place("app/auth/routes.py"), Place("app/auth/tokens.py")
        for email in ("alice@example.com", "bob@example.com"):
            call = ("POST", "/auth/register", "a new user")
            await self._caller.expect({201}, call, place, json={"email": email, "password": PASSWORD})
        given: list[str] = []
        for form in (ADMIN, *({"username": f"{n}@example.com", "password": PASSWORD} for n in ("alice", "bob"))):
            answer = await self._caller.expect({200}, ("POST", "/auth/login", "signing in"), place, data=form)
            body = answer.json
            given.append(str(body.get("access_token", "")) if isinstance(body, dict) else "")
        self._admin, self._alice, self._bob = given
        known = await self._caller.expect({200}, ("GET", "/auth/me", "signed in"), tokens, self._admin)
        await self._caller.expect({401}, ("GET", "/auth/me", "without a token"), place)
        await self._forged()
        await self._caller.expect({401}, ("GET", "/auth/users", "without a token"), place)
        await self._caller.expect({403}, ("GET", "/auth/users", "not an admin"), place, self._alice)
        return known.status == 200

    async def _forged(self) -> None:
        """Tokens that nobody issued: with another signature, and with none. Its own are signed with its key."""
        head, claims, signature = self._admin.split(".") if self._admin.count(".") == 2 else ("", "", "")
        if head == HS256 and not self._caller.signed(f"{head}.{claims}", signature):
            self._wrong("POST", "/auth/login", "its tokens are not signed with SECRET_KEY", Place("app/auth/tokens.py"))
        for token in (f"{head}.{claims}.{'A' * 43}", f"{UNSIGNED}.{claims}."):
            call = ("GET", "/auth/me", "with a forged token")
            await self._caller.expect({401}, call, Place("app/auth/tokens.py"), token)

    async def _collection(self, each: Collection) -> None:
        routes, schemas = Place(f"app/routes/{each.routes}.py"), Place(f"app/schemas/{each.module}.py")
        answer = await self._caller.expect({200}, ("GET", each.path, "the list"), routes, self._admin)
        if answer.status == 200 and not is_page(answer.json):
            self._wrong("GET", each.path, "the list holds no items and total", schemas)
        await self._caller.expect({422}, ("POST", each.path, "a wrong body"), schemas, self._admin, json=[1])
        for method in METHODS.values():
            call = (method, f"{each.path}/{MISSING}", "an id that no row has")
            options = {"json": {}} if method == "PATCH" else {}
            await self._caller.expect({404}, call, routes, self._admin, **options)
        for n in range(len(each.bodies[:CREATED])):
            await self._created(each, n)
        await self._changed(each)

    async def _created(self, each: Collection, n: int) -> None:
        if (each.path, n) in self._rows:
            return
        for value in each.bodies[n].values():
            if isinstance(value, Row):
                await self._created(self._at[value.path], value.number)
        body = self._filled(each, n)
        if body is None:
            return  # what it refers to could not be created; that was told
        call = ("POST", each.path, "a valid body")
        routes = Place(f"app/routes/{each.routes}.py")
        answer = await self._caller.expect({201}, call, routes, self._admin, json=body)
        row = answer.json
        if answer.status == 201 and not (isinstance(row, dict) and isinstance(row.get("id"), int)):
            self._wrong("POST", each.path, "the answer holds no id", Place(f"app/schemas/{each.module}.py"))
        elif answer.status == 201:
            self._rows[each.path, n] = row
            if missing := sorted(name for name in body if name not in row):
                told = f"the answer holds no {', '.join(missing)}"
                self._wrong("POST", each.path, told, Place(f"app/schemas/{each.module}.py"))

    def _filled(self, each: Collection, n: int) -> dict[str, Any] | None:
        """The body with the ids of the rows that it refers to; None where one of them is not there."""
        body: dict[str, Any] = {}
        for name, value in each.bodies[n].items():
            if isinstance(value, Row):
                row = self._rows.get((value.path, value.number)) or self._rows.get((value.path, 0))
                if row is None:
                    return None
                body[name] = [row["id"]] if value.many else row["id"]
            else:
                body[name] = value
        return body

    async def _changed(self, each: Collection) -> None:
        row = self._rows.get((each.path, 0))
        if row is None:
            return
        routes, path = Place(f"app/routes/{each.routes}.py"), f"{each.path}/{row['id']}"
        answer = await self._caller.expect({200}, ("GET", path, "a row"), routes, self._admin)
        if answer.status == 200 and not (isinstance(answer.json, dict) and answer.json.get("id") == row["id"]):
            self._wrong("GET", path, "another row than the one that was asked for is answered", routes)
        call = ("PATCH", path, "no change")
        await self._caller.expect({200, 409}, call, routes, self._admin, json={})

    def _wrong(self, method: str, path: str, told: str, place: Place) -> None:
        name = f"{method} {re.sub(r'/[0-9]+', '/{id}', path)}"
        self._caller.finding(name).faults.append(Fault(f"{method} {path}: {told}.", place))

    async def _protected(self, each: Collection) -> None:
        """Every route that is not for everybody refuses who has no token, and whose role is not enough."""
        for action in ("create", "read", "update", "delete"):
            reach = each.policy.get((action, "public"), "none"), each.policy.get((action, self._role), "none")
            for method, path, options in self._calls(each, action):
                place = self._blame.of_access(each, action, method, path != each.path)
                if reach[0] == "none":
                    call = (method, path, "without a token")
                    await self._caller.expect({401}, call, place, **options)
                if reach[1] == "none":
                    call = (method, path, f"as {self._role}, who may not")
                    await self._caller.expect({403}, call, place, self._alice, **options)

    @property
    def _role(self) -> str:
        return self._probes.default_role

    def _calls(self, each: Collection, action: str) -> list[tuple[str, str, dict[str, Any]]]:
        row = self._rows.get((each.path, 0), {"id": 1})
        if action == "create":
            body = self._filled(each, 0) if each.bodies else None
            return [("POST", each.path, {"json": body})] if body is not None else []
        options: dict[str, Any] = {"json": {}} if action == "update" else {}
        one = (METHODS[action], f"{each.path}/{row['id']}", options)
        return [("GET", each.path, {}), one] if action == "read" else [one]

    async def _owned(self, each: Collection) -> None:
        """What one user made, another does not reach."""
        own = {action for action in ("read", "update", "delete") if each.policy.get((action, self._role)) == "own"}
        may_create = each.policy.get(("create", self._role)) in {"own", "every"}
        if not (each.owned and own and may_create and each.bodies) or self._refers(each):
            return
        body = self._filled(each, len(each.bodies) - 1)
        answer = await self._caller.ask("POST", each.path, self._alice, json=body)
        row = answer.json
        if answer.status != 201 or not isinstance(row, dict):
            return  # a rule of its own may refuse it; the project's tests know more
        for action in sorted(own):
            call = (METHODS[action], f"{each.path}/{row.get('id')}", "the row of another user")
            options: dict[str, Any] = {"json": {}} if action == "update" else {}
            place = self._blame.of_access(each, action, METHODS[action], one=True)
            await self._caller.expect({403, 404}, call, place, self._bob, **options)
        if "read" in own:
            await self._listed(each, row)

    async def _listed(self, each: Collection, row: dict[str, Any]) -> None:
        page = (await self._caller.ask("GET", each.path, self._bob)).json
        items = page.get("items", []) if isinstance(page, dict) else []
        if any(isinstance(item, dict) and item.get("id") == row.get("id") for item in items):
            place = self._blame.of_access(each, "read", "GET", one=False)
            self._wrong("GET", each.path, "the list shows the row of another user", place)

    @staticmethod
    def _refers(each: Collection) -> bool:
        return any(isinstance(value, Row) for body in each.bodies for value in body.values())

    async def _others(self, offered: dict[str, set[str]]) -> None:
        """Whatever else is described answers something, signed in or not, and no server error."""
        known = {each.path for each in self._probes.collections}
        known |= {f"{path}/{{id}}" for path in known}
        calls = [(method, path) for path, methods in sorted(offered.items()) for method in sorted(methods)]
        for method, path in [call for call in calls if call[1] not in known][:MOST]:
            if path in {"/auth/logout", "/auth/password", "/auth/refresh"}:
                continue
            asked = path.replace("{id}", str(MISSING))
            place = self._blame.of_endpoint(path)
            for token in dict.fromkeys(("", self._admin)):
                call = (method, asked, "signed in" if token else "without a token")
                options: dict[str, Any] = {} if method in {"GET", "DELETE"} else {"json": {}}
                await self._caller.expect((), call, place, token, **options)

    async def _burst(self) -> None:
        """Many at once: each is answered, none with a server error, and it lives on."""
        finding = self._caller.finding("burst")
        reads = ["/health", *(each.path for each in self._probes.collections)]
        ask = partial(self._caller.ask, among=BURST)
        calls = [ask("GET", reads[n % len(reads)], self._admin) for n in range(BURST)]
        for each in self._probes.collections[:3]:
            body = self._filled(each, len(each.bodies) - 1) if each.bodies else None
            calls += [ask("POST", each.path, self._admin, json=body) for _ in range(4) if body is not None]
        began = time.monotonic()
        answers = await asyncio.gather(*calls)
        finding.seconds = time.monotonic() - began
        bad = [answer for answer in answers if not answer.status or answer.status >= 500]
        last = await ask("GET", "/health")
        if bad or not last.status:
            why = bad[0].why or f"{bad[0].status}: {bad[0].text}" if bad else last.why
            place = self._blame.of_text(self._log())
            told = f"Of {len(answers)} requests at once, {len(bad)} were not answered well: {why}"
            finding.faults.append(Fault(told, place if place.path else Place(MAIN), self._log()))
        else:
            finding.said = f"{len(answers)} requests at once were answered."

    async def _stored(self, each: Collection) -> None:
        """Whatever a change sends is answered and kept, or a rule says no because of the rows that are there now."""
        row = self._rows.get((each.path, 0))
        if row is None or not each.changes:
            return
        routes, path = Place(f"app/routes/{each.routes}.py"), f"{each.path}/{row['id']}"
        call = ("PATCH", path, "other values")
        answer = await self._caller.expect({200, 409}, call, routes, self._admin, json=each.changes)
        if answer.status == 200:
            read = await self._caller.expect({200}, ("GET", path, "a row"), routes, self._admin)
            if names := lost(each.changes, row, answer.json) or lost(each.changes, row, read.json):
                self._wrong("PATCH", path, f"what is sent as {', '.join(names)} is not kept", routes)

    async def _deleted(self, each: Collection) -> None:
        """A row goes, or a rule or a reference to it says no."""
        row = self._rows.get((each.path, 1))
        if row is None:
            return
        place, path = Place(f"app/routes/{each.routes}.py"), f"{each.path}/{row['id']}"
        answer = await self._caller.expect({204, 409}, ("DELETE", path, "a row"), place, self._admin)
        if answer.status == 204:
            await self._caller.expect({404}, ("GET", path, "a row that was deleted"), place, self._admin)
