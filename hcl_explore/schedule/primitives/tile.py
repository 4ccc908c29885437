"""tile: split several loops and move the chunk loops outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.linear import LinearForm, Rounding, Variable
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Access, Loop, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.polyhedral.projection import tiling
from hcl_explore.polyhedral.time import Time, original_time
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable, order_refusal, require_affine
from hcl_explore.schedule.loop_refusals import annotation_refusal, factor_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.primitives.reorder import bound_of, rebuild_nest
from hcl_explore.schedule.primitives.split import split_loop


@dataclass(frozen=True)
class Tile(Primitive):
    """Cut adjacent loops of a perfect nest into tiles: the loops over tiles go outside.

    Before::

        for i in range(32):
            for j in range(32): body(i, j)

    After ``s.tile("i", "j", factors=[8, 4])``::

        for i.outer in range(4):
            for j.outer in range(8):
                for i.inner in range(8):
                    for j.inner in range(4): body(8 * i.outer + i.inner, 4 * j.outer + j.inner)

    Loops whose bounds depend on each other, as of a triangle, are cut along the lines of a grid:
    ``for i in range(9): for j in range(i, 9)`` in tiles of 4 by 4 becomes loops over the tiles that
    hold an iteration, ``for i.outer in range(3): for j.outer in range(i.outer, 3)``, and in each
    tile the loops ``i.inner`` and ``j.inner`` over the part of the triangle that lies in it.
    """

    name: ClassVar[str] = "tile"
    group: ClassVar[str] = "Loops"
    returns: ClassVar[str] = "tuple[LoopHandle, ...]"
    law: ClassVar[str] = (
        "Legal if the tiled order reverses no dependence (with distances that are not negative in "
        "any tiled loop it always is)."
    )

    axes: tuple[Loop, ...] = param.loops("adjacent loops, outermost first", at_least=1)
    factors: tuple[int, ...] = param.integers("the tile size of each loop", minimum=1)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if len(self.axes) != len(self.factors):
            return ArgumentError(
                f"tile: {len(self.axes)} loops but {len(self.factors)} factors",
                advice="Give one tile size per loop: factors=[8, 8].",
            )
        for loop, factor in zip(self.axes, self.factors, strict=True):
            refusal = (
                require_affine(program, "tile", loop)
                or factor_refusal(program, "tile", loop, factor)
                or annotation_refusal(program, "tile", loop)
            )
            if refusal is not None:
                return refusal
        return self._shape_refusal(program) or order_refusal(
            program,
            f"tile({', '.join(loop.name for loop in self.axes)})",
            list(self.axes[0].all_accesses()),
            self._time,
            reassociate=reassociate,
        )

    def _shape_refusal(self, program: Program) -> ScheduleError | None:
        for outer, inner in zip(self.axes, self.axes[1:], strict=False):
            if outer.only_loop is not inner:
                return not_applicable(
                    program,
                    outer,
                    f"tile: '{inner.name}' is not the only thing in the body of '{outer.name}'",
                    "Tile adjacent loops of a perfect nest, outermost first.",
                )
        dependent = self._dependent()
        if dependent is None or tiling(self.axes, self.factors) is not None:
            return None
        loop, other = dependent
        return not_applicable(
            program,
            loop,
            f"tile: the bounds of '{loop.name}' depend on '{other.name}', and a tile cannot be cut "
            "out of them (a division or a step is in the way)",
            "Split the loops one by one.",
        )

    def _dependent(self) -> tuple[Loop, Loop] | None:
        """A tiled loop whose bounds use the variable of another one, and that."""
        for loop in self.axes:
            used = loop.bound_variables()
            for other in self.axes:
                if other in used:
                    return loop, other
        return None

    def _time(self, access: Access) -> Time:
        """Chunk numbers of all tiled loops first, then the loops themselves."""
        time = original_time(access)
        first = self.axes[0].depth
        chunks: list[int | LinearForm] = []
        on_a_grid = self._dependent() is not None
        for loop, factor in zip(self.axes, self.factors, strict=True):
            start = LinearForm() if on_a_grid else (loop.lower or (LinearForm(),))[0]
            offset = LinearForm(((loop, 1),)).plus(start.times(-1))
            width = factor * (loop.step or 1)
            chunks.append(LinearForm(roundings=(Rounding("floordiv", offset, width),)))
        return (*time[: 2 * first + 1], *chunks, *time[2 * first + 1 :])

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        if self._dependent() is not None:
            return self._cut_along_a_grid(program)
        forwarding: dict[str, tuple[str, ...]] = {}
        for loop, factor in zip(self.axes, self.factors, strict=True):
            # Splitting a loop rebuilds the operations around it: look the next one up afresh.
            current = read_program(module).loop(loop.key)
            assert current is not None
            forwarding.update(split_loop(current, factor).forwarding)
        after = read_program(module)
        pieces = [tuple(after.loop(key) for key in forwarding[loop.key]) for loop in self.axes]
        chain = [piece for pair in pieces for piece in pair if piece is not None]
        target = [*chain[0::2], *chain[1::2]]
        rebuild_nest(chain, target, after.functions[self.axes[0].function])
        return Outcome(forwarding, loops=tuple(loop.key for loop in target))

    def _cut_along_a_grid(self, program: Program) -> Outcome:
        found = tiling(self.axes, self.factors)
        assert found is not None
        function = program.functions[self.axes[0].function]
        point = ir.InsertionPoint(self.axes[0].op)
        variables: dict[Variable, ir.Value] = {}
        made = []
        for loop in (*found.tiles, *self.axes):
            name = loop.name if loop in found.tiles else f"{loop.name}.inner"
            lower, upper = (
                bound_of(forms, function, variables)
                for forms in (found.bounds[loop].lower, found.bounds[loop].upper)
            )
            op = rewrite.build_loop(name, lower, upper, 1, loop.op.location, point)
            if loop in found.tiles:
                rewrite.copy_attributes(loop.op, op, skip=(attrs.LOOP_NAME,))
            elif loop.reduction:
                attrs.set_flag(op, attrs.REDUCTION)
            variables[loop] = rewrite.induction_variable(op)
            point = rewrite.body_start(op)
            made.append(op)
        rewrite.move_body(self.axes[-1].op, made[-1])
        for loop in self.axes:
            rewrite.induction_variable(loop.op).replace_all_uses_with(variables[loop])
        self.axes[0].op.erase()
        keys = [(f"{loop.key}.outer", f"{loop.key}.inner") for loop in self.axes]
        forwarding = {loop.key: pair for loop, pair in zip(self.axes, keys, strict=True)}
        return Outcome(
            forwarding, loops=(*(outer for outer, _ in keys), *(inner for _, inner in keys))
        )

    def explain(self) -> str:
        sizes = " × ".join(str(factor) for factor in self.factors)
        return f"tile {', '.join(loop.name for loop in self.axes)} by {sizes}"
