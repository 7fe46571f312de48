"""Rules of the charter as plain Python, one function each."""

from __future__ import annotations

from libs.blueprint.enforce import ledger, limit, pairs, row
from libs.blueprint.enforce.parts import Compiled
from libs.blueprint.view import EntityView
from libs.contracts.behaviour import BlockedBy, Immutable, Ledger, Limit, NoOverlap, Requires, Rule, UniqueIn


def compiled(view: EntityView, rule: Rule) -> Compiled:  # noqa: C901  # one case for each kind
    """Return the source of a rule of the entity; the rule has an enforcement."""
    match rule.enforcement:
        case Limit() as kept:
            return limit.compiled(view, rule, kept)
        case NoOverlap() as kept:
            return pairs.no_overlap(view, rule, kept)
        case UniqueIn() as kept:
            return pairs.unique_in(view, rule, kept)
        case Requires() as kept:
            return row.requires(view, rule, kept)
        case Immutable() as kept:
            return row.immutable(view, rule, kept)
        case BlockedBy() as kept:
            return row.blocked_by(view, rule, kept)
        case Ledger() as kept:
            return ledger.compiled(view, rule, kept)
        case None:
            raise ValueError(f"{rule.id} is in words")
