"""Secrets written into files. Every pattern takes linear time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from services.agents.checks.fault import MAX_ISSUES_OF_FILE, Fault

RULE = "CWE-798"
KNOWN = re.compile(
    r"AKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,200}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{20,200}|\bAIza[0-9A-Za-z_-]{35}|\bsk_live_[0-9A-Za-z]{20,100}"
    r"|-----BEGIN (?:[A-Z]{2,12} )?PRIVATE KEY-----"
)
BEGINNINGS = ("AKIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "sk-", "xox", "AIza", "sk_live_", "-----BEGIN ")
SECRET_NAME = re.compile(
    r"(?:^|_)(?:secret|secret_key|password|passwd|api_key|apikey|private_key|access_key|auth_token)$"
)
PLACEHOLDER = re.compile(r"change|example|replace|your|dummy|test|placeholder|xxx|todo|insecure|\$\{|<|secret|password")
WRAPPERS = frozenset({"Field", "SecretStr"})  # around what a setting is by default
_NAMING = (ast.Assign, ast.AnnAssign, ast.keyword, ast.arguments)
HINT = "read it from the environment"


def check_text(content: str) -> Iterator[Fault]:
    """Keys whose form gives them away."""
    if not any(beginning in content for beginning in BEGINNINGS):
        return  # a tenth of the pattern's time
    for match in islice(KNOWN.finditer(content), MAX_ISSUES_OF_FILE):
        line = content.count("\n", 0, match.start()) + 1
        yield Fault("error", f"A secret key is written into this file ('{match[0][:8]}…'); {HINT}.", line, RULE)


def check_assignments(tree: ast.Module) -> Iterator[Fault]:
    """Variables, defaults and keyword arguments that are named like a secret and hold a text."""
    for node in ast.walk(tree):
        for name, value in _named(node) if isinstance(node, _NAMING) else ():
            if SECRET_NAME.search(name.lower()) and _is_secret(value):
                yield Fault("error", f"'{name}' holds a secret as plain text; {HINT}.", value.lineno, RULE)


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    match node:
        case ast.Assign(targets=[target], value=value):
            yield _name(target), value
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield _name(target), value
        case ast.keyword(arg=str() as name, value=value):
            yield name, value
        case ast.arguments(kwonlyargs=keywords, kw_defaults=defaults):
            yield from ((a.arg, d) for a, d in zip(keywords, defaults, strict=True) if d)
            positional = [*node.posonlyargs, *node.args]
            yield from ((a.arg, d) for a, d in zip(reversed(positional), reversed(node.defaults), strict=False))
        case _:
            return


def _name(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""


def _is_secret(value: ast.expr) -> bool:
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in WRAPPERS:
        held = [*value.args[:1], *(each.value for each in value.keywords if each.arg == "default")]
        if not held:
            return False
        value = held[0]
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
        return False
    text = value.value
    mixed = any(char.isdigit() for char in text) and any(char.isalpha() for char in text)
    return 8 <= len(text) <= 500 and mixed and " " not in text and not PLACEHOLDER.search(text.lower())
