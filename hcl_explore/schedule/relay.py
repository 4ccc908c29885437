"""Data that travel from task to task: each reads from its neighbour, and hands on what it read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

import mlir.ir as ir
from mlir.dialects import func

from hcl_explore.errors import ArgumentError, ScheduleError, UnknownNameError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.linear import Symbol
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Access, Buffer, Call, Function, Program
from hcl_explore.polyhedral.domain import is_exact
from hcl_explore.polyhedral.positions import position_of
from hcl_explore.polyhedral.touched import symbols_of
from hcl_explore.schedule.legality import not_applicable
from hcl_explore.schedule.outlining import symbols
from hcl_explore.schedule.stream_rewrite import (
    add_argument,
    call_instead,
    declare_stream,
    get,
    index_constant,
    next_position,
    put,
    remove_argument,
)
from hcl_explore.schedule.tasks import is_task_of, tasks


@dataclass(frozen=True)
class Element:
    """One task: its call, its position, and the array as it is called there."""

    call: Call
    position: tuple[int, ...]
    buffer: Buffer

    @property
    def argument(self) -> int:
        place = self.buffer.argument_position
        assert place is not None
        return place


@dataclass(frozen=True)
class Relay:
    """``target`` handed along ``axis`` of the tasks of ``kernel``."""

    program: Program
    target: Buffer
    kernel: str
    axis: int

    @cached_property
    def calls(self) -> list[Call]:
        """The tasks of the kernel, in order."""
        return [
            call
            for name, call in tasks(self.program)
            if call.callee == self.kernel or is_task_of(name, self.kernel)
        ]

    @cached_property
    def region(self) -> Function:
        """The function that starts the tasks."""
        first = self.calls[0].op
        return next(
            function
            for function in self.program.functions.values()
            if any(call.op == first for call in function.all_calls())
        )

    @cached_property
    def extents(self) -> list[int]:
        """The sizes of the grid of tasks."""
        return _extents(self.program.functions[self.calls[0].callee].op)

    @cached_property
    def elements(self) -> list[Element]:
        """The tasks that are handed the array."""
        inside = self._in_region()
        found = []
        for call in self.calls:
            if inside is None or inside not in call.arguments:
                continue
            callee = self.program.functions[call.callee]
            place = call.arguments.index(inside)
            buffer = next(b for b in callee.buffers if b.argument_position == place)
            values = position_of(call, callee)
            by_argument = {symbol.number: value for symbol, value in values.items()}
            position = tuple(by_argument[place] for place in range(len(self.extents)))
            found.append(Element(call, position, buffer))
        return found

    def _in_region(self) -> Buffer | None:
        """The array as the region knows it."""
        if self.target.function == self.region.name:
            return self.target
        for call in self.program.functions[self.target.function].all_calls():
            if call.callee == self.region.name and self.target in call.arguments:
                place = call.arguments.index(self.target)
                return next(b for b in self.region.buffers if b.argument_position == place)
        return None

    def refusal(self) -> ScheduleError | None:
        """Why the array cannot travel so, or None."""
        if not self.calls:
            known = dict.fromkeys(call.callee for _, call in tasks(self.program))
            return UnknownNameError(
                f"no tasks '{self.kernel}'",
                advice=f"Kernels of tasks here: {', '.join(known) or 'none; see unfold'}.",
            )
        if not 0 <= self.axis < len(self.extents):
            return ArgumentError(
                f"to: the tasks of '{self.kernel}' have no axis {self.axis}",
                advice=f"Their grid is {' × '.join(map(str, self.extents)) or 'a single task'}; "
                "axes count from 0.",
            )
        if not self.elements:
            return self._refuse(
                f"'{self.target.name}' is not handed to the tasks of '{self.kernel}'",
                "Only what the tasks read can travel along them.",
            )
        for buffer in {element.buffer for element in self.elements}:
            refusal = self._access_refusal(buffer)
            if refusal is not None:
                return refusal
        return None

    def _access_refusal(self, buffer: Buffer) -> ScheduleError | None:
        name = buffer.name
        accesses = buffer.accesses
        if any(access.is_write for access in accesses):
            return self._refuse(
                f"the tasks write '{name}'", "What travels from task to task can only be read."
            )
        if len(accesses) != 1 or accesses[0].is_call:
            return self._refuse(
                f"'{buffer.function}' reads '{name}' in {len(accesses)} places",
                "A task that hands its tokens on reads them in one place: keep in a variable what "
                "it needs again.",
            )
        access = accesses[0]
        if not is_exact(access):
            return self._refuse(
                f"what is read of '{name}' is not affine",
                "Only then is it known that all tasks along the axis read the same.",
            )
        pid = self._axis_symbol(buffer.function)
        if pid in set(symbols_of(access)):
            return self._refuse(
                f"which elements of '{name}' a task reads depends on its position along axis "
                f"{self.axis} ({pid.name})",
                "All tasks along the axis must read the same, in the same order.",
            )
        return None

    def _axis_symbol(self, function: str) -> Symbol:
        return next(s for s in self.program.functions[function].symbols if s.number == self.axis)

    def _refuse(self, message: str, advice: str) -> ScheduleError:
        return not_applicable(self.program, self.target, f"to: {message}", advice)

    # --- the rewrite --------------------------------------------------------------------------

    def rewrite(self, module: ModuleLike, depth: int) -> None:
        """Make the FIFOs, the tasks that fill the first of them, and the handing on."""
        region = self.region.op
        block = region.regions[0].blocks[0]
        name = fresh_name(f"{self.target.name}_fifo", [b.name for b in self.region.buffers])
        like = self.elements[0].buffer
        start = ir.InsertionPoint.at_block_begin(block)
        stream = declare_stream(like, name, self.extents, depth, start)
        array = self.elements[0].call.op.operands[self.elements[0].argument]
        self._add_loader(module, stream, array, name)
        by_function: dict[str, list[Element]] = defaultdict(list)
        for element in self.elements:
            by_function[element.call.callee].append(element)
        last = self.extents[self.axis] - 1
        for function, elements in by_function.items():
            ends = [element for element in elements if element.position[self.axis] == last]
            others = [element for element in elements if element.position[self.axis] != last]
            original = self.program.functions[function].op
            if ends and others:
                # The last one of a row hands nothing on: a function of its own.
                copy = original.clone(ir.InsertionPoint(original)).operation
                own = fresh_name(f"{function}_end", symbols(module))
                attrs.set_text(copy, "sym_name", own)
                self._receive(copy, elements[0].buffer, name, stream.type, hands_on=False)
                self._call(ends, own, stream)
            self._receive(original, elements[0].buffer, name, stream.type, hands_on=bool(others))
            self._call(others or ends, function, stream)

    def _call(self, elements: list[Element], callee: str, stream: ir.Value) -> None:
        for element in elements:
            operands = list(element.call.op.operands)
            del operands[element.argument]
            call_instead(element.call.op, callee, [*operands, stream])

    def _receive(
        self, function: ir.Operation, buffer: Buffer, name: str, kind: ir.Type, *, hands_on: bool
    ) -> None:
        """Let a task get what it read from the array, and put it into its neighbour's FIFO."""
        place = buffer.argument_position
        assert place is not None
        stream = add_argument(function, buffer, name, kind)
        arguments = function.regions[0].blocks[0].arguments
        position = [arguments[number] for number in range(len(self.extents))]
        load = next(iter(arguments[place].uses)).owner.operation
        with load.context, load.location, ir.InsertionPoint(load):
            value = get(stream, load.results[0].type, position)
            if hands_on:
                after = list(position)
                after[self.axis] = next_position(position[self.axis])
                put(stream, value, after)
        load.results[0].replace_all_uses_with(value)
        load.erase()
        remove_argument(function, place)

    def _add_loader(self, module: ModuleLike, stream: ir.Value, array: ir.Value, name: str) -> None:
        """A task for each row that reads the array and fills the row's first FIFO."""
        first = self.elements[0]
        original = self.program.functions[first.call.callee].op
        loader = original.clone(ir.InsertionPoint(original)).operation
        title = fresh_name(f"load_{self.target.name}", symbols(module))
        attrs.set_text(loader, "sym_name", title)
        access = next(access for access in first.buffer.accesses)
        load = _same_place(original, loader, access)
        _keep_only(loader, load)
        argument = add_argument(loader, first.buffer, name, stream.type)
        arguments = list(loader.regions[0].blocks[0].arguments)
        with load.context, load.location, ir.InsertionPoint.after(load):
            where = [arguments[number] for number in range(len(self.extents))]
            where[self.axis] = index_constant(0)
            put(argument, load.results[0], where)
        kept = {first.argument, len(arguments) - 1}
        kept |= {number for number in range(len(self.extents)) if number != self.axis}
        for number in reversed(range(len(arguments))):
            if number not in kept:
                remove_argument(loader, number)
        _count_positions(loader)
        heads = [element for element in self.elements if element.position[self.axis] == 0]
        for element in heads:
            row = [v for number, v in enumerate(element.position) if number != self.axis]
            call = element.call.op
            with call.context, call.location, ir.InsertionPoint(self.calls[0].op):
                where = [
                    operand
                    for number, operand in enumerate(call.operands)
                    if number < len(self.extents) and number != self.axis
                ]
                made = func.CallOp([], title, [*where, array, stream]).operation
            attrs.set_text(made, attrs.BUFFER_NAME, "_".join(map(str, (title, *row))))


