"""HLS C++: emitted from the module that the JIT runs, for Vitis HLS or Catapult.

* ``emit`` gives the text with the source line of each of its lines, and the kernel's interface.
* Every operation has one handler; one that has none is an error at its source line.
* Integers have the tool's exact types, so the text computes bit for bit what the JIT computes.
"""

from hcl_explore.backend.hls.code import (
    HlsCode,
    HlsOptions,
    Interface,
    OnChipCopy,
    Port,
    Transfer,
)
from hcl_explore.backend.hls.emit import emit
from hcl_explore.backend.hls.read_report import load_report
from hcl_explore.backend.hls.report import LoopReport, Report

__all__ = [
    "HlsCode",
    "HlsOptions",
    "Interface",
    "LoopReport",
    "OnChipCopy",
    "Port",
    "Report",
    "Transfer",
    "emit",
    "load_report",
]
