"""Which primitive relaxes what bounds a figure: depth, operators, memories. (What bounds an II
carries its own remedy, ``pipelines.Bound``.)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from hcl_explore.analysis.datapath import Node
from hcl_explore.analysis.layout import Layout
from hcl_explore.analysis.operators import Operator
from hcl_explore.analysis.pipelines import Pipeline
from hcl_explore.analysis.regions import LoopModel
from hcl_explore.ir.program import Buffer

_NO_OPERATION = frozenset({"wire", "register", "constant"})
_SMALL_BANK_BITS = 1024
"""A BRAM18 that holds less is mostly empty: distributed memory does."""


def depth_text(pipeline: Pipeline) -> str:
    """The longest way through an iteration, and what shortens it."""
    kinds = Counter(node.kind for node in _longest_way(pipeline) if node.kind not in _NO_OPERATION)
    way = ", ".join(f"{count} {kind}" if count > 1 else kind for kind, count in kinds.items())
    unrolled = [inner.name for inner in pipeline.loop.subtree() if inner is not pipeline.loop]
    has_floats = any(kind.startswith("f") for kind in kinds)
    remedy = "a lower clock_mhz puts more into a cycle"
    if unrolled:
        remedy = f"pipeline({unrolled[-1]}) instead leaves less in an iteration"
    elif has_floats:
        remedy = "quantize to integers or fixed point takes fewer cycles"
    return f"the longest way is {way}; {remedy}" if way else remedy


def _longest_way(pipeline: Pipeline) -> list[Node]:
    """From a first operation to the one that ends last."""
    timing = pipeline.timing

    def ready(node: Node) -> tuple[int, float]:
        return timing.ready(node) or (0, 0.0)

    way: list[Node] = []
    nodes: Iterable[Node] = list(timing.end)
    while nodes := [node for node in nodes if node in timing.end]:
        way.append(max(nodes, key=ready))
        nodes = (*way[-1].inputs, *way[-1].after)
    return way[::-1]


def operator_remedy(operator: Operator, count: int, loops: Iterable[LoopModel]) -> str:
    """What lets fewer units of an operator do; nothing for what costs no DSP."""
    if count < 2 or not operator.dsp:
        return ""
    users = [model for model in _pipelined(loops) if model.units.all()[operator] > 1]
    if not users:
        return ""
    model = max(users, key=lambda user: user.units.all()[operator])
    assert model.pipeline is not None
    interval = 2 * model.pipeline.ii
    call = f"pipeline({model.loop.name}, initiation_interval={interval})"
    there = model.units.all()[operator]
    return f"{call} shares the {there} of {model.loop.name} two by two"


def _pipelined(loops: Iterable[LoopModel]) -> Iterator[LoopModel]:
    for model in loops:
        if model.mode == "pipelined" and model.pipeline is not None:
            yield model
        yield from _pipelined(model.children)
        for function in model.calls:
            yield from _pipelined(function.loops)


def memory_remedy(buffer: Buffer, layout: Layout) -> str:
    """What needs fewer memory blocks for an array."""
    storage = layout.storage
    if not (storage.bram18 or storage.uram):
        return ""
    if layout.is_channel:
        return f"to({buffer.name}, ...) hands it on through a FIFO instead of two halves"
    if layout.copies > 1:
        return f"partition({buffer.name}, ...) lets it be read as often without copies"
    if storage.kind == "BRAM" and storage.words * storage.bits <= _SMALL_BANK_BITS:
        return f"bind_storage({buffer.name}, LUTRAM): a bank holds little"
    if storage.banks > 1:
        return f"a smaller factor of partition({buffer.name}) fills its blocks better"
    return f"quantize({buffer.name}, ...) makes its words narrower"
