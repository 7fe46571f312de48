"""Printing what can be derived saves a model at least four of five tokens."""

from __future__ import annotations

import pytest

from libs.blueprint import custom_modules
from tests.tokens import WISHES, measured


@pytest.mark.parametrize("name", WISHES)
async def test_a_wish_costs_at_least_five_times_fewer_output_tokens_than_asking_for_every_file(name: str) -> None:
    tokens = await measured(WISHES[name])
    assert tokens.saving >= 5, tokens
    assert tokens.asked > 500 * bool(custom_modules(WISHES[name]))
