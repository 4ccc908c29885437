"""How long a kernel runs on one core, measured so that noise of the machine does little."""

from __future__ import annotations

import time
from collections.abc import Sequence

from hcl_explore.backend.cpu.kernel import CpuKernel

_FEWEST_RUNS = 4
_MOST_RUNS = 200


def best_time(kernel: CpuKernel, arguments: Sequence[object], *, budget_s: float = 0.5) -> float:
    """Seconds of the fastest of several runs.

    The first run, which brings code and data into the caches, does not count where there is time
    for another. Runs go on for ``budget_s`` seconds, but there are at least four where one takes
    less than that.

    Raises:
        CallError: the arguments do not fit.
        RunError: the kernel crashed, or ran out of its time.
    """
    seconds: list[float] = []
    started = time.monotonic()
    while len(seconds) < _MOST_RUNS:
        seconds.append(kernel.seconds(*arguments))
        is_over = time.monotonic() - started > budget_s
        if is_over and (len(seconds) >= _FEWEST_RUNS or seconds[0] > budget_s):
            break
    return min(seconds[1:], default=seconds[0])
