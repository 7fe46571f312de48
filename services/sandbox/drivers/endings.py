"""How a jail's end is told to people."""

from __future__ import annotations

import signal

from services.sandbox.port import MEBIBYTE, Exit, Limits


def memory(limits: Limits) -> Exit:
    """It was killed for its memory."""
    return Exit("memory", -signal.SIGKILL, f"It used more than {limits.memory / MEBIBYTE:g} MiB of memory.")


def time(limits: Limits) -> Exit:
    """It was killed at its end of time."""
    return Exit("time", -signal.SIGKILL, f"It was not done within {limits.seconds:g} s.")


def output(limits: Limits) -> Exit:
    """It was killed for printing."""
    return Exit(
        "output",
        -signal.SIGKILL,
        f"It printed more than {limits.output / MEBIBYTE:g} MiB in a second, or as much in short lines.",
    )


def disk(limits: Limits) -> Exit:
    """It was killed for writing, where nothing else stops it."""
    told = f"It kept more than {limits.disk / MEBIBYTE:g} MiB, or {limits.inodes} files, in /data."
    return Exit("disk", -signal.SIGKILL, told)


def stopped() -> Exit:
    """We ended it."""
    return Exit("stopped", -signal.SIGKILL, "It was stopped.")


def exited(code: int, limits: Limits, processes: bool, full: list[str]) -> Exit:
    """It ended by itself; what it had run into is told if it ended badly."""
    if code == 0:
        return Exit("exited")
    told = [f"It was killed by {signal.Signals(-code).name}." if code < 0 else f"It ended with status {code}."]
    if processes:
        told.append(f"It was refused more than {limits.processes} processes and threads.")
    told += [f"Its {place} was full ({limits.disk / MEBIBYTE:g} MiB, {limits.inodes} files)." for place in full]
    return Exit("exited", code, " ".join(told))
