"""Follow a run until it is over or needs a person."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from libs.client.api import Interius
from libs.client.models import Event
from libs.client.view.board import Board, advance
from libs.client.view.viewers import Viewer
from libs.contracts.live import Fragment

VIEWS_TRIES, VIEWS_POLL = 200, 0.05  # seconds between tries
ANSWERS = frozenset({"approved", "revision_requested", "cancelled", "failed", "completed"})


async def watch(api: Interius, board: Board, viewer: Viewer) -> Board:
    """The board when the run is over or waits for a person. Start with ``Board(run_id)``, go on with what came back."""
    async with aclosing(api.events(board.run_id, board.cursor, live=viewer.wants_live)) as items:
        async for item in items:
            if isinstance(item, Fragment):
                viewer.fragment(item)
                continue
            board = advance(board, item)
            viewer.event(item, board)
            if board.waiting and not await _answered(api, board.run_id, item):
                break
    if board.over:
        await _views_reached(api, board)
    return board


async def _answered(api: Interius, run_id: str, asked: Event) -> bool:
    # Watching from the beginning passes questions that somebody has answered long ago.
    later = await api.history(run_id, after=asked.seq)
    return any(event.name in ANSWERS for event in later)


async def _views_reached(api: Interius, board: Board) -> None:
    # Events come straight from the log; files and lists come from views that follow it, a moment later.
    for _ in range(VIEWS_TRIES):
        if (await api.run(board.run_id)).status == board.status:
            return
        await asyncio.sleep(VIEWS_POLL)
