"""What a project may ask for."""

from __future__ import annotations

import pytest

from libs.blueprint.pins import DEVELOPMENT, EMAIL, FUZZ, RUNTIME, SIGN_IN
from services.sandbox.packages import Refused, digest, wanted


def test_all_that_the_blueprint_pins_may_be_used_and_tools_are_left_out():
    pins = RUNTIME | SIGN_IN | EMAIL | DEVELOPMENT | FUZZ
    lines = wanted({"requirements.txt": "\n".join(f"{name}=={version}" for name, version in pins.items())})
    left = {"mypy", "pytest-cov", "ruff", "schemathesis"}
    assert set(lines) == {f"{name}=={version}" for name, version in pins.items() if name not in left}


def test_lists_are_read_together_and_their_order_does_not_matter():
    one = wanted(
        {"requirements.txt": "uvicorn\nfastapi>=0.1  # why\n", "requirements-dev.txt": "-r requirements.txt\n"}
    )
    other = wanted({"requirements.txt": "# why\nfastapi>=0.1\n\n", "requirements-dev.txt": "uvicorn"})
    assert one == other == ("fastapi>=0.1", "uvicorn")
    assert digest(one) == digest(other) != digest(one[:1])


@pytest.mark.parametrize(
    "line",
    [
        "fastapii",
        "fastapi @ https://example.com/fastapi.whl",
        "--index-url https://example.com",
        "-e .",
        "./local",
        "git+https://example.com/x",
        "fastapi; import os",
        "--no-binary :all:",
        "-r other.txt",
    ],
)
def test_what_is_no_known_package_is_refused_with_its_line(line: str):
    with pytest.raises(Refused) as refused:
        wanted({"requirements.txt": f"fastapi\n{line}\n"})
    assert (refused.value.path, refused.value.line) == ("requirements.txt", 2)
