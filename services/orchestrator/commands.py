"""Commands on runs, as pure functions: the fact that a command makes of the run it finds, or a refusal."""

from __future__ import annotations

from libs.contracts import asks, events
from libs.contracts.errors import AlreadyExists, Invalid, NotFound, TooLarge, WrongState
from libs.contracts.run import Run

MIN_WORD_CHARACTERS = 3


def start(ask: asks.RequestRun, run: Run | None, base: Run | None) -> events.Requested | None:
    """The fact that starts a run; ``None`` if this very run was started before.

    Raises:
        Invalid, TooLarge: the wish cannot be used. WrongState: the base run is still going. AlreadyExists: the run's id
        stands for another wish.
    """
    wish = checked_text(ask.wish or (base.requested.wish if base else ""), "wish")
    if run is not None:
        if run.requested.wish != wish or run.requested.owner != ask.actor:
            raise AlreadyExists("This run id is taken by another wish. Use another id, or none.")
        return None
    if base is not None and not base.over:
        raise WrongState("The run to start from is still going. Wait for its end, or cancel it.")
    if not ask.model.isprintable():
        raise Invalid("The model's name holds characters that cannot be printed. Leave it out for the default.")
    change = checked_text(ask.change, "change") if ask.change else ""
    return events.Requested(
        wish=wish,
        owner=ask.actor,
        model=ask.model,
        approve=ask.approve,
        verify=ask.verify,
        budget=ask.budget,
        base_run_id=ask.base_run_id,
        change=change,
    )


def checked_text(text: str, what: str) -> str:
    """``text`` without surrounding space.

    Raises:
        TooLarge: over 64 KiB. Invalid: empty, binary, or without a word.
    """
    size = len(text.encode(errors="surrogatepass"))
    if size > asks.MAX_WISH_BYTES:
        raise TooLarge(
            f"The {what} is {size} bytes; the limit is {asks.MAX_WISH_BYTES} (64 KiB). Say it in fewer words."
        )
    if any(ord(c) < 32 and c not in "\t\n\r" for c in text) or "\ufffd" in text or _surrogate(text):
        raise Invalid(f"The {what} is not text. Send plain UTF-8 text.")
    if sum(c.isalpha() for c in text) < MIN_WORD_CHARACTERS:
        raise Invalid(f"The {what} is empty. Say in a sentence or more what the system should keep and do.")
    return text.strip()


def _surrogate(text: str) -> bool:
    return any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def approve(ask: asks.ApproveRun, run: Run) -> events.Approved:
    """The fact that lets a run write its code."""
    if run.status != "waiting_for_approval":
        raise WrongState(f"This run does not wait for approval: it is {words(run)}.")
    return events.Approved(ask.actor)


def revise(ask: asks.ReviseRun, run: Run) -> events.RevisionRequested:
    """The fact that answers a run's questions or has its design changed."""
    if run.status not in {"waiting_for_approval", "waiting_for_answer"}:
        advice = "Start from it with base_run_id and a change instead." if run.over else "Wait until it asks."
        raise WrongState(f"This run does not wait for an answer: it is {words(run)}. {advice}")
    return events.RevisionRequested(ask.actor, checked_text(ask.feedback, "feedback"))


def cancel(ask: asks.CancelRun, run: Run) -> events.Cancelled | None:
    """The fact that stops a run; ``None`` if it was cancelled before."""
    if run.status == "cancelled":
        return None
    if run.over:
        raise WrongState(f"This run is over: it is {words(run)}.")
    return events.Cancelled(ask.actor, ask.reason[:400])


def words(run: Run) -> str:
    """The run's state as a person says it."""
    return run.status.replace("_", " ")


def owned(run: Run | None, actor: str) -> Run:
    """The run, if it is the actor's.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    if run is None or run.requested.owner != actor:
        raise NotFound("There is no such run.")
    return run
