"""Arrays behind m_axi ports: how many words an iteration asks for, and what comes in bursts.

The ports of one bundle share a channel for reads and one for writes, each of one word a cycle. A
word is as wide as the array's partition says: the tool cannot cut memory off the chip into banks,
it widens the port instead (HLStrans gesummv: 64 floats of each of two arrays cut cyclically by 16,
and one of a third, take 4 + 4 + 1 cycles).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hcl_explore.analysis.layout import AXI, Layouts
from hcl_explore.analysis.memory import Storage
from hcl_explore.analysis.plan import Plan
from hcl_explore.analysis.ports import copies_of, words_of
from hcl_explore.ir.memory_blocks import bram18_of
from hcl_explore.ir.program import Access, Buffer, Function, Loop

_BUFFERED_WORDS = 16 * 16
"""Words that an adapter holds in each direction: 16 bursts of 16 (UG1399, ``num_read_outstanding``
and ``max_read_burst_length``). Of 512 bits they take 30 BRAM18, of 64 bits 4, of 32 bits 2, as the
reports of the Vitis kernel flow do (Prometheus' bicg, gemm, atax and mvt; the KRS vadd)."""


@dataclass(frozen=True)
class Channel:
    """One direction of a bundle in a loop: ``words`` an iteration by array, and whether they come
    in one burst over the whole loop."""

    bundle: str
    is_write: bool
    words: Mapping[Buffer, int]
    is_burst: bool

    @property
    def cycles(self) -> int:
        return sum(self.words.values())


def channels_of(
    accesses: Iterable[Access], nest: Sequence[Loop], plan: Plan, layouts: Layouts
) -> list[Channel]:
    """The channels that a pipelined nest uses."""
    grouped: defaultdict[tuple[str, bool], defaultdict[Buffer, list[Access]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for access in accesses:
        if layouts.kind(access.buffer) == AXI:
            grouped[layouts.bundle(access.buffer), access.is_write][access.buffer].append(access)
    found = []
    for (bundle, is_write), by_buffer in grouped.items():
        words = {
            buffer: words_of(touching, plan, layouts[buffer])
            for buffer, touching in by_buffer.items()
        }
        alone = len(by_buffer) == 1
        touching = next(iter(by_buffer.values()))
        is_burst = (
            alone
            and len(touching) == 1
            and _is_contiguous(touching[0], nest, plan)
            and _fills_words(touching[0], plan, layouts)
        )
        found.append(Channel(bundle, is_write, words, is_burst))
    return found


def adapters_of(kernel: Function, layouts: Layouts) -> dict[str, Storage]:
    """What the adapter of each m_axi bundle of the kernel takes to buffer bursts, by bundle: block
    RAM in the Vitis kernel flow, none in the Vivado IP flow (HLStrans: 0 in every report)."""
    if not layouts.options.axi_latency:
        return {}
    width: defaultdict[str, int] = defaultdict(int)
    for buffer in kernel.buffers:
        if layouts.kind(buffer) == AXI:
            layout = layouts[buffer]
            banks = math.prod(e.banks(buffer.shape[e.dim - 1]) for e in layout.partition)
            bundle = layouts.bundle(buffer)
            width[bundle] = max(width[bundle], banks * layout.storage.bits)
    return {
        bundle: Storage("BRAM", 2, _BUFFERED_WORDS, bits, 2 * bram18_of(_BUFFERED_WORDS, bits))
        for bundle, bits in width.items()
    }


def share_of(channel: Channel, accesses: Iterable[Access], plan: Plan) -> dict[Buffer, float]:
    """Cycles of the channel that one copy of an access to each of its arrays takes."""
    copies: defaultdict[Buffer, int] = defaultdict(int)
    for access in accesses:
        if access.is_write == channel.is_write and access.buffer in channel.words:
            copies[access.buffer] += copies_of(access, plan)
    return {b: words / max(copies[b], 1) for b, words in channel.words.items()}


def _fills_words(access: Access, plan: Plan, layouts: Layouts) -> bool:
    """Whether an iteration takes whole words: one that writes parts of a word is not answered in
    a burst (gesummv generate_12, 13, 16: single floats into words of 8 and 16)."""
    extents = access.buffer.shape
    partition = layouts[access.buffer].partition
    word = math.prod(entry.banks(extents[entry.dim - 1]) for entry in partition)
    return copies_of(access, plan) % word == 0


def _is_contiguous(access: Access, nest: Sequence[Loop], plan: Plan) -> bool:
    """Whether each iteration goes on where the one before it ended."""
    if access.subscripts is None or access.guards:
        return False
    stride = 1
    steps: dict[Loop, int] = {}
    for form, extent in zip(
        reversed(access.subscripts), reversed(access.buffer.shape), strict=True
    ):
        if form.roundings:
            return False
        for variable, factor in form.terms:
            if isinstance(variable, Loop):
                step = factor * (variable.step or 1) * stride
                steps[variable] = steps.get(variable, 0) + step
        stride *= extent
    covered = 1
    inside = {loop: plan[loop].copies for loop in plan.copied_loops(access) if loop in steps}
    for loop in sorted(inside, key=lambda loop: abs(steps[loop])):
        if steps[loop] != covered:
            return False
        covered *= inside[loop]
    innermost = nest[-1]
    advance = steps.get(innermost, 0) * max(plan[innermost].copies, 1)
    return advance == covered if innermost not in inside else covered % inside[innermost] == 0
