"""Loop bodies -> datapaths: cells, memory accesses and unrolled loops in program order."""

from __future__ import annotations

from collections.abc import Iterable

import mlir.ir as ir

from hcl_explore.analysis.addresses import Addresses
from hcl_explore.analysis.datapath import (
    Block,
    Cell,
    Datapath,
    Entry,
    Join,
    Nest,
    Node,
    nodes_in,
)
from hcl_explore.analysis.layout import Layouts
from hcl_explore.analysis.memory import FIFO, constant_entry
from hcl_explore.analysis.operators import Operators
from hcl_explore.analysis.plan import Plan
from hcl_explore.analysis.ports import program_order
from hcl_explore.analysis.same_element import distance_along, relation_of
from hcl_explore.analysis.value_nodes import ValueNodes, make_node
from hcl_explore.analysis.values import Statement, Value, Values
from hcl_explore.ir.dialect import PUT, STREAM_OPS
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Buffer, Call, Function, Guard, Loop
from hcl_explore.polyhedral.footprint import upward_exposed_reads

_INDEX_BITS = 32
_SMALL_TABLE_BITS = 6
"""Up to 6 bits a number has at most 3 signed digits: its products need no multiplier."""


class DatapathBuilder:
    """Builds the datapath of a pipelined loop's body or of a body that runs step by step."""

    def __init__(
        self,
        function: Function,
        values: Values,
        plan: Plan,
        operators: Operators,
        layouts: Layouts,
    ) -> None:
        self.function = function
        self.values = values
        self.plan = plan
        self.operators = operators
        self.layouts = layouts
        self.nodes = ValueNodes(
            plan, operators, self._enter, balances_floats=layouts.options.unsafe_math
        )
        self.nest: tuple[Loop, ...] = ()
        self.addresses = Addresses(self.nodes, ())
        self.written_in_nest: set[Buffer] = set()
        self.path = Datapath()
        self.cells: dict[Cell, Node] = {}
        self.promoted: dict[Buffer, Cell] = {}
        self.written: dict[Buffer, list[Node]] = {}
        self.read: dict[object, Node] = {}
        self.comparisons: dict[ir.Operation, Node] = {}
        self.open: list[list[Entry]] = [self.path.entries]
        self.exposed: dict[tuple[Buffer, Loop], bool] = {}

    def build(self, body: Loop | Function) -> Datapath:
        """The body, with the loops to be unrolled in it as nests and all others as blocks."""
        if isinstance(body, Loop):
            plan = self.plan[body]
            if plan.mode == "pipelined":
                self.nest = self.plan.nest_of(body)
                self.written_in_nest = {
                    access.buffer for access in body.all_accesses() if access.is_write
                }
                self.nodes.accumulated = self.written_in_nest
                self.addresses = Addresses(self.nodes, self.nest)
                accesses = list(body.all_accesses())
                partitions = {a.buffer: self.layouts[a.buffer].partition for a in accesses}
                self.addresses.count(accesses, partitions)
            if self.layouts.options.keeps_cells:
                self._promote(body, body.all_accesses())
            started = self._start_cells(body, frozenset({body}) if plan.copies > 1 else frozenset())
            if plan.copies > 1:
                nest = Nest(body, plan.copies)
                self.open[-1].append(nest)
                self.open.append(nest.entries)
                self._body(body)
                self.open.pop()
                self._hand_on(nest, started)
            else:
                self._body(body)
            self.path.carried = self._carried(started)
            if plan.mode == "pipelined":
                self._write_back(body, {})
        else:
            self._body(body)
        self.path.wired = self.nodes.wired
        return self.path

    # --- cells --------------------------------------------------------------------------------

    def _promote(self, loop: Loop, accesses: Iterable[Access]) -> None:
        """Find the array elements that stay the same through ``loop``: they become registers."""
        by_buffer: dict[Buffer, set[tuple[LinearForm, ...] | None]] = {}
        written = set()
        for access in accesses:
            if access.buffer.shape and access.buffer.kind != "stream":
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

    def _start_cells(
        self, loop: Loop, levels: frozenset[Loop], *, is_inside: bool = False
    ) -> dict[Cell, Node]:
        """Registers for the cells that are written inside ``loop``. Of a loop that is itself
        ``is_inside`` the body, an array element that is read before it is written is loaded."""
        started = {}
        first: dict[Cell, Access] = {}
        accesses = loop.all_accesses()
        for access in sorted(accesses, key=program_order) if is_inside else accesses:
            cell = self._cell(access)
            if cell is None:
                continue
            earliest = first.setdefault(cell, access)
            if access.is_write and cell not in started:
                before = self.cells.get(cell)
                is_element = isinstance(cell, tuple)
                if before is None and is_inside and is_element and not earliest.is_write:
                    before = self._read_element(earliest, ())
                inputs = () if before is None else (before,)
                register = make_node("register", access.buffer.bits, inputs, levels)
                register.access = access
                started[cell] = self.cells[cell] = register
        return started

    def _carried(self, started: dict[Cell, Node]) -> list[tuple[Node, Node]]:
        return [
            (register, self.cells[cell])
            for cell, register in started.items()
            if self.cells.get(cell, register) is not register
        ]

    def _hand_on(self, nest: Nest, started: dict[Cell, Node]) -> None:
        """Note the cells of a nest, and the array elements that one copy writes and a later one
        reads: they go from copy to copy without passing through the memory. Where the element is
        chosen at run time, the memory hands it on, and to the next copy for all that is known."""
        nest.carried = [(register, value, 1) for register, value in self._carried(started)]
        inside = set(nodes_in(nest.entries))
        stores = [store for store in self.path.stores if store in inside]
        for load in (load for load in self.path.loads if load in inside):
            unknown = []
            for store in stores:
                distance = self._distance_along(nest.loop, store.access, load.access)
                if distance is not None and 0 < distance < nest.copies:
                    nest.carried.append((load, store.inputs[0], distance))
                elif self._may_be_read_next(nest.loop, store.access, load.access):
                    unknown.append(store)
            if unknown:
                nest.through_memory.append((load, unknown))

    def _may_be_read_next(self, loop: Loop, store: Access | None, load: Access | None) -> bool:
        """Whether a copy may read what the one before it wrote because subscripts do not tell."""
        if store is None or load is None or store.buffer is not load.buffer:
            return False
        if store.subscripts is not None and load.subscripts is not None:
            return False
        if load.buffer.kind == "stream" or loop.key in self.layouts.options.independent:
            return False
        return loop not in load.buffer.home and self._is_exposed(load.buffer, loop)

    def _distance_along(self, loop: Loop, store: Access | None, load: Access | None) -> int | None:
        """How many copies lie between a write and the read of its element, if that is fixed. An
        element that the loop leaves alone goes to the next copy, unless each makes it anew."""
        distance = distance_along(loop, store, load)
        if distance != 0 or load is None:
            return distance
        if loop in load.buffer.home:
            return None
        return 1 if self._is_exposed(load.buffer, loop) else None

    def _is_exposed(self, buffer: Buffer, loop: Loop) -> bool:
        key = (buffer, loop)
        if key not in self.exposed:
            self.exposed[key] = upward_exposed_reads(buffer, loop)
        return self.exposed[key]

    def _cell(self, access: Access) -> Cell | None:
        if access.buffer.kind == "stream":
            return None
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
            *(access for access in body.accesses if _is_performed(access)),
            *body.loops,
            *body.calls,
        ]
        items.sort(key=lambda item: item.position)
        branch: tuple[Guard, ...] = ()
        begun = len(self.path.loads)
        for item in items:
            if not self.nest and item.guards[:1] != branch:
                if branch:
                    self._join(self.path.loads[begun:])
                branch, begun = item.guards[:1], len(self.path.loads)
            if isinstance(item, Access):
                if item.buffer.kind == "stream":
                    self._stream(item, statements.get(item))
                elif item.is_write:
                    self._store(item, self.nodes.of(statements[item].operands[0]))
                else:
                    self._load(item)
            elif isinstance(item, Call):
                inputs = tuple(self.nodes.of(value) for value in statements[item].operands)
                self._block(item, inputs)
            elif self.plan[item].mode == "unrolled":
                self._nest(item)
            else:
                self._block(item, ())

    def _join(self, loads: list[Node]) -> None:
        if loads:
            self.open[-1].append(Join(tuple(loads)))

    def _nest(self, loop: Loop) -> None:
        nest = Nest(loop, self.plan[loop].copies)
        promoted = dict(self.promoted)
        self._promote(loop, loop.all_accesses())
        started = self._start_cells(loop, frozenset({loop}), is_inside=True)
        self.open[-1].append(nest)
        for register in started.values():
            nest.entries.append(register)
        self.open.append(nest.entries)
        self._body(loop)
        self.open.pop()
        self._hand_on(nest, started)
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

    def _stream(self, access: Access, put: Statement | None) -> None:
        """A put or a get: never forwarded, merged or moved."""
        inputs = tuple(self.nodes.of(value) for value in put.operands) if put is not None else ()
        condition = self._guard(access)
        if condition is not None:
            inputs = (*inputs, condition)
        levels = frozenset(self.plan.copied_loops(access))
        kind = "store" if put is not None else "load"
        node = make_node(kind, access.buffer.bits, inputs, levels)
        node.access = access
        self._enter(node)
        if put is not None:
            self.path.stores.append(node)
        else:
            self.path.loads.append(node)
            self.nodes.known[self.values.loads[access]] = node

    def _load(self, access: Access) -> None:
        value = self.values.loads[access]
        cell = self._cell(access)
        if cell is not None:
            node = self.cells.get(cell)
            if node is None:
                node = self._first_read(cell, access)
                self.cells[cell] = node
            self.nodes.known[value] = node
            return
        if self._is_invariant(access):
            self.path.hoisted.setdefault(access.buffer, set()).add(access)
            self.nodes.known[value] = make_node(
                "wire", self.layouts.bits(access.buffer), (), self._levels(access)
            )
            return
        constant = self._table_entry(access)
        if constant is not None:
            self.path.at_hand.add(access)
            self.nodes.known[value] = constant
            return
        indices = tuple(self.nodes.of(index) for index in value.operands)
        self.nodes.known[value] = self._read_element(access, indices)

    def _read_element(self, access: Access, indices: tuple[Node, ...]) -> Node:
        """What a read gives: what the iteration has stored there, or loaded before, else a load."""
        stores = self.written.get(access.buffer, [])
        for store in reversed(stores):
            assert store.access is not None
            relation = relation_of(store.access, access)
            if relation == "same" and store.levels <= self._levels(access):
                self.path.at_hand.add(access)
                return store.inputs[0]
            if relation != "different":
                break
        after = tuple(
            store
            for store in stores
            if store.access is not None and relation_of(store.access, access) != "different"
        )
        place = (access.buffer, access.subscripts, access.guards, after)
        node = self.read.get(place) if access.subscripts is not None else None
        if node is not None:
            self.path.at_hand.add(access)
            return node
        addresses = (*indices, *self._address(access))
        node = make_node("load", self.layouts.bits(access.buffer), addresses, self._levels(access))
        node.access, node.choices, node.after = access, self._choices(access), after
        self.read[place] = node
        self._enter(node)
        self.path.loads.append(node)
        return node

    def _choices(self, access: Access) -> int:
        """Among how many registers an access chooses at run time; 1 for other memories."""
        if self.layouts.kind(access.buffer) is not None:
            return 1
        if access.subscripts is None:
            return access.buffer.elements
        choices = 1
        for form, extent in zip(access.subscripts, access.buffer.shape, strict=True):
            if not all(
                isinstance(v, Loop) and self.plan[v].mode == "unrolled" for v in form.variables()
            ):
                choices *= extent
        return choices

    def _table_entry(self, access: Access) -> Node | None:
        """An entry of a table of constants that is known by its subscripts."""
        if access.buffer.kind != "constant" or access.subscripts is None:
            return None
        if not all(form.is_constant for form in access.subscripts):
            return self._known_entries(access)
        literal = constant_entry(access.buffer, [form.constant for form in access.subscripts])
        if literal is None:
            return None
        bits = max(1, abs(int(literal)).bit_length() + (literal < 0))
        return make_node("wire", bits, (), literal=literal)

    def _known_entries(self, access: Access) -> Node | None:
        """Entries that each copy of an unrolled body knows by its number."""
        bits = self.layouts.bits(access.buffer)
        used = {v for form in access.subscripts or () for v in form.variables()}
        are_known = all(isinstance(v, Loop) and self.plan[v].mode == "unrolled" for v in used)
        if not are_known or access.buffer.dtype.startswith("float"):
            return None
        node = make_node("wire", bits, (), self._levels(access))
        node.is_table = bits <= _SMALL_TABLE_BITS
        return node

    def _is_invariant(self, access: Access) -> bool:
        """Whether a read gives the same in every iteration of the pipelined nest."""
        if not self.nest or access.subscripts is None or access.buffer in self.written_in_nest:
            return False
        if not self.layouts.options.hoists_reads:
            return False
        used = {v for form in access.subscripts for v in form.variables()}
        return not used.intersection(self.nest)

    def _first_read(self, cell: Cell, access: Access) -> Node:
        """A cell read before it is written: its register, or for an array element a load."""
        if isinstance(cell, tuple):
            return self._read_element(access, ())
        return make_node("register", access.buffer.bits, (), frozenset())

    def _store(self, access: Access, value: Node) -> None:
        cell = self._cell(access)
        condition = self._guard(access)
        if cell is not None:
            if condition is not None:
                before = self.cells.get(cell)
                chosen = (condition, value) if before is None else (condition, value, before)
                value = make_node("select", access.buffer.bits, chosen)
                self._enter(value)
            elif value.kind == "register" or not value.inputs:
                # Keep what is stored apart from what the cell held before.
                value = make_node("wire", value.bits, (value,), literal=value.literal)
                self._enter(value)
            self.cells[cell] = value
            return
        inputs = (value,) if condition is None else (value, condition)
        indices = tuple(self.nodes.of(index) for index in self._indices(access))
        indices += self._address(access)
        node = make_node("store", access.buffer.bits, (*inputs, *indices), self._levels(access))
        node.access, node.choices = access, self._choices(access)
        self._enter(node)
        self.path.stores.append(node)
        self.written.setdefault(access.buffer, []).append(node)

    def _indices(self, access: Access) -> tuple[Value, ...]:
        return self.values.indices.get(access, ())

    def _address(self, access: Access) -> tuple[Node, ...]:
        layout = self.layouts[access.buffer]
        return () if layout.kind == FIFO else self.addresses.of(access, layout.partition)

    def _guard(self, access: Access) -> Node | None:
        """The run-time condition of the innermost ``if`` around a store."""
        for guard in reversed(access.guards):
            condition = self.values.conditions.get(guard.op)
            if condition is not None:
                return self.nodes.of(condition)
            if guard.constraints is not None:
                node = self.comparisons.get(guard.op)
                if node is None:
                    node = self.comparisons[guard.op] = make_node("icmp", _INDEX_BITS, ())
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

    def _enter(self, node: Node) -> None:
        self.open[-1].append(node)
        self.path.nodes.append(node)


def _is_performed(access: Access) -> bool:
    """Whether a body does this access itself. Of the two that an operation on a stream counts as
    (it reads and writes the FIFO), and the one of the block that it moves, the first of the stream
    stands for all."""
    if access.is_call:
        return False
    if access.op.name not in STREAM_OPS:
        return True
    if access.buffer.kind != "stream":
        return False
    is_put: bool = access.op.name == PUT
    return access.is_write == is_put
