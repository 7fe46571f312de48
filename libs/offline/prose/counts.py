"""Rules that count: limits, what there is once, what holds a thing back, a stock that never goes below zero."""

from __future__ import annotations

from libs.offline.prose.blocking import blocked
from libs.offline.prose.ledgers import ledger
from libs.offline.prose.limits import fitting, limited
from libs.offline.prose.marks import Told
from libs.offline.prose.uniqueness import once
from libs.offline.prose.world import World


def read_counts(told: Told, world: World) -> bool:
    """Compile a rule that counts; say whether the sentence is one."""
    return any(shape(told, world) for shape in (blocked, ledger, fitting, limited, once))
