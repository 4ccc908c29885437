"""The operations of a loop body as hardware sees them, one node per operation.

A body that is unrolled is held once, with the number of its copies, so a node stands for as many
operations as the unrolled loops that it depends on have copies. Conversions cost nothing and
vanish; integer widths are those that the operands need, not those of the types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from hcl_explore.analysis.plan import Plan
from hcl_explore.analysis.values import ARGUMENT, CONSTANT, LOAD, LOOP_VARIABLE, Value, Values
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Buffer, Call, Function, Loop

_KINDS = {
    "arith.addi": "add",
    "arith.subi": "add",
    "arith.muli": "mul",
    "arith.andi": "gate",
    "arith.ori": "gate",
    "arith.xori": "gate",
    "arith.shli": "shift",
    "arith.shrsi": "shift",
    "arith.shrui": "shift",
    "arith.cmpi": "icmp",
    "arith.select": "select",
    "arith.addf": "fadd",
    "arith.subf": "fsub",
    "arith.mulf": "fmul",
    "arith.divf": "fdiv",
    "arith.cmpf": "fcmp",
    "arith.extf": "fpext",
    "arith.truncf": "fptrunc",
    "arith.sitofp": "sitofp",
    "arith.uitofp": "sitofp",
    "arith.fptosi": "fptosi",
    "arith.fptoui": "fptosi",
    "arith.negf": "gate",
    "math.absf": "gate",
    "math.absi": "add",
    "math.sqrt": "fsqrt",
    "math.exp": "fexp",
    "math.exp2": "fexp",
    "math.log": "flog",
    "math.log2": "flog",
    "math.sin": "fsin",
    "math.cos": "fcos",
    "math.tanh": "ftanh",
    "math.powf": "fpow",
    "math.erf": "ferf",
    "arith.divsi": "div",
    "arith.divui": "div",
    "arith.remsi": "div",
    "arith.remui": "div",
    "arith.floordivsi": "div",
    "arith.ceildivsi": "div",
    "arith.maximumf": "fcmp",
    "arith.minimumf": "fcmp",
    "arith.maxnumf": "fcmp",
    "arith.minnumf": "fcmp",
    "arith.maxsi": "icmp",
    "arith.minsi": "icmp",
    "arith.maxui": "icmp",
    "arith.minui": "icmp",
}
_WIDTH_CASTS = frozenset({"arith.extsi", "arith.extui", "arith.trunci"})
_WIRES = _WIDTH_CASTS | {"arith.index_cast", "arith.index_castui", "arith.bitcast", "affine.apply"}
_SHIFTS = frozenset({"arith.shli", "arith.shrsi", "arith.shrui"})
_INDEX_BITS = 32

Cell: TypeAlias = "Buffer | tuple[Buffer, tuple[LinearForm, ...]]"
"""What holds a value from one iteration to the next: a scalar, or one element of an array."""


@dataclass(eq=False, slots=True)
class Node:
    """One operation. ``kind`` is an operator's, or ``load``, ``store``, ``wire``, ``register``.

    A ``register`` is the value of a cell when an iteration (or a copy of an unrolled body) begins.
    ``levels`` are the unrolled loops whose copies multiply the node; ``after`` the memory
    operations that must come first.
    """

    kind: str
    bits: int
    other_bits: int
    inputs: tuple[Node, ...]
    levels: frozenset[Loop]
    access: Access | None = None
    after: tuple[Node, ...] = ()
    is_float: bool = False
    literal: int | float | None = None


@dataclass(eq=False)
class Nest:
    """An unrolled loop inside a body: ``copies`` of ``entries``. ``carried`` are the values handed
    from copy to copy: (what a copy starts with, what it leaves, to which copy after it)."""

    loop: Loop
    copies: int
    entries: list[Entry] = field(default_factory=list)
    carried: list[tuple[Node, Node, int]] = field(default_factory=list)


@dataclass(eq=False)
class Block:
    """A loop that stays a loop, or a call, inside a body that runs step by step."""

    item: Loop | Call
    after: tuple[Node, ...] = ()
    position: int = 0


Entry: TypeAlias = "Node | Nest | Block"


@dataclass(eq=False)
class Datapath:
    """A body: its entries in program order, all its nodes, and the cells carried between its
    iterations. ``loads`` and ``stores`` are those that reach memory."""

    entries: list[Entry] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    carried: list[tuple[Node, Node]] = field(default_factory=list)
    loads: list[Node] = field(default_factory=list)
    stores: list[Node] = field(default_factory=list)
    hoisted: dict[Buffer, set[Access]] = field(default_factory=dict)
    """Reads that are the same in every iteration: done once, before the loop starts."""


def is_register_file(buffer: Buffer, partition: Iterable[PartitionedDim] | None = None) -> bool:
    """Whether a buffer is held in registers: a scalar, or an array cut into single elements."""
    if buffer.storage is not None:
        return buffer.storage.lower() == "registers"
    banks = 1
    for entry in buffer.partition if partition is None else partition:
        banks *= entry.banks(buffer.shape[entry.dim - 1])
    return banks >= buffer.elements


class DatapathBuilder:
    """Builds the datapath of a pipelined loop's body or of a body that runs step by step."""

    def __init__(
        self,
        function: Function,
        values: Values,
        plan: Plan,
        bits_of: Callable[[Buffer], int] | None = None,
    ) -> None:
        self.function = function
        self.values = values
        self.plan = plan
        self.bits_of = bits_of or (lambda buffer: buffer.bits)
        self.nest: tuple[Loop, ...] = ()
        self.written_in_nest: set[Buffer] = set()
        self.path = Datapath()
        self.known: dict[Value, Node] = {}
        self.cells: dict[Cell, Node] = {}
        self.promoted: dict[Buffer, Cell] = {}
        self.written: dict[Buffer, list[Node]] = {}
        self.open: list[list[Entry]] = [self.path.entries]

    def build(self, body: Loop | Function) -> Datapath:
        """The body, with the loops to be unrolled in it as nests and all others as blocks."""
        if isinstance(body, Loop):
            plan = self.plan[body]
            if plan.mode == "pipelined":
                self.nest = self.plan.nest_of(body)
                self.written_in_nest = {
                    access.buffer for access in body.all_accesses() if access.is_write
                }
            self._promote(body, body.all_accesses())
            started = self._start_cells(body, frozenset({body}) if plan.copies > 1 else frozenset())
            if plan.copies > 1:
                nest = Nest(body, plan.copies)
                self.open[-1].append(nest)
                self.open.append(nest.entries)
                self._body(body)
                self.open.pop()
                nest.carried = self._handed_on(nest, started)
            else:
                self._body(body)
            self.path.carried = self._carried(started)
        else:
            self._body(body)
        return self.path

    # --- cells --------------------------------------------------------------------------------

    def _promote(self, loop: Loop, accesses: Iterable[Access]) -> None:
        """Find the array elements that stay the same through ``loop``: they become registers."""
        by_buffer: dict[Buffer, set[tuple[LinearForm, ...] | None]] = {}
        written = set()
        for access in accesses:
            if access.buffer.shape:
                by_buffer.setdefault(access.buffer, set()).add(access.subscripts)
                if access.is_write:
                    written.add(access.buffer)
        inside = set(loop.subtree())
        for buffer, places in by_buffer.items():
            subscripts = next(iter(places))
            if len(places) > 1 or subscripts is None or buffer not in written:
                continue
            if buffer not in self.promoted and not any(
                variable in inside for form in subscripts for variable in form.variables()
            ):
                self.promoted[buffer] = (buffer, subscripts)

    def _start_cells(self, loop: Loop, levels: frozenset[Loop]) -> dict[Cell, Node]:
        """Registers for the cells that are written inside ``loop``."""
        started = {}
        for access in loop.all_accesses():
            cell = self._cell(access)
            if access.is_write and cell is not None and cell not in started:
                before = self.cells.get(cell)
                inputs = () if before is None else (before,)
                register = self._node("register", access.buffer.bits, inputs, levels)
                register.access = access
                started[cell] = self.cells[cell] = register
        return started

    def _carried(self, started: dict[Cell, Node]) -> list[tuple[Node, Node]]:
        return [
            (register, self.cells[cell])
            for cell, register in started.items()
            if self.cells.get(cell, register) is not register
        ]

    def _handed_on(self, nest: Nest, started: dict[Cell, Node]) -> list[tuple[Node, Node, int]]:
        """The cells of a nest, and the array elements that one copy writes and a later one reads:
        they go from copy to copy without passing through the memory."""
        handed = [(register, value, 1) for register, value in self._carried(started)]
        inside = {entry for entry in nest.entries if isinstance(entry, Node)}
        for load in self.path.loads:
            for store in self.path.stores:
                if load in inside and store in inside:
                    distance = _distance_along(nest.loop, store.access, load.access)
                    if distance is not None and 0 < distance < nest.copies:
                        handed.append((load, store.inputs[0], distance))
        return handed

    def _cell(self, access: Access) -> Cell | None:
        if not access.buffer.shape:
            return access.buffer
        return self.promoted.get(access.buffer)

    # --- bodies -------------------------------------------------------------------------------

    def _body(self, body: Loop | Function) -> None:
        statements = {
            s.access if s.access is not None else s.call: s
            for s in self.values.of(self.function, body if isinstance(body, Loop) else None)
        }
        items: list[Access | Loop | Call] = [
            *(access for access in body.accesses if not access.is_call),
            *body.loops,
            *body.calls,
        ]
        items.sort(key=lambda item: item.position)
        for item in items:
            if isinstance(item, Access):
                if item.is_write:
                    self._store(item, self._of(statements[item].operands[0]))
                else:
                    self._load(item)
            elif isinstance(item, Call):
                inputs = tuple(self._of(value) for value in statements[item].operands)
                self._block(item, inputs)
            elif self.plan[item].mode == "unrolled":
                self._nest(item)
            else:
                self._block(item, ())

    def _nest(self, loop: Loop) -> None:
        nest = Nest(loop, self.plan[loop].copies)
        promoted = dict(self.promoted)
        self._promote(loop, loop.all_accesses())
        started = self._start_cells(loop, frozenset({loop}))
        self.open[-1].append(nest)
        for register in started.values():
            nest.entries.append(register)
        self.open.append(nest.entries)
        self._body(loop)
        self.open.pop()
        nest.carried = self._handed_on(nest, started)
        self._leave(nest, started)
        self._write_back(loop, promoted)

    def _leave(self, nest: Nest, started: dict[Cell, Node]) -> None:
        """After the nest a cell holds what its last copy left: one value, not one a copy."""
        for cell, register in started.items():
            value = self.cells.get(cell, register)
            if value is not register:
                levels = value.levels - {nest.loop}
                self.cells[cell] = Node("wire", value.bits, 0, (value,), levels)

    def _write_back(self, loop: Loop, promoted: dict[Buffer, Cell]) -> None:
        """Leaving a nest, the elements held in registers only inside it go to memory."""
        for buffer in [buffer for buffer in self.promoted if buffer not in promoted]:
            cell = self.promoted.pop(buffer)
            value = self.cells.pop(cell)
            access = next(a for a in loop.all_accesses() if a.is_write and a.buffer is buffer)
            if value.kind != "register":
                self._store(access, value)

    def _block(self, item: Loop | Call, inputs: tuple[Node, ...]) -> None:
        """A loop or call that stays: what is written before it must be there when it starts, and
        what it may write is read anew after it."""
        touched = (
            {access.buffer for access in item.all_accesses()}
            if isinstance(item, Loop)
            else {b for b in (*item.arguments, *item.results) if b is not None}
        )
        before = [node for buffer in touched for node in self.written.get(buffer, ())]
        before += [self.cells[buffer] for buffer in touched if buffer in self.cells]
        self.open[-1].append(Block(item, (*inputs, *before), item.position))
        for buffer in touched:
            self.cells.pop(buffer, None)
            self.written.pop(buffer, None)

    # --- memory -------------------------------------------------------------------------------

    def _load(self, access: Access) -> None:
        value = self.values.loads[access]
        cell = self._cell(access)
        if cell is not None:
            node = self.cells.get(cell)
            if node is None:
                node = self._first_read(cell, access)
                self.cells[cell] = node
            self.known[value] = node
            return
        if self._is_invariant(access):
            self.path.hoisted.setdefault(access.buffer, set()).add(access)
            self.known[value] = self._node(
                "wire", self.bits_of(access.buffer), (), self._levels(access)
            )
            return
        addresses = tuple(self._of(index) for index in value.operands)
        for store in reversed(self.written.get(access.buffer, [])):
            assert store.access is not None
            relation = _relation(store.access, access)
            if relation == "same" and store.levels <= self._levels(access):
                self.known[value] = store.inputs[0]
                return
            if relation != "different":
                break
        after = tuple(
            store
            for store in self.written.get(access.buffer, ())
            if store.access is not None and _relation(store.access, access) != "different"
        )
        node = self._node("load", self.bits_of(access.buffer), addresses, self._levels(access))
        node.access, node.after = access, after
        self._enter(node)
        self.path.loads.append(node)
        self.known[value] = node

    def _is_invariant(self, access: Access) -> bool:
        """Whether a read gives the same in every iteration of the pipelined nest."""
        if not self.nest or access.subscripts is None or access.buffer in self.written_in_nest:
            return False
        used = {v for form in access.subscripts for v in form.variables()}
        return not used.intersection(self.nest)

    def _first_read(self, cell: Cell, access: Access) -> Node:
        """A cell read before it is written: its register, or for an array element a load."""
        if isinstance(cell, tuple):
            node = self._node("load", access.buffer.bits, (), self._levels(access))
            node.access = access
            self._enter(node)
            self.path.loads.append(node)
            return node
        return self._node("register", access.buffer.bits, (), frozenset())

    def _store(self, access: Access, value: Node) -> None:
        cell = self._cell(access)
        condition = self._guard(access)
        if cell is not None:
            if condition is not None:
                before = self.cells.get(cell)
                chosen = (condition, value) if before is None else (condition, value, before)
                value = self._node("select", access.buffer.bits, chosen)
                self._enter(value)
            elif value.kind == "register" or not value.inputs:
                # Keep what is stored apart from what the cell held before.
                value = self._node("wire", value.bits, (value,), literal=value.literal)
                self._enter(value)
            self.cells[cell] = value
            return
        inputs = (value,) if condition is None else (value, condition)
        indices = tuple(self._of(index) for index in self._indices(access))
        node = self._node("store", access.buffer.bits, (*inputs, *indices), self._levels(access))
        node.access = access
        self._enter(node)
        self.path.stores.append(node)
        self.written.setdefault(access.buffer, []).append(node)

    def _indices(self, access: Access) -> tuple[Value, ...]:
        return self.values.indices.get(access, ())

    def _guard(self, access: Access) -> Node | None:
        """The run-time condition of the innermost ``if`` around a store."""
        for guard in reversed(access.guards):
            condition = self.values.conditions.get(guard.op)
            if condition is not None:
                return self._of(condition)
            if guard.constraints is not None:
                node = self._node("icmp", _INDEX_BITS, ())
                self._enter(node)
                return node
        return None

    def _levels(self, access: Access) -> frozenset[Loop]:
        """The unrolled loops that the element depends on; all of them where it is not affine."""
        unrolled = self.plan.copied_loops(access)
        if access.subscripts is None:
            return frozenset(unrolled)
        used = {v for form in access.subscripts for v in form.variables()}
        return frozenset(loop for loop in unrolled if loop in used)

    # --- values -------------------------------------------------------------------------------

    def _of(self, value: Value) -> Node:
        node = self.known.get(value)
        if node is None:
            node = self.known[value] = self._compute(value)
        return node

    def _compute(self, value: Value) -> Node:
        if value.op == CONSTANT:
            return self._node("wire", _literal_bits(value), (), literal=value.literal)
        if value.op == LOOP_VARIABLE and value.home is not None:
            levels = frozenset({value.home}) if self.plan.is_copied(value.home) else frozenset()
            return self._node("wire", _INDEX_BITS, (), levels)
        if value.op in (ARGUMENT, LOAD) or not value.operands:
            # A load outside this body: its value is there before the body starts.
            return self._node("wire", min(value.bits, 64), (), is_float=value.is_float)
        inputs = tuple(self._of(operand) for operand in value.operands)
        if value.op in _WIRES:
            bits = min(value.bits, inputs[0].bits) if value.op in _WIDTH_CASTS else value.bits
            node = self._node("wire", min(bits, 64), inputs, literal=inputs[0].literal)
            node.is_float = value.is_float
            return node
        return self._operation(value, inputs)

    def _operation(self, value: Value, inputs: tuple[Node, ...]) -> Node:
        kind = _KINDS.get(value.op, "gate" if not value.is_float else "fadd")
        if value.op in _SHIFTS and inputs[1].literal is not None:
            return self._node("wire", value.bits, inputs[:1])
        if all(node.literal is not None for node in inputs):
            return self._node("wire", value.bits, (), literal=0)
        bits = max(node.bits for node in inputs)
        other = min(node.bits for node in inputs)
        if kind == "mul":
            constant = next((n.literal for n in inputs if n.literal is not None), None)
            if constant is not None and _is_power_of_two(abs(int(constant))):
                return self._node("wire", value.bits, inputs)
            bits, other = inputs[0].bits, inputs[1].bits
        elif kind == "div" and inputs[1].literal is not None:
            if _is_power_of_two(abs(int(inputs[1].literal))):
                kind = "add" if value.op.endswith("si") else "wire"
        elif kind == "add":
            bits = min(max(bits, other) + 1, value.bits)
        elif kind == "select":
            bits = value.bits
        node = self._node(kind, min(bits, 512), inputs, is_float=value.is_float)
        node.other_bits = other
        self._enter(node)
        if value.op.split(".")[-1].startswith(("max", "min")):
            select = self._node("select", value.bits, (node, *inputs), is_float=value.is_float)
            self._enter(select)
            return select
        return node

    def _node(
        self,
        kind: str,
        bits: int,
        inputs: tuple[Node, ...],
        levels: frozenset[Loop] = frozenset(),
        *,
        literal: int | float | None = None,
        is_float: bool = False,
    ) -> Node:
        for node in inputs:
            if node.levels:
                levels = levels | node.levels
        return Node(kind, bits, 0, inputs, levels, literal=literal, is_float=is_float)

    def _enter(self, node: Node) -> None:
        self.open[-1].append(node)
        self.path.nodes.append(node)


