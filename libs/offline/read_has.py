"""What owners have, noted as facts at any depth."""

from __future__ import annotations

from libs.offline.context import Context
from libs.offline.facts import Has
from libs.offline.items import Item
from libs.offline.phrases import Phrase


def add_has(context: Context, owners: tuple[Phrase, ...], found: list[Item], optional: bool = False) -> bool:
    """Note each item for each owner; items inside items ("lines with a quantity") belong to those in turn."""
    for owner in owners:
        context.facts.has.extend(Has(owner, item, optional) for item in found)
    for item in found:
        add_inner(context, item)
    return bool(owners and found)


def add_inner(context: Context, item: Item) -> None:
    """Note what an item has in turn."""
    context.facts.has.extend(Has(owner, inner) for owner, inner in inner_of(item))


def inner_of(item: Item) -> list[tuple[Phrase, Item]]:
    """Return each owner and item inside an item, at any depth."""
    return [pair for inner in item.inner for pair in ((item.phrase, inner), *inner_of(inner))]
