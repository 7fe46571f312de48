"""Charter and architecture to the files of a FastAPI project, without a model: same input, same bytes."""

from __future__ import annotations

from libs.blueprint.compiler import BlueprintError, compile_project, plan_files
from libs.blueprint.custom import custom_modules
from libs.blueprint.faults import check_charter
from libs.blueprint.former import Former
from libs.blueprint.neighbours import surroundings

__all__ = [
    "BlueprintError",
    "Former",
    "check_charter",
    "compile_project",
    "custom_modules",
    "plan_files",
    "surroundings",
]