def _relation(first: Access, second: Access) -> str:
    """Whether two accesses of one buffer, in the same iteration, touch the ``same`` element,
    ``different`` ones, or ``maybe`` the same."""
    if first.subscripts is None or second.subscripts is None:
        return "maybe"
    if first.subscripts == second.subscripts:
        return "same"
    for left, right in zip(first.subscripts, second.subscripts, strict=True):
        difference = left.plus(right.times(-1))
        if difference.is_constant and difference.constant:
            return "different"
    return "maybe"


def _distance_along(loop: Loop, store: Access | None, load: Access | None) -> int | None:
    """How many iterations of ``loop`` alone lie between a write and the read of its element; None
    where they touch no common element, or not at a fixed distance."""
    if store is None or load is None or store.buffer is not load.buffer:
        return None
    if store.subscripts is None or load.subscripts is None:
        return None
    distance = None
    for written, read in zip(store.subscripts, load.subscripts, strict=True):
        gap = written.plus(read.times(-1))
        if not gap.is_constant:
            return None
        step = read.coefficient(loop) * (loop.step or 1)
        if step == 0:
            if gap.constant:
                return None
        elif gap.constant % step or distance not in (None, gap.constant // step):
            return None
        else:
            distance = gap.constant // step
    return distance


def _literal_bits(value: Value) -> int:
    if isinstance(value.literal, int):
        return max(1, value.literal.bit_length() + (value.literal < 0))
    return value.bits


def _is_power_of_two(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0
