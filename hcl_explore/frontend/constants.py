"""Our own evaluator for what must be known before the program runs.

Annotations, array sizes, initial tables and assignments at the top of a text are evaluated over
the syntax tree, never with ``eval``: only arithmetic on numbers, names, attributes of modules,
subscripts, and calls of the type constructors and a few builtins are understood.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import math
import operator
from collections.abc import Callable, Mapping
from enum import EnumMeta
from types import ModuleType
from typing import Any

import numpy as np

from hcl_explore import lang
from hcl_explore.errors import (
    KernelError,
    KernelScopeError,
    KernelShapeError,
    KernelSyntaxError,
    KernelTypeError,
    SourceSpan,
)
from hcl_explore.lang import dataflow
from hcl_explore.lang.dataflow import Stream, StreamKind
from hcl_explore.lang.memory import Memory, PlacedType, placed
from hcl_explore.lang.meta import ConstantType, ConstExpr, TypeParameter
from hcl_explore.lang.struct import Struct
from hcl_explore.lang.types import Fixed, Int, ScalarType, TensorType, UFixed, UInt

MAX_INTEGER_BITS = 4096
MAX_LIST_ELEMENTS = 1 << 20

SpanOf = Callable[[ast.AST], SourceSpan]

BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "float": float,
    "int": int,
    "len": len,
    "max": max,
    "min": min,
    "round": round,
}
_MATH = (
    math.ceil,
    math.cos,
    math.exp,
    math.floor,
    math.log,
    math.log2,
    math.log10,
    math.sin,
    math.sqrt,
    math.tan,
    math.tanh,
)
_ARRAY_ATTRIBUTES = ("T", "ndim", "shape", "size")
_CONSTRUCTORS = (Int, UInt, Fixed, UFixed, Struct, TypeParameter, Memory)


def is_number(value: object) -> bool:
    """Whether ``value`` is a Python or NumPy boolean, integer or float."""
    return isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating))


def plain_number(value: object) -> int | float:
    """A Python ``int`` or ``float`` equal to the number ``value``."""
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return int(value)
    assert isinstance(value, (float, np.floating))
    return float(value)


def fold(op: type[ast.operator], left: int | float, right: int | float) -> int | float:
    """Python's result of an operator on two numbers; an exact integer quotient stays an integer.

    Raises ``ValueError`` with a sentence if there is no result or it is unreasonably large.
    """
    both_integers = isinstance(left, int) and isinstance(right, int)
    if op is ast.Pow and both_integers:
        assert isinstance(left, int)
        if right >= 0 and left.bit_length() * right > MAX_INTEGER_BITS:
            raise ValueError(f"{left} ** {right} has too many digits")
    if op is ast.LShift and both_integers and right > MAX_INTEGER_BITS:
        raise ValueError(f"a shift by {right} bits is too wide")
    if op is ast.Div and both_integers and right != 0 and left % right == 0:
        return left // right
    try:
        result = BINARY[op](left, right)
    except ZeroDivisionError:
        raise ValueError("division by zero") from None
    except (TypeError, OverflowError) as error:
        raise ValueError(str(error)) from None
    if isinstance(result, complex):
        raise ValueError("the result is a complex number")
    if isinstance(result, int) and result.bit_length() > MAX_INTEGER_BITS:
        raise ValueError("the result has too many digits")
    return plain_number(result)


def attribute(value: object, name: str) -> object:
    """``value.name`` without running any code of the value's class. Raises ``AttributeError``."""
    if isinstance(value, (ModuleType, EnumMeta)):
        return getattr(value, name)
    if type(value) is np.ndarray and name in _ARRAY_ATTRIBUTES:
        return getattr(value, name)
    found = inspect.getattr_static(value, name)
    if isinstance(found, (property, staticmethod, classmethod)) or inspect.isroutine(found):
        raise AttributeError(f"'{name}' is not plain data")
    return found


