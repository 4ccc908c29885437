"""unfold: give each iteration of outer loops a processing element of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import ClassVar

import mlir.ir as ir
from mlir.dialects import arith, func

from hcl_explore.errors import ArgumentError, NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Loop, Program
from hcl_explore.polyhedral.dependences import parallel_violation
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.aliasing import alias_refusal
from hcl_explore.schedule.legality import not_applicable, require_affine, violation_error
from hcl_explore.schedule.outlining import can_be_passed, captured, declare, is_local_copy, symbols
from hcl_explore.schedule.primitive import Outcome, Primitive

MOST_ELEMENTS = 1024


@dataclass(frozen=True)
class Unfold(Primitive):
    """Make a task of each iteration of the outer loops of a band: spatial processing elements.

    Before::

        for i, j, k in hcl.grid(4, 4, 8, name="mm"): C[i, j] += A[i, k] * B[k, j]

    After ``s.unfold("mm", [0, 1])`` the band is the call of a region ``mm`` with 16 tasks
    ``mm_pe_0_0`` to ``mm_pe_3_3``::

        def mm_pe(i, j, A, B, C):
            for k in range(8): C[i, j] += A[i, k] * B[k, j]

    ``s.to(s.A, "mm_pe", axis=1)`` then hands ``A`` from element to element. A loop of all elements
    is ``"mm_pe:k"``, of one of them ``"mm_pe_0_1:k"``.
    """

    name: ClassVar[str] = "unfold"
    group: ClassVar[str] = "Pipelines and structure"
    law: ClassVar[str] = "Legal if the unfolded loops carry no dependence."

    band: Loop = param.loop("the band, or its outermost loop", takes_band=True)
    axes: tuple[int, ...] = param.integers(
        "which loops of the band become the position, counted from 0 at the outermost", minimum=0
    )

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        refusal = self._structure(program)
        if refusal is not None:
            return refusal
        what = f"unfold({self.band.op_name or self.band.name})"
        for loop in self._loops():
            violation = parallel_violation(loop, reassociate=False)
            if violation is not None:
                return violation_error(program, what, violation)
        return alias_refusal(program, what, list(self.band.all_accesses()))

    def _structure(self, program: Program) -> ScheduleError | None:
        if self.axes != tuple(range(len(self.axes))):
            return ArgumentError(
                f"unfold: axes must be the outermost loops in their order, not {list(self.axes)}",
                advice=f"Use {list(range(len(self.axes)))}, after a reorder where needed.",
            )
        if self.band.parent is not None or self.band.guards:
            return not_applicable(
                program,
                self.band,
                f"unfold: '{self.band.name}' is inside another loop or a condition",
                "Only a nest directly in a function's body can become a region.",
            )
        loops = self._loops()
        if len(loops) < len(self.axes):
            return not_applicable(
                program,
                loops[-1],
                f"unfold: the body of '{loops[-1].name}' holds more than one loop, so only "
                f"{len(loops)} loops of the band can be unfolded",
                "Move what stands beside the loop into it (distribute, compute_at) first.",
            )
        for loop in loops:
            refusal = require_affine(program, "unfold", loop) or self._loop_refusal(program, loop)
            if refusal is not None:
                return refusal
        elements = prod(loop.trip_count or 1 for loop in loops)
        if elements > MOST_ELEMENTS:
            return not_applicable(
                program,
                self.band,
                f"unfold: {elements:,} processing elements, more than {MOST_ELEMENTS:,}",
                "Split the loops first, and unfold the smaller ones.",
            )
        return self._capture_refusal(program)

    def _loop_refusal(self, program: Program, loop: Loop) -> ScheduleError | None:
        if loop.trip_count is None or loop.step != 1 or not _starts_at_zero(loop):
            return not_applicable(
                program,
                loop,
                f"unfold: loop '{loop.name}' does not count from 0 to a constant",
                "A position counts from 0.",
            )
        marks = {"pipelined": loop.pipeline_ii, "unrolled": loop.unroll}
        for mark, value in marks.items():
            if value is not None:
                return not_applicable(
                    program,
                    loop,
                    f"unfold: loop '{loop.name}' is {mark}",
                    "Undo that step first: the loop would be gone.",
                )
        return None

    def _capture_refusal(self, program: Program) -> ScheduleError | None:
        function = program.functions[self.band.function]
        for value in captured(self.band.op):
            if not (is_local_copy(value) or can_be_passed(function, value)):
                return NotApplicableError(
                    f"unfold: the nest of '{self.band.name}' uses a value that is computed before "
                    f"it ({value.type}), which has no name to hand it over by",
                    span=program.sources.span(self.band.place),
                    advice="Store the value in a scalar variable.",
                )
        return None

    def _loops(self) -> list[Loop]:
        """The unfolded loops, as far as they are perfectly nested."""
        loops = [self.band]
        while len(loops) < len(self.axes):
            inner = loops[-1].only_loop
            if inner is None:
                break
            loops.append(inner)
        return loops

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        function = program.functions[self.band.function]
        loops = self._loops()
        taken = symbols(module)
        title = re.sub(r"\W", "_", self.band.op_name or self.band.band)
        region = fresh_name(title, taken)
        element = fresh_name(f"{region}_pe", {*taken, region})
        used = captured(self.band.op)
        passed = [value for value in used if not is_local_copy(value)]
        variables = [rewrite.induction_variable(loop.op) for loop in loops]
        made = declare(function, element, [*variables, *passed], self.band.op)
        self._fill(made, loops[-1], [*variables, *passed], [v for v in used if v not in passed])
        _mark_position(made, [loop.trip_count or 1 for loop in loops])
        whole = declare(function, region, passed, self.band.op)
        attrs.set_flag(whole, attrs.DATAFLOW)
        _call_all(whole, element, [loop.trip_count or 1 for loop in loops], self.band.op.location)
        with self.band.op.context, self.band.op.location, ir.InsertionPoint(self.band.op):
            func.CallOp([], region, passed)
        bands = _name_bands(made, region)
        self.band.op.erase()
        return Outcome(self._forwarding(program, element, loops, bands))

    def _fill(
        self,
        made: ir.Operation,
        innermost: Loop,
        handed: list[ir.Value],
        repeated: list[ir.Value],
    ) -> None:
        """Move what the innermost unfolded loop repeats into the element's function."""
        block = made.regions[0].blocks[0]
        end = block.operations[0]
        moved = [view.operation for view in innermost.op.regions[0].blocks[0].operations][:-1]
        for op in moved:
            op.move_before(end)
        for op in moved:
            for value, argument in zip(handed, block.arguments, strict=True):
                rewrite.replace_uses_in(op, value, argument)
        for value in repeated:
            copy = value.owner.operation.clone(ir.InsertionPoint.at_block_begin(block)).operation
            for op in moved:
                rewrite.replace_uses_in(op, value, copy.results[0])

    def _forwarding(
        self, program: Program, element: str, loops: list[Loop], bands: list[str]
    ) -> dict[str, tuple[str, ...]]:
        forwarding: dict[str, tuple[str, ...]] = {loop.key: () for loop in loops}
        for inner, band in zip(loops[-1].loops, bands, strict=True):
            for loop in inner.subtree():
                forwarding[loop.key] = (f"{element}:{band}.{loop.name}",)
        inside = set(self.band.subtree())
        for buffer in program.functions[self.band.function].buffers:
            if buffer.home and buffer.home[-1] in inside:
                forwarding[buffer.key] = (f"{element}:{buffer.name}",)
        return forwarding

    def explain(self) -> str:
        extents = " × ".join(str(loop.trip_count) for loop in self._loops())
        return f"{extents} processing elements for {self.band.op_name or self.band.name}"


