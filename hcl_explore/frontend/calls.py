"""Reading calls: builtins, conversions, mathematical functions, other kernels."""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable, Hashable, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from hcl_explore.errors import KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.array_functions import ArrayFunctions
from hcl_explore.frontend.elementwise import lift
from hcl_explore.frontend.expression import (
    Binary,
    Constant,
    Convert,
    Expr,
    MathCall,
    Position,
    PositionTuple,
    Unary,
)
from hcl_explore.frontend.kernel_calls import KernelCallReader, refuse_keywords
from hcl_explore.frontend.operators import shared
from hcl_explore.frontend.scope import LocalFunction
from hcl_explore.lang import ops
from hcl_explore.lang.dataflow import get_pid
from hcl_explore.lang.external import ExternalFunction
from hcl_explore.lang.library.function import LibraryFunction
from hcl_explore.lang.promotion import common_type
from hcl_explore.lang.struct import Struct
from hcl_explore.lang.types import (
    Float,
    ScalarType,
    float32,
    int32,
)

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader, Operand, Value
    from hcl_explore.frontend.signatures import CalleeResolver

# The function's name in the math dialect, by each Python function that means it.
_MATH: dict[object, tuple[str, Callable[..., float]]] = {
    function: (name, reference)
    for name, reference, functions in (
        ("exp", math.exp, (ops.exp, np.exp, math.exp)),
        ("log", math.log, (ops.log, np.log, math.log)),
        ("log2", math.log2, (ops.log2, np.log2, math.log2)),
        ("log10", math.log10, (ops.log10, np.log10, math.log10)),
        ("sqrt", math.sqrt, (ops.sqrt, np.sqrt, math.sqrt)),
        ("sin", math.sin, (ops.sin, np.sin, math.sin)),
        ("cos", math.cos, (ops.cos, np.cos, math.cos)),
        ("tan", math.tan, (ops.tan, np.tan, math.tan)),
        ("tanh", math.tanh, (ops.tanh, np.tanh, math.tanh)),
        ("floor", math.floor, (ops.floor, np.floor, math.floor)),
        ("ceil", math.ceil, (ops.ceil, np.ceil, math.ceil)),
        ("powf", math.pow, (ops.power, np.power, math.pow)),
    )
    for function in functions
}
_EXTREMES: dict[object, str] = {
    builtins.min: "min",
    builtins.max: "max",
    np.minimum: "min",
    np.maximum: "max",
}
_ABSOLUTES = (builtins.abs, ops.abs, np.abs, math.fabs)
_OPERATORS: dict[object, ast.operator] = {
    ops.add: ast.Add(),
    ops.sub: ast.Sub(),
    ops.mul: ast.Mult(),
    ops.div: ast.Div(),
    np.add: ast.Add(),
    np.subtract: ast.Sub(),
    np.multiply: ast.Mult(),
}
_CONVERSIONS: dict[object, ScalarType] = {builtins.int: int32, builtins.float: float32}
_BUILTINS: dict[str, object] = {
    name: getattr(builtins, name) for name in ("min", "max", "abs", "int", "float", "range", "len")
}


