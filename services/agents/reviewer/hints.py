"""What to do about a fault, by its rule, in words for whoever writes the file again."""

from __future__ import annotations

import re

SECURITY = re.compile(r"B[1-7]\d\d|CWE-\d+")  # bandit's codes start at B101; bugbear's are B0xx and B9xx
HINTS: dict[str, str] = {
    "parse": "Write the whole file again so that it can be parsed.",
    "import": "Import only modules that the project has, by their full name.",
    "import-name": "Use a name that the other module has; do not change the other module.",
    "dependency": "Use only packages that the project declares.",
    "attribute": "Use a name that is there.",
    "call": "Change this call to fit that definition.",
    "await": "Await async functions, and only those.",
    "export": "Other files rely on this name and signature; define it exactly so.",
    "module": "Write this file.",
    "F821": "Import or define the name before it is used.",
    "F811": "Give each function and class a name of its own.",
    "B608": "Pass values as bound parameters, never inside the SQL text.",
    "B602": "Call programs with a list of arguments and without a shell.",
    "B102": "Do without exec.",
    "B307": "Do without eval; ast.literal_eval reads literals.",
    "B301": "Do without pickle; use JSON.",
    "B506": "Use yaml.safe_load.",
    "B324": "Use SHA-256 or a password hash.",
    "B501": "Keep certificate verification on.",
    "CWE-798": "Read secrets from settings; give no default that works.",
    "size": "Make the file smaller and simpler.",
    "check": "Write the file in a plainer form.",
}


def is_security(rule: str) -> bool:
    """The rule is about security: bandit's codes and CWE ids."""
    return SECURITY.fullmatch(rule) is not None


def hint(rule: str) -> str:
    """What to do; empty where the message says it all."""
    return HINTS.get(rule, "")
