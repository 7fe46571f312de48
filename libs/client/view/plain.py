"""A run as plain lines, one per step: for pipes, logs and CI."""

from __future__ import annotations

from libs.client.view.board import APPROVAL, OUTPUT, Board
from libs.client.view.describe import describe
from libs.client.view.made import made
from libs.client.view.text import count, duration, one_line
from libs.contracts import events as e


def narrate(board: Board) -> str:
    """The line for the newest event of ``board``; empty for an event that is no step of its own."""
    fact = board.fact
    words = _words(board, fact) if fact else ""
    return f"{duration(board.elapsed()):>9}  {words}".rstrip() if words else ""


def _words(board: Board, fact: e.Event) -> str:
    match fact:
        case e.StageStarted():
            return _taken_up(fact)
        case e.StageFailed():
            return f"{fact.stage:<15} {describe(fact).removeprefix(f'{fact.stage}: ')}"
        case e.FileWritten():
            return _file(board, fact)
        case e.Requested():
            return f"{'wish':<15} {describe(fact)}"
        case e.RevisionRequested():
            return f"{'revision':<15} {describe(fact)}"
        case e.PatchRequested():
            return f"{'patch':<15} {count(len(fact.patches), 'file')} again: {describe(fact)}"
        case e.Completed() | e.Failed() | e.Cancelled():
            return ""  # the conclusion says it
        case _:
            return _step(board, fact)


def _taken_up(fact: e.StageStarted) -> str:
    if fact.attempt > 1:
        return f"{fact.stage:<15} attempt {fact.attempt}{f' at {one_line(fact.item)}' if fact.item else ''}"
    return "" if fact.item else f"{fact.stage:<15} started"


def _file(board: Board, fact: e.FileWritten) -> str:
    # Printed files come by the dozen in no time: they are told together, when the last file of the pass stands.
    if board.row("implementation").state == "done":
        return f"{'implementation':<15} {_result(board, 'implementation')}"
    return f"{'implementation':<15} {describe(fact)}" if fact.origin == "model" else ""


def _result(board: Board, stage: str) -> str:
    row = board.row(stage)
    if row.state != "done" or stage == APPROVAL:
        return made(board, stage)
    cost = f"{row.tokens:,} tokens, " if row.tokens else ""
    return f"{made(board, stage)} ({cost}{duration(row.seconds())})"


def _step(board: Board, fact: e.Event) -> str:
    stage, _ = OUTPUT.get(type(fact), ("", "done"))
    if stage:
        return f"{stage:<15} {_result(board, stage)}"
    if isinstance(fact, e.Unknown):
        return f"{fact.tag.split('.')[-2] if fact.tag.count('.') > 1 else fact.tag:<15}"
    return f"{fact.event_name():<15} {describe(fact)}"