def _extents(function: ir.Operation) -> list[int]:
    """The sizes of the grid that a function of tasks is mapped over."""
    found = []
    for place in range(len(function.regions[0].blocks[0].arguments)):
        fields = attrs.argument_attributes(function, place)
        if fields is not None and attrs.PID in fields:
            found.append(ir.IntegerAttr(fields[attrs.EXTENT]).value)
    return found


def _count_positions(function: ir.Operation) -> None:
    """Number the position's arguments anew after some have gone."""
    number = 0
    for place in range(len(function.regions[0].blocks[0].arguments)):
        fields = attrs.argument_attributes(function, place)
        if fields is not None and attrs.PID in fields:
            with function.context:
                kind = ir.IntegerType.get_signless(32)
                value = ir.IntegerAttr.get(kind, number)
            attrs.set_argument_attribute(function, place, attrs.PID, value)
            number += 1


def _same_place(original: ir.Operation, copy: ir.Operation, access: Access) -> ir.Operation:
    """The operation of ``copy`` that stands where that of ``access`` stands in ``original``."""
    return _all(copy)[_all(original).index(access.op)]


def _all(root: ir.Operation) -> list[ir.Operation]:
    found: list[ir.Operation] = []

    def visit(op: ir.Operation) -> ir.WalkResult:
        found.append(op)
        return ir.WalkResult.ADVANCE

    root.walk(visit, ir.WalkOrder.PRE_ORDER)
    return found


def _keep_only(function: ir.Operation, load: ir.Operation) -> None:
    """Erase all of ``function`` but ``load``, what is around it, and what that needs."""
    kept = [load]
    op = load
    while (parent := op.parent.operation) != function:
        kept.append(parent)
        op = parent
    for op in kept:
        needed = [value.owner for value in op.operands if not isinstance(value.owner, ir.Block)]
        kept += [owner.operation for owner in needed if owner.operation not in kept]
    terminators = ("affine.yield", "scf.yield", "func.return")
    for op in reversed(_all(function)[1:]):
        if op not in kept and op.name not in terminators:
            op.erase()