class ConstantEvaluator:
    """Evaluates syntax trees against a namespace; raises ``KernelError`` with the place."""

    def __init__(
        self,
        namespace: Mapping[str, object],
        span_of: SpanOf,
        unknown: Callable[[ast.Name], KernelError] | None = None,
    ) -> None:
        self.namespace = namespace
        self.span_of = span_of
        self.unknown = unknown or (lambda node: unknown_name(node, namespace, span_of))
        self._methods: dict[type[ast.expr], Callable[[Any], Any]] = {
            ast.Attribute: self._attribute,
            ast.BinOp: self._binary,
            ast.Call: self._call,
            ast.Constant: self._number,
            ast.Dict: self._dictionary,
            ast.List: self._list,
            ast.Name: self._name,
            ast.Subscript: self._subscript,
            ast.Tuple: self._tuple,
            ast.UnaryOp: self._unary,
        }

    def evaluate(self, node: ast.expr) -> Any:
        """The Python value of ``node``."""
        method = self._methods.get(type(node))
        if method is None:
            raise KernelSyntaxError(
                f"{ast.unparse(node)} is not a constant expression",
                span=self.span_of(node),
                advice="Use numbers, names of constants, arithmetic and type names.",
            )
        return method(node)

    def _number(self, node: ast.Constant) -> Any:
        if isinstance(node.value, complex) or node.value is Ellipsis:
            raise KernelTypeError(
                f"{ast.unparse(node)} is not a number of the kernel language",
                span=self.span_of(node),
            )
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.namespace:
            value = self.namespace[node.id]
            if isinstance(value, TypeParameter):
                raise KernelTypeError(
                    f"the type parameter '{value}' has no value",
                    span=self.span_of(node),
                    advice="Give one: customize(kernel, instantiate=[...]), or in a kernel "
                    "callee[...](...).",
                )
            return value
        raise self.unknown(node)

    def _attribute(self, node: ast.Attribute) -> Any:
        value = self.evaluate(node.value)
        try:
            return attribute(value, node.attr)
        except AttributeError:
            raise KernelScopeError(
                f"{ast.unparse(node.value)} has no '{node.attr}'", span=self.span_of(node)
            ) from None

    def _binary(self, node: ast.BinOp) -> Any:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        if isinstance(left, list) and isinstance(node.op, ast.Mult) and isinstance(right, int):
            return self._repeat(node, left, right)
        if isinstance(node.op, ast.MatMult):
            try:
                return placed(left, right)
            except TypeError as error:
                is_typed = isinstance(left, (ScalarType, TensorType, PlacedType))
                raise KernelTypeError(
                    f"{ast.unparse(node)}: {error}",
                    span=self.span_of(node if is_typed else node.left),
                ) from None
        if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
            raise KernelTypeError(
                "arithmetic on whole arrays is not a constant expression", span=self.span_of(node)
            )
        if type(node.op) not in BINARY or not (is_number(left) and is_number(right)):
            raise KernelTypeError(
                f"{ast.unparse(node)} is not arithmetic on numbers", span=self.span_of(node)
            )
        try:
            return fold(type(node.op), plain_number(left), plain_number(right))
        except ValueError as error:
            raise KernelTypeError(str(error), span=self.span_of(node)) from None

    def _repeat(self, node: ast.BinOp, values: list[Any], times: int) -> list[Any]:
        if _elements(values) * times > MAX_LIST_ELEMENTS:
            raise KernelShapeError(
                f"a table of {_elements(values) * times} elements is too large",
                span=self.span_of(node),
            )
        return values * times

    def _unary(self, node: ast.UnaryOp) -> Any:
        operand = self.evaluate(node.operand)
        if not is_number(operand):
            raise KernelTypeError(
                f"{ast.unparse(node)} is not arithmetic on numbers", span=self.span_of(node)
            )
        try:
            return _UNARY[type(node.op)](plain_number(operand))
        except TypeError as error:
            raise KernelTypeError(str(error), span=self.span_of(node)) from None

    def _dictionary(self, node: ast.Dict) -> dict[Any, Any]:
        if None in node.keys:
            raise KernelSyntaxError(
                f"{ast.unparse(node)} is not a constant expression", span=self.span_of(node)
            )
        keys = [self.evaluate(key) for key in node.keys if key is not None]
        values = [self.evaluate(value) for value in node.values]
        try:
            return dict(zip(keys, values, strict=True))
        except TypeError as error:
            raise KernelTypeError(str(error), span=self.span_of(node)) from None

    def _list(self, node: ast.List | ast.Tuple) -> list[Any]:
        return [self.evaluate(element) for element in node.elts]

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self._list(node))

    def _subscript(self, node: ast.Subscript) -> Any:
        value = self.evaluate(node.value)
        if isinstance(value, ScalarType):
            return self._tensor_type(node, value, self._sizes(node.slice))
        subscript = self.evaluate(node.slice)
        if value is ConstExpr:
            return self._constant_type(node, subscript)
        if value is Stream or isinstance(value, StreamKind):
            return self._stream_kind(node, value, subscript)
        if not isinstance(value, (list, tuple, np.ndarray)):
            raise KernelTypeError(
                f"{ast.unparse(node.value)} cannot be subscripted", span=self.span_of(node)
            )
        try:
            result: Any = value[subscript]
        except (IndexError, TypeError) as error:
            raise KernelShapeError(str(error), span=self.span_of(node)) from None
        return result

    def _sizes(self, node: ast.expr) -> Any:
        """The sizes of an array type, where ``...`` may stand for one."""
        if isinstance(node, ast.Constant) and node.value is Ellipsis:
            return Ellipsis
        if isinstance(node, ast.Tuple):
            return tuple(self._sizes(part) for part in node.elts)
        return self.evaluate(node)

    def _constant_type(self, node: ast.Subscript, element: object) -> ConstantType:
        if not isinstance(element, ScalarType) or isinstance(element, Struct):
            raise KernelTypeError(
                f"ConstExpr[...] takes a scalar type, not {ast.unparse(node.slice)}",
                span=self.span_of(node.slice),
            )
        return ConstantType(element)

    def _stream_kind(self, node: ast.Subscript, value: Any, parameters: Any) -> StreamKind:
        try:
            kind: StreamKind = value[parameters]
        except ValueError as error:
            raise KernelTypeError(str(error), span=self.span_of(node.slice)) from None
        return kind

    def _tensor_type(self, node: ast.Subscript, element: ScalarType, sizes: Any) -> Any:
        try:
            return element[sizes]
        except ValueError as error:
            raise KernelShapeError(str(error), span=self.span_of(node.slice)) from None

    def _call(self, node: ast.Call) -> Any:
        function = self._callable(node)
        arguments = [self.evaluate(argument) for argument in node.args]
        named = {}
        for keyword in node.keywords:
            if function is not Memory or keyword.arg is None:
                raise KernelSyntaxError(
                    "keyword arguments are not part of constant expressions",
                    span=self.span_of(keyword),
                )
            named[keyword.arg] = self.evaluate(keyword.value)
        try:
            return function(*arguments, **named)
        except KernelError:
            raise
        except (TypeError, ValueError, OverflowError, ArithmeticError) as error:
            raise KernelTypeError(
                f"{ast.unparse(node)}: {error}", span=self.span_of(node)
            ) from None

    def _callable(self, node: ast.Call) -> Callable[..., Any]:
        if isinstance(node.func, ast.Name) and node.func.id not in self.namespace:
            function = _FUNCTIONS.get(node.func.id)
        else:
            function = self.evaluate(node.func)
            if function is np.array:
                return _array
            known = (*_CONSTRUCTORS, *_FUNCTIONS.values(), *_MATH)
            if not isinstance(function, ScalarType) and not any(function is one for one in known):
                function = None
        if function is None:
            raise KernelSyntaxError(
                f"{ast.unparse(node.func)}(...) cannot be called in a constant expression",
                span=self.span_of(node),
                advice="Compute the value outside the kernel and refer to it by name.",
            )
        return function


