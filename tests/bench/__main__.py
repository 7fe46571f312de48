"""``make bench``: every figure against its target, and against a bare limit measured in the same run."""

from __future__ import annotations

import os
import sys

import uvloop

from tests.bench import (
    bench_append,
    bench_blueprint,
    bench_projector,
    bench_reader,
    bench_runs,
    bench_sse,
    bench_stack,
    bench_tokens,
)
from tests.bench.measure import Figure

BENCHES = (
    bench_reader,
    bench_tokens,
    bench_blueprint,
    bench_append,
    bench_sse,
    bench_projector,
    bench_runs,
    bench_stack,
)


def main() -> int:
    """Run them one after another; gives 1 if a target was missed."""
    print(f"On {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}: figure, target, what it was measured against.")
    figures: list[Figure] = []
    for module in BENCHES:
        for figure in uvloop.run(module.bench()):
            figures.append(figure)
            print(figure.line(), flush=True)
    missed = sum(not figure.met for figure in figures)
    print(f"{len(figures) - missed} of {len(figures)} targets met.")
    return 1 if missed else 0


sys.exit(main())
