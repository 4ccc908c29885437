"""Trip counts where bounds depend on outer loops or on values of the run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.ir.program import Guard, Loop
from hcl_explore.polyhedral.domain import Ranges
from hcl_explore.polyhedral.trips import average_trip_count, total_runs

_BOUNDED = 2**31
"""An extent below it comes from bounds of the program, not from the width of an index."""


class TripCounts:
    """How many iterations loops make in one run, on average over the iterations around them: exact
    where that can be counted, else assumed, as ``assumed`` says loop by loop."""

    def __init__(self, options: EstimateOptions) -> None:
        self.options = options
        self.assumed: dict[Loop, str] = {}
        self._chunks = dict(options.chunks)
        self._found: dict[Loop, float] = {}

    def mean(self, loop: Loop) -> float:
        """The mean number of iterations of one run of ``loop``."""
        found = self._found.get(loop)
        if found is None:
            found = self._found[loop] = self._mean(loop)
        return found

    def runs(self, loops: Sequence[Loop], guards: Sequence[Guard]) -> float:
        """How often what stands under ``guards`` in the innermost of ``loops`` runs in one run of
        its function; conditions that are decided at run time count as if they held."""
        decided = [guard for guard in guards if guard.constraints is not None]
        if decided or any(loop.guards for loop in loops):
            total = total_runs(loops, decided)
            if total is not None:
                return float(total)
        return math.prod(map(self.mean, loops))

    def of_a_run(self, loop: Loop) -> float:
        """The iterations that the latency counts with: the mean or the most, as asked."""
        chunk = self._chunks.get(loop.key)
        if chunk is not None and loop.trip_count is not None and loop.lower is not None:
            first = loop.lower[0].constant if loop.lower[0].is_constant else 0
            last = first + loop.trip_count
            return float(chunk * (-(-last // chunk) - first // chunk))
        if loop.trip_count is None and self.options.varying_trips == "most":
            extents = _extents(loop)
            if extents is not None and self.options.stated_trips(loop) is None:
                return float(extents[1])
        return self.mean(loop)

    def is_exact(self, loop: Loop) -> bool:
        """Whether every run makes that number of iterations."""
        return loop.trip_count is not None

    def _mean(self, loop: Loop) -> float:
        if loop.trip_count is not None:
            return float(loop.trip_count)
        mean = average_trip_count(loop)
        if mean is not None:
            return mean
        stated = self.options.stated_trips(loop)
        if stated is None and (extents := _extents(loop)) is not None:
            least, most = extents
            self.assumed[loop] = f"between {least} and {most} iterations; assumed the middle"
            return (least + most) / 2
        trips = self.options.while_trips if stated is None else stated
        self.assumed[loop] = (
            f"the number of iterations is not known before it runs; assumed {trips}"
        )
        return float(trips)


def _extents(loop: Loop) -> tuple[int, int] | None:
    """The least and the most iterations that the ranges of the loops around allow; None where
    nothing bounds the loop."""
    if loop.lower is None or loop.upper is None or loop.step is None:
        return None
    ranges = Ranges()
    spans = [ranges.of_form(u.minus(low)) for low in loop.lower for u in loop.upper]
    most = min((high for _, high in spans), default=_BOUNDED)
    if most >= _BOUNDED:
        return None
    least = max(0, min((low for low, _ in spans), default=0))
    return -(-least // loop.step), -(-max(most, 0) // loop.step)
