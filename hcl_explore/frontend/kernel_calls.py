"""Reading calls of other kernels."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hcl_explore.errors import KernelShapeError, KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.expression import (
    ArrayValue,
    Elementwise,
    Expr,
    KernelCall,
    Signature,
    TensorCall,
    View,
)
from hcl_explore.frontend.generics import bind, infer, parameter_ranks
from hcl_explore.lang.library.function import LibraryFunction
from hcl_explore.lang.types import ScalarType, TensorType

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader, Operand, Value
    from hcl_explore.frontend.signatures import Callee, CalleeResolver


def refuse_keywords(reader: ExpressionReader, node: ast.Call) -> None:
    """Raise ``KernelSyntaxError`` unless all arguments of ``node`` are plain."""
    for keyword in node.keywords:
        raise reader.error(
            KernelSyntaxError, f"{ast.unparse(node.func)}(...) takes no keyword arguments", keyword
        )
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            raise reader.error(
                KernelSyntaxError, "a starred argument cannot be used in a kernel", argument
            )


class KernelCallReader:
    """Reads calls of other kernels; checks the arguments against the parameters."""

    def __init__(self, reader: ExpressionReader, callees: CalleeResolver) -> None:
        self.reader = reader
        self.callees = callees

    def read(self, callee: Callee, node: ast.Call, instantiate: Sequence[object] | None) -> Value:
        """The call as an expression if it gives one scalar, else as itself.

        ``instantiate`` are the type parameters written in brackets; without them they follow from
        the types of the arguments.
        """
        refuse_keywords(self.reader, node)
        values = [self._value(argument) for argument in node.args]
        span = self.reader.unit.span(node)
        parameters = callee.open_parameters()
        bound: Mapping[str, object] = {}
        suffix = ""
        if instantiate is not None:
            bound = bind(callee.function, parameters, instantiate, span)
            suffix = "".join(f"_{value}" for value in bound.values())
        elif parameters:
            bound = infer(callee.function, parameters, values, span)
        return self.checked(self.callees.signature(callee, bound, suffix, span), values, node)

    def library(self, function: LibraryFunction, node: ast.Call) -> Value:
        """A call of a library function: of the overload for the ranks of the arguments."""
        refuse_keywords(self.reader, node)
        split = len(node.args) - len(function.constants)
        values = [self._value(argument) for argument in node.args[: max(split, 0)]]
        constants = [self.reader.constants.evaluate(part) for part in node.args[max(split, 0) :]]
        return self.library_call(function, values, constants, node)

    def library_call(
        self,
        function: LibraryFunction,
        values: Sequence[Operand],
        constants: Sequence[object],
        node: ast.AST,
    ) -> Value:
        """As ``library``, with the arguments read already."""
        ranks = [value.type.rank if isinstance(value, ArrayValue) else 0 for value in values]
        span = self.reader.unit.span(node)
        for overload in function.overloads:
            callee = self.callees.callee(self.reader.unit, overload)
            if callee is None or parameter_ranks(callee.function) != ranks:
                continue
            if len(constants) != len(function.constants):
                continue
            chosen = dict(zip(function.constants, constants, strict=True))
            parameters = callee.open_parameters()
            known = bind(callee.function, [p for p in parameters if p.name in chosen], chosen, span)
            rest = [p for p in parameters if p.name not in chosen]
            bound = {**infer(callee.function, rest, values, span), **known}
            return self.checked(self.callees.signature(callee, bound, "", span), values, node)
        given = ", ".join(str(value.type) for value in values)
        raise self.reader.error(
            KernelShapeError, f"{function} does not take arguments of the types {given}", node
        )

    def _value(self, node: ast.expr) -> Operand:
        return self.reader.operand(node)

    def checked(self, signature: Signature, values: Sequence[Operand], node: ast.AST) -> Value:
        """The call, if ``values`` fit the parameters."""
        count = len(signature.parameters)
        if len(values) != count:
            raise self.reader.error(
                KernelTypeError,
                f"'{signature.symbol}' takes {count} argument{'s' if count != 1 else ''}, "
                f"not {len(values)}",
                node,
            )
        places = node.args if isinstance(node, ast.Call) else [node] * count
        for (name, kind), value, place in zip(signature.parameters, values, places, strict=False):
            self._check(signature, name, kind, value, place)
        call = TensorCall(signature, list(values), node)
        results = signature.results
        if len(results) == 1 and isinstance(results[0], ScalarType):
            return KernelCall(results[0], node, call)
        return call

    def _check(
        self,
        signature: Signature,
        name: str,
        kind: ScalarType | TensorType,
        value: Operand,
        node: ast.AST,
    ) -> None:
        if isinstance(kind, ScalarType):
            self.reader.require_scalar(value, node)
            return
        if isinstance(value, Expr):
            raise self.reader.error(
                KernelTypeError,
                f"argument '{name}' of '{signature.symbol}' is an array ({kind}), not a scalar",
                node,
            )
        converts = isinstance(value, Elementwise)
        if value.type.shape != kind.shape or not (converts or value.type.element == kind.element):
            same_element = converts or value.type.element == kind.element
            raise self.reader.error(
                KernelShapeError if same_element else KernelTypeError,
                f"argument '{name}' of '{signature.symbol}' is {kind}, but '{value.name}' is "
                f"{value.type}",
                node,
                None if same_element else f"Copy it into an array of {kind.element} first.",
            )
        if name in signature.changed and not is_variable(value):
            raise self.reader.error(
                KernelTypeError,
                f"'{signature.symbol}' changes its argument '{name}', and '{value.name}' is not a "
                "variable",
                node,
                "Copy it into a local array first.",
            )


def is_variable(value: ArrayValue) -> bool:
    """Whether the elements of ``value`` may be changed."""
    while isinstance(value, View):
        value = value.base
    return not getattr(value, "read_only", True)
