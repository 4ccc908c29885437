"""The loop tree: every loop with its bounds, directives and statements, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from hcl_explore.analysis.text import bounds_text, statement_text
from hcl_explore.analysis.values import Values, values_of
from hcl_explore.ir.program import Function, Loop, Program


@dataclass(frozen=True)
class LoopNode:
    """One loop, with the fields of ``LoopRecord``. ``statements`` are those directly in its body;
    ``trip_count`` is None unless both bounds are constants."""

    key: str
    name: str
    band: str
    function: str
    trip_count: int | None
    bounds: str
    line: int | None
    pipeline_ii: int | None
    achieved_ii: int | None
    unroll: int | None
    parallel: bool
    dataflow: bool
    reduction: bool
    statements: list[str]
    children: list[LoopNode]


def loop_tree(program: Program) -> list[LoopNode]:
    """The outermost loops of all functions, callees before callers."""
    values = values_of(program)
    return [
        _node(function, loop, values)
        for function in program.functions.values()
        for loop in function.loops
    ]


def _node(function: Function, loop: Loop, values: Values) -> LoopNode:
    return LoopNode(
        key=loop.key,
        name=loop.name,
        band=loop.band,
        function=loop.function,
        trip_count=loop.trip_count,
        bounds=bounds_text(loop),
        line=loop.place.line if loop.place else None,
        pipeline_ii=loop.pipeline_ii,
        achieved_ii=None,
        unroll=loop.unroll,
        parallel=loop.parallel,
        dataflow=loop.dataflow,
        reduction=loop.reduction,
        statements=[statement_text(s, values) for s in values.of(function, loop)],
        children=[_node(function, inner, values) for inner in loop.loops],
    )
