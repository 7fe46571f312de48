"""Each setting stands in .env.example with one line, and nothing stands there that is no setting."""

from __future__ import annotations

import re
from pathlib import Path

from libs.llm.config import ModelSettings
from libs.runtime.settings import RuntimeSettings
from services.edge.settings import EdgeSettings
from services.identity.settings import IdentitySettings
from services.sandbox.settings import SandboxSettings

ROOT = Path(__file__).parents[2]
KINDS = (RuntimeSettings, ModelSettings, EdgeSettings, IdentitySettings, SandboxSettings)
COMPOSE_ONLY = {"POSTGRES_PASSWORD"}


def test_every_setting_is_in_the_example_and_only_those() -> None:
    listed = set(re.findall(r"^# ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    known = {name.upper() for kind in KINDS for name in kind.model_fields}
    assert listed - COMPOSE_ONLY == known


def test_every_setting_says_what_it_is() -> None:
    assert not [name for kind in KINDS for name, field in kind.model_fields.items() if not field.description]
