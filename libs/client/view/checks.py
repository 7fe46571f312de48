"""What the sandbox found when it ran a project, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable

from libs.client.view.describe import verification_made
from libs.client.view.screen import Screen
from libs.client.view.text import clean, duration
from libs.contracts.artifacts import Check, Verification


def show_verification(screen: Screen, verification: Verification) -> None:
    """The verdict, each check, the rules that tests prove, and of what failed the place and the output."""
    if verification.not_run:
        screen.say(clean(verification.not_run), "bold yellow")
        return
    screen.say(verification_made(verification), "bold green" if verification.accepted else "bold yellow")
    for check in (each for each in verification.checks if not each.test):
        _line(screen, check)
    tests = [check for check in verification.checks if check.test]
    _proofs(screen, tests)
    for check in (each for each in tests if not each.passed):
        _line(screen, check)


def _line(screen: Screen, check: Check) -> None:
    place = f"  {check.path}{f':{check.line}' if check.line else ''}" if check.path else ""
    mark, style = ("✔", "green") if check.passed else ("✘", "red")
    name = clean(check.test or check.name)
    screen.say(f"  {mark} {name:<28} {duration(check.milliseconds / 1000):>6}{clean(place)}", style)
    if check.output and not check.passed:
        screen.say("\n".join(f"      {line}" for line in clean(check.output).splitlines()[-30:]), "dim")


def _proofs(screen: Screen, tests: Iterable[Check]) -> None:
    rules: dict[str, list[bool]] = {}
    for check in tests:
        for rule in check.rules:
            rules.setdefault(rule, []).append(check.passed)
    for rule, passed in sorted(rules.items()):
        good = all(passed)
        said = f"rule {clean(rule)}: {sum(passed)} of {len(passed)} tests prove it"
        screen.say(f"  {'✔' if good else '✘'} {said}", "green" if good else "red")
