"""Reading expressions: syntax tree to typed expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from hcl_explore.errors import (
    KernelBoundsError,
    KernelError,
    KernelShapeError,
    KernelSyntaxError,
    KernelTypeError,
)
from hcl_explore.frontend.calls import CallReader
from hcl_explore.frontend.constants import (
    ConstantEvaluator,
    is_number,
    plain_number,
)
from hcl_explore.frontend.elementwise import lift
from hcl_explore.frontend.expression import (
    Argument,
    ArrayValue,
    Buffer,
    Constant,
    Expr,
    Load,
    Logical,
    LoopIndex,
    Named,
    PositionTuple,
    Select,
    StreamValue,
    Table,
    TensorCall,
    constant_type,
)
from hcl_explore.frontend.indexing import Indexer
from hcl_explore.frontend.membership import read_membership
from hcl_explore.frontend.methods import MethodReader
from hcl_explore.frontend.operators import Operators, shared
from hcl_explore.frontend.positions import Positions
from hcl_explore.frontend.scope import LocalFunction, Scope, VisibleConstants
from hcl_explore.frontend.signatures import CalleeResolver
from hcl_explore.frontend.streams import (
    GetBlock,
    Put,
    StreamElement,
    StreamReader,
    StreamThing,
    misplaced,
    takes_token,
)
from hcl_explore.frontend.structs import StructReader, StructValue
from hcl_explore.frontend.unit import Unit, describe
from hcl_explore.lang.library import matmul
from hcl_explore.lang.types import (
    BOOL,
)

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
Operand = Expr | ArrayValue
Value = Operand | TensorCall | Table | StreamThing | PositionTuple | StructValue


class ExpressionReader:
    """Types expressions in a scope. Raises ``KernelError`` with the place of what is wrong.

    ``materialise`` makes a constant buffer of a table whose element is chosen at run time.
    """

    def __init__(
        self,
        unit: Unit,
        scope: Scope,
        callees: CalleeResolver,
        materialise: Callable[[Table], Buffer],
    ) -> None:
        self.unit = unit
        self.scope = scope
        self.materialise = materialise
        self.call: Callable[[TensorCall], Buffer] | None = None
        """Makes a call that returns an array; None where nothing may be emitted."""
        self.extent: Callable[[Buffer, int, ast.AST], Expr] | None = None
        """The size of a dimension that is known only when the kernel runs."""
        self.constants = ConstantEvaluator(VisibleConstants(scope), unit.span, scope.not_constant)
        self.calls = CallReader(self, callees)
        self.receive: Callable[[GetBlock], Buffer] | None = None
        """Puts the next block of a stream into an array; None where nothing may be emitted."""
        self.compute: Callable[[Expr], Expr] | None = None
        """Computes a scalar at once; None where nothing may be emitted."""
        self.in_region = False
        """Whether this is the body of a dataflow region, whose calls are tasks."""
        self.positions: Positions | None = None
        """Where the task stands in its mapping; None outside of mapped kernels."""
        self.indexer = Indexer(self)
        self.streams = StreamReader(self)
        self.structs = StructReader(self)
        self.operators = Operators(self)
        self.methods = MethodReader(self)
        self._methods: dict[type[ast.expr], Callable[..., Value]] = {
            ast.Constant: self._read_constant,
            ast.Name: self._read_name,
            ast.Attribute: self._read_attribute,
            ast.Subscript: self._read_subscript,
            ast.BinOp: self._read_binary,
            ast.UnaryOp: self._read_unary,
            ast.BoolOp: self._read_logical,
            ast.Compare: self._read_compare,
            ast.IfExp: self._read_select,
            ast.Call: self.calls.read,
            ast.List: self._read_list,
        }

    def error(
        self, kind: type[KernelError], message: str, node: ast.AST, advice: str | None = None
    ) -> KernelError:
        """An error at ``node``."""
        return kind(message, span=self.unit.span(node), advice=advice)

    def read_any(self, node: ast.expr) -> Value:
        """The meaning of ``node``: a scalar expression, an array, a table or a call."""
        method = self._methods.get(type(node))
        if method is None:
            raise self.error(
                KernelSyntaxError, f"{describe(node)} cannot be used in a kernel expression", node
            )
        return method(node)

    def read(self, node: ast.expr) -> Expr:
        """The scalar expression ``node``."""
        return self.require_scalar(self.read_any(node), node)

    def require_scalar(self, value: Value, node: ast.AST) -> Expr:
        """``value``, if it is a scalar. Raises ``KernelError`` otherwise."""
        if isinstance(value, Expr):
            return value
        if isinstance(value, StructValue):
            raise self.structs.refusal(value, node)
        if isinstance(value, ArrayValue):
            raise self.error(
                KernelShapeError,
                f"'{value.name}' is an array ({value.type}), a single value is needed here",
                node,
                "Give a subscript for every dimension, or loop over the elements.",
            )
        if isinstance(value, TensorCall):
            count = len(value.signature.results)
            what = "returns an array" if count == 1 else f"returns {count} values"
            raise self.error(
                KernelTypeError,
                f"'{value.signature.symbol}' {what}, a single value is needed here",
                node,
                "Assign the result to a variable first.",
            )
        if isinstance(value, StreamThing):
            raise misplaced(self, value, node)
        if isinstance(value, PositionTuple):
            raise self.error(
                KernelTypeError,
                f"the position of this task has {len(value.positions)} dimensions",
                node,
                "Unpack it: i, j = df.get_pid().",
            )
        raise self.error(
            KernelTypeError,
            "a table of constants is not a single value",
            node,
            "Assign it to an annotated variable: T: int32[4] = [1, 2, 3, 4].",
        )

    @contextmanager
    def without_calls(self) -> Iterator[None]:
        """Read what may not be evaluated, or more than once: no calls may be made for it."""
        call, self.call = self.call, None
        receive, self.receive = self.receive, None
        compute, self.compute = self.compute, None
        try:
            yield
        finally:
            self.call, self.receive, self.compute = call, receive, compute

    def computed_once(self, expr: Expr) -> Expr:
        """``expr``, which each element of an array is combined with; a token of a stream is taken
        out once for all of them."""
        if self.compute is None or not takes_token(expr):
            return expr
        return self.compute(expr)

    def decided(self, expr: Expr) -> Expr:
        """``expr`` as a constant where the task's position decides it, else as it is."""
        if isinstance(expr, Constant) or self.positions is None:
            return expr
        return self.positions.decide(expr) or expr

    def number(self, value: int | float, node: ast.AST) -> Constant:
        """A constant with its type."""
        return Constant(constant_type(value), node, value)

    def constant(self, value: object, node: ast.AST) -> Value:
        """A captured Python value as an expression."""
        if is_number(value):
            return self.number(plain_number(value), node)
        if isinstance(value, np.ndarray) and value.ndim == 0:
            return self.number(plain_number(value[()]), node)
        if isinstance(value, (np.ndarray, list, tuple)):
            return Table(value, node)
        raise self.error(
            KernelTypeError,
            f"{ast.unparse(node)} is a {type(value).__name__}, which is not a value of the kernel "
            "language",
            node,
            "Numbers, NumPy arrays and other kernels can be used from outside.",
        )

    # --- leaves ------------------------------------------------------------------------------

    def _read_constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, (bool, int, float)):
            return self.number(plain_number(node.value), node)
        raise self.error(
            KernelTypeError,
            f"{ast.unparse(node)} is not a number; kernels compute with numbers only",
            node,
        )

    def _read_name(self, node: ast.Name) -> Value:
        binding = self.scope.find(node.id)
        if binding is None:
            if node.id in self.unit.namespace:
                value = self.constant(self.unit.namespace[node.id], node)
                if isinstance(value, Table):
                    value.name = node.id
                return value
            raise self.scope.unknown(node)
        entity = binding.entity
        if isinstance(entity, LocalFunction):
            raise self.error(KernelTypeError, f"'{node.id}' is a function; call it", node)
        if isinstance(entity, (StreamValue, StructValue)):
            return entity
        if isinstance(entity, Buffer):
            if entity.type.shape:
                return entity
            return Load(entity.type.element, node, entity, [])
        return _at(entity, node)

    def operand(self, node: ast.expr) -> Operand:
        """The scalar or array ``node``; a table becomes a constant array."""
        value = self.read_any(node)
        if isinstance(value, Table):
            return self.materialise(value)
        if isinstance(value, TensorCall) and len(value.signature.results) == 1:
            return self._result_of(value)
        if isinstance(value, GetBlock) and self.receive is not None:
            return self.receive(value)
        return value if isinstance(value, ArrayValue) else self.require_scalar(value, node)

    def _result_of(self, call: TensorCall) -> Buffer:
        """The array that a call inside an expression returns; the call is made at once."""
        if self.call is None:
            raise self.error(
                KernelSyntaxError,
                f"'{call.signature.symbol}' returns an array and may not be called in a condition",
                call.node,
                "Assign the result to a variable first.",
            )
        return self.call(call)

    def _read_attribute(self, node: ast.Attribute) -> Value:
        if self.is_value(node.value):
            value = self.read_any(node.value)
            if isinstance(value, StructValue) and node.attr != "shape":
                return self.structs.field(value, node.attr, node)
            return self.methods.attribute(value, node)
        return self.constant(self.constants.evaluate(node), node)

    def is_value(self, node: ast.expr) -> bool:
        """Whether ``node`` is a value of the kernel, rather than a module or a constant."""
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        return not isinstance(node, ast.Name) or self.scope.find(node.id) is not None

    def _read_list(self, node: ast.List) -> Value:
        return Table(self.constants.evaluate(node), node)

    def _read_subscript(self, node: ast.Subscript) -> Value:
        base = self.read_any(node.value)
        if isinstance(base, StructValue):
            return self.structs.subscript(base, node)
        if isinstance(base, StreamValue):
            return self.streams.element(base, node)
        if isinstance(base, (StreamElement, Put, PositionTuple)):
            base = self.require_scalar(base, node)
        if isinstance(base, GetBlock):
            base = self.operand(node.value)
        if isinstance(base, ArrayValue):
            return self.indexer.read(base, node)
        if isinstance(base, Table):
            return self._table_element(base, node)
        if isinstance(base, TensorCall):
            base = self.read(node.value)
        return self.indexer.bits(base, node)

    def _table_element(self, table: Table, node: ast.Subscript) -> Value:
        """An element of a table: a number where the subscripts are constants."""
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if any(isinstance(part, ast.Slice) for part in parts):
            return self.indexer.read(self.materialise(table), node)
        subscripts = [self.read(part) for part in parts]
        if all(isinstance(subscript, Constant) for subscript in subscripts):
            value: object = table.values
            for subscript in subscripts:
                assert isinstance(subscript, Constant)
                try:
                    value = value[subscript.value]  # type: ignore[index]
                except (IndexError, TypeError) as error:
                    raise self.error(KernelBoundsError, str(error), node) from None
            return value if isinstance(value, Expr) else self.constant(value, node)
        return self.indexer.read(self.materialise(table), node)

    # --- operators ---------------------------------------------------------------------------

    def _read_binary(self, node: ast.BinOp) -> Value:
        left, right = self.operand(node.left), self.operand(node.right)
        if isinstance(node.op, ast.MatMult):
            return self._product(left, right, node)
        return self.combine(node.op, left, right, node)

    def combine(self, op: ast.operator, left: Operand, right: Operand, node: ast.AST) -> Operand:
        """``left op right``, element by element where one of them is an array."""
        if isinstance(op, ast.MatMult):
            product = self._product(left, right, node)
            return self._result_of(product) if isinstance(product, TensorCall) else product
        return lift(
            self,
            lambda values: self.operators.binary(op, values[0], values[1], node),
            [left, right],
            node,
        )

    def _product(self, left: Operand, right: Operand, node: ast.AST) -> TensorCall | Expr:
        """``left @ right``: the library's matrix product, a scalar of two vectors."""
        if not (isinstance(left, ArrayValue) and isinstance(right, ArrayValue)):
            raise self.error(KernelTypeError, "'@' works on arrays", node)
        product = self.calls.kernels.library_call(matmul, [left, right], (), node)
        assert isinstance(product, (TensorCall, Expr))
        return product

    def _read_unary(self, node: ast.UnaryOp) -> Operand:
        operand = self.operand(node.operand)
        return lift(self, lambda values: self.operators.unary(node, values[0]), [operand], node)

    def _read_logical(self, node: ast.BoolOp) -> Expr:
        operator = "and" if isinstance(node.op, ast.And) else "or"
        operands: list[Expr] = []
        for value in node.values:
            with self.without_calls():
                operand = self.read(value)
            if isinstance(operand, Constant):
                if bool(operand.value) == (operator == "or"):
                    operands.append(self.number(int(operator == "or"), value))
                    break
                continue
            operands.append(operand)
        if not operands:
            return self.number(int(operator == "and"), node)
        if len(operands) == 1:
            return operands[0]
        return Logical(BOOL, node, operator, operands)

    def _read_compare(self, node: ast.Compare) -> Expr:
        if any(isinstance(op, (ast.In, ast.NotIn)) for op in node.ops):
            return read_membership(self, node)
        operators = [_COMPARISONS.get(type(op)) for op in node.ops]
        if None in operators:
            raise self.error(
                KernelSyntaxError,
                "'is' is not part of the kernel language",
                node,
                "Numbers are compared with == and !=.",
            )
        operands = [self.read(operand) for operand in (node.left, *node.comparators)]
        operands[1:-1] = map(shared, operands[1:-1])
        comparisons = [
            self.operators.compare(operator, left, right, node)
            for operator, left, right in zip(operators, operands, operands[1:], strict=False)
            if operator is not None
        ]
        if len(comparisons) == 1:
            return comparisons[0]
        return Logical(BOOL, node, "and", comparisons)

    def _read_select(self, node: ast.IfExp) -> Expr:
        with self.without_calls():
            condition = self.read(node.test)
            if_true, if_false = self.read(node.body), self.read(node.orelse)
        if isinstance(condition, Constant):
            return if_true if condition.value else if_false
        kind = self.operators.common(if_true, if_false, node)
        return Select(kind, node, condition, if_true, if_false)


def _at(expr: Expr, node: ast.AST) -> Expr:
    """``expr`` as used at ``node``: operations made from it point there."""
    if isinstance(expr, (LoopIndex, Argument, Constant, Named)):
        return replace(expr, node=node)
    return expr
