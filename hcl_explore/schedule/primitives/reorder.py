"""reorder: permute the loops of a nest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.linear import LinearForm, Variable
from hcl_explore.ir.local_memory import IndexBuilder
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Access, Function, Loop, Program
from hcl_explore.polyhedral.projection import LoopBounds, reordered_bounds
from hcl_explore.polyhedral.time import Time, original_time
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.imperfect import is_perfect, set_apart, set_apart_refusal, time_apart
from hcl_explore.schedule.legality import not_applicable, order_refusal, require_affine
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class Reorder(Primitive):
    """Permute loops of one nest: the named loops take each other's places, in this order.

    Before::

        for i in range(32):
            for j in range(32): body(i, j)

    After ``s.reorder("j", "i")``::

        for j in range(32):
            for i in range(32): body(i, j)

    Loops of the nest that are not named stay where they are. Bounds that depend on a loop which
    goes inside are turned round: ``for i in range(9): for j in range(i, 9)`` becomes
    ``for j in range(9): for i in range(j + 1)``. What stands beside the inner loops of an imperfect
    nest gets a nest of its own: ``for i: a(i); for j: b(i, j)`` becomes ``for i: a(i)`` and
    ``for j: for i: b(i, j)``. A scalar or array that is declared in an iteration, and used in more
    than one of these nests, gets an element for every iteration.
    """

    name: ClassVar[str] = "reorder"
    group: ClassVar[str] = "Loops"
    law: ClassVar[str] = (
        "Legal if no dependence is reversed: every dependence distance vector stays "
        "lexicographically positive under the permutation."
    )

    axes: tuple[Loop, ...] = param.loops("the loops in their new order", at_least=2)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if len(set(self.axes)) != len(self.axes):
            return ArgumentError("reorder: a loop is named twice", advice="Name each loop once.")
        return self.refusal(program, self.name, reassociate=reassociate)

    def refusal(
        self, program: Program, primitive: str, *, reassociate: bool
    ) -> ScheduleError | None:
        """What ``check`` says of different loops, in the words of ``primitive``."""
        for loop in self.axes:
            refusal = require_affine(program, primitive, loop)
            if refusal is not None:
                return refusal
        ordered = sorted(self.axes, key=lambda loop: loop.depth)
        innermost = ordered[-1]
        for loop in ordered:
            if loop not in innermost.chain:
                return not_applicable(
                    program,
                    loop,
                    f"{primitive}: '{loop.name}' and '{innermost.name}' are not nested in each "
                    "other",
                    "Name loops of one nest.",
                )
        chain = innermost.chain[ordered[0].depth :]
        target = self._new_order(chain)
        refusal = self._bound_refusal(program, primitive, target)
        time: Callable[[Access], Time] = partial(self._time, chain=chain, target=target)
        if refusal is None and not is_perfect(chain):
            refusal = set_apart_refusal(program, primitive, chain)
            time = time_apart(chain, time)
        return refusal or order_refusal(
            program,
            f"{primitive}({', '.join(loop.name for loop in self.axes)})",
            list(chain[0].all_accesses()),
            time,
            reassociate=reassociate,
        )

    def _new_order(self, chain: Sequence[Loop]) -> list[Loop]:
        """The whole chain, with the named loops in their new places."""
        named = iter(self.axes)
        return [next(named) if loop in self.axes else loop for loop in chain]

    @staticmethod
    def _bound_refusal(
        program: Program, primitive: str, target: Sequence[Loop]
    ) -> ScheduleError | None:
        """A bound may only use variables of loops outside; new bounds are made where it can be."""
        moved = _inside_their_users(target)
        if moved is None or reordered_bounds(target) is not None:
            return None
        loop, inner = moved
        return not_applicable(
            program,
            loop,
            f"{primitive}: the bounds of '{loop.name}' depend on '{inner.name}', which would be "
            "inside it, and they cannot be turned round (a division or a step is in the way)",
            f"Keep '{inner.name}' outside '{loop.name}'.",
        )

    @staticmethod
    def _time(access: Access, chain: Sequence[Loop], target: Sequence[Loop]) -> Time:
        time = list(original_time(access))
        for old, new in zip(chain, target, strict=True):
            time[2 * old.depth + 1] = original_time(access)[2 * new.depth + 1]
        return tuple(time)

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        ordered = sorted(self.axes, key=lambda loop: loop.depth)
        chain = ordered[-1].chain[ordered[0].depth :]
        target = self._new_order(chain)
        bounds = reordered_bounds(target) if _inside_their_users(target) is not None else None
        forwarding = {} if is_perfect(chain) else set_apart(program, chain)
        rebuild_nest(chain, target, program.functions[chain[0].function], bounds)
        return Outcome(forwarding)

    def explain(self) -> str:
        return f"loop order is now {', '.join(loop.name for loop in self.axes)}"


def _inside_their_users(target: Sequence[Loop]) -> tuple[Loop, Loop] | None:
    """A loop whose bounds use the variable of a loop inside it in the new order, and that loop."""
    for position, loop in enumerate(target):
        used = loop.bound_variables()
        for inner in target[position + 1 :]:
            if inner in used:
                return loop, inner
    return None


def rebuild_nest(
    chain: Sequence[Loop],
    target: Sequence[Loop],
    function: Function,
    bounds: Mapping[Loop, LoopBounds] | None = None,
) -> None:
    """Build the perfect nest ``chain`` anew with its loops in the order of ``target``.

    ``bounds`` replace those that the loops have.
    """
    point = ir.InsertionPoint(chain[0].op)
    made: dict[Loop, ir.Operation] = {}
    for loop in target:
        lower, upper = rewrite.bounds_of(loop.op)
        if bounds is not None:
            lower = bound_of(bounds[loop].lower, function)
            upper = bound_of(bounds[loop].upper, function)
        made[loop] = rewrite.build_loop(
            loop.name,
            lower,
            upper,
            int(ir.IntegerAttr(loop.op.attributes["step"]).value),
            loop.op.location,
            point,
        )
        rewrite.copy_attributes(loop.op, made[loop], skip=(attrs.OP_NAME,))
        point = rewrite.body_start(made[loop])
    # Names of statements belong to the places in the nest, not to the loops that move.
    for old, new in zip(chain, target, strict=True):
        if old.op_name is not None:
            attrs.set_text(made[new], attrs.OP_NAME, old.op_name)
    rewrite.move_body(chain[-1].op, made[target[-1]])
    for loop in chain:
        rewrite.induction_variable(loop.op).replace_all_uses_with(
            rewrite.induction_variable(made[loop])
        )
    chain[0].op.erase()


def bound_of(
    forms: Sequence[LinearForm],
    function: Function,
    replaced: Mapping[Variable, ir.Value] | None = None,
) -> rewrite.Bound:
    """The bound that ``forms`` make; ``replaced`` stand for variables that are not as they were."""
    index = IndexBuilder(function, replaced)
    return index.bound([index.form(form) for form in forms])
