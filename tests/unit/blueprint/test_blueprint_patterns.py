"""Strings made for a pattern match it, differ, and keep the lengths."""

from __future__ import annotations

import re

import pytest

from libs.blueprint.patterns import UnusablePattern, matches

PATTERNS = [
    r"^[0-9]{13}$",
    r"^[A-Z]{3}-\d{4}$",
    r"^(97(8|9))?\d{9}(\d|X)$",
    r"^\+?[1-9]\d{1,14}$",
    r"^#[0-9a-fA-F]{6}$",
    r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
    r"^[^\s]{8,64}$",
    r".+@.+",
    r"^\w{40}$",
    r"^(a|b)*?c$",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_three_different_strings_match(pattern: str) -> None:
    found = matches(pattern, 0, 255, 3)
    assert len(set(found)) == 3
    assert all(re.search(pattern, text) for text in found)


def test_lengths_are_kept_and_what_cannot_be_is_not_made() -> None:
    assert all(10 <= len(text) <= 12 for text in matches(r"^[a-z]+$", 10, 12, 3))
    assert matches(r"^abc$", 0, 255, 3) == ("abc",)
    assert matches(r"^[a-z]{9}$", 0, 8, 3) == ()
    assert matches(r"^(?:[a-z]{50}){60}$", 0, 255, 3) == ()


@pytest.mark.parametrize("pattern", ["[", "(?=x)y", r"(a)\1", "(", "a{2,1}"])
def test_what_the_generated_project_could_not_check_is_refused(pattern: str) -> None:
    with pytest.raises(UnusablePattern):
        matches(pattern, 0, 255, 3)
