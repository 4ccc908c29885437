"""Kernels of the tests, as text, and their estimates."""

from __future__ import annotations

from hcl_explore.analysis.device import load_device
from hcl_explore.analysis.estimate import Estimate, LoopEstimate, estimate
from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.frontend import read_kernel
from hcl_explore.schedule.schedule import Schedule

GEMM = """
def gemm(A: float32[64, 64], B: float32[64, 64], C: float32[64, 64]):
    for i in range(64, name="mm"):
        for j in range(64):
            for k in range(64):
                C[i, j] += A[i, k] * B[k, j]
"""

PLAIN = EstimateOptions(auto_pipeline=False, auto_partition=False)
"""A tool that does nothing by itself."""


def schedule_of(text: str) -> Schedule:
    return Schedule(read_kernel(text))


def estimate_of(
    design: str | Schedule,
    options: EstimateOptions = PLAIN,
    *,
    device: str = "u55c",
    clock_mhz: float = 200.0,
) -> Estimate:
    """200 MHz on the U55C, unless said otherwise: the clock of most published reports."""
    schedule = schedule_of(design) if isinstance(design, str) else design
    return estimate(schedule.program, load_device(device), clock_mhz, options=options)


def loop_of(figures: Estimate, name: str) -> LoopEstimate:
    """The one loop of that name."""
    (found,) = [loop for loop in figures.loops if loop.name == name]
    return found
