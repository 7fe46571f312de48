"""The code of a run: any version, any difference, and all of it as a zip."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, QueryParameter

from libs.contracts.errors import Invalid, NotFound, WrongState
from services.edge.archive import slug, zipped
from services.edge.diffs import compare, compare_all
from services.edge.house import House, Visit
from services.edge.models import Diff, FileContent, FileEntry
from services.edge.places import Place
from services.edge.routes.parameters import FARTHEST, Sequence
from services.edge.views import file_content, file_entry

TAGS = ["files"]
NEWEST = 0
Version = Annotated[int, QueryParameter(ge=0, le=1_000_000, description="version of the file; 0 is the newest")]
From = Annotated[
    int | None, QueryParameter(name="from", ge=0, le=1_000_000, description="0 is no file", required=False)
]
To = Annotated[int, QueryParameter(name="to", ge=0, le=1_000_000, description="0 is the newest version")]
# The text is generated, so a browser must not run any of it in our name.
RAW_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": "inline",
}


@get("/v1/runs/{run_id:str}/files", tags=TAGS, summary="The files, as they are or as of a stream sequence")
async def list_files(visit: NamedDependency[Visit], run_id: FromPath[str], at: Sequence = FARTHEST) -> list[FileEntry]:
    place = await visit.run(run_id)
    return [file_entry(row) for row in await visit.house.reader.all("list_files", id=place.run_id, at=at)]


@get("/v1/runs/{run_id:str}/files/{file_path:path}", tags=TAGS, summary="A version of a file")
async def show_file(
    visit: NamedDependency[Visit],
    run_id: FromPath[str],
    file_path: FromPath[str],
    version: Version = NEWEST,
    raw: FromQuery[bool] = False,
) -> Response[FileContent]:
    place = await visit.run(run_id)
    found = await _file(visit.house, place, file_path.lstrip("/"), version)
    if raw:
        return Response(found.content.encode(), media_type="text/plain", headers=RAW_HEADERS)  # pyright: ignore[reportReturnType]  # the text alone
    return Response(found)


async def _file(house: House, place: Place, path: str, version: int) -> FileContent:
    if "\x00" not in path:
        row = await house.reader.one("find_file", id=place.run_id, path=path, version=version)
        if row is not None:
            return file_content(row)
    what = f"version {version} of it" if version else "it"
    raise NotFound(f"This run has no such file, or not {what} yet. List them with GET /v1/runs/{place.run_id}/files.")


@dataclass(frozen=True)
class Versions:
    """Which two versions to compare; without ``older``, with the one before."""

    older: int | None
    newer: int


def _versions(before: From = None, after: To = NEWEST) -> Versions:
    return Versions(before, after)


@get(
    "/v1/runs/{run_id:str}/diff",
    tags=TAGS,
    dependencies={"versions": Provide(_versions, sync_to_thread=False)},
    summary="How a file's versions differ, or two runs",
)
async def show_diff(
    visit: NamedDependency[Visit],
    run_id: FromPath[str],
    versions: NamedDependency[Versions],
    path: FromQuery[str | None] = None,
    against: FromQuery[str | None] = None,
) -> Diff:
    place = await visit.run(run_id)
    if against:
        other = await visit.run(against)
        texts = await _texts(visit.house, other), await _texts(visit.house, place)
        return await asyncio.to_thread(compare_all, *texts)
    if not path:
        raise Invalid("Say what to compare: ?path=<file>&from=<version>&to=<version>, or ?against=<run id>.")
    return await _file_diff(visit.house, place, path, versions)


async def _file_diff(house: House, place: Place, path: str, versions: Versions) -> Diff:
    newer = await _file(house, place, path, versions.newer)
    older = newer.version - 1 if versions.older is None else versions.older
    text = (await _file(house, place, path, older)).content if older else None
    return Diff([await asyncio.to_thread(compare, path, text, newer.content)])


@get("/v1/runs/{run_id:str}/archive", tags=TAGS, summary="All files as a zip", media_type="application/zip")
async def download(visit: NamedDependency[Visit], run_id: FromPath[str]) -> Response[bytes]:
    place = await visit.run(run_id)
    texts = await _texts(visit.house, place)
    if not texts:
        raise WrongState(f"This run has written no files yet. Follow GET /v1/runs/{run_id}/events to see when it has.")
    folder = slug((await visit.house.run(place)).name, run_id)
    data = await asyncio.to_thread(zipped, folder, texts)
    headers = {"Content-Disposition": f'attachment; filename="{folder}.zip"'}
    return Response(data, media_type="application/zip", headers=headers)


async def _texts(house: House, place: Place) -> dict[str, str]:
    return {row["path"]: row["content"] for row in await house.reader.all("load_files", id=place.run_id)}


ROUTES: list[Any] = [list_files, show_file, show_diff, download]
