"""buffer_at: keep what one iteration of a loop touches of an array in a local array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import local_memory, rewrite
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.local_memory import IndexBuilder
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Access, Buffer, Function, Loop, Program
from hcl_explore.polyhedral.domain import Ranges
from hcl_explore.polyhedral.footprint import (
    Box,
    footprint_box,
    reads_apart,
    upward_exposed_reads,
)
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.aliasing import other_names
from hcl_explore.schedule.legality import not_applicable, require_affine
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.primitives.pipeline import pipelined_operations
from hcl_explore.schedule.primitives.unroll import MAX_UNROLLED_OPERATIONS
from hcl_explore.schedule.stages import new_stage_refusal


@dataclass(frozen=True)
class BufferAt(Primitive):
    """Give each iteration of a loop a local copy of the part of an array that it touches.

    Before::

        for i in range(32):
            for k in range(32):
                for j in range(32): C[i, j] += A[i, k] * B[k, j]

    After ``s.buffer_at(s.C, "i")``::

        for i in range(32):
            C_buf = new array of 32
            for C_buf_load0 in range(32): C_buf[C_buf_load0] = C[i, C_buf_load0]
            for k in range(32):
                for j in range(32): C_buf[j] += A[i, k] * B[k, j]
            for C_buf_store0 in range(32): C[i, C_buf_store0] = C_buf[C_buf_store0]

    The copy in is left out where every element is proved to be written first; the copy out where
    nothing is written. Dimensions of which an iteration touches one element are dropped. Where the
    iteration writes some elements and only reads others (``x[i] -= L[i, j] * x[j]``), the local
    array holds those that it writes. A local
    array that each iteration fills for itself, and nothing else uses, goes: the new one replaces
    it. Gives the new array.
    """

    name: ClassVar[str] = "buffer_at"
    group: ClassVar[str] = "Memory"
    returns: ClassVar[str] = "BufferHandle"
    law: ClassVar[str] = (
        "Legal where the elements that an iteration touches fit a box of constant size: they are "
        "copied in unless written first, and copied out if written."
    )

    target: Buffer = param.buffer("the array to keep a part of")
    axis: Loop = param.loop("the loop whose iterations get the local array")

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        refusal = local_copy_refusal(program, "buffer_at", self.target, self.axis)
        if refusal is not None:
            return refusal
        if not self.axis.loops:
            return not_applicable(
                program,
                self.axis,
                f"buffer_at: '{self.axis.name}' is an innermost loop: a local array would hold "
                "each element for one use",
                "Name a loop further outside.",
            )
        plan = _plan(self.target, self.axis)
        if plan is None:
            return not_applicable(
                program,
                self.axis,
                f"buffer_at: what an iteration of '{self.axis.name}' touches of "
                f"'{self.target.name}' is no box of constant size",
                "Name a loop further inside, or one whose inner loops have constant bounds.",
            )
        return self._parallel_refusal(program, plan) or self._size_refusal(program, plan)

    def _parallel_refusal(self, program: Program, plan: _Plan) -> ScheduleError | None:
        """Copying out elements that were only copied in would race with other iterations."""
        parallel = next((loop for loop in self.axis.chain if loop.parallel), None)
        if parallel is None or not plan.stores or _writes_all(plan.accesses, plan.box, self.axis):
            return None
        return not_applicable(
            program,
            self.axis,
            f"buffer_at: '{parallel.name}' is parallel, and the local array would write back "
            f"elements of '{self.target.name}' that the iteration has not written",
            f"Apply buffer_at before parallel, or name another loop than '{self.axis.name}'.",
        )

    def _size_refusal(self, program: Program, plan: _Plan) -> ScheduleError | None:
        """Inside a pipelined loop the copies are unrolled."""
        if all(loop.pipeline_ii is None for loop in self.axis.chain):
            return None
        copies = prod(plan.box.extents) * (plan.loads + plan.stores)
        operations = copies + (pipelined_operations(self.axis) or 0)
        if operations <= MAX_UNROLLED_OPERATIONS:
            return None
        return NotApplicableError(
            f"buffer_at: '{self.axis.name}' is pipelined, so the copies are unrolled to "
            f"{operations:,} operations; the limit is {MAX_UNROLLED_OPERATIONS:,}",
            span=program.sources.span(self.axis.place),
            advice="Buffer a smaller part, or pipeline a loop inside.",
        )

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        plan = _plan(self.target, self.axis)
        assert plan is not None
        function = program.functions[self.axis.function]
        root = self.axis.chain[0]
        name = fresh_name(
            f"{self.target.name}_buf",
            [
                *(buffer.name for buffer in function.buffers),
                *(loop.name.rpartition("_")[0] for loop in root.subtree()),
            ],
        )
        kept = [dim for dim, extent in enumerate(plan.box.extents) if extent > 1]
        array = local_memory.allocate(
            name,
            self.target,
            [plan.box.extents[dim] for dim in kept],
            rewrite.body_start(self.axis.op),
        )
        copy = _Copy(self.target, array.result, plan.box, kept, function, self.axis.op.location)
        for access in plan.accesses:
            forms = access.subscripts or ()
            inside = [forms[dim].minus(plan.box.lower[dim]) for dim in kept]
            local_memory.redirect(access, array.result, inside, function)
        if plan.stores:
            copy.build(f"store_{name}", f"{name}_store", rewrite.body_end(self.axis.op), True)
        if plan.loads:
            # Taken only now: a point stands before the next operation, which redirecting may erase.
            after_alloc = ir.InsertionPoint.after(array.operation)
            copy.build(f"load_{name}", f"{name}_load", after_alloc, False)
        key = f"{function.name}:{name}"
        if not plan.replaces:
            return Outcome(buffers=(key,))
        self.target.value.owner.erase()
        return Outcome({self.target.key: (key,)}, buffers=(key,))

    def explain(self) -> str:
        return (
            f"each iteration of {self.axis.name} works on a local copy of its part of "
            f"{self.target.name}"
        )


def local_copy_refusal(
    program: Program, primitive: str, target: Buffer, axis: Loop
) -> ScheduleError | None:
    """Why the accesses to ``target`` inside ``axis`` cannot be redirected to another array."""
    refusal = require_affine(program, primitive, axis) or new_stage_refusal(
        program, primitive, axis
    )
    if refusal is not None:
        return refusal
    span = program.sources.span(axis.place)
    if target.function != axis.function:
        return NotApplicableError(
            f"{primitive}: '{target.name}' is an array of {target.function}, and '{axis.name}' a "
            f"loop of {axis.function}",
            span=span,
            advice="Name an array and a loop of the same function.",
        )
    if not target.shape:
        return NotApplicableError(
            f"{primitive}: '{target.name}' is a scalar: it already is a register",
            span=program.sources.span(target.place),
            advice="Name an array.",
        )
    if axis in target.home:
        return NotApplicableError(
            f"{primitive}: '{target.name}' is already local to one iteration of '{axis.name}'",
            span=program.sources.span(target.place),
            advice="Name a loop inside the place where it is declared.",
        )
    accesses = [access for access in axis.all_accesses() if access.buffer is target]
    if not accesses:
        users = dict.fromkeys(a.loops[-1].name for a in target.accesses if a.loops)
        return NotApplicableError(
            f"{primitive}: nothing in loop '{axis.name}' touches '{target.name}'",
            span=span,
            advice=f"Loops that do: {', '.join(users) or 'none'}.",
        )
    for access in accesses:
        if access.is_call:
            callee = ir.FlatSymbolRefAttr(access.op.attributes["callee"]).value
            return NotApplicableError(
                f"{primitive}: '{target.name}' is handed to {callee} inside '{axis.name}'",
                span=program.sources.span(access.place),
                advice=f"Inline {callee} first, or schedule it by itself.",
            )
        if access.subscripts is None or not access.op.name.startswith("affine."):
            return NotApplicableError(
                f"{primitive}: a subscript of '{target.name}' is not affine, so which elements "
                f"an iteration of '{axis.name}' touches is not known",
                span=program.sources.span(access.place),
                advice="Only accesses by loop variables, constants and index arguments can be "
                "redirected.",
            )
    return _alias_refusal(program, primitive, target, axis)


def _alias_refusal(
    program: Program, primitive: str, target: Buffer, axis: Loop
) -> ScheduleError | None:
    """A copy would be out of date where the array is written under another name."""
    names = [target, *other_names(program, target)]
    inside = [access for access in axis.all_accesses() if access.buffer in names]
    others = [access for access in inside if access.buffer is not target]
    if not others or not any(access.is_write for access in inside):
        return None
    return NotApplicableError(
        f"{primitive}: '{target.name}' and '{others[0].buffer.name}' of {target.function} are one "
        "array in a call, so a copy would be out of date",
        span=program.sources.span(others[0].place),
        advice=f"Inline {target.function} first, or pass two different arrays.",
    )


@dataclass(frozen=True)
class _Plan:
    """What to build: the box, whether it is copied in and out, and whether the target goes."""

    accesses: Sequence[Access]
    box: Box
    loads: bool
    stores: bool
    replaces: bool = False


def _plan(target: Buffer, axis: Loop) -> _Plan | None:
    accesses = _part([access for access in axis.all_accesses() if access.buffer is target], axis)
    box = footprint_box(accesses, axis.chain)
    if box is None:
        return None
    if not any(access.is_write for access in accesses):
        return _Plan(accesses, box, loads=True, stores=False)
    reads_old = _starts_with_a_read(accesses, axis) or upward_exposed_reads(target, axis, accesses)
    if not reads_old and target.kind == "local" and len(accesses) == len(target.accesses):
        return _Plan(accesses, box, loads=False, stores=False, replaces=True)
    return _Plan(accesses, box, reads_old or not _writes_all(accesses, box, axis), stores=True)


def _part(accesses: Sequence[Access], axis: Loop) -> Sequence[Access]:
    """What the local array serves: all accesses, or those that touch what is written, where the
    others read far more and never the same."""
    writes = [access for access in accesses if access.is_write]
    everything = footprint_box(accesses, axis.chain)
    written = footprint_box(writes, axis.chain)
    if written is None or (everything is not None and everything.extents == written.extents):
        return accesses
    reads = [access for access in accesses if not access.is_write]
    apart = reads_apart(reads, writes, axis.chain)
    part = [access for access in accesses if access not in apart]
    kept = footprint_box(part, axis.chain)
    if kept is None or (everything is not None and kept.elements >= everything.elements):
        return accesses
    return part


def _starts_with_a_read(accesses: Sequence[Access], axis: Loop) -> bool:
    """Whether the very first access of an iteration surely is a read: a quick test."""
    depth = axis.depth + 1
    first = min(accesses, key=lambda a: (*(loop.position for loop in a.loops[depth:]), a.position))
    inner = first.loops[depth:]
    is_sure = not first.guards and all(loop.trip_count and not loop.guards for loop in inner)
    return is_sure and not first.is_write


def _writes_all(accesses: Sequence[Access], box: Box, axis: Loop) -> bool:
    """Whether every iteration writes every element of the box for certain."""
    written = footprint_box([access for access in accesses if access.is_write], axis.chain)
    return (
        written is not None
        and written.extents == box.extents
        and all(a.minus(b) == LinearForm() for a, b in zip(written.lower, box.lower, strict=True))
        and written.is_exact
    )


@dataclass(frozen=True)
class _Copy:
    """The nest that copies between a box of ``target`` and ``array``, which keeps dims ``kept``."""

    target: Buffer
    array: ir.Value
    box: Box
    kept: Sequence[int]
    function: Function
    location: ir.Location

    def build(self, op_name: str, loops: str, point: ir.InsertionPoint, outward: bool) -> None:
        """Copy in at ``point``, or ``outward``; elements of the box outside the array are left."""
        point = self._inside_array(point)
        variables: dict[int, ir.Value] = {}
        for number, dim in enumerate(self.kept):
            loop = rewrite.build_loop(
                f"{loops}{number}",
                self._first(dim),
                self._end(dim),
                1,
                self.location,
                point,
            )
            if number == 0:
                attrs.set_text(loop, attrs.OP_NAME, op_name)
            variables[dim] = rewrite.induction_variable(loop)
            point = rewrite.body_start(loop)
        outer, inner = IndexBuilder(self.function), IndexBuilder(self.function)
        local = [inner.value(variables[dim]) for dim in self.kept]
        there = [
            outer.form(form) + (outer.value(variables[dim]) if dim in variables else 0)
            for dim, form in enumerate(self.box.lower)
        ]
        if outward:
            value = local_memory.load(self.array, local, inner, self.location, point)
            local_memory.store(value, self.target.value, there, outer, self.location, point)
        else:
            value = local_memory.load(self.target.value, there, outer, self.location, point)
            local_memory.store(value, self.array, local, inner, self.location, point)

    def _inside_array(self, point: ir.InsertionPoint) -> ir.InsertionPoint:
        """Guard the nest where the single subscript of a dropped dimension may leave the array."""
        index = IndexBuilder(self.function)
        conditions: list[ir.AffineExpr] = []
        for dim, form in enumerate(self.box.lower):
            if dim in self.kept:
                continue
            low, high = Ranges().of_form(form)
            if low < 0:
                conditions.append(index.form(form))
            if high >= self.target.shape[dim]:
                conditions.append(self.target.shape[dim] - 1 - index.form(form))
        if not conditions:
            return point
        if_op = local_memory.conditional(conditions, index, self.location, point)
        return local_memory.branch_end(if_op)

    def _first(self, dim: int) -> rewrite.Bound:
        index = IndexBuilder(self.function)
        starts = [index.constant(0)]
        if Ranges().of_form(self.box.lower[dim])[0] < 0:
            starts.append(index.form(self.box.lower[dim].times(-1)))
        return index.bound(starts)

    def _end(self, dim: int) -> rewrite.Bound:
        index = IndexBuilder(self.function)
        extent, size = self.box.extents[dim], self.target.shape[dim]
        ends = [index.constant(extent)]
        if Ranges().of_form(self.box.lower[dim])[1] + extent > size:
            ends.append(index.form(self.box.lower[dim].times(-1)) + size)
        return index.bound(ends)
