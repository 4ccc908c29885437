"""Parameter and result types of a kernel, from its annotations."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from hcl_explore.errors import KernelShapeError, KernelSyntaxError, KernelTypeError, SourceSpan
from hcl_explore.frontend.constants import ConstantEvaluator
from hcl_explore.frontend.decorators import is_region, is_task
from hcl_explore.frontend.expression import Signature
from hcl_explore.frontend.generics import OpenParameter, open_parameters
from hcl_explore.frontend.source import parse_text
from hcl_explore.frontend.unit import Unit
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.external import ExternalFunction
from hcl_explore.lang.memory import Memory, PlacedType
from hcl_explore.lang.struct import Struct, leaves, struct_of
from hcl_explore.lang.types import (
    BOOL,
    UNKNOWN_SIZE,
    ScalarType,
    TensorType,
    float32,
    index,
    int32,
)

MAX_ARRAY_BYTES = 1 << 30

_PYTHON_TYPES: dict[object, ScalarType] = {
    builtins.int: int32,
    builtins.float: float32,
    builtins.bool: BOOL,
}
_PYTHON_NAMES: dict[str, ScalarType] = {"int": int32, "float": float32, "bool": BOOL}


@dataclass(frozen=True)
class Callee:
    """A kernel that can be called: its syntax tree and the text it stands in."""

    unit: Unit
    function: ast.FunctionDef

    def open_parameters(self) -> list[OpenParameter]:
        """The type parameters without a value."""
        return open_parameters(self.function, self.unit.constants)


class CalleeResolver(Protocol):
    """Knows the kernels of a module."""

    def external(self, function: ExternalFunction, span: SourceSpan) -> Signature:
        """The signature of a C++ function called at ``span``, which is declared if need be."""

    def callee(self, unit: Unit, target: object) -> Callee | None:
        """The kernel that ``target``, named in ``unit``, is; None if it is none."""

    def signature(
        self,
        callee: Callee,
        bound: Mapping[str, object],
        suffix: str,
        span: SourceSpan,
        copy: str = "",
        handed: Mapping[str, StreamKind] = MappingProxyType({}),
    ) -> Signature:
        """The signature of a kernel called at ``span``, which is lowered first if need be.

        ``bound`` gives its type parameters; ``suffix`` goes behind its name. Calls with different
        ``copy`` get functions of their own, and so do calls that hand over one FIFO of an array:
        ``handed`` are these parameters with the types of the arrays.
        """


def annotated_type(unit: Unit, node: ast.expr) -> ScalarType | TensorType:
    """The type of a value that an annotation means. Raises ``KernelError`` if it means none."""
    kind = annotation(unit, node)[0]
    if isinstance(kind, TensorType) and not kind.is_sized:
        raise KernelShapeError(
            f"the size of the returned {kind} is not known",
            span=unit.span(node),
            advice="Take the array as an argument, and write to it.",
        )
    if isinstance(kind, StreamKind):
        raise KernelTypeError(
            "a kernel does not return a stream",
            span=unit.span(node),
            advice="Hand the stream to it as an argument.",
        )
    return kind


def annotation(
    unit: Unit, node: ast.expr, constants: ConstantEvaluator | None = None
) -> tuple[ScalarType | TensorType | StreamKind, PlacedType | None]:
    """The type an annotation means, and what else it asks for."""
    constants = constants or unit.constants
    namespace = constants.namespace
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        quoted = parse_text(node.value, unit.source.filename, unit.span(node).line).body
        if len(quoted) != 1 or not isinstance(quoted[0], ast.Expr):
            raise KernelTypeError(f"{node.value!r} is not a type", span=unit.span(node))
        inner = quoted[0].value
        for part in ast.walk(inner):
            ast.copy_location(part, node)
        return annotation(unit, inner, constants)
    if isinstance(node, ast.Name) and node.id not in namespace and node.id in _PYTHON_NAMES:
        return _PYTHON_NAMES[node.id], None
    base = node.value if isinstance(node, ast.Subscript) else None
    if isinstance(base, ast.Name) and base.id not in namespace and base.id in _PYTHON_NAMES:
        raise KernelTypeError(
            f"'{base.id}' has no array form",
            span=unit.span(node),
            advice=f"Write {_PYTHON_NAMES[base.id]}[...].",
        )
    found: Any = constants.evaluate(node)
    place = None
    if isinstance(found, PlacedType):
        found, place = found.type, found
    if isinstance(found, type) and found in _PYTHON_TYPES:
        found = _PYTHON_TYPES[found]
    if isinstance(found, StreamKind):
        if isinstance(found.element, Struct):
            raise KernelTypeError(
                "a stream carries numbers or blocks of them, no structs",
                span=unit.span(node),
                advice="Use a stream for each field.",
            )
        if isinstance(found.token, TensorType) and not found.token.is_sized:
            raise KernelShapeError(
                f"the size of a token of {ast.unparse(node)} is not known",
                span=unit.span(node),
            )
        return found, place
    if not isinstance(found, (ScalarType, TensorType)):
        raise KernelTypeError(
            f"{ast.unparse(node)} is not a type",
            span=unit.span(node),
            advice="Types are int8 … int64, uint8 … uint64, Int(n), UInt(n), Fixed(n, f), "
            "UFixed(n, f), float32, float64, index, and arrays of them: float32[16, 16].",
        )
    if isinstance(found, TensorType):
        _check_size(unit, found, node)
    return found, place


def _check_size(unit: Unit, tensor: TensorType, node: ast.expr) -> None:
    size = (tensor.element.bits + 7) // 8
    for extent in filter(lambda extent: extent != UNKNOWN_SIZE, tensor.shape):
        size *= extent
    if size > MAX_ARRAY_BYTES:
        raise KernelShapeError(
            f"{tensor} takes {size / (1 << 30):,.1f} GiB",
            span=unit.span(node),
            advice="Arrays may take up to 1 GiB.",
        )


def read_signature(unit: Unit, function: ast.FunctionDef, symbol: str) -> Signature:
    """The signature of ``function``. Raises ``KernelError`` for anything but plain annotated
    parameters."""
    _refuse_extras(unit, function)
    parameters: list[tuple[str, ScalarType | TensorType | StreamKind]] = []
    declared: list[tuple[str, ScalarType | TensorType | StreamKind]] = []
    storage: dict[str, Memory] = {}
    for parameter in (*function.args.posonlyargs, *function.args.args):
        if parameter.annotation is None:
            raise KernelTypeError(
                f"parameter '{parameter.arg}' of '{function.name}' has no type",
                span=unit.span(parameter),
                advice=f"Annotate it: {parameter.arg}: float32[16] or {parameter.arg}: int32.",
            )
        kind, place = annotation(unit, parameter.annotation)
        if place is not None and place.stateful:
            raise KernelTypeError(
                f"the parameter '{parameter.arg}' cannot be stateful",
                span=unit.span(parameter.annotation),
                advice="Its value comes with each call; declare a variable of the kernel so.",
            )
        declared.append((parameter.arg, kind))
        parts = (
            [(parameter.arg, kind)] if isinstance(kind, StreamKind) else leaves(parameter.arg, kind)
        )
        for name, part in parts:
            parameters.append((name, part))
            if place is not None and place.memory is not None:
                storage[name] = place.memory
    results = _results(unit, function.returns)
    returned = next((kind for kind in results if struct_of(kind) is not None), None)
    if returned is not None:
        if len(results) > 1:
            assert function.returns is not None
            raise KernelTypeError(
                "a kernel that returns a struct returns nothing else",
                span=unit.span(function.returns),
                advice="Hand further results back through array arguments.",
            )
        results = [part for _, part in leaves("", returned)]
    return Signature(symbol, parameters, results, storage, declared=declared, returned=returned)


def hand_over(signature: Signature, handed: Mapping[str, StreamKind]) -> None:
    """Let ``signature`` take arrays of streams and subscripts for single FIFOs of them."""
    signature.handed = handed
    kinds = {**dict(signature.parameters), **handed}
    signature.parameters = list(kinds.items())
    for name, array in handed.items():
        for size in array.shape:
            subscript = fresh_name(f"{name}_at", dict(signature.parameters))
            signature.subscripts[subscript] = size
            signature.parameters.append((subscript, index))


def _results(unit: Unit, node: ast.expr | None) -> list[ScalarType | TensorType]:
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return []
    if isinstance(node, ast.Tuple):
        return [annotated_type(unit, part) for part in node.elts]
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).split(".")[-1] in (
        "tuple",
        "Tuple",
    ):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return [annotated_type(unit, part) for part in parts]
    return [annotated_type(unit, node)]


def _refuse_extras(unit: Unit, function: ast.FunctionDef) -> None:
    arguments = function.args
    for decorator in function.decorator_list:
        if is_region(unit, function):
            break
        if is_task(unit, function):
            raise KernelSyntaxError(
                f"'{function.name}' is a task: the region around it starts it",
                span=unit.span(function),
                advice="Remove the df.kernel decorator to call it, or put it into a df.region.",
            )
        raise KernelSyntaxError(
            "a kernel takes no decorators", span=unit.span(decorator), advice="Remove it."
        )
    for extra in (arguments.vararg, arguments.kwarg, *arguments.kwonlyargs):
        if extra is not None:
            raise KernelSyntaxError(
                f"parameter '{extra.arg}' cannot be variadic or keyword-only",
                span=unit.span(extra),
            )
    for default in arguments.defaults:
        raise KernelSyntaxError("a parameter cannot have a default value", span=unit.span(default))
    for parameter in getattr(function, "type_params", ()):
        if parameter.name not in unit.namespace:
            raise KernelTypeError(
                f"the type parameter '{parameter.name}' of '{function.name}' has no value",
                span=unit.span(function),
                advice="Give one: customize(kernel, instantiate=[...]), or callee[...](...) in a "
                "kernel.",
            )
