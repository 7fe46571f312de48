"""What is prepared is what printed projects ask for."""

from __future__ import annotations

from pathlib import Path

from libs.blueprint import compile_project
from libs.offline import draft_architecture
from services.sandbox import prepare
from services.sandbox.packages import wanted
from services.sandbox.settings import SandboxSettings
from tests.wishes.expected import charter
from tests.wishes.notation import wishes

FEW = 6  # wishes: printing one takes a tenth of a second


def test_the_lists_of_printed_projects_are_prepared():
    known = list(wishes("known"))[:FEW]
    printed = [compile_project(made, draft_architecture(made)) for made in map(charter, known)]
    asked = {wanted({file.path: file.content for file in files}) for files in printed}
    assert asked <= set(prepare.lists())


async def test_a_machine_without_a_driver_is_told_what_to_do(monkeypatch, tmp_path: Path):
    monkeypatch.setattr("services.sandbox.choose.MAKERS", {})
    said = await prepare.prepare(SandboxSettings(sandbox_folder=tmp_path))
    assert said.startswith("Projects will be made, but not run here for now.")
    assert "deploy/debian.sh" in said
