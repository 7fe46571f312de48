"""The table of the documentation is what the suite runs."""

from __future__ import annotations

from pathlib import Path

from tests.security.containment import programs

PAGE = Path(__file__).parents[3] / "docs" / "containment.md"


def test_the_page_shows_the_programs_of_the_suite():
    assert programs.table() in PAGE.read_text(encoding="utf-8"), "docs/containment.md is stale: paste programs.table()"


def test_each_program_that_is_alone_has_its_test():
    text = (Path(__file__).parent / "test_alone.py").read_text(encoding="utf-8")
    assert {f"async def test_alone_{name}(" for name in programs.ALONE} <= {
        line.split("(")[0] + "(" for line in text.splitlines() if line.startswith("async def test_alone_")
    }
    assert text.count("async def test_alone_") == len(programs.ALONE)


def test_there_are_more_than_forty_each_with_a_name_of_its_own():
    names = [program.name for program in programs.TOGETHER]
    assert len(set(names)) == len(names) > 40
