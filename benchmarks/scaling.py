"""Whether a step's cost grows with the program and not with its history: ``benchmarks/scaling.py``.

A module of a few hundred operations and one of 5,000 get the same kinds of steps, and a schedule of
200 steps is timed at its start and at its end, in CPU time. The goal (issue 4) is a time per step,
divided by the operations of the program, within three times that of the small case.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator

import mlir.ir as ir

from hcl_explore.analysis.device import load_device
from hcl_explore.schedule.schedule import Schedule, customize
from hcl_explore.views.diff import diff_html, diff_rows

DEVICE = load_device("u280")
GOAL = 3.0
NESTS_SMALL, NESTS_LARGE = 16, 500
STEPS = 200


def kernel(nests: int) -> str:
    """As many small stencil nests one after the other; about ten operations each."""
    lines = ["def kernel(A: int32[64, 64], B: int32[64, 64]):"]
    for number in range(nests):
        source, target = ("A", "B") if number % 2 == 0 else ("B", "A")
        i, j = f"i{number}", f"j{number}"
        lines += [
            f"    for {i} in range(1, 63):",
            f"        for {j} in range(1, 63):",
            f"            {target}[{i}, {j}] = {source}[{i}, {j} - 1] + {source}[{i}, {j}] * 3",
        ]
    return "\n".join(lines) + "\n"


def operations(schedule: Schedule) -> int:
    count = 0

    def visit(_: ir.Operation) -> ir.WalkResult:
        nonlocal count
        count += 1
        return ir.WalkResult.ADVANCE

    schedule.module.operation.walk(visit)
    return count


def steps(nests: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Calls of four kinds, on one nest after the other."""
    for number in range(nests):
        yield "split", {"axis": f"j{number}", "factor": 8}
        yield "reorder", {"axes": [f"j{number}.outer", f"i{number}"]}
        yield "unroll", {"axis": f"j{number}.inner", "factor": 2}
        yield "pipeline", {"axis": f"i{number}"}


def step_ms(schedule: Schedule, primitive: str, arguments: dict[str, object]) -> float:
    """Milliseconds for a step with all that the explorer shows of it."""
    start = time.process_time()
    step = schedule.apply(primitive, arguments)
    after = step.after
    diff_html(diff_rows(step.before.text, after.text))
    _ = after.loop_tree, after.graph, after.hls
    after.estimate(DEVICE, 300.0)
    return (time.process_time() - start) * 1e3


def run(nests: int, count: int) -> tuple[list[float], list[int]]:
    """The time of each of ``count`` steps, and the operations of the program after it."""
    schedule = customize(kernel(nests))
    times: list[float] = []
    sizes: list[int] = []
    for (primitive, arguments), _ in zip(steps(nests), range(count), strict=False):
        times.append(step_ms(schedule, primitive, arguments))
        sizes.append(operations(schedule))
    return times, sizes


def row(name: str, times: list[float], sizes: list[int]) -> float:
    """Print one line; microseconds per operation of a step."""
    each = statistics.median(1e3 * t / size for t, size in zip(times, sizes, strict=True))
    size = round(statistics.median(sizes))
    print(f"| {name} | {size:,} | {statistics.median(times):.1f} | {each:.1f} |")
    return each


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=NESTS_LARGE, help="nests of the module")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of the long schedule")
    options = parser.parse_args()
    run(4, 8)  # imports and caches
    print("| case | operations | CPU ms per step (median) | µs per operation |")
    print("|---|---:|---:|---:|")
    small = row("small module", *run(NESTS_SMALL, 24))
    large = row("large module", *run(options.large, 8))
    times, sizes = run(-(-options.steps // 4), options.steps)
    start = row("long schedule, first 20 steps", times[:20], sizes[:20])
    end = row(f"long schedule, last 20 of {options.steps}", times[-20:], sizes[-20:])
    worst = max(large / small, end / start)
    print(f"\nlarge / small {large / small:.2f}, end / start {end / start:.2f}; goal {GOAL:.0f}")
    return 1 if worst > GOAL else 0


if __name__ == "__main__":
    raise SystemExit(main())
