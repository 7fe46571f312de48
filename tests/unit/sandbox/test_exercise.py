"""A project is called as its charter permits: what calls expect, they have seen to before."""

from __future__ import annotations

import json
from collections import defaultdict
from types import SimpleNamespace
from typing import Any, cast

import httpx

from libs.blueprint.probes import Collection, Probes, Row
from services.sandbox.checking.blame import Blame
from services.sandbox.checking.caller import Caller
from services.sandbox.checking.exercise import Exercise
from services.sandbox.checking.project import Project


async def nowhere() -> None:
    raise AssertionError("an answer was late")


class Kept:
    """An API that keeps whatever it is sent."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.content != b"[1]":
            rows = self.rows[request.url.path]
            rows.append({**json.loads(request.content), "id": len(rows) + 1})
            return httpx.Response(201, stream=httpx.ByteStream(json.dumps(rows[-1]).encode()))
        return httpx.Response(200, stream=httpx.ByteStream(b"{}"))


def collection(path: str, *bodies: dict[str, Any]) -> Collection:
    return Collection(path, path, path, path, path, bodies, {}, {}, {}, (), owned=False)


async def test_a_row_that_another_refers_to_is_created_before_it_however_high_its_number() -> None:
    team = collection("/teams", *({"name": str(n)} for n in range(3)))
    matches = ({"home": Row("/teams", n, many=False), "away": Row("/teams", n + 1, many=False)} for n in range(2))
    probes = Probes(False, "", (team, collection("/matches", *matches)))
    project, kept = SimpleNamespace(probes=probes, blame=Blame({}, (), probes)), Kept()
    async with httpx.AsyncClient(transport=httpx.MockTransport(kept.answer), base_url="http://app") as client:
        await Exercise(cast(Project, project), Caller(client, project.blame, "secret", nowhere)).run()
    names = {row["id"]: row["name"] for row in kept.rows["/teams"]}
    played = [(names[row["home"]], names[row["away"]]) for row in kept.rows["/matches"][:2]]
    assert played == [("0", "1"), ("1", "2")]
