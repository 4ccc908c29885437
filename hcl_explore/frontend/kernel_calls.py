"""Reading calls of other kernels."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hcl_explore.errors import KernelShapeError, KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.decorators import is_region
from hcl_explore.frontend.expression import (
    ArrayValue,
    Elementwise,
    Expr,
    KernelCall,
    Signature,
    StreamValue,
    TensorCall,
    View,
)
from hcl_explore.frontend.generics import bind, infer, parameter_ranks
from hcl_explore.frontend.structs import StructValue, spread
from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.external import ExternalFunction
from hcl_explore.lang.library.function import LibraryFunction
from hcl_explore.lang.types import UNKNOWN_SIZE, ScalarType, TensorType

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
        the types of the arguments. A name after them makes a function of its own of the callee,
        which can be scheduled apart from the others.
        """
        refuse_keywords(self.reader, node)
        if is_region(callee.unit, callee.function) and not self.reader.in_region:
            raise self.reader.error(
                KernelSyntaxError,
                f"the region '{callee.function.name}' can only be called in another region",
                node,
                "Its tasks run at the same time; a plain kernel runs one statement after another.",
            )
        values = [
            self.reader.streams.handed(argument)
            or self.reader.structs.named(argument)
            or self.reader.operand(argument)
            for argument in node.args
        ]
        span = self.reader.unit.span(node)
        parameters = callee.open_parameters()
        bound: Mapping[str, object] = {}
        suffix = copy = ""
        if instantiate and isinstance(instantiate[-1], str):
            copy, instantiate = instantiate[-1], instantiate[:-1] or None
        if instantiate is not None:
            bound = bind(callee.function, parameters, instantiate, span)
            suffix = "".join(f"_{value}" for value in bound.values())
        elif parameters:
            bound = infer(callee.function, parameters, values, span)
        names = [parameter.arg for parameter in _parameters(callee.function)]
        handed = {
            name: value.array
            for name, value in zip(names, values, strict=False)
            if isinstance(value, StreamValue) and value.array is not None
        }
        if handed and is_region(callee.unit, callee.function):
            raise self.reader.error(
                KernelSyntaxError,
                "one FIFO of an array cannot be handed to a region",
                node,
                "Hand over the whole array, or declare this FIFO as a stream of its own.",
            )
        signature = self.callees.signature(callee, bound, suffix, span, copy, handed)
        return self.checked(signature, values, node)

    def external(self, function: ExternalFunction, node: ast.Call) -> Value:
        """A call of a C++ function."""
        refuse_keywords(self.reader, node)
        values = [self.reader.operand(argument) for argument in node.args]
        span = self.reader.unit.span(node)
        return self.checked(self.callees.external(function, span), values, node)

    def library(self, function: LibraryFunction, node: ast.Call) -> Value:
        """A call of a library function: of the overload for the ranks of the arguments."""
        refuse_keywords(self.reader, node)
        split = len(node.args) - len(function.constants)
        values = [self.reader.operand(argument) for argument in node.args[: max(split, 0)]]
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

    def checked(
        self,
        signature: Signature,
        values: Sequence[Operand | StreamValue | StructValue],
        node: ast.AST,
    ) -> Value:
        """The call, if ``values`` fit the parameters."""
        declared = signature.declared or signature.parameters
        count = len(declared)
        if len(values) != count:
            raise self.reader.error(
                KernelTypeError,
                f"'{signature.symbol}' takes {count} argument{'s' if count != 1 else ''}, "
                f"not {len(values)}",
                node,
            )
        # A library call's compile-time constants come after its arrays.
        written = node.args[:count] if isinstance(node, ast.Call) else [node] * count
        parts, places = spread(self.reader, signature.symbol, declared, values, written)
        for value, place in list(zip(parts, places, strict=True)):
            if isinstance(value, StreamValue):
                parts += value.chosen
                places += [place] * len(value.chosen)
        single = {name: kind for name, kind in declared if name in signature.handed}
        for (name, kind), value, place in zip(signature.parameters, parts, places, strict=True):
            self.check(signature, name, single.get(name, kind), value, place)
        call = TensorCall(signature, parts, node)
        results = signature.results
        is_scalar = len(results) == 1 and isinstance(results[0], ScalarType)
        if is_scalar and signature.returned is None:
            assert isinstance(results[0], ScalarType)
            return KernelCall(results[0], node, call)
        return call

    def check(
        self,
        signature: Signature,
        name: str,
        kind: ScalarType | TensorType | StreamKind,
        value: Operand | StreamValue,
        node: ast.AST,
    ) -> None:
        """Raise ``KernelError`` unless ``value`` can be handed over as the parameter ``name``."""
        if isinstance(kind, StreamKind) or isinstance(value, StreamValue):
            self._check_stream(signature, name, kind, value, node)
            return
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
        if not _fits(value.type.shape, kind.shape) or not (
            converts or value.type.element == kind.element
        ):
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

    def _check_stream(
        self,
        signature: Signature,
        name: str,
        kind: ScalarType | TensorType | StreamKind,
        value: Operand | StreamValue,
        node: ast.AST,
    ) -> None:
        if not (isinstance(kind, StreamKind) and isinstance(value, StreamValue)):
            raise self.reader.error(
                KernelTypeError,
                f"argument '{name}' of '{signature.symbol}' is {kind}, "
                f"{ast.unparse(node)} is {value.type}",
                node,
            )
        same_depth = kind.depth is None or value.type.depth in (None, kind.depth)
        if value.type.tokens != kind.tokens or not same_depth:
            raise self.reader.error(
                KernelTypeError if value.type.shape == kind.shape else KernelShapeError,
                f"argument '{name}' of '{signature.symbol}' is {kind}, but '{value.name}' is "
                f"{value.type}",
                node,
                None if same_depth else f"Write {kind.tokens} to take streams of any depth.",
            )


def _parameters(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args]


def _fits(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether an array of ``shape`` can be handed over where ``wanted`` is declared."""
    if len(shape) != len(wanted):
        return False
    pairs = zip(shape, wanted, strict=True)
    return all(size == other or other == UNKNOWN_SIZE for size, other in pairs)


def is_variable(value: ArrayValue) -> bool:
    """Whether the elements of ``value`` may be changed."""
    while isinstance(value, View):
        value = value.base
    return not getattr(value, "read_only", True)
