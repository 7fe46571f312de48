"""The project's own tests, run in a jail: a check for each, with the rules that it proves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import msgspec

from libs.contracts.artifacts import Check
from services.sandbox.checking.findings import NAME, Fault, check, clipped
from services.sandbox.checking.project import Project
from services.sandbox.inside.interius_report import HUNG, MARK, PATIENCE
from services.sandbox.worker import Ran, Small, Worker

SECONDS = 60.0  # in which one test must be done; most take a twentieth of a second on a quiet machine
ALL_SECONDS = 900.0  # for one half of a project's tests
MOST = 1500  # tests told one by one; of more, those that failed come first
SHOWN = 25  # failures told with their output
ARGUMENTS = (
    *("-q", "-p", "interius_report", "-p", "no:cacheprovider", "--tb=native", "--no-header"),
    # What was read in before cannot be rewritten; it needs not be.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


class Told(msgspec.Struct, frozen=True):
    """How one test went, in the plugin's words."""

    test: str
    outcome: str
    text: str
    milliseconds: Small


def halves(project: Project, count: int) -> list[list[str]]:
    """The files of tests in ``count`` heaps that take about as long."""
    heaps: list[list[str]] = [[] for _ in range(count)]
    sizes = [0] * count
    for path in sorted(project.tests, key=lambda path: -len(project.files[path])):
        lightest = sizes.index(min(sizes))
        heaps[lightest].append(path)
        sizes[lightest] += len(project.files[path])
    return [heap for heap in heaps if heap]


async def run_tests(project: Project, workers: Sequence[Worker], seconds: float = SECONDS) -> list[Check]:
    """Every test of the project, each half in a worker of its own."""
    parts = halves(project, len(workers))
    began = asyncio.get_running_loop().time()
    done = await asyncio.gather(*(_half(worker, part, seconds) for worker, part in zip(workers, parts, strict=False)))
    spent = round((asyncio.get_running_loop().time() - began) * 1000)
    ran = [one for one, _ in done]
    told = [each for _, tests in done for each in tests]
    tests = [_check(project, each) for each in sorted(told, key=lambda each: each.outcome == "passed")[:MOST]]
    tests = [each if number < SHOWN else _quiet(each) for number, each in enumerate(tests)]
    return [_whole(project, ran, told, spent), *tests]


async def _half(worker: Worker, paths: list[str], seconds: float) -> tuple[Ran, list[Told]]:
    # To rewrite asserts so that they show their values takes a tenth of the time: only what fails needs that.
    ran = await _run(worker, seconds, "--assert=plain", *paths)
    told = _told(ran)
    failed = [each.test for each in told if each.outcome == "failed" and each.test.split("::")[0] in paths][:SHOWN]
    if not failed or ran.ended or ran.code == HUNG:
        return ran, told
    again = {each.test: each for each in _told(await _run(worker, seconds, *failed)) if each.outcome == "failed"}
    return ran, [again.get(each.test, each) for each in told]


async def _run(worker: Worker, seconds: float, *arguments: str) -> Ran:
    env = {"DATABASE_URL": f"sqlite:///{worker.data}/tests.db", PATIENCE: str(seconds)}
    return await worker.run("pytest", *ARGUMENTS, *arguments, env=env, seconds=ALL_SECONDS)


def _told(ran: Ran) -> list[Told]:
    found: list[Told] = []
    for line in ran.lines:
        if line.startswith(MARK):
            # What is wrong was written by the project, not by the plugin.
            with contextlib.suppress(msgspec.MsgspecError, RecursionError):
                found.append(msgspec.json.decode(line[len(MARK) :], type=Told))
    return found


def _check(project: Project, told: Told) -> Check:
    test, text, passed = told.test[:300], told.text, told.outcome == "passed"
    rules = project.rules_of(test)
    place = None if passed else project.blame.of_test(test, text, rules)
    return Check(
        test.split("::")[-1][:NAME] or "test",
        passed,
        "" if passed else clipped(text),
        told.milliseconds,
        rules,
        test=test,
        path=place.path if place else "",
        line=place.line if place else 0,
    )


def _quiet(each: Check) -> Check:
    return msgspec.structs.replace(each, output=each.output[-200:])


def _whole(project: Project, ran: Sequence[Ran], told: list[Told], spent: int) -> Check:
    """That pytest itself went through, and found something to run."""
    faults: list[Fault] = []
    for one in ran:
        said = "\n".join(line for line in one.lines if not line.startswith(MARK))
        if one.ended:
            faults.append(Fault(f"The tests did not end. {one.ended.message}".strip(), text=said[-1500:]))
        elif one.code in (-9, HUNG):
            sentence = "A test did not end." if one.code == HUNG else "The tests were not done in time."
            faults.append(Fault(sentence, project.blame.of_text(said), said[-3000:]))
        elif one.code not in (0, 1) and not any(each.outcome == "failed" for each in told):
            faults.append(Fault(f"pytest ended with status {one.code}.", project.blame.of_text(said), said[-3000:]))
    failed = sum(each.outcome == "failed" for each in told)
    if failed:
        faults.append(Fault(f"{failed} of {len(told)} tests failed."))
    return check("tests", faults, "" if faults else f"{len(told)} tests passed.", spent)
