"""Type parameters: what a kernel leaves open, and binding it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hcl_explore.errors import KernelShapeError, KernelTypeError, SourceSpan
from hcl_explore.frontend.constants import ConstantEvaluator, is_number, plain_number
from hcl_explore.frontend.expression import LITERAL, ArrayValue, Expr, StreamValue
from hcl_explore.frontend.structs import StructValue
from hcl_explore.lang.dataflow import StreamKind
from hcl_explore.lang.meta import TypeParameter
from hcl_explore.lang.types import UNKNOWN_SIZE, Float, ScalarType, TensorType, float32

Arguments = Sequence[object] | Mapping[str, object]


@dataclass(frozen=True)
class OpenParameter:
    """``bounds`` are the types allowed; ``is_constant`` if it stands for a number of ``bounds[0]``.

    Without bounds it may be anything.
    """

    name: str
    bounds: tuple[ScalarType, ...]
    is_constant: bool


def open_parameters(function: ast.FunctionDef, constants: ConstantEvaluator) -> list[OpenParameter]:
    """The type parameters of ``function``, in order: those in its brackets, or else the
    ``TypeParameter`` objects that its text names."""
    declared: Sequence[Any] = getattr(function, "type_params", ())
    if declared:
        unbound = [one for one in declared if one.name not in constants.namespace]
        return [_declared(parameter, constants) for parameter in unbound]
    found: dict[str, OpenParameter] = {}
    if not any(isinstance(value, TypeParameter) for value in constants.namespace.values()):
        return []
    for name in _names_in_order(function):
        value = constants.namespace.get(name)
        if isinstance(value, TypeParameter) and name not in found:
            found[name] = OpenParameter(name, value.bounds, len(value.bounds) == 1)
    return list(found.values())


def _declared(parameter: Any, constants: ConstantEvaluator) -> OpenParameter:
    bound = getattr(parameter, "bound", None)
    if bound is None:
        return OpenParameter(parameter.name, (), False)
    value = constants.evaluate(bound)
    bounds = value if isinstance(value, tuple) else (value,)
    return OpenParameter(parameter.name, bounds, not isinstance(value, tuple))


def _names_in_order(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    annotations = [a.annotation for a in (*arguments.posonlyargs, *arguments.args)]
    parts: list[ast.AST | None] = [*annotations, function.returns, *function.body]
    names: list[str] = []
    for part in parts:
        if isinstance(part, ast.expr):
            part = _unquoted(part)
        if part is not None:
            names.extend(node.id for node in ast.walk(part) if isinstance(node, ast.Name))
    return names


def bind(
    function: ast.FunctionDef,
    parameters: Sequence[OpenParameter],
    arguments: Arguments,
    span: SourceSpan,
) -> dict[str, object]:
    """The values of the type parameters by name.

    Raises ``KernelTypeError`` if there are too few or too many, or one is outside its bounds.
    """
    names = [parameter.name for parameter in parameters]
    if isinstance(arguments, Mapping):
        unknown = [name for name in arguments if name not in names]
        values = [arguments[name] for name in names if name in arguments]
    else:
        unknown, values = [], list(arguments)
    if unknown or len(values) != len(names):
        expected = f"[{', '.join(names)}]" if names else "no type parameters"
        raise KernelTypeError(
            f"'{function.name}' has {expected}, but is given {list(arguments)}", span=span
        )
    for parameter, value in zip(parameters, values, strict=True):
        _check(function, parameter, value, span)
    return {
        name: plain_number(value) if is_number(value) else value
        for name, value in zip(names, values, strict=True)
    }


def parameter_ranks(function: ast.FunctionDef) -> list[int]:
    """The number of dimensions of each parameter, by its annotation."""
    return [len(_sizes(parameter.annotation)) for parameter in function.args.args]


def _sizes(annotation: ast.expr | None) -> list[ast.expr]:
    if not isinstance(annotation, ast.Subscript):
        return []
    sizes = annotation.slice
    return list(sizes.elts) if isinstance(sizes, ast.Tuple) else [sizes]


def infer(
    function: ast.FunctionDef,
    parameters: Sequence[OpenParameter],
    values: Sequence[Expr | ArrayValue | StreamValue | StructValue],
    span: SourceSpan,
) -> dict[str, object]:
    """The values of the type parameters that follow from the types of the arguments.

    Raises ``KernelTypeError`` if one does not follow, ``KernelShapeError`` if two arguments say
    different things.
    """
    names = {parameter.name for parameter in parameters}
    found: dict[str, object] = {}

    def note(node: ast.expr | None, value: object) -> None:
        if not isinstance(node, ast.Name) or node.id not in names:
            return
        if value == UNKNOWN_SIZE:
            raise KernelShapeError(
                f"'{function.name}' needs to know {node.id}, the size of its argument",
                span=span,
                advice="Arrays of unknown size can be handed to kernels that take T[...].",
            )
        if found.setdefault(node.id, value) != value:
            raise KernelShapeError(
                f"the arguments of '{function.name}' do not fit together: {node.id} is "
                f"{found[node.id]} and {value}",
                span=span,
            )

    annotated = (*function.args.posonlyargs, *function.args.args)
    for parameter, value in zip(annotated, values, strict=False):
        annotation = _unquoted(parameter.annotation)
        if isinstance(value, Expr):
            note(annotation, float32 if value.type is LITERAL else value.type)
        elif isinstance(value, StructValue) and not value.shape:
            note(annotation, value.kind)
        elif isinstance(value.type, StreamKind):
            _note_stream(note, annotation, value.type)
        elif isinstance(annotation, ast.Subscript):
            note(annotation.value, value.type.element)
            for size, extent in zip(_sizes(annotation), value.type.shape, strict=False):
                note(size, extent)
    missing = [parameter.name for parameter in parameters if parameter.name not in found]
    if missing:
        raise KernelTypeError(
            f"the type parameters {', '.join(missing)} of '{function.name}' do not follow from "
            "its arguments",
            span=span,
            advice=f"Give all of them: {function.name}[...](...).",
        )
    return bind(function, parameters, found, span)


def _note_stream(
    note: Callable[[ast.expr | None, object], None], annotation: ast.expr | None, kind: StreamKind
) -> None:
    """Note what ``Stream[T, depth]`` or ``Stream[T, depth][P, Q]`` says of a stream argument."""
    sizes: Sequence[ast.expr] = []
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Subscript):
        sizes, annotation = _sizes(annotation), annotation.value
    token, *depth = [*_sizes(annotation)] or [ast.Constant(None)]
    if isinstance(token, ast.Subscript) and isinstance(kind.token, TensorType):
        note(token.value, kind.element)
        for size, extent in zip(_sizes(token), kind.token.shape, strict=False):
            note(size, extent)
    else:
        note(token, kind.token)
    for size, extent in zip(sizes, kind.shape, strict=False):
        note(size, extent)
    if depth and kind.depth is not None:
        note(depth[0], kind.depth)


def _unquoted(annotation: ast.expr | None) -> ast.expr | None:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return annotation  # the reader of the annotation reports it, with its place
    return annotation


def _check(
    function: ast.FunctionDef, parameter: OpenParameter, value: object, span: SourceSpan
) -> None:
    wanted = None
    if not (isinstance(value, ScalarType) or is_number(value)):
        wanted = "a type or a number"
    elif parameter.is_constant:
        is_float = isinstance(parameter.bounds[0], Float)
        if not is_number(value) or (isinstance(plain_number(value), float) and not is_float):
            wanted = f"a constant of type {parameter.bounds[0]}"
    elif parameter.bounds and value not in parameter.bounds:
        wanted = f"one of {', '.join(map(str, parameter.bounds))}"
    if wanted:
        raise KernelTypeError(
            f"type parameter '{parameter.name}' of '{function.name}' must be {wanted}, "
            f"not {value!r}",
            span=span,
        )
