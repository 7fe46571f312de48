"""Rules in words find the entities they touch, and the module that enforces them."""

from __future__ import annotations

import ast

from libs.blueprint import compile_project, rules_module
from libs.contracts.behaviour import Rule
from libs.contracts.charter import Charter
from tests.charters import INVENTORY, LIBRARY, PLAIN, TODO


def touched(*rules: Rule) -> set[str]:
    module = rules_module(Charter("x", "X", "", entities=LIBRARY.entities, rules=rules))
    names = [export.name for export in module.exports] if module else []
    return {name.removeprefix("before_create_") for name in names if name.startswith("before_create_")}


def test_a_rule_touches_its_entity_and_what_needs_it() -> None:
    assert touched(Rule("R1", "Five at most.", entity="Loan")) == {"loan"}
    assert touched(Rule("R1", "Only adults.", entity="Member")) == {"member", "loan"}


def test_a_rule_without_entity_touches_those_its_words_name() -> None:
    assert touched(Rule("R1", "An author writes.")) == {"author"}
    assert touched(Rule("R1", "Copies are counted.")) == {"book", "loan"}
    assert touched(Rule("R1", "Be kind.")) == set()


def test_without_rules_there_is_no_module() -> None:
    assert rules_module(TODO) is None


def test_the_module_asked_for_has_the_signatures_that_are_printed() -> None:
    module = rules_module(LIBRARY)
    assert module is not None
    printed = next(file.content for file in compile_project(LIBRARY, PLAIN) if file.path == module.path)
    signatures = {
        f"{ast.unparse(node).splitlines()[0]}" for node in ast.parse(printed).body if isinstance(node, ast.FunctionDef)
    }
    assert signatures == {f"{export.signature}:" for export in module.exports}
    assert module.rules == ("R1", "R2")


def test_routes_call_exactly_the_printed_functions() -> None:
    files = {file.path: file.content for file in compile_project(INVENTORY, PLAIN)}
    assert "rules.before_update_product(session, row, data)" in files["app/routes/products.py"]
    assert "rules." not in files["app/routes/suppliers.py"]
