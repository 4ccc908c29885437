"""reuse_at: keep what the next iteration of a loop reads again (line and window buffers)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import local_memory, rewrite
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.local_memory import IndexBuilder
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Function, Loop, Program
from hcl_explore.polyhedral.domain import Ranges
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.primitives.buffer_at import local_copy_refusal
from hcl_explore.schedule.reuse_plan import ReusePlan, Walk, plan_reuse


@dataclass(frozen=True)
class ReuseAt(Primitive):
    """Keep the elements of an array that the next iteration of a loop reads again.

    The kept part is a small array that shifts by one iteration and takes in only what is new, so
    each element is read once. The loop runs some iterations longer, in which the array fills; the
    computation waits until it is full. Where the next inner loop walks along another dimension,
    each of its iterations takes in one column.

    Before::

        for y in range(30):
            for x in range(30): B[y, x] = A[y, x] + A[y + 1, x] + A[y + 2, x]

    After ``s.reuse_at(s.A, "y")``::

        A_reuse_y = new array of 3 × 30
        for y in range(32):
            for x in range(30):
                shift column x of A_reuse_y up by one row
                A_reuse_y[2, x] = A[y, x]
                if y >= 2:
                    B[y - 2, x] = A_reuse_y[0, x] + A_reuse_y[1, x] + A_reuse_y[2, x]

    Reusing the new array at ``x`` gives a window buffer. Gives the new array.
    """

    name: ClassVar[str] = "reuse_at"
    group: ClassVar[str] = "Memory"
    returns: ClassVar[str] = "BufferHandle"
    law: ClassVar[str] = (
        "Legal where each iteration reads the box of the one before, shifted along one dimension, "
        "and no element is written while it is kept."
    )

    target: Buffer = param.buffer("the array that is read again and again")
    axis: Loop = param.loop("the loop over whose iterations elements are kept")

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        refusal = local_copy_refusal(program, "reuse_at", self.target, self.axis)
        if refusal is not None:
            return refusal
        plan = plan_reuse(program, self.target, self.axis)
        return plan if isinstance(plan, ScheduleError) else None

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        plan = plan_reuse(program, self.target, self.axis)
        assert isinstance(plan, ReusePlan)
        function = program.functions[self.axis.function]
        root = self.axis.chain[0]
        name = fresh_name(
            _array_name(self.target, self.axis),
            [
                *(buffer.name for buffer in function.buffers),
                *(loop.name.rpartition("_")[0] for loop in root.subtree()),
            ],
        )
        _Builder(plan, name, function).build()
        return Outcome(buffers=(f"{function.name}:{name}",))

    def explain(self) -> str:
        return (
            f"keep the part of {self.target.name} that the next iteration of {self.axis.name} "
            "reads again"
        )


def _array_name(target: Buffer, axis: Loop) -> str:
    suffix = axis.name.replace(".", "_")
    marker = "" if "_reuse_" in target.name else "_reuse"
    return f"{target.name}{marker}_{suffix}"


class _Builder:
    """Carries out a plan on the module."""

    def __init__(self, plan: ReusePlan, name: str, function: Function) -> None:
        self.plan = plan
        self.name = name
        self.function = function
        self.location = plan.rows.loop.op.location
        self.kept = [
            dim for dim, extent in enumerate(plan.box.extents) if extent > 1 or dim == plan.rows.dim
        ]
        columns = plan.columns
        is_guarded = columns is not None and self._reach(self._new_in_array(columns.dim))[0] < 0
        self.guarded_dim = columns.dim if columns is not None and is_guarded else None

    def build(self) -> None:
        plan = self.plan
        self.array = local_memory.allocate(
            self.name,
            plan.target,
            [plan.box.extents[dim] for dim in self.kept],
            ir.InsertionPoint(_outside_perfect_nest(plan.rows.loop).op),
        ).result
        for access in plan.reads:
            forms = access.subscripts or ()
            inside = [forms[dim].minus(plan.box.lower[dim]) for dim in self.kept]
            local_memory.redirect(access, self.array, inside, self.function)
        walks = [walk for walk in (plan.rows, plan.columns) if walk is not None]
        body = [op.operation for op in walks[-1].loop.op.regions[0].blocks[0].operations][:-1]
        if plan.after is None:
            point = rewrite.body_start(walks[-1].loop.op)
        else:
            point = ir.InsertionPoint.after(plan.after)
        self._take_in(point)
        longer = [walk for walk in walks if walk.is_longer]
        if longer:
            self._guard(body, longer, walks[-1].loop.op)
        for walk in longer:
            _lengthen(walk)

    def _take_in(self, point: ir.InsertionPoint) -> None:
        """Shift what is kept, and read what is new."""
        rows, columns = self.plan.rows, self.plan.columns
        offsets: dict[int, ir.Value] = {}
        for dim in self.kept:
            count = self.plan.box.extents[dim]
            if columns is not None and dim == columns.dim:
                count = columns.fresh
            if dim != rows.dim and count > 1:
                point, offsets[dim] = self._loop(f"d{dim}", count, point, not offsets)
        point = self._inside_new_array(point, offsets)
        shift_point, row = self._maybe_loop("shift", rows.window - rows.shift, point, not offsets)
        self._copy_row(shift_point, offsets, row)
        if row is not None:
            point = ir.InsertionPoint.after(row.owner.owner.operation)
        load_point, row = self._maybe_loop("new", rows.shift, point, not offsets)
        self._read_row(load_point, offsets, row)

    def _copy_row(
        self, point: ir.InsertionPoint, offsets: dict[int, ir.Value], row: ir.Value | None
    ) -> None:
        rows = self.plan.rows
        target, source = IndexBuilder(self.function), IndexBuilder(self.function)
        value = local_memory.load(
            self.array, self._here(source, offsets, row, rows.shift), source, self.location, point
        )
        local_memory.store(
            value, self.array, self._here(target, offsets, row, 0), target, self.location, point
        )

    def _read_row(
        self, point: ir.InsertionPoint, offsets: dict[int, ir.Value], row: ir.Value | None
    ) -> None:
        rows = self.plan.rows
        kept = rows.window - rows.shift
        guard, conditions = IndexBuilder(self.function), []
        there = []
        index = IndexBuilder(self.function)
        for dim, size in enumerate(self.plan.target.shape):
            start, count = self._new_in_target(dim)
            low, high = self._reach(start)
            if dim == self.guarded_dim:
                low = Ranges().of_form(self.plan.box.lower[dim])[0]
            inner = row if dim == rows.dim else offsets.get(dim)
            there.append(index.form(start) + (index.value(inner) if inner is not None else 0))
            position = guard.form(start) + (guard.value(inner) if inner is not None else 0)
            if low < 0:
                conditions.append(position)
            if high + count > size:
                conditions.append(size - 1 - position)
        if conditions:
            if_op = local_memory.conditional(conditions, guard, self.location, point)
            point = local_memory.branch_end(if_op)
        value = local_memory.load(self.plan.target.value, there, index, self.location, point)
        here = IndexBuilder(self.function)
        local_memory.store(
            value, self.array, self._here(here, offsets, row, kept), here, self.location, point
        )

    def _here(
        self,
        index: IndexBuilder,
        offsets: dict[int, ir.Value],
        row: ir.Value | None,
        first_row: int,
    ) -> list[ir.AffineExpr]:
        """Subscripts of the new array: ``first_row + row`` and what is taken in elsewhere."""
        result = []
        for dim in self.kept:
            inner = row if dim == self.plan.rows.dim else offsets.get(dim)
            first = index.constant(first_row)
            if dim != self.plan.rows.dim:
                first = index.form(self._new_in_array(dim))
            result.append(first + (index.value(inner) if inner is not None else 0))
        return result

    def _new_in_target(self, dim: int) -> tuple[LinearForm, int]:
        """Where in the target the elements that an iteration takes in begin, and their number."""
        rows, columns = self.plan.rows, self.plan.columns
        for walk in (rows, columns):
            if walk is not None and dim == walk.dim:
                skipped = LinearForm(constant=walk.window - walk.fresh)
                return walk.start.plus(skipped), walk.fresh
        return self.plan.box.lower[dim], self.plan.box.extents[dim]

    def _new_in_array(self, dim: int) -> LinearForm:
        return self._new_in_target(dim)[0].minus(self.plan.box.lower[dim])

    def _inside_new_array(
        self, point: ir.InsertionPoint, offsets: dict[int, ir.Value]
    ) -> ir.InsertionPoint:
        """In extra iterations of the inner loop the new columns may lie before the first one."""
        columns = self.plan.columns
        if columns is None or self.guarded_dim is None:
            return point
        index = IndexBuilder(self.function)
        condition = index.form(self._new_in_array(columns.dim))
        if columns.dim in offsets:
            condition = condition + index.value(offsets[columns.dim])
        if_op = local_memory.conditional([condition], index, self.location, point)
        return local_memory.branch_end(if_op)

    def _reach(self, form: LinearForm) -> tuple[int, int]:
        """Least and greatest value, with the loops as long as they will be."""
        low = high = 0
        for walk in (self.plan.rows, self.plan.columns):
            if walk is None:
                continue
            factor = form.coefficient(walk.loop)
            first = min(walk.first, walk.begin)
            last = first + (walk.end - 1 - first) // (walk.loop.step or 1) * (walk.loop.step or 1)
            low += min(factor * first, factor * last)
            high += max(factor * first, factor * last)
            form = form.minus(LinearForm(((walk.loop, factor),) if factor else ()))
        rest = Ranges().of_form(form)
        return low + rest[0], high + rest[1]

    def _maybe_loop(
        self, suffix: str, count: int, point: ir.InsertionPoint, is_first: bool
    ) -> tuple[ir.InsertionPoint, ir.Value | None]:
        return (point, None) if count == 1 else self._loop(suffix, count, point, is_first)

    def _loop(
        self, suffix: str, count: int, point: ir.InsertionPoint, is_first: bool
    ) -> tuple[ir.InsertionPoint, ir.Value]:
        loop = rewrite.counted_loop(f"{self.name}_{suffix}", count, self.location, point)
        if is_first:
            word = "load" if suffix == "new" else "shift"
            attrs.set_text(loop, attrs.OP_NAME, f"{word}_{self.name}")
        return rewrite.body_start(loop), rewrite.induction_variable(loop)

    def _guard(
        self, body: Sequence[ir.Operation], longer: Sequence[Walk], innermost: ir.Operation
    ) -> None:
        """Run the old body only in the old iterations."""
        index = IndexBuilder(self.function)
        conditions = [
            index.value(rewrite.induction_variable(walk.loop.op)) - walk.begin for walk in longer
        ]
        if_op = local_memory.conditional(
            conditions, index, self.location, rewrite.body_end(innermost)
        )
        end = if_op.regions[0].blocks[0].operations[0]
        for op in body:
            op.move_before(end)


def _lengthen(walk: Walk) -> None:
    """Let the loop run from ``walk.first``, counted from 0."""
    old = walk.loop.op
    context = old.context
    new = rewrite.build_loop(
        walk.loop.name,
        rewrite.Bound.constant(0, context),
        rewrite.Bound.constant(walk.end - walk.first, context),
        walk.loop.step or 1,
        old.location,
        ir.InsertionPoint(old),
    )
    rewrite.copy_attributes(old, new)
    rewrite.move_body(old, new)
    variable = rewrite.induction_variable(new)
    variable.set_location(rewrite.induction_variable(old).location)
    rewrite.replace_with_affine(
        rewrite.induction_variable(old),
        [variable],
        lambda dims: dims[0] + walk.first,
        old.location,
        rewrite.body_start(new),
    )
    old.erase()


def _outside_perfect_nest(axis: Loop) -> Loop:
    """The outermost loop around ``axis`` that holds nothing else: the new array is declared before
    it, so that the nest stays perfect. Loops whose iterations run at once each need their own."""
    loop = axis
    while (
        loop.parent is not None
        and loop.parent.only_loop is loop
        and not (loop.parent.parallel or loop.parent.dataflow or loop.parent.unroll is not None)
    ):
        loop = loop.parent
    return loop