def _elements(values: object) -> int:
    """How many numbers a nested list holds, going by the first element of each list."""
    if not isinstance(values, (list, tuple)):
        return 1
    return len(values) * _elements(values[0]) if values else 0


def _array(values: Any) -> Any:
    return np.array(values)


def unknown_name(
    node: ast.Name, known: Mapping[str, object], span_of: SpanOf, extra: list[str] | None = None
) -> KernelScopeError:
    """The error for a name that nothing defines, with the nearest known ones."""
    near = difflib.get_close_matches(node.id, [*(extra or ()), *known], n=3)
    advice = f"Did you mean {', '.join(near)}?" if near else None
    return KernelScopeError(
        f"the name '{node.id}' is not known here", span=span_of(node), advice=advice
    )


def import_module(name: str, node: ast.AST, span_of: SpanOf) -> ModuleType:
    """The module that an import at the top of a text refers to: ours, ``numpy`` or ``math``."""
    modules: dict[str, ModuleType] = {"numpy": np, "math": math}
    modules.update(dict.fromkeys(("hcl_explore", "hcl_explore.lang", "hcl_explore.types"), lang))
    modules["hcl_explore.dataflow"] = dataflow
    if name not in modules:
        raise KernelSyntaxError(
            f"a kernel's text cannot import '{name}'",
            span=span_of(node),
            advice="Only hcl_explore, numpy and math may be imported there.",
        )
    return modules[name]
