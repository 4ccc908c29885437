"""What a step costs, part by part: ``python benchmarks/steps.py``.

Each part is timed on its own over repeated, fresh applications of every step of each case, in CPU
time, which other work on the machine disturbs least. The goal (design, section 6) is a whole step
within 16 ms at the median and 50 ms at the 95th percentile.
``--profile CASE`` prints where the time of that case's steps goes.
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

from hcl_explore import examples
from hcl_explore.analysis.device import load_device
from hcl_explore.examples import Example
from hcl_explore.polyhedral.content import forget
from hcl_explore.schedule.parameters import Scope
from hcl_explore.schedule.primitive import info
from hcl_explore.schedule.schedule import Schedule, customize
from hcl_explore.schedule.snapshot import Snapshot
from hcl_explore.schedule.step import Step
from hcl_explore.views.diff import diff_html, diff_rows

PARTS = ("legality", "rewrite", "text", "diff", "tree", "graph", "hls", "estimate")
CASES = [example for example in examples.list() if example.schedule]
DEVICE = load_device("u280")
GOAL_MEDIAN_MS, GOAL_P95_MS = 16.0, 50.0

Times = dict[str, list[float]]


@contextmanager
def timed(times: Times, part: str) -> Iterator[None]:
    start = time.process_time()
    yield
    times[part].append((time.process_time() - start) * 1e3)


def one_step(
    schedule: Schedule, primitive: str, arguments: dict[str, object], times: Times
) -> None:
    """Apply one step, taking each part's time; the step record is what the widget would show."""
    before = schedule.snapshot
    declared = info(primitive)
    with timed(times, "legality"):
        resolved = declared.resolve(arguments, Scope(before.program, schedule, primitive))
        refusal = resolved.check(before.program, reassociate=True)
    if refusal is not None:
        raise refusal
    with timed(times, "rewrite"):
        step = schedule.apply(primitive, arguments, reassociate=True)
    # ``apply`` has checked a second time: what is left is the rewrite.
    times["rewrite"][-1] = max(times["rewrite"][-1] - times["legality"][-1], 0.0)
    _views(step, times)


def _views(step: Step, times: Times) -> None:
    after: Snapshot = step.after
    with timed(times, "text"):
        _ = after.text
    with timed(times, "diff"):
        diff_html(diff_rows(step.before.text, after.text))
    with timed(times, "tree"):
        _ = after.loop_tree
    with timed(times, "graph"):
        _ = after.graph
    # Before the estimate, whose notes read what the C++ copies.
    with timed(times, "hls"):
        _ = after.hls
    with timed(times, "estimate"):
        after.estimate(DEVICE, 300.0)


def measure(case: Example, repeat: int) -> Times:
    """CPU milliseconds of each part, one entry per step and repetition."""
    times: Times = {part: [] for part in PARTS}
    for _ in range(repeat):
        # What the last schedule leaves is not for the steps of this one to clear away, nor to use.
        gc.collect()
        forget()
        schedule = customize(case.kernel)
        warm_views(schedule.snapshot)
        for primitive, arguments in case.schedule:
            one_step(schedule, primitive, arguments, times)
    return times


def warm_views(snapshot: Snapshot) -> None:
    """The state before the first step has been shown already."""
    _ = (snapshot.text, snapshot.loop_tree, snapshot.graph, snapshot.hls)
    snapshot.estimate(DEVICE, 300.0)


def undo_redo(case: Example) -> float:
    """CPU milliseconds of one undo and redo, mean over a hundred."""
    schedule = customize(case.kernel)
    primitive, arguments = case.schedule[0]
    schedule.apply(primitive, arguments, reassociate=True)
    start = time.process_time()
    for _ in range(100):
        schedule.undo()
        schedule.redo()
    return (time.process_time() - start) * 1e3 / 200


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def print_table(results: dict[str, Times]) -> None:
    head = "".join(f"{part:>10}" for part in PARTS)
    print(f"CPU milliseconds, median per step {head}{'whole':>10}{'p95':>10}")
    for name, times in results.items():
        print_row(name, times)
    everything = {part: [t for times in results.values() for t in times[part]] for part in PARTS}
    print_row("all steps", everything)
    print(f"goal: whole step {GOAL_MEDIAN_MS:.0f} ms at the median, {GOAL_P95_MS:.0f} ms at p95")


def print_row(name: str, times: Times) -> None:
    cells = "".join(f"{statistics.median(times[part]):>10.2f}" for part in PARTS)
    whole = [sum(parts) for parts in zip(*(times[part] for part in PARTS), strict=True)]
    p50, p95 = statistics.median(whole), percentile(whole, 0.95)
    verdict = "" if p50 <= GOAL_MEDIAN_MS and p95 <= GOAL_P95_MS else "   over the goal"
    print(f"{name:<34}{cells}{p50:>10.2f}{p95:>10.2f}{verdict}")


def profile(run: Callable[[], object]) -> None:
    profiler = cProfile.Profile()
    profiler.runcall(run)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=7, help="repetitions of each case")
    parser.add_argument("--profile", metavar="CASE", help="profile the steps of one case instead")
    options = parser.parse_args()
    cases = {example.name: example for example in CASES}
    if options.profile:
        case = cases[options.profile]
        measure(case, 1)
        profile(lambda: measure(case, options.repeat))
        return
    for case in CASES:
        measure(case, 1)
    print_table({name: measure(case, options.repeat) for name, case in cases.items()})
    print(f"undo or redo: {undo_redo(CASES[0]):.4f} ms")


if __name__ == "__main__":
    main()
