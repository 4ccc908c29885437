"""What compiling a kernel's text to MLIR costs: ``python benchmarks/frontend.py``.

The first table is every example, from the function object to a verified module (goal: 20 ms at the
median of all). The second is generated kernels of 500, 1,000 and 2,000 lines: the time per line
must not grow, and 2,000 lines stay under 2 s. ``--profile NAME`` prints where the time of one
example, or of ``generated``, goes.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

from hcl_explore import examples
from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context

GOAL_MEDIAN_MS, GOAL_2000_LINES_S = 20.0, 2.0
LINES = (500, 1000, 2000)

Kernel = Callable[..., Any] | str


def generated(lines: int) -> str:
    """A kernel of ``lines`` lines: loop nests, conditions and calculations on shared arrays."""
    text = ["def generated(A: float32[32, 32], B: float32[32, 32], N: int32[32]):"]
    arrays = cycle((("A", "B"), ("B", "A")))
    while len(text) < lines:
        nest = _nest(len(text), *next(arrays))
        text += nest if len(text) + len(nest) <= lines else ["    N[0] += 1"]
    return "\n".join(text) + "\n"


def _nest(number: int, one: str, other: str) -> list[str]:
    i, j = f"i{number}", f"j{number}"
    return [
        f"    for {i}, {j} in hcl.grid(30, 30, name='nest{number}'):",
        f"        left: float32 = {one}[{i}, {j}] + {one}[{i} + 2, {j}]",
        f"        right: float32 = {one}[{i} + 1, {j} + 2] * 0.5 + left",
        f"        {other}[{i} + 1, {j} + 1] = max(left, right) - {number}",
        f"        if {i} > {j} and N[{i}] > 3:",
        f"            N[{i}] = (N[{i}] * 3 + {i}) % 7 // 2",
        f"        for k in range({i} + 1):",
        f"            {other}[{i}, {j}] += {one}[{i}, k] * {one}[k, {j}]",
        f"            {one}[k, {j}] -= {other}[{i}, k] / 3.0",
    ]


def compile_once(kernel: Kernel) -> float:
    """Seconds of processor time from a kernel to its module, in a fresh context.

    The frontend neither waits nor uses threads: on an idle machine this is the time on the clock.
    """
    start = time.process_time()
    lower(read_kernel(kernel), new_context())
    return time.process_time() - start


@contextmanager
def without_collection() -> Iterator[None]:
    """Garbage of earlier rounds is collected before, none during a measurement."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def measure(kernel: Kernel, repeat: int) -> float:
    """Milliseconds, median of ``repeat`` runs after one that warms up."""
    compile_once(kernel)
    with without_collection():
        return statistics.median(compile_once(kernel) for _ in range(repeat)) * 1e3


def print_examples(repeat: int) -> None:
    print(f"{'group':<16}{'example':<20}{'ms':>8}")
    times = []
    for example in examples.list():
        times.append(measure(example.kernel, repeat))
        print(f"{example.group:<16}{example.name:<20}{times[-1]:>8.1f}")
    median = statistics.median(times)
    verdict = "" if median <= GOAL_MEDIAN_MS else "   over the goal"
    print(f"median of {len(times)} examples: {median:.1f} ms, largest {max(times):.1f} ms{verdict}")


def print_growth(repeat: int) -> None:
    print(f"\n{'generated lines':<16}{'ms':>8}{'ms per 100 lines':>20}")
    for lines in LINES:
        milliseconds = measure(generated(lines), repeat)
        print(f"{lines:<16}{milliseconds:>8.0f}{milliseconds / lines * 100:>20.1f}")
    verdict = "" if milliseconds <= GOAL_2000_LINES_S * 1e3 else "   over the goal"
    print(f"goal: 2,000 lines in {GOAL_2000_LINES_S:.0f} s, no growth per line{verdict}")


def profile(kernel: Kernel) -> None:
    compile_once(kernel)
    profiler = cProfile.Profile()
    profiler.runcall(compile_once, kernel)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of each kernel")
    parser.add_argument("--profile", metavar="NAME", help="profile one kernel instead")
    options = parser.parse_args()
    if options.profile == "generated":
        profile(generated(LINES[-1]))
    elif options.profile:
        profile(examples.get(options.profile).kernel)
    else:
        print_examples(options.repeat)
        print_growth(options.repeat)


if __name__ == "__main__":
    main()
