"""Address arithmetic: what it takes to turn subscripts into the address of an element.

A row of ``n`` elements starts at ``row * n``: free where ``n`` is a power of two or the row stays
the same through the loop, else a product; one that a single access uses shares a DSP block with
the sum that follows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from hcl_explore.analysis.datapath import Node
from hcl_explore.analysis.value_nodes import ValueNodes, make_node, signed_digits
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Buffer, Loop

Row: TypeAlias = tuple[int, LinearForm]
_MOST_ADDED = 2


class Addresses:
    """The addresses of a pipelined nest; each row's product is made once."""

    def __init__(self, nodes: ValueNodes, nest: tuple[Loop, ...]) -> None:
        self.nodes = nodes
        self.nest = nest
        self.users: Counter[Row] = Counter()
        self.products: dict[Row, Node] = {}
        self.heads: dict[Loop, Node] = {}

    def count(
        self, accesses: Iterable[Access], partition_of: dict[Buffer, tuple[PartitionedDim, ...]]
    ) -> None:
        """Learn which accesses share a row; call before ``of``."""
        seen = set()
        for access in accesses:
            key = (access.buffer, access.subscripts)
            if access.subscripts is None or key in seen:
                continue
            seen.add(key)
            for row in self._rows(access, partition_of.get(access.buffer, ())):
                self.users[row] += 1

    def of(self, access: Access, partition: tuple[PartitionedDim, ...]) -> tuple[Node, ...]:
        """What the address waits for: the products of its rows, and the loop variables."""
        if access.subscripts is None:
            return ()
        return tuple(self._product(row) for row in self._rows(access, partition))

    def _rows(self, access: Access, partition: tuple[PartitionedDim, ...]) -> list[Row]:
        """The (stride, row) pairs whose product the nest must compute."""
        shape = access.buffer.shape
        stride = 1
        rows = []
        for dim in range(len(shape), 0, -1):
            assert access.subscripts is not None
            form = access.subscripts[dim - 1]
            moves = any(variable in self.nest for variable in form.variables())
            if moves and signed_digits(stride) > 1:
                rows.append((stride, form))
            cut = next((e.banks(shape[dim - 1]) for e in partition if e.dim == dim), 1)
            stride *= -(-shape[dim - 1] // cut)
        return rows

    def _product(self, row: Row) -> Node:
        node = self.products.get(row)
        if node is not None:
            return node
        stride, form = row
        inputs = tuple(self._head(v) for v in form.variables() if isinstance(v, Loop))
        levels = frozenset(
            v for v in form.variables() if isinstance(v, Loop) and self.nodes.plan.is_copied(v)
        )
        bits = max((n.bits for n in inputs), default=1)
        is_fused = self.users[row] == 1
        if signed_digits(stride) <= _MOST_ADDED and not is_fused:
            node = make_node("add", bits + stride.bit_length(), inputs, levels)
        else:
            node = make_node("mac_mul" if is_fused else "mul", bits, inputs, levels)
            node.other_bits = stride.bit_length()
        self.nodes.enter(node)
        total = make_node(
            "mac_add" if is_fused else "add", bits + stride.bit_length(), (node,), levels
        )
        self.nodes.enter(total)
        self.products[row] = total
        return total

    def _head(self, loop: Loop) -> Node:
        """A variable of a flattened nest: counted up or kept, as the inner loop ends or goes on."""
        node = self.heads.get(loop)
        if node is None:
            node = self.nodes.loop_variable(loop)
            if len(self.nest) > 1 and loop in self.nest:
                counted = make_node("add", node.bits, (node,))
                self.nodes.enter(counted)
                node = make_node("select", node.bits, (counted,))
                self.nodes.enter(node)
            self.heads[loop] = node
        return node
