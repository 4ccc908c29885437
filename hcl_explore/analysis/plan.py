"""What becomes of each loop: pipelined, unrolled into the one around it, or run step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from hcl_explore.analysis.options import EstimateOptions
from hcl_explore.analysis.values import CONSTANT, Values
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Function, Loop, Program

Mode = Literal["sequential", "pipelined", "unrolled", "flattened"]


@dataclass
class LoopPlan:
    """How a loop is built.

    ``flattened`` loops have become part of the pipelined loop inside them. ``copies`` counts the
    copies of the body: the trip count where the loop is unrolled away, a smaller factor where it
    stays with a wider body. ``target_ii`` is what was asked for (1 where nothing was); ``is_asked``
    whether a directive did.
    """

    mode: Mode = "sequential"
    copies: int = 1
    target_ii: int = 1
    is_asked: bool = False
    why: str = ""


@dataclass
class Plan:
    loops: dict[Loop, LoopPlan] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __getitem__(self, loop: Loop) -> LoopPlan:
        return self.loops[loop]

    def nest_of(self, loop: Loop) -> tuple[Loop, ...]:
        """The flattened loops around a pipelined one, outermost first, and the loop itself."""
        nest = [loop]
        while nest[0].parent is not None and self.loops[nest[0].parent].mode == "flattened":
            nest.insert(0, nest[0].parent)
        return tuple(nest)

    def is_copied(self, loop: Loop) -> bool:
        """Whether the loop's body stands in several copies."""
        entry = self.loops[loop]
        return entry.mode == "unrolled" or entry.copies > 1

    def copied_loops(self, access: Access) -> list[Loop]:
        """The loops around an access whose copies multiply it, outermost first."""
        return [loop for loop in access.loops if self.is_copied(loop)]

    def trips(self, loop: Loop, trips: int) -> int:
        """Iterations that are left of ``trips`` after a partial unroll. A last, incomplete one
        counts in a flattened nest only: elsewhere the reports leave it out (adi generate_9: 58 by
        4 makes 14)."""
        copies = self.loops[loop].copies
        if copies <= 1:
            return trips
        parent = loop.parent
        is_flattened = parent is not None and self.loops[parent].mode == "flattened"
        return -(-trips // copies) if is_flattened else max(1, trips // copies)


def make_plan(program: Program, values: Values, options: EstimateOptions) -> Plan:
    """The plan of every loop of a program: the directives first, then the tool's automatisms."""
    plan = Plan()
    for function in program.functions.values():
        for loop in function.loops:
            _by_directive(loop, plan)
        for loop in function.loops:
            if options.pipelines_by_itself:
                _automatic(loop, plan, options)
        for loop in function.loops:
            _flatten(function, loop, plan, values, options)
    return plan


def _by_directive(loop: Loop, plan: Plan) -> None:
    entry = plan.loops[loop] = LoopPlan()
    if loop.unroll is not None:
        factor = loop.trip_count if loop.unroll == 0 else loop.unroll
        if factor is None:
            plan.notes.append(f"{loop.name}: not unrolled, its trip count is not a constant")
        else:
            trips = loop.trip_count
            entry.copies = factor if trips is None else min(factor, trips)
            entry.why = "unroll directive"
            if trips is not None and entry.copies >= trips:
                entry.mode = "unrolled"
    if loop.pipeline_ii is not None and entry.mode == "unrolled" and _unroll_inside(loop, plan):
        return
    if loop.pipeline_ii is not None and entry.mode != "unrolled":
        if _unroll_inside(loop, plan):
            entry.mode = "pipelined"
            entry.target_ii, entry.is_asked, entry.why = (
                loop.pipeline_ii,
                True,
                "pipeline directive",
            )
            return
        plan.notes.append(
            f"{loop.name}: not pipelined, a loop inside it has no constant trip count to unroll"
        )
    for inner in loop.loops:
        _by_directive(inner, plan)


def _unroll_inside(loop: Loop, plan: Plan) -> bool:
    """Unroll everything inside a loop to be pipelined; False where a bound is not constant."""
    inside = [inner for inner in loop.subtree() if inner is not loop]
    if any(inner.trip_count is None for inner in inside):
        return False
    why = f"inside pipelined {loop.name}"
    for inner in inside:
        plan.loops[inner] = LoopPlan("unrolled", inner.trip_count or 0, why=why)
    return True


def _automatic(loop: Loop, plan: Plan, options: EstimateOptions) -> None:
    """Pipeline what no directive pipelines: the innermost loops, or their parents if they are
    small (UG1399; the reports of Vitis 2022 and 2023 agree)."""
    entry = plan.loops[loop]
    if entry.mode == "pipelined":
        return
    rolled = list(_rolled(loop, plan))
    for inner in rolled:
        _automatic(inner, plan, options)
    if entry.mode == "unrolled":
        return
    rolled_modes = {plan.loops[inner].mode for inner in rolled}
    if loop.key in options.not_pipelined:
        entry.why = "pipeline off"
        return
    if not rolled:
        _pipeline_alone(loop, plan)
        return
    absorbs = all(
        not plan.loops[inner].is_asked
        and plan.loops[inner].mode == "pipelined"
        and plan.loops[inner].copies == 1
        and not plan.loops[inner].why.startswith("small")
        and _is_small(inner, options)
        for inner in rolled
    )
    can_absorb = rolled_modes == {"pipelined"} and absorbs and not loop.dataflow
    if can_absorb and not _has_calls(loop) and _unroll_inside(loop, plan):
        plan.loops[loop] = LoopPlan(
            "pipelined", plan.loops[loop].copies, why="small inner loops: its parent pipelined"
        )


def _rolled(loop: Loop, plan: Plan) -> Iterator[Loop]:
    """The nearest loops inside that stay loops: those of unrolled ones count as the loop's own."""
    for inner in loop.loops:
        if plan.loops[inner].mode == "unrolled":
            yield from _rolled(inner, plan)
        else:
            yield inner


def _pipeline_alone(loop: Loop, plan: Plan) -> None:
    if loop.kind == "scf.while" or loop.dataflow or _has_calls(loop):
        return
    entry = plan.loops[loop]
    entry.mode, entry.why = "pipelined", "innermost: pipelined automatically"


def _is_small(loop: Loop, options: EstimateOptions) -> bool:
    """Whether the loop, with the perfect nest around it that flattens before anything else, makes
    few iterations."""
    trips = loop.trip_count
    if trips is None:
        return False
    parent = loop.parent
    if options.flatten and not is_broken_up(loop):
        while parent is not None and parent.only_loop is not None and parent.trip_count:
            trips *= parent.trip_count
            parent = parent.parent
    return trips <= options.pipeline_threshold


def is_broken_up(loop: Loop) -> bool:
    """Whether a nest is no longer perfect once what does not change in ``loop`` is moved out of it:
    an array element that an outer loop changes but this one does not is read before the loop, or
    written after it."""
    around = set(loop.chain[:-1])
    for access in loop.accesses:
        if access.buffer.shape and access.subscripts is not None:
            used = {v for form in access.subscripts for v in form.variables()}
            if loop not in used and used & around:
                return True
    return False


def _has_calls(loop: Loop) -> bool:
    return any(inner.calls for inner in loop.subtree())


def _flatten(
    function: Function, loop: Loop, plan: Plan, values: Values, options: EstimateOptions
) -> None:
    """Make a perfect nest around a pipelined loop part of it."""
    for inner in loop.loops:
        _flatten(function, inner, plan, values, options)
    if loop.key in options.not_flattened:
        return
    if not options.flatten or plan.loops[loop].mode != "sequential" or len(loop.loops) != 1:
        return
    inner = loop.loops[0]
    if plan.loops[inner].mode not in ("pipelined", "flattened") or plan.loops[loop].copies > 1:
        return
    if inner.guards or inner.trip_count is None or loop.kind == "scf.while" or loop.dataflow:
        return
    if options.forwards_stores and _reads_ahead(inner):
        return
    if loop.only_loop is inner or _only_resets(function, loop, values, options):
        plan.loops[loop].mode = "flattened"
        plan.loops[loop].why = f"flattened with {inner.name}"


def _reads_ahead(loop: Loop) -> bool:
    """Whether an iteration reads what the one before it stored: handed on in a register, whose
    first content is read before the loop, so that the nest is no longer perfect."""
    step = loop.step or 1
    stores = [access for access in loop.accesses if access.is_write and not access.guards]
    return any(
        not load.is_write
        and load.subscripts is not None
        and store.subscripts is not None
        and load.buffer is store.buffer
        and bool(load.buffer.shape)
        and any(form.coefficient(loop) for form in load.subscripts)
        and all(
            _is_constant(written.minus(read), written.coefficient(loop) * step)
            for read, written in zip(load.subscripts, store.subscripts, strict=True)
        )
        for store in stores
        for load in loop.accesses
    )


def _is_constant(form: LinearForm, value: int) -> bool:
    return form.is_constant and form.constant == value


def _only_resets(function: Function, loop: Loop, values: Values, options: EstimateOptions) -> bool:
    """Whether the statements around the inner loop only set something to a constant before it:
    Vitis 2023 sinks those into the nest (``C[i][j] = 0`` before the ``k`` loop)."""
    if options.tool != "vitis" or loop.calls:
        return False
    statements = values.of(function, loop)
    start = loop.loops[0].position
    return all(
        s.access is not None and s.access.position < start and s.operands[0].op == CONSTANT
        for s in statements
    ) and not any(not access.is_write for access in loop.accesses)
