"""How good the estimates are: designs with published HLS reports, estimated and compared.

    python -m hcl_explore.accuracy [--points FILE] [--kernels DIR] [--json OUT] [--page OUT.md]

A point is a JSON line with the figures of a report and the design's directives as pragma text; a
kernel file holds the design in our language (benchmarks/qor/README.md describes both). The figures
go to the terminal, to JSON (tier -> metric -> mape, median, worst, …) and to docs/accuracy.md.
"""

from __future__ import annotations

from hcl_explore.accuracy.command import main
from hcl_explore.accuracy.compare import Comparison, compare, run
from hcl_explore.accuracy.figures import error_of, spearman, summary
from hcl_explore.accuracy.match import kernel_of
from hcl_explore.accuracy.page import page
from hcl_explore.accuracy.points import KernelFile, read_kernels, read_points

__all__ = [
    "Comparison",
    "KernelFile",
    "compare",
    "error_of",
    "kernel_of",
    "main",
    "page",
    "read_kernels",
    "read_points",
    "run",
    "spearman",
    "summary",
]
