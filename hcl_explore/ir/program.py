"""The Program: what a module contains, read in one walk.

A read-only view for analyses: functions, loops, buffers and accesses with their subscripts as forms
over loops. It is built anew from each module and never edited, so it cannot drift from the IR.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import mlir.ir as ir

from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.linear import LinearForm, Symbol, Variable
from hcl_explore.ir.locations import SourcePlace, Sources
from hcl_explore.lang.external import ExternalFunction
from hcl_explore.lang.types import UNKNOWN_SIZE


@dataclass(eq=False)
class Loop:
    """One loop. Identity is the object's; ``key`` is unique in the program.

    The iterations are ``max(lower) <= v < min(upper)`` in steps of ``step``. A bound is None where
    it is not affine (``scf.for`` over run-time values, ``while``); ``trip_count`` is None unless
    both bounds are constants.
    """

    op: ir.Operation
    function: str
    band: str
    name: str
    op_name: str | None
    parent: Loop | None
    depth: int
    kind: str
    position: int
    lower: tuple[LinearForm, ...] | None
    upper: tuple[LinearForm, ...] | None
    step: int | None
    trip_count: int | None
    place: SourcePlace | None
    pipeline_ii: int | None = None
    rewind: bool = False
    unroll: int | None = None
    parallel: bool = False
    vectorize: int | None = None
    dataflow: bool = False
    reduction: bool = False
    guards: tuple[Guard, ...] = ()
    loops: list[Loop] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    operations: list[ir.Operation] = field(default_factory=list)
    """Every operation directly in this loop (also under its ifs) that is not itself a loop; the
    last one is the terminator."""

    @property
    def key(self) -> str:
        return f"{self.function}:{self.band}.{self.name}"

    @cached_property
    def chain(self) -> tuple[Loop, ...]:
        """The enclosing loops and this one, outermost first."""
        return (*self.parent.chain, self) if self.parent else (self,)

    @property
    def is_affine(self) -> bool:
        return self.lower is not None and self.upper is not None and self.step is not None

    @property
    def only_loop(self) -> Loop | None:
        """The inner loop, where the body is nothing but that loop; else None."""
        is_alone = len(self.loops) == 1 and not self.loops[0].guards
        return self.loops[0] if is_alone and len(self.operations) == 1 else None

    def bound_variables(self) -> set[Variable]:
        """The outer loops and symbols that the bounds use."""
        bounds = (*(self.lower or ()), *(self.upper or ()))
        return {variable for form in bounds for variable in form.variables()}

    def subtree(self) -> Iterator[Loop]:
        """This loop and every loop inside it, in preorder."""
        yield self
        for inner in self.loops:
            yield from inner.subtree()

    def all_accesses(self) -> Iterator[Access]:
        """The accesses of this loop and of every loop inside it."""
        for loop in self.subtree():
            yield from loop.accesses

    def __repr__(self) -> str:
        return f"<loop {self.key}>"


@dataclass(eq=False)
class Buffer:
    """An array, or a scalar variable (``shape == ()``).

    ``kind`` is ``argument``, ``result`` (allocated here and returned), ``local``, ``constant`` or
    ``state`` (kept from one call to the next);
    or ``stream``, then ``shape`` is that of the array of FIFOs, ``block`` that of a token and
    ``depth`` how many tokens a FIFO holds (None of an argument: the caller's stream knows).
    ``home`` the loops around its allocation: it is private to one iteration of them.
    """

    value: ir.Value
    function: str
    name: str
    kind: str
    dtype: str
    shape: tuple[int, ...]
    bits: int
    partition: tuple[PartitionedDim, ...]
    storage: str | None
    home: tuple[Loop, ...]
    place: SourcePlace | None
    argument_position: int | None = None
    block: tuple[int, ...] = ()
    depth: int | None = None
    bank: str | None = None
    """Where an argument lies off the chip, if the user said so."""
    accesses: list[Access] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.function}:{self.name}"

    @property
    def is_sized(self) -> bool:
        """Whether all sizes are known before the program runs."""
        return UNKNOWN_SIZE not in self.shape

    @property
    def elements(self) -> int:
        """The number of elements; sizes that are not known count as 1."""
        return prod(size for size in self.shape if size != UNKNOWN_SIZE)

    @property
    def bytes(self) -> int:
        """Storage in bytes, each element rounded up to whole bytes."""
        return self.elements * ((self.bits + 7) // 8)

    def __repr__(self) -> str:
        return f"<buffer {self.key}>"


@dataclass(frozen=True)
class Constraint:
    """``form >= 0``, or ``form == 0`` where ``is_equality``."""

    form: LinearForm
    is_equality: bool


@dataclass(eq=False, frozen=True)
class Guard:
    """An enclosing ``if``. ``constraints`` is their conjunction, or None where the condition is
    not affine; ``negated`` in the else branch."""

    op: ir.Operation
    constraints: tuple[Constraint, ...] | None
    negated: bool

    def variables(self) -> set[Variable]:
        """The loops and symbols that the constraints use."""
        return {v for held in self.constraints or () for v in held.form.variables()}

    def parts(self) -> tuple[Guard, ...]:
        """Guards that hold together just where this one does: one for each constraint, where that
        can be said so (a negated conjunction stays whole)."""
        if self.constraints is None or self.negated:
            return (self,)
        return tuple(Guard(self.op, (held,), False) for held in self.constraints)


@dataclass(eq=False)
class Access:
    """One load or store, or (``is_call``) what a call may do to an array that it is handed.

    ``subscripts`` is a form per dimension, or None where one of them is not affine (it may then
    touch any element). ``position`` orders it among the items of its innermost loop.
    """

    op: ir.Operation
    buffer: Buffer
    is_write: bool
    subscripts: tuple[LinearForm, ...] | None
    loop: Loop | None
    guards: tuple[Guard, ...]
    position: int
    place: SourcePlace | None

    @property
    def loops(self) -> tuple[Loop, ...]:
        """The loops around it, outermost first."""
        return self.loop.chain if self.loop else ()

    @property
    def is_call(self) -> bool:
        """Whether this stands for the effect of a call instead of a load or store."""
        return bool(self.op.name == "func.call")

    @property
    def all_guards(self) -> tuple[Guard, ...]:
        """The ifs around it and around its loops, outermost first."""
        outer = tuple(guard for loop in self.loops for guard in loop.guards)
        return (*outer, *self.guards)

    def __repr__(self) -> str:
        inside = "?" if self.subscripts is None else ", ".join(map(str, self.subscripts))
        return f"<{'write' if self.is_write else 'read'} {self.buffer.name}[{inside}]>"


@dataclass(eq=False)
class Call:
    """A call of another kernel, with the buffers that it is handed (None for scalars). ``forms``
    are its ``index`` operands over loops and symbols, None for the others."""

    op: ir.Operation
    callee: str
    arguments: tuple[Buffer | None, ...]
    results: tuple[Buffer, ...]
    loop: Loop | None
    guards: tuple[Guard, ...]
    position: int
    place: SourcePlace | None
    forms: tuple[LinearForm | None, ...]

    @property
    def loops(self) -> tuple[Loop, ...]:
        return self.loop.chain if self.loop else ()


@dataclass(eq=False)
class Function:
    """One function: ``loops``, ``accesses``, ``calls`` and ``operations`` are those directly in its
    body; ``buffers`` are all of it. ``symbols`` are the values that symbols stand for. With
    ``external`` it is C++: the body is not here, the accesses are what its ports say."""

    op: ir.Operation
    name: str
    place: SourcePlace | None
    dataflow: bool
    buffers: list[Buffer] = field(default_factory=list)
    external: ExternalFunction | None = None
    symbols: dict[Symbol, ir.Value] = field(default_factory=dict)
    loops: list[Loop] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    operations: list[ir.Operation] = field(default_factory=list)

    def all_loops(self) -> Iterator[Loop]:
        for loop in self.loops:
            yield from loop.subtree()

    def all_accesses(self) -> Iterator[Access]:
        yield from self.accesses
        for loop in self.loops:
            yield from loop.all_accesses()

    def all_calls(self) -> Iterator[Call]:
        yield from self.calls
        for loop in self.all_loops():
            yield from loop.calls


@dataclass(eq=False)
class Program:
    """All functions of a module by name, callees before callers; which one is the kernel; and the
    source text for messages. It keeps the module, whose operations it names, alive."""

    top: str
    functions: dict[str, Function]
    sources: Sources = field(default_factory=Sources)
    module: object = field(default=None, repr=False, compare=False)

    @property
    def kernel(self) -> Function:
        return self.functions[self.top]

    def all_loops(self) -> Iterator[Loop]:
        for function in self.functions.values():
            yield from function.all_loops()

    def all_buffers(self) -> Iterator[Buffer]:
        for function in self.functions.values():
            yield from function.buffers

    def loop(self, key: str) -> Loop | None:
        """The loop with that key, or None."""
        return next((loop for loop in self.all_loops() if loop.key == key), None)

    def buffer(self, key: str) -> Buffer | None:
        """The buffer with that key, or None."""
        return next((buffer for buffer in self.all_buffers() if buffer.key == key), None)
