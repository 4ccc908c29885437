"""distribute: the parts of a loop's body get loops of their own (loop fission)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import rewrite
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Access, Loop, Program
from hcl_explore.polyhedral.time import Time, original_time
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.imperfect import loop_for
from hcl_explore.schedule.legality import not_applicable, order_refusal, require_affine
from hcl_explore.schedule.loop_refusals import annotation_refusal
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.stages import new_stage_refusal


@dataclass(frozen=True)
class Distribute(Primitive):
    """Cut a loop into consecutive loops, one for each part of its body.

    Before::

        for i in range(32):
            for j in range(32): B[i, j] = f(A[i, j])
            for k in range(32): C[i] += B[i, k]

    After ``s.distribute("i")``::

        for i in range(32):
            for j in range(32): B[i, j] = f(A[i, j])
        for i_1 in range(32):
            for k in range(32): C[i_1] += B[i_1, k]

    A part is an inner loop, or the statements between two of them; parts that share a scalar or an
    array declared in the body stay together. With ``before`` there is one cut only, in front of
    that inner loop.
    """

    name: ClassVar[str] = "distribute"
    group: ClassVar[str] = "Loops"
    returns: ClassVar[str] = "tuple[LoopHandle, ...]"
    law: ClassVar[str] = (
        "Legal if no iteration of an earlier part needs, or overwrites, what a later part handles "
        "in an earlier iteration."
    )
    aliases: ClassVar[tuple[str, ...]] = ("loop_fission",)

    axis: Loop = param.loop("the loop to cut")
    before: Loop | None = param.loop("the inner loop to cut in front of", default=None)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        around = self.axis.parent or program.functions[self.axis.function]
        refusal = (
            require_affine(program, "distribute", self.axis)
            or annotation_refusal(program, "distribute", self.axis)
            or new_stage_refusal(program, "distribute", around)
        )
        if refusal is not None:
            return refusal
        if self.before is not None and self.before.parent is not self.axis:
            return not_applicable(
                program,
                self.before,
                f"distribute: '{self.before.name}' is not directly inside '{self.axis.name}'",
                f"Loops directly inside: {', '.join(i.name for i in self.axis.loops) or 'none'}.",
            )
        parts = _parts(self.axis, self.before)
        if len(parts) < 2:
            return not_applicable(
                program,
                self.axis,
                f"distribute: the body of '{self.axis.name}' has no parts that could be separated",
                "There must be an inner loop beside other statements, and nothing declared in the "
                "body that both sides use.",
            )
        return order_refusal(
            program,
            f"distribute({self.axis.name})",
            list(self.axis.all_accesses()),
            lambda access: self._time(access, parts),
            reassociate=reassociate,
        )

    def _time(self, access: Access, parts: Sequence[Sequence[ir.Operation]]) -> Time:
        time = original_time(access)
        item = rewrite.item_in_body(access.op, self.axis.op)
        number = next(n for n, part in enumerate(parts) if item in part)
        cut = 2 * self.axis.depth + 1
        return (*time[:cut], number, *time[cut:])

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        parts = _parts(self.axis, self.before)
        function = program.functions[self.axis.function]
        root = self.axis.chain[0]
        loop_names = {loop.name for loop in root.subtree()}
        band_names = {loop.op_name for loop in function.all_loops() if loop.op_name}
        band_names |= {loop.band for loop in function.loops}
        forwarding: dict[str, tuple[str, ...]] = {}
        made = [self.axis.key]
        items = {loop: rewrite.item_in_body(loop.op, self.axis.op) for loop in self.axis.loops}
        place = self.axis.op
        for part in parts[1:]:
            name, band = self.axis.name, root.band
            if root is self.axis:
                band = fresh_name(band, band_names)
                band_names.add(band)
            else:
                name = fresh_name(name, loop_names)
                loop_names.add(name)
            place = loop_for(self.axis, name, part, ir.InsertionPoint.after(place))
            if root is self.axis:
                attrs.set_text(place, attrs.OP_NAME, band)
                for loop in self.axis.loops:
                    if items[loop] in part:
                        for inner in loop.subtree():
                            moved = f"{root.function}:{band}.{inner.name}"
                            forwarding[inner.key] = (moved,)
            made.append(f"{root.function}:{band}.{name}")
        forwarding[self.axis.key] = tuple(made)
        return Outcome(forwarding, loops=tuple(made))

    def explain(self) -> str:
        return f"cut {self.axis.name} into a loop for each part of its body"


def _parts(axis: Loop, before: Loop | None) -> list[list[ir.Operation]]:
    """The body's operations in consecutive groups that share no value."""
    body = [op.operation for op in axis.op.regions[0].blocks[0].operations][:-1]
    nests = [number for number, op in enumerate(body) if _holds_loop(op)]
    if before is not None:
        top = rewrite.item_in_body(before.op, axis.op)
        cuts = {number for number, op in enumerate(body) if op == top}
        # What a nest needs of constants and index arithmetic stands right before it.
        cuts = {_start_of(body, number) for number in cuts}
    else:
        cuts = {_start_of(body, number) for number in nests} | {number + 1 for number in nests}
    cuts -= {0, len(body)}
    for first, last in _shared_spans(body):
        cuts -= set(range(first + 1, last + 1))
    edges = [0, *sorted(cuts), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


def _start_of(body: Sequence[ir.Operation], nest: int) -> int:
    start = nest
    while start > 0 and body[start - 1].name in ("arith.constant", "affine.apply"):
        start -= 1
    return start


def _shared_spans(body: Sequence[ir.Operation]) -> list[tuple[int, int]]:
    """For each value made in the body: from its operation to the last one that uses it."""
    numbers = {op: number for number, op in enumerate(body)}
    spans = []
    for number, op in enumerate(body):
        last = number
        for result in op.results:
            for use in result.uses:
                user = use.owner.operation
                while user not in numbers:
                    user = user.parent.operation
                last = max(last, numbers[user])
        spans.append((number, last))
    return spans


def _holds_loop(op: ir.Operation) -> bool:
    found = False

    def visit(inner: ir.Operation) -> ir.WalkResult:
        nonlocal found
        found = found or inner.name in attrs.LOOP_OPS
        return ir.WalkResult.INTERRUPT if found else ir.WalkResult.ADVANCE

    op.walk(visit)
    return found
