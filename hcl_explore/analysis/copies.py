"""What it takes to copy a kernel's arrays to the chip and back, as the Merlin compiler does.

An array is copied whole around the kernel, or part by part around each tile of a loop: then with a
burst, and the latency of the port, for each run of elements that lie side by side. Every array is
read, and those that the kernel changes are written back, one after the other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hcl_explore.analysis.layout import AxiPort
from hcl_explore.analysis.options import CopiedLoop
from hcl_explore.analysis.trips import TripCounts
from hcl_explore.ir.linear import LinearForm, Variable
from hcl_explore.ir.program import Access, Buffer, Loop, Program

BUS_BYTES = 64
"""Merlin's copies go through words of 512 bits (``memcpy_wide_bus_read_double_512``)."""


@dataclass(frozen=True)
class Part:
    """Elements of an array that a tile uses: ``bursts`` runs of ``run`` elements each."""

    bursts: int
    run: int

    def words(self, buffer: Buffer) -> int:
        """Words that go over the bus: of 512 bits where whole rows are copied, else an element."""
        if self.run % buffer.shape[-1]:
            return self.bursts * self.run
        return self.bursts * -(-self.run * buffer.bits // (8 * BUS_BYTES))


def copy_cycles(
    program: Program, copied: Iterable[CopiedLoop], port: AxiPort, trips: TripCounts
) -> int:
    """Cycles of the copies: of what is used outside the loops ``copied`` around the kernel, of the
    rest around each of their tiles."""
    tiles = {entry.key: entry.iterations for entry in copied}
    whole: set[Buffer] = set()
    inside: defaultdict[Loop, defaultdict[Buffer, list[Access]]] = defaultdict(
        lambda: defaultdict(list)
    )
    kernel = program.kernel
    copies = [b for b in kernel.buffers if b.kind in ("argument", "result") and b.shape]
    whole.update(buffer for buffer in copies if not buffer.accesses)
    for access in (access for buffer in copies for access in buffer.accesses):
        holder = next((loop for loop in access.loops if loop.key in tiles), None)
        if holder is None:
            whole.add(access.buffer)
        elif _moves(access, holder):
            inside[holder][access.buffer].append(access)
    cycles = 0.0
    for buffer in whole:
        cycles += _both_ways(buffer, Part(1, buffer.elements), buffer.accesses, port)
    for loop, used in inside.items():
        runs = math.prod(trips.of_a_run(outer) for outer in loop.chain) / tiles[loop.key]
        cycles += runs * _of_a_tile(loop, tiles[loop.key], used, port)
    return round(cycles)


def _moves(access: Access, loop: Loop) -> bool:
    """Whether the access is to more than one element while ``loop`` runs; else it is a register."""
    return access.subscripts is None or any(
        isinstance(variable, Loop) and loop in variable.chain
        for form in access.subscripts
        for variable in form.variables()
    )


def _of_a_tile(
    loop: Loop, iterations: int, used: Mapping[Buffer, list[Access]], port: AxiPort
) -> int:
    return sum(
        _both_ways(buffer, part_of(buffer, accesses, loop, iterations), accesses, port)
        for buffer, accesses in used.items()
    )


def _both_ways(buffer: Buffer, part: Part, accesses: Iterable[Access], port: AxiPort) -> int:
    ways = 1 + any(access.is_write for access in accesses)
    request = port.request + port.latency + port.response
    return ways * (part.bursts * request + part.words(buffer))


def part_of(buffer: Buffer, accesses: Iterable[Access], loop: Loop, iterations: int) -> Part:
    """The box of elements that ``iterations`` of ``loop`` touch."""
    accesses = list(accesses)
    spans = [
        _span(dim, extent, accesses, loop, iterations) for dim, extent in enumerate(buffer.shape)
    ]
    run, dim = 1, len(spans)
    while dim > 0 and run == math.prod(buffer.shape[dim:]):
        dim -= 1
        run *= spans[dim]
    return Part(math.prod(spans[:dim]), run)


def _span(dim: int, extent: int, accesses: Iterable[Access], loop: Loop, iterations: int) -> int:
    """Elements between the least and the greatest subscript, taking together what moves alike with
    the loops around."""
    groups: dict[tuple[tuple[Variable, int], ...], tuple[int, int]] = {}
    for access in accesses:
        if access.subscripts is None or access.subscripts[dim].roundings:
            return extent
        fixed, low, high = _reach(access.subscripts[dim], extent, loop, iterations)
        least, most = groups.get(fixed, (low, high))
        groups[fixed] = (min(low, least), max(high, most))
    return min(extent, sum(high - low + 1 for low, high in groups.values()))


def _reach(
    form: LinearForm, extent: int, loop: Loop, iterations: int
) -> tuple[tuple[tuple[Variable, int], ...], int, int]:
    """The terms that stay while a tile runs, and the range of the others."""
    low = high = form.constant
    fixed = []
    for variable, factor in form.terms:
        if isinstance(variable, Loop) and loop in variable.chain:
            trips = iterations if variable is loop else variable.trip_count or extent
            reach = factor * (variable.step or 1) * (trips - 1)
            low, high = low + min(0, reach), high + max(0, reach)
        else:
            fixed.append((variable, factor))
    return tuple(fixed), low, high
