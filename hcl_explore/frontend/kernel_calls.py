"""Reading calls of other kernels."""

from __future__ import annotations

import ast
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
from hcl_explore.lang.types import ScalarType, TensorType

if TYPE_CHECKING:
    from hcl_explore.frontend.reader import ExpressionReader, Value


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
    """Checks the arguments of a call against the callee's parameters."""

    def __init__(self, reader: ExpressionReader) -> None:
        self.reader = reader

    def read(self, signature: Signature, node: ast.Call) -> Value:
        """The call as an expression if it gives one scalar, else as itself."""
        refuse_keywords(self.reader, node)
        count = len(signature.parameters)
        if len(node.args) != count:
            raise self.reader.error(
                KernelTypeError,
                f"'{signature.symbol}' takes {count} argument{'s' if count != 1 else ''}, "
                f"not {len(node.args)}",
                node,
            )
        arguments = [
            self._argument(signature, name, kind, argument)
            for (name, kind), argument in zip(signature.parameters, node.args, strict=True)
        ]
        call = TensorCall(signature, arguments, node)
        results = signature.results
        if len(results) == 1 and isinstance(results[0], ScalarType):
            return KernelCall(results[0], node, call)
        return call

    def _argument(
        self, signature: Signature, name: str, kind: ScalarType | TensorType, node: ast.expr
    ) -> Expr | ArrayValue:
        if isinstance(kind, ScalarType):
            return self.reader.read(node)
        value = self.reader.read_any(node)
        if isinstance(value, TensorCall):
            raise self.reader.error(
                KernelTypeError,
                "a call that returns an array cannot be an argument",
                node,
                "Assign its result to a variable first.",
            )
        if not isinstance(value, (ArrayValue, Expr)):
            value = self.reader.materialise(value)
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
        if name in signature.changed and not (isinstance(value, View) or is_variable(value)):
            raise self.reader.error(
                KernelTypeError,
                f"'{signature.symbol}' changes its argument '{name}', and '{value.name}' is not a "
                "variable",
                node,
                "Copy it into a local array first.",
            )
        return value


def is_variable(value: ArrayValue) -> bool:
    """Whether the elements of ``value`` may be changed."""
    while isinstance(value, View):
        value = value.base
    return not getattr(value, "read_only", True)
