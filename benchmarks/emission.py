"""What emitting HLS C++ costs: ``python benchmarks/emission.py``.

The first table is every example, as written and with its schedules, for both tools (goal: under
5 ms at the median of the PolyBench kernels, the slowest named). The second is generated modules of
about 1,000 to 10,000 operations: the time per operation must not grow. ``--profile NAME`` prints
where the time of one example, or of ``generated``, goes.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import statistics
import time
from collections.abc import Iterator

import mlir.ir as ir
from frontend import generated

import hcl_explore as hcl
from hcl_explore import examples
from hcl_explore.backend.hls import emit
from hcl_explore.errors import EmitError
from hcl_explore.ir.printing import ModuleLike

GOAL_MS = 5.0
LINES = (125, 250, 500, 1000)
DIALECTS = ("vitis", "catapult")


def modules() -> Iterator[tuple[str, str, ModuleLike]]:
    """Name, group and module of each example, as written and with its schedule."""
    for example in examples.list():
        schedule = hcl.customize(example.kernel)
        yield example.name, example.group, schedule.snapshot.module
        if example.schedule:
            for primitive, arguments in example.schedule:
                schedule.apply(primitive, arguments)
            yield f"{example.name} scheduled", example.group, schedule.snapshot.module


def operations(module: ModuleLike) -> int:
    """How many operations ``module`` has."""
    count = 0

    def visit(op: ir.Operation) -> ir.WalkResult:
        nonlocal count
        del op
        count += 1
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    return count


def measure(module: ModuleLike, dialect: str, repeat: int) -> float:
    """Milliseconds of processor time, median of ``repeat`` runs after one that warms up."""
    emit(module, dialect=dialect)
    gc.collect()
    gc.disable()
    times = []
    for _ in range(repeat):
        start = time.process_time()
        emit(module, dialect=dialect)
        times.append(1e3 * (time.process_time() - start))
    gc.enable()
    return statistics.median(times)


def print_examples(repeat: int) -> None:
    print(f"{'example':<34}{'operations':>12}" + "".join(f"{d + ' ms':>14}" for d in DIALECTS))
    times: list[tuple[float, str, str]] = []
    for name, group, module in modules():
        row = []
        for dialect in DIALECTS:
            try:
                row.append(f"{measure(module, dialect, repeat):>14.2f}")
            except EmitError as error:
                row.append(f"  {error.message}")
            else:
                if dialect == "vitis":
                    times.append((float(row[0]), name, group))
        print(f"{name:<34}{operations(module):>12}{''.join(row)}")
    for title, chosen in (
        ("PolyBench", [entry for entry in times if entry[2] == "PolyBench"]),
        ("all", times),
    ):
        median = statistics.median(milliseconds for milliseconds, _, _ in chosen)
        largest = max(chosen)
        verdict = "" if median <= GOAL_MS else "   over the goal"
        print(
            f"{title}: median {median:.2f} ms, largest {largest[0]:.2f} ms ({largest[1]}){verdict}"
        )


def print_growth(repeat: int) -> None:
    print(f"\n{'generated lines':<18}{'operations':>12}{'ms':>8}{'ms per 1,000':>14}")
    for lines in LINES:
        module = hcl.customize(generated(lines)).snapshot.module
        count = operations(module)
        milliseconds = measure(module, "vitis", repeat)
        print(f"{lines:<18}{count:>12}{milliseconds:>8.1f}{milliseconds / count * 1e3:>14.2f}")


def profile(module: ModuleLike) -> None:
    emit(module)
    profiler = cProfile.Profile()
    profiler.runcall(emit, module)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="repetitions of each module")
    parser.add_argument("--profile", metavar="NAME", help="profile one module instead")
    options = parser.parse_args()
    if options.profile == "generated":
        profile(hcl.customize(generated(LINES[-1])).snapshot.module)
    elif options.profile:
        profile(hcl.customize(examples.get(options.profile).kernel).snapshot.module)
    else:
        print_examples(options.repeat)
        print_growth(options.repeat)


if __name__ == "__main__":
    main()
