"""Resources of a design: operators, memories, and the logic around them.

DSP and memory blocks follow from what is instantiated. LUT and FF are the tool's own estimate
before logic synthesis; here they are the operators' plus a share for control and multiplexers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hcl_explore.analysis.layout import Layout
from hcl_explore.analysis.memory import Storage
from hcl_explore.analysis.reasons import Reason
from hcl_explore.analysis.regions import FunctionModel, LoopModel
from hcl_explore.analysis.remedies import memory_remedy, operator_remedy
from hcl_explore.ir.program import Buffer

# Control of one loop (counter, comparison, flow control of its module) as the module tables of the
# development reports show for loops that only copy: 17 to 56 FF and 59 to 178 LUT.
_LOOP_LUT, _LOOP_FF = 75, 25


@dataclass(frozen=True)
class Resources:
    dsp: int
    bram18: int
    uram: int
    lut: int
    ff: int
    top: FunctionModel

    def reasons(
        self, layouts: Mapping[Buffer, Layout], adapters: Mapping[str, Storage]
    ) -> tuple[Reason, ...]:
        """What the DSP and memory blocks are for; ``adapters`` by m_axi bundle."""
        units = sorted(self.top.units.all().items(), key=lambda item: -item[0].dsp * item[1])
        loops = [*self.top.loops, *(loop for call in self.top.calls for loop in call.loops)]
        dsp = tuple(
            Reason(
                f"{count} × {op.kind}",
                f"{op.dsp * count} DSP",
                operator_remedy(op, count, loops),
            )
            for op, count in units
        )
        memory = tuple(
            Reason(
                buffer.name,
                f"{layout.storage.bram18} BRAM18, {layout.storage.uram} URAM",
                "; ".join(filter(None, (_layout_text(layout), memory_remedy(buffer, layout)))),
            )
            for buffer, layout in layouts.items()
            if layout.storage.bram18 or layout.storage.uram or layout.storage.lut
        )
        memory += tuple(
            Reason(
                f"m_axi {bundle}",
                f"{storage.bram18} BRAM18",
                f"bursts of {storage.bits} bits buffered in both directions",
            )
            for bundle, storage in adapters.items()
        )
        return (
            Reason("operators", f"{self.dsp} DSP", "shared where they never run together", dsp),
            Reason("memories", f"{self.bram18} BRAM18, {self.uram} URAM", "", memory),
        )


def _layout_text(layout: Layout) -> str:
    s = layout.storage
    text = f"{s.banks} bank{'s' if s.banks > 1 else ''} of {s.words} × {s.bits} in {s.kind}"
    if layout.is_automatic:
        text += ", cut by the tool itself: all subscripts are constants after unrolling"
    if layout.copies > 1:
        text += f", {layout.copies} copies for {layout.read_ports} reads a cycle"
    if layout.is_channel:
        text += ", two halves filled and emptied in turn"
    return text


def resources_of(
    top: FunctionModel, functions: Iterable[FunctionModel], storages: Iterable[Storage]
) -> Resources:
    """The resources of the kernel with all that it calls."""
    dsp = lut = ff = bram18 = uram = 0
    for operator, count in top.units.all().items():
        dsp += operator.dsp * count
        lut += (operator.lut or 0) * count
        ff += (operator.ff or 0) * count
    for storage in storages:
        bram18 += storage.bram18
        uram += storage.uram
        lut += storage.lut
        ff += storage.ff
    for function in functions:
        loops = sum(1 for model in function.loops for _ in _all(model))
        lut += _LOOP_LUT * loops + 2 * function.states.bit_length()
        ff += function.registers + sum(
            max(1, model.trips).bit_length() for loop in function.loops for model in _all(loop)
        )
    return Resources(dsp, bram18, uram, lut, ff, top)


def _all(model: LoopModel) -> Iterable[LoopModel]:
    yield model
    for child in model.children:
        yield from _all(child)
