"""Charter and architecture to the files of a FastAPI project, without a model: same input, same bytes."""

from __future__ import annotations

from libs.blueprint.compiler import BlueprintError, compile_project, plan_files
from libs.blueprint.faults import check_charter
from libs.blueprint.rules import rules_module

__all__ = ["BlueprintError", "check_charter", "compile_project", "plan_files", "rules_module"]
