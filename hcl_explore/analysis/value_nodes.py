"""Values -> nodes: which operator computes a value, at which width.

Conversions cost nothing and vanish; integer widths are those that the values need, not those of
the C types; a product used once, in a sum, shares a DSP block with it; a product by a small
constant is made of shifts and additions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from hcl_explore.analysis.datapath import Node
from hcl_explore.analysis.operators import Operators
from hcl_explore.analysis.plan import Plan
from hcl_explore.analysis.values import ARGUMENT, CONSTANT, LOAD, LOOP_VARIABLE, Value
from hcl_explore.analysis.work import is_operation
from hcl_explore.ir.program import Buffer, Loop
from hcl_explore.polyhedral.domain import Ranges

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
_ASSOCIATIVE = frozenset({"arith.addf", "arith.mulf"})
"""Operations on floats whose chains the tool balances where it may (``unsafe_math``)."""

_MOST_SHIFTS = 3
"""A product by a constant of so many signed digits or fewer is made without a multiplier."""


class ValueNodes:
    """Translates the values of one body; ``enter`` takes each operation in program order."""

    def __init__(
        self,
        plan: Plan,
        operators: Operators,
        enter: Callable[[Node], None],
        *,
        balances_floats: bool = False,
    ) -> None:
        self.plan = plan
        self.operators = operators
        self.enter = enter
        self.balances_floats = balances_floats
        self.accumulated: set[Buffer] = set()
        self.known: dict[Value, Node] = {}
        self.wired = 0
        self.ranges = Ranges()

    def of(self, value: Value) -> Node:
        """The node that computes a value; made when first asked for."""
        node = self.known.get(value)
        if node is None:
            node = self.known[value] = self._compute(value)
            if is_operation(value):
                self._count(node, value)
        return node

    def _count(self, node: Node, value: Value) -> None:
        """Book the operation that ``value`` is on the node that does it."""
        around = value.home.chain if value.home is not None else ()
        copied = [loop for loop in around if self.plan.is_copied(loop)]
        if node.kind == "wire":
            self.wired += math.prod(self.plan[loop].copies for loop in copied)
        else:
            node.operations = math.prod(
                self.plan[loop].copies for loop in copied if loop not in node.levels
            )

    def loop_variable(self, loop: Loop) -> Node:
        levels = frozenset({loop}) if self.plan.is_copied(loop) else frozenset()
        return make_node("wire", self._loop_bits(loop), (), levels)

    def _loop_bits(self, loop: Loop) -> int:
        low, high = self.ranges.of_variable(loop)
        if low < 0 or high >= 1 << _INDEX_BITS:
            return _INDEX_BITS
        return max(1, high.bit_length())

    def _compute(self, value: Value) -> Node:
        if value.op == CONSTANT:
            return make_node("wire", _literal_bits(value), (), literal=value.literal)
        if value.op == LOOP_VARIABLE and value.home is not None:
            return self.loop_variable(value.home)
        if value.op in (ARGUMENT, LOAD) or not value.operands:
            # A load outside this body: its value is there before the body starts.
            return make_node("wire", min(value.bits, 64), (), is_float=value.is_float)
        if self.balances_floats and value.op in _ASSOCIATIVE:
            terms = self._terms(value)
            if len(terms) > 2:
                return self._tree(value, [self.of(term) for term in terms])
        inputs = tuple(self.of(operand) for operand in value.operands)
        if value.op in _WIRES:
            bits = value.bits
            if value.op in _WIDTH_CASTS or value.op.startswith("arith.index_cast"):
                bits = min(bits, inputs[0].bits)
            node = make_node("wire", min(bits, 64), inputs, literal=inputs[0].literal)
            node.is_float = value.is_float
            return node
        if all(node.literal is not None for node in inputs):
            return make_node("wire", value.bits, (), literal=0)
        return self._operation(value, inputs)

    def _terms(self, value: Value) -> list[Value]:
        """What a chain of the same operation, each used by the next one only, works on."""
        terms: list[Value] = []
        open_values = list(reversed(value.operands))
        while open_values:
            operand = open_values.pop()
            is_inner = operand.op == value.op and operand.uses == 1 and operand.home is value.home
            if is_inner and operand not in self.known:
                open_values += reversed(operand.operands)
            else:
                terms.append(operand)
        return terms

    def _tree(self, value: Value, terms: list[Node]) -> Node:
        """The terms joined two by two; those that the loop carries last, so that they wait for one
        operation only."""
        level = [term for term in terms if not self._is_carried(term)]
        carried = [term for term in terms if self._is_carried(term)]
        while len(level) > 1:
            pairs = [tuple(level[n : n + 2]) for n in range(0, len(level), 2)]
            level = [p[0] if len(p) == 1 else self._joined(value, p) for p in pairs]
        for term in carried:
            level = [self._joined(value, (term, *level))] if level else [term]
        return level[0]

    def _joined(self, value: Value, inputs: tuple[Node, ...]) -> Node:
        bits = max(node.bits for node in inputs)
        node = self._entered(_KINDS[value.op], bits, bits, inputs, value)
        self._count(node, value)
        return node

    def _is_carried(self, node: Node) -> bool:
        is_element = node.access is not None and node.access.buffer in self.accumulated
        return node.kind == "register" or is_element

    def _operation(self, value: Value, inputs: tuple[Node, ...]) -> Node:
        kind = _KINDS.get(value.op, "gate" if not value.is_float else "fadd")
        if value.op in _SHIFTS and inputs[1].literal is not None:
            return make_node("wire", value.bits, inputs[:1])
        bits = max(node.bits for node in inputs)
        other = min(node.bits for node in inputs)
        if kind == "mul":
            return self._product(value, inputs)
        if kind == "div" and inputs[1].literal is not None:
            if _is_power_of_two(abs(int(inputs[1].literal))):
                # The remainder or quotient by a power of two is a part of the operand's bits.
                part = int(inputs[1].literal).bit_length() - 1
                kept = part if "rem" in value.op else max(1, bits - part)
                return make_node("wire", min(bits, kept), inputs[:1])
        elif kind == "add":
            bits = min(bits + 1, value.bits)
            product = self._fused_product(value, inputs)
            if product is not None:
                product.kind = "mac_mul"
                return self._entered("mac_add", bits, other, inputs, value)
        elif kind == "select":
            bits = value.bits
        node = self._entered(kind, min(bits, 512), other, inputs, value)
        if value.op.split(".")[-1].startswith(("max", "min")):
            return self._entered("select", value.bits, 0, (node, *inputs), value)
        return node

    def _product(self, value: Value, inputs: tuple[Node, ...]) -> Node:
        left, right = inputs
        constant = left.literal if left.literal is not None else right.literal
        if constant is None and (left.is_table or right.is_table):
            # An entry of a small table that each copy knows: shifts and additions.
            return self._entered("add", min(value.bits, left.bits + right.bits), 0, inputs, value)
        result = min(value.bits, left.bits + right.bits)
        if constant is None:
            node = self._entered("mul", left.bits, right.bits, inputs, value)
            node.result_bits = result
            return node
        digits = signed_digits(abs(int(constant)))
        if digits <= 1:
            return make_node("wire", result, inputs)
        if digits <= _MOST_SHIFTS:
            return self._entered("add", result, 0, inputs, value)
        node = self._entered("mul", left.bits, right.bits, inputs, value)
        node.result_bits = result
        return node

    def _fused_product(self, value: Value, inputs: tuple[Node, ...]) -> Node | None:
        """The product among the operands that the sum takes into its DSP block, if there is one."""
        for operand, node in zip(value.operands, inputs, strict=True):
            while operand.op in _WIRES and len(node.inputs) == 1 and operand.uses == 1:
                node, operand = node.inputs[0], operand.operands[0]
            if node.kind != "mul" or operand.uses != 1 or node.is_float:
                continue
            if self.operators.fits_multiply_add(node.bits, node.other_bits, value.bits):
                return node
        return None

    def _entered(
        self, kind: str, bits: int, other: int, inputs: tuple[Node, ...], value: Value
    ) -> Node:
        node = make_node(kind, bits, inputs, is_float=value.is_float)
        node.other_bits = other
        self.enter(node)
        return node


def make_node(
    kind: str,
    bits: int,
    inputs: tuple[Node, ...],
    levels: frozenset[Loop] = frozenset(),
    *,
    literal: int | float | None = None,
    is_float: bool = False,
) -> Node:
    """A node that is multiplied by what multiplies its operands."""
    for node in inputs:
        if node.levels:
            levels = levels | node.levels
    return Node(kind, bits, 0, inputs, levels, literal=literal, is_float=is_float)


@lru_cache(maxsize=1024)
def signed_digits(number: int) -> int:
    """How many powers of two must be added or subtracted to make ``number``."""
    count = 0
    while number:
        if number & 1:
            count += 1
            number += -1 if number & 3 == 1 else 1
        number >>= 1
    return count


def _literal_bits(value: Value) -> int:
    if isinstance(value.literal, int):
        return max(1, value.literal.bit_length() + (value.literal < 0))
    return value.bits


def _is_power_of_two(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0
