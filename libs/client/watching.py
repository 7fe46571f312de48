"""Follow a run until it is over or needs a person."""

from __future__ import annotations

from contextlib import aclosing

from libs.client.api import Interius
from libs.client.models import Event
from libs.client.view.board import Board, advance
from libs.client.view.viewers import Viewer
from libs.contracts.live import Fragment

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
    return board


async def _answered(api: Interius, run_id: str, asked: Event) -> bool:
    # Watching from the beginning passes questions that somebody has answered long ago.
    later = await api.history(run_id, after=asked.seq)
    return any(event.name in ANSWERS for event in later)
