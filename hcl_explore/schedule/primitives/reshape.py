"""reshape: give an array another shape of as many elements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import mlir.ir as ir

from hcl_explore.errors import ArgumentError, NotApplicableError, ScheduleError
from hcl_explore.ir import local_memory
from hcl_explore.ir.linear import LinearForm, Rounding
from hcl_explore.ir.locations import place_of
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.polyhedral.domain import Ranges
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.connected_buffers import connected_buffers
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.retyping import refresh_signature


@dataclass(frozen=True)
class Reshape(Primitive):
    """Store a local array in another shape; its elements keep their row-major order.

    It has the new shape in every function that it is handed to.

    Before::

        B: int32[4, 8]
        for i in range(4):
            for j in range(8): B[i, j] = f(i, j)

    After ``s.reshape(s.B, [32])``::

        B: int32[32]
        for i in range(4):
            for j in range(8): B[8 * i + j] = f(i, j)
    """

    name: ClassVar[str] = "reshape"
    group: ClassVar[str] = "Memory"
    returns: ClassVar[str] = "BufferHandle"
    law: ClassVar[str] = "Always legal: only where elements are stored changes."

    target: Buffer = param.buffer("the array to reshape")
    shape: tuple[int, ...] = param.integers("the new extents, as many elements as now", minimum=1)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        target = self.target
        span = program.sources.span(target.place)
        connected = connected_buffers(program, target)
        for buffer in connected:
            if buffer.kind in _FIXED or (buffer.function == program.top and buffer.kind != "local"):
                what = _FIXED.get(buffer.kind, "an argument or result of the kernel")
                return NotApplicableError(
                    f"reshape: '{buffer.name}' is {what}: its shape is part of the interface",
                    span=program.sources.span(buffer.place),
                    advice="Reshape a local array; buffer_at makes one.",
                )
        if prod(self.shape) != target.elements or not target.shape:
            return ArgumentError(
                f"reshape: '{target.name}' has {target.elements} elements "
                f"({_text(target.shape)}), and {_text(self.shape)} has {prod(self.shape)}",
                span=span,
                advice="The product of the new extents must be the same.",
            )
        if self.shape == target.shape:
            return ArgumentError(
                f"reshape: '{target.name}' already is {_text(self.shape)}",
                span=span,
                advice="Leave this step out.",
            )
        for buffer in connected:
            if buffer.partition:
                return NotApplicableError(
                    f"reshape: '{buffer.name}' is partitioned ({buffer.partition[0]}), and its "
                    "dimensions would change",
                    span=program.sources.span(buffer.place),
                    advice="Undo that step, reshape, and partition then.",
                )
        refusals = (_use_refusal(program, buffer) for buffer in connected)
        return next((refusal for refusal in refusals if refusal is not None), None)

    def holds(self, program: Program) -> bool:
        return self.shape == self.target.shape

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        connected = connected_buffers(program, self.target)
        with module.operation.context, ir.Location.unknown():
            for buffer in connected:
                kind = ir.MemRefType(buffer.value.type)
                buffer.value.set_type(
                    ir.MemRefType.get(
                        list(self.shape), kind.element_type, memory_space=kind.memory_space
                    )
                )
            for function in program.functions.values():
                refresh_signature(function.op)
        for buffer in connected:
            function = program.functions[buffer.function]
            for access in buffer.accesses:
                if not access.is_call:
                    subscripts = _regroup(access.subscripts or (), buffer.shape, self.shape)
                    local_memory.redirect(access, buffer.value, subscripts, function)
        return Outcome(buffers=(self.target.key,))

    def explain(self) -> str:
        return f"store {self.target.name} as {_text(self.shape)}"


_FIXED = {
    "constant": "a constant table",
    "state": "kept from one call to the next",
}
_HANDED_ON = ("func.call", "func.return", "memref.dealloc")


def _use_refusal(program: Program, buffer: Buffer) -> ScheduleError | None:
    """Why an access of the array cannot be given other subscripts."""
    if program.functions[buffer.function].external is not None:
        return NotApplicableError(
            f"reshape: '{buffer.name}' is handed to the C++ function {buffer.function}",
            span=program.sources.span(buffer.place),
            advice="The shapes of its arguments are fixed.",
        )
    known = {access.op for access in buffer.accesses if access.subscripts is not None}
    for use in buffer.value.uses:
        op = use.owner.operation
        if op.name in _HANDED_ON or (op.name.startswith("affine.") and op in known):
            continue
        return NotApplicableError(
            f"reshape: '{buffer.name}' is used with other subscripts here",
            span=program.sources.span(place_of(op.location)),
            advice="Only arrays with affine subscripts everywhere can be reshaped.",
        )
    return None


def _text(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))


def _regroup(
    subscripts: Sequence[LinearForm], old: Sequence[int], new: Sequence[int]
) -> list[LinearForm]:
    """The subscripts of the same element in the new shape.

    Both shapes are cut into the shortest runs of equal products, so that untouched dimensions keep
    their subscripts.
    """
    result: list[LinearForm] = []
    old_at = new_at = 0
    while old_at < len(old) and new_at < len(new):
        old_end, new_end = old_at + 1, new_at + 1
        while (old_size := prod(old[old_at:old_end])) != (new_size := prod(new[new_at:new_end])):
            if old_size < new_size:
                old_end += 1
            else:
                new_end += 1
        run = _linear(subscripts[old_at:old_end], old[old_at:old_end])
        result += _unravel(run, new[new_at:new_end])
        old_at, new_at = old_end, new_end
    # What is left on either side are extents of 1.
    return result + [LinearForm()] * (len(new) - new_at)


def _linear(subscripts: Sequence[LinearForm], extents: Sequence[int]) -> LinearForm:
    total = LinearForm()
    for form, extent in zip(subscripts, extents, strict=True):
        total = total.times(extent).plus(form)
    return total


def _unravel(number: LinearForm, extents: Sequence[int]) -> list[LinearForm]:
    result: list[LinearForm] = []
    for extent in reversed(extents[1:]):
        number, rest = _divide(number, extent)
        result.append(rest)
    return [number, *reversed(result)]


def _divide(form: LinearForm, divisor: int) -> tuple[LinearForm, LinearForm]:
    """Quotient and remainder; without rounding where the remainder is seen to be small enough."""
    if divisor == 1:
        return form, LinearForm()
    varying = LinearForm(
        tuple((variable, factor) for variable, factor in form.terms if factor % divisor),
        roundings=tuple(r for r in form.roundings if r.coefficient % divisor),
    )
    least, _ = Ranges().of_form(varying)
    rest = varying.plus(LinearForm(constant=-least + (form.constant + least) % divisor))
    whole = form.minus(rest)
    low, high = Ranges().of_form(rest)
    if low >= 0 and high < divisor:
        quotient = LinearForm(
            tuple((variable, factor // divisor) for variable, factor in whole.terms),
            whole.constant // divisor,
            tuple(
                Rounding(r.kind, r.form, r.divisor, r.coefficient // divisor)
                for r in whole.roundings
            ),
        )
        return quotient, rest
    return (
        LinearForm(roundings=(Rounding("floordiv", form, divisor),)),
        LinearForm(roundings=(Rounding("mod", form, divisor),)),
    )