class CallReader:
    """The part of the expression reader that understands calls."""

    def __init__(self, reader: ExpressionReader, callees: CalleeResolver) -> None:
        self.reader = reader
        self.callees = callees
        self.kernels = KernelCallReader(reader, callees)
        self.arrays = ArrayFunctions(reader)

    def target(self, node: ast.expr) -> object:
        """The Python object that a call names, or the callee's syntax tree."""
        unit = self.reader.unit
        if isinstance(node, ast.Name):
            binding = self.reader.scope.find(node.id)
            if binding is not None and isinstance(binding.entity, LocalFunction):
                return binding.entity
            if binding is not None:
                raise self.reader.error(
                    KernelTypeError, f"'{node.id}' is a variable and cannot be called", node
                )
            if node.id in unit.functions:
                return unit.functions[node.id]
            if node.id not in unit.namespace:
                if node.id in _BUILTINS:
                    return _BUILTINS[node.id]
                if hasattr(builtins, node.id):
                    raise self.reader.error(
                        KernelSyntaxError,
                        f"Python's '{node.id}' is not part of the kernel language",
                        node,
                    )
                raise self.reader.scope.unknown(node)
        elif not isinstance(node, (ast.Attribute, ast.Call)):
            raise self.reader.error(
                KernelSyntaxError, f"{ast.unparse(node)} cannot be called", node
            )
        return self.reader.constants.evaluate(node)

    def is_builtin(self, node: ast.expr, name: str) -> bool:
        """Whether ``node`` is a call of Python's function ``name``."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            return False
        unit = self.reader.unit
        is_hidden = name in unit.functions or name in unit.namespace
        return node.func.id == name and not is_hidden and self.reader.scope.find(name) is None

    def read(self, node: ast.Call) -> Value:
        """The meaning of a call."""
        if isinstance(node.func, ast.Attribute) and self.reader.is_value(node.func.value):
            value = self.reader.read_any(node.func.value)
            return self.reader.methods.call(value, node, node.func)
        named, instantiate = self._split_instance(node.func)
        target: Any = self.target(named)
        if isinstance(target, Struct):
            refuse_keywords(self.reader, node)
            return self.reader.structs.made(target, node)
        if isinstance(target, ScalarType):
            kind = target
            return self._apply(
                lambda values: self._convert(kind, self._exactly(values, 1, node), node), node
            )
        if not isinstance(target, Hashable):
            raise self.reader.error(
                KernelTypeError, f"{ast.unparse(node.func)} is not a function", node
            )
        callee = self.callees.callee(self.reader.unit, target)
        if callee is not None:
            return self.kernels.read(callee, node, instantiate)
        if isinstance(target, LibraryFunction):
            return self.kernels.library(target, node)
        if isinstance(target, ExternalFunction):
            return self.kernels.external(target, node)
        if target is get_pid:
            return self._position(node)
        handler = ArrayFunctions.find(target)
        if handler is not None:
            return handler(self.arrays, node)
        if target is len:
            return self._length(node)
        if target in (ops.grid, ops.reduction, range):
            raise self.reader.error(
                KernelSyntaxError,
                f"{ast.unparse(node.func)}(...) can only stand in a for statement",
                node,
            )
        function = self._function(target, node)
        if function is None:
            raise self.reader.error(
                KernelSyntaxError,
                f"{ast.unparse(node.func)}(...) is not a kernel and not a function of the kernel "
                "language",
                node,
                "Kernels, type conversions, min, max, abs and mathematical functions can be "
                "called.",
            )
        return self._apply(function, node)

    def _position(self, node: ast.Call) -> Position | PositionTuple:
        """``df.get_pid()``."""
        positions = self.reader.positions
        if positions is None or node.args or node.keywords:
            raise self.reader.error(
                KernelSyntaxError,
                "get_pid() takes no arguments"
                if positions is not None
                else "get_pid() gives the position of a df.kernel, and this is none",
                node,
            )
        if len(positions.variables) == 1:
            return positions.variables[0]
        return PositionTuple(list(positions.variables), node)

    def _length(self, node: ast.Call) -> Expr:
        """``len(A)``: the size of the first dimension."""
        refuse_keywords(self.reader, node)
        if len(node.args) != 1:
            raise self.reader.error(KernelTypeError, "len takes one array", node)
        return self.reader.methods.length(self.reader.read_any(node.args[0]), node)

    def _split_instance(self, node: ast.expr) -> tuple[ast.expr, Sequence[object] | None]:
        """``callee[T, N, "id"]`` as the callee and what stands in its brackets."""
        if not isinstance(node, ast.Subscript):
            return node, None
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        name = getattr(parts[-1], "value", None)
        if isinstance(name, str) and name.isidentifier():
            return node.value, [*(self._type_argument(part) for part in parts[:-1]), name]
        return node.value, [self._type_argument(part) for part in parts]

    def _type_argument(self, node: ast.expr) -> object:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            raise self.reader.error(
                KernelTypeError, f"{ast.unparse(node)} is not a type or a number", node
            )
        return self.reader.constants.evaluate(node)

    def _function(self, target: object, node: ast.Call) -> Callable[[list[Expr]], Expr] | None:
        """What a builtin or mathematical function makes of its arguments."""
        if target in _CONVERSIONS:
            kind = _CONVERSIONS[target]
            return lambda values: self._convert_builtin(kind, self._exactly(values, 1, node), node)
        if target in _EXTREMES:
            return lambda values: self._extreme(_EXTREMES[target], values, node)
        if any(target is absolute for absolute in _ABSOLUTES):
            return lambda values: self._absolute(self._exactly(values, 1, node), node)
        if target in _MATH:
            name = _MATH[target][0]
            count = 2 if name == "powf" else 1
            return lambda values: self.math(name, self._exact(values, count, node), node)
        if target in _OPERATORS:
            op = _OPERATORS[target]
            return lambda values: self.reader.operators.binary(op, *self._two(values, node), node)
        if target is ops.relu:
            return lambda values: self._relu(self._exactly(values, 1, node), node)
        if target is ops.gelu:
            return lambda values: self._gelu(self._exactly(values, 1, node), node)
        return None

    def _two(self, values: list[Expr], node: ast.Call) -> tuple[Expr, Expr]:
        left, right = self._exact(values, 2, node)
        return left, right

    def _relu(self, value: Expr, node: ast.Call) -> Expr:
        return self._extreme("max", [value, self.reader.number(0, node)], node)

    def _gelu(self, x: Expr, node: ast.Call) -> Expr:
        x = shared(x)

        def times(left: Expr, right: Expr) -> Expr:
            return self.reader.operators.binary(ast.Mult(), left, right, node)

        def plus(left: Expr, right: Expr) -> Expr:
            return self.reader.operators.binary(ast.Add(), left, right, node)

        cubic = times(times(times(self.reader.number(ops.GELU_CUBIC, node), x), x), x)
        inner = times(self.reader.number(ops.GELU_SCALE, node), plus(x, cubic))
        factor = plus(self.reader.number(1, node), self.math("tanh", [inner], node))
        return times(times(self.reader.number(0.5, node), x), factor)

    def _apply(self, function: Callable[[list[Expr]], Expr], node: ast.Call) -> Operand:
        """``function`` of the arguments, element by element where one of them is an array."""
        refuse_keywords(self.reader, node)
        if not node.args:
            return function([])
        operands = [self.reader.operand(argument) for argument in node.args]
        return lift(self.reader, function, operands, node)

    def _exact(self, arguments: list[Expr], count: int, node: ast.Call) -> list[Expr]:
        if len(arguments) != count:
            raise self.reader.error(
                KernelTypeError,
                f"{ast.unparse(node.func)} takes {count} argument{'s' if count > 1 else ''}, "
                f"not {len(arguments)}",
                node,
            )
        return arguments

    def _exactly(self, arguments: list[Expr], count: int, node: ast.Call) -> Expr:
        return self._exact(arguments, count, node)[0]

    def _convert(self, target: ScalarType, operand: Expr, node: ast.Call) -> Expr:
        if isinstance(operand, Constant):
            self._require_float(target, operand, node)
        return Convert(target, node, operand)

    def _convert_builtin(self, target: ScalarType, operand: Expr, node: ast.Call) -> Expr:
        """``int(x)`` and ``float(x)``: of a number in the source again such a number."""
        if not isinstance(operand, Constant):
            return Convert(target, node, operand)
        if isinstance(target, Float):
            return self.reader.number(float(operand.value), node)
        self._require_float(target, operand, node)
        return self.reader.number(int(operand.value), node)

    def _require_float(self, target: ScalarType, operand: Constant, node: ast.Call) -> None:
        if not isinstance(target, Float) and not math.isfinite(operand.value):
            raise self.reader.error(
                KernelTypeError, f"{operand.value} cannot be converted to {target}", node
            )

    def _extreme(self, operator: str, arguments: list[Expr], node: ast.Call) -> Expr:
        if len(arguments) < 2:
            raise self.reader.error(
                KernelTypeError, f"{ast.unparse(node.func)} takes at least two values", node
            )
        result = arguments[0]
        for argument in arguments[1:]:
            if isinstance(result, Constant) and isinstance(argument, Constant):
                choose = min if operator == "min" else max
                result = self.reader.number(choose(result.value, argument.value), node)
            else:
                common = self.reader.operators.common(result, argument, node)
                result = Binary(common, node, operator, result, argument)
        return result

    def _absolute(self, operand: Expr, node: ast.Call) -> Expr:
        if isinstance(operand, Constant):
            return self.reader.number(abs(operand.value), node)
        if getattr(operand.type, "signed", True) is False:
            return operand
        return Unary(operand.type, node, "abs", operand)

    def math(self, name: str, operands: list[Expr], node: ast.AST) -> Expr:
        """A function of the ``math`` dialect; integers and fixed point are taken as ``float32``."""
        if all(isinstance(operand, Constant) for operand in operands):
            return self._fold_math(name, operands, node)
        floats: list[ScalarType] = [o.type for o in operands if isinstance(o.type, Float)]
        kind = reduce(common_type, floats) if floats else float32
        return MathCall(kind, node, name, operands)

    def _fold_math(self, name: str, operands: list[Expr], node: ast.AST) -> Expr:
        reference = next(function for known, function in _MATH.values() if known == name)
        values = [operand.value for operand in operands if isinstance(operand, Constant)]
        try:
            return self.reader.number(float(reference(*values)), node)
        except (ValueError, OverflowError) as error:
            raise self.reader.error(KernelTypeError, str(error), node) from None
