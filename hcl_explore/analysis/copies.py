"""What it takes to copy a kernel's arrays to the chip and back, as the Merlin compiler does."""

from __future__ import annotations

from hcl_explore.analysis.layout import AxiPort
from hcl_explore.ir.program import Program

BUS_BYTES = 64
"""Merlin's copies go through words of 512 bits (``memcpy_wide_bus_read_double_512``)."""


def copy_cycles(program: Program, port: AxiPort) -> int:
    """Cycles to read every array of the interface, a word a cycle, and to write back those that the
    kernel changes, one after the other."""
    total = 0
    for buffer in program.kernel.buffers:
        if buffer.kind not in ("argument", "result") or not buffer.shape:
            continue
        words = -(-buffer.bytes // BUS_BYTES)
        ways = 1 + any(access.is_write for access in buffer.accesses)
        total += ways * (port.request + port.latency + words + port.response)
    return total
