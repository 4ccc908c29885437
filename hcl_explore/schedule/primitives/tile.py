"""tile: split several loops and move the chunk loops outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.linear import LinearForm, Rounding
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Access, Loop, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.polyhedral.time import Time, original_time
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.legality import not_applicable, order_refusal, require_affine
from hcl_explore.schedule.primitive import Outcome, Primitive, register
from hcl_explore.schedule.primitives.reorder import rebuild_nest
from hcl_explore.schedule.primitives.split import annotation_refusal, factor_refusal, split_loop


@register
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
    """

    name: ClassVar[str] = "tile"
    group: ClassVar[str] = "Loops"
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
        for loop in self.axes:
            used = loop.bound_variables()
            for other in self.axes:
                if other in used:
                    return not_applicable(
                        program,
                        loop,
                        f"tile: the bounds of '{loop.name}' depend on '{other.name}'",
                        "Only rectangular nests can be tiled; split the loops one by one.",
                    )
        return None

    def _time(self, access: Access) -> Time:
        """Chunk numbers of all tiled loops first, then the loops themselves."""
        time = original_time(access)
        first = self.axes[0].depth
        chunks: list[int | LinearForm] = []
        for loop, factor in zip(self.axes, self.factors, strict=True):
            start = (loop.lower or (LinearForm(),))[0]
            offset = LinearForm(((loop, 1),)).plus(start.times(-1))
            width = factor * (loop.step or 1)
            chunks.append(LinearForm(roundings=(Rounding("floordiv", offset, width),)))
        return (*time[: 2 * first + 1], *chunks, *time[2 * first + 1 :])

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
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

    def explain(self) -> str:
        sizes = " × ".join(str(factor) for factor in self.factors)
        return f"tile {', '.join(loop.name for loop in self.axes)} by {sizes}"
