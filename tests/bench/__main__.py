"""``make bench``: every figure against its target, and against a bare limit measured in the same run."""

from __future__ import annotations

import math
import os
import sys
import traceback
from types import ModuleType

import structlog
import uvloop

from tests.bench import (
    bench_append,
    bench_blueprint,
    bench_projector,
    bench_proxy,
    bench_reader,
    bench_runs,
    bench_sandbox,
    bench_sse,
    bench_stack,
    bench_tokens,
    bench_verify,
)
from tests.bench.measure import HEAD, Figure

BENCHES = (
    bench_reader,
    bench_tokens,
    bench_blueprint,
    bench_append,
    bench_sse,
    bench_projector,
    bench_runs,
    bench_sandbox,
    bench_verify,
    bench_proxy,
    bench_stack,
)


def main() -> int:
    """Run them one after another; gives 1 if a target was missed."""
    os.environ["LOG_LEVEL"] = "ERROR"
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))  # the table only
    print(f"On {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f} before, which other programs make.\n{HEAD}")
    figures: list[Figure] = []
    for module in BENCHES:
        for figure in _figures(module):
            figures.append(figure)
            print(figure.line(), flush=True)
    missed = sum(not figure.met for figure in figures)
    print(f"{len(figures) - missed} of {len(figures)} targets met.")
    return 1 if missed else 0


def _figures(module: ModuleType) -> list[Figure]:
    """What a benchmark found; one that breaks is a target missed, and the others go on."""
    try:
        return uvloop.run(module.bench())
    except Exception as error:
        traceback.print_exc()
        name = module.__name__.rsplit("_", 1)[-1]
        return [Figure(f"{name}: broke", math.nan, "", 0, bare=f"{type(error).__name__}: {error}")]


sys.exit(main())
