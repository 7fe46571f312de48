"""Charters with behaviour: states, actions, rules of every kind, computed fields and reports."""

from __future__ import annotations

from tests.behaviours.bookings import BOOKINGS
from tests.behaviours.lending import LENDING
from tests.behaviours.shipping import SHIPPING
from tests.behaviours.shop import SHOP
from tests.behaviours.stock import STOCK
from tests.behaviours.works import WORKS

__all__ = ["BOOKINGS", "LENDING", "RICH", "SHIPPING", "SHOP", "STOCK", "WORKS"]

RICH = {charter.name: charter for charter in (LENDING, SHOP, BOOKINGS, WORKS, SHIPPING, STOCK)}