def _starts_at_zero(loop: Loop) -> bool:
    return loop.lower is not None and all(f.is_constant and f.constant == 0 for f in loop.lower)


def _mark_position(made: ir.Operation, extents: list[int]) -> None:
    with made.context:
        i32 = ir.IntegerType.get_signless(32)
        for place, extent in enumerate(extents):
            attrs.set_argument_attribute(made, place, attrs.PID, ir.IntegerAttr.get(i32, place))
            attrs.set_argument_attribute(made, place, attrs.EXTENT, ir.IntegerAttr.get(i32, extent))


def _call_all(whole: ir.Operation, element: str, extents: list[int], at: ir.Location) -> None:
    """A task for each position."""
    block = whole.regions[0].blocks[0]
    with whole.context, at, ir.InsertionPoint.at_block_terminator(block):
        index = ir.IndexType.get()
        constants = [arith.constant(index, value) for value in range(max(extents))]
        for position in product(*map(range, extents)):
            where = [constants[value] for value in position]
            call = func.CallOp([], element, [*where, *block.arguments]).operation
            attrs.set_text(call, attrs.BUFFER_NAME, "_".join(map(str, (element, *position))))


def _name_bands(made: ir.Operation, title: str) -> list[str]:
    """Every outermost loop of the element's function starts a band; their names in order."""
    names: list[str] = []
    for view in made.regions[0].blocks[0].operations:
        if view.operation.name in attrs.LOOP_OPS:
            name = fresh_name(attrs.text(view.operation, attrs.OP_NAME) or title, names)
            attrs.set_text(view.operation, attrs.OP_NAME, name)
            names.append(name)
    return names
