"""Streams in a function: their values, and the methods put, get, empty and full."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlir import ir

from hcl_explore.errors import KernelShapeError, KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.expression import (
    ArrayValue,
    Buffer,
    Expr,
    StreamValue,
    operands_of,
    type_name,
)
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir import dialect
from hcl_explore.ir.locations import named
from hcl_explore.lang.dataflow import DEFAULT_DEPTH, StreamKind
from hcl_explore.lang.types import BOOL, Float, ScalarType, TensorType, index

if TYPE_CHECKING:
    from hcl_explore.frontend.emit import Emitter
    from hcl_explore.frontend.reader import ExpressionReader


@dataclass(eq=False)
class StreamElement:
    """One FIFO: a stream, or the one at ``subscripts`` of an array of streams."""

    stream: StreamValue
    subscripts: list[Expr]

    @property
    def name(self) -> str:
        return self.stream.name

    @property
    def token(self) -> ScalarType | TensorType:
        return self.stream.type.token


@dataclass(eq=False)
class Get(Expr):
    """The next token of a FIFO of numbers."""

    fifo: StreamElement


@dataclass(eq=False)
class Test(Expr):
    """Whether a FIFO is empty, or full, at this moment; ``operation`` is the dialect's."""

    fifo: StreamElement
    operation: str


@dataclass(eq=False)
class GetBlock:
    """The next token of a FIFO of blocks: an array."""

    type: TensorType
    fifo: StreamElement
    node: ast.AST


@dataclass(eq=False)
class Put:
    """A statement: ``value`` goes into the FIFO."""

    fifo: StreamElement
    value: Expr | ArrayValue
    node: ast.AST


StreamThing = StreamValue | StreamElement | GetBlock | Put


def make_stream(
    builder: Builder, name: str, kind: StreamKind, location: ir.Location
) -> StreamValue:
    """A new ``hcl.make_stream`` called ``name``."""
    attributes = {
        attrs.BUFFER_NAME: ir.StringAttr.get(name),
        attrs.DEPTH: ir.IntegerAttr.get(
            ir.IntegerType.get_signless(32), kind.depth or DEFAULT_DEPTH
        ),
        attrs.DTYPE: ir.StringAttr.get(str(kind.element)),
    }
    value = builder.value(
        dialect.MAKE_STREAM, (), builder.type(kind), named(name, location), attributes
    )
    return StreamValue(name, kind, value)


class StreamReader:
    """The part of the expression reader that understands streams."""

    def __init__(self, reader: ExpressionReader) -> None:
        self.reader = reader

    def stream(self, node: ast.expr) -> StreamValue | None:
        """The stream or array of streams that ``node`` names, or None."""
        if not isinstance(node, ast.Name):
            return None
        binding = self.reader.scope.find(node.id)
        found = binding.entity if binding is not None else None
        return found if isinstance(found, StreamValue) else None

    def handed(self, node: ast.expr) -> StreamValue | None:
        """The stream, array of streams or FIFO of an array that ``node`` names, or None."""
        array = self.stream(node.value) if isinstance(node, ast.Subscript) else None
        if array is None or not isinstance(node, ast.Subscript):
            return self.stream(node)
        subscripts = tuple(self.element(array, node).subscripts)
        kind = StreamKind(array.type.token, array.type.depth)
        return StreamValue(ast.unparse(node), kind, array.value, array.type, subscripts)

    def element(self, stream: StreamValue, node: ast.Subscript) -> StreamElement:
        """``streams[i, j]``. Raises ``KernelError`` unless it is one FIFO of the array."""
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        shape = stream.type.shape
        if len(parts) != len(shape) or any(isinstance(part, ast.Slice) for part in parts):
            sizes = f"an array of streams, {stream.type.tokens}" if shape else "a single stream"
            raise self.reader.error(
                KernelShapeError,
                f"'{stream.name}' is {sizes}; one FIFO of it takes "
                f"{len(shape) or 'no'} subscript{'s' if len(shape) != 1 else ''}",
                node,
            )
        index_of = self.reader.indexer.index
        subscripts = [
            index_of(part, size, position, stream.name)
            for position, (part, size) in enumerate(zip(parts, shape, strict=True), start=1)
        ]
        return StreamElement(stream, subscripts)

    def call(
        self, value: StreamValue | StreamElement, node: ast.Call, method: ast.Attribute
    ) -> Expr | GetBlock | Put:
        """``fifo.put(x)``, ``fifo.get()``, ``fifo.empty()``, ``fifo.full()``."""
        fifo = self._single(value, node)
        if method.attr not in ("put", "get", "empty", "full"):
            raise self.reader.error(
                KernelSyntaxError,
                f"a stream has no '.{method.attr}'",
                method,
                "Streams have put(x), get(), empty() and full().",
            )
        wanted = 1 if method.attr == "put" else 0
        if len(node.args) != wanted or node.keywords:
            raise self.reader.error(
                KernelSyntaxError,
                f".{method.attr}() takes {'one value' if wanted else 'no arguments'}",
                node,
            )
        if method.attr == "put":
            return self._put(fifo, node)
        if method.attr == "get":
            if isinstance(fifo.token, TensorType):
                return GetBlock(fifo.token, fifo, node)
            return Get(fifo.token, node, fifo)
        return Test(BOOL, node, fifo, dialect.EMPTY if method.attr == "empty" else dialect.FULL)

    def _single(self, value: StreamValue | StreamElement, node: ast.AST) -> StreamElement:
        if isinstance(value, StreamElement):
            return value
        if value.type.shape:
            raise self.reader.error(
                KernelShapeError,
                f"'{value.name}' is an array of streams, {value.type.tokens}",
                node,
                "Choose one FIFO with a subscript for every dimension.",
            )
        return StreamElement(value, [])

    def _put(self, fifo: StreamElement, node: ast.Call) -> Put:
        value = self.reader.operand(node.args[0])
        token = fifo.token
        if isinstance(token, ScalarType):
            if not isinstance(value, Expr):
                raise self.reader.error(
                    KernelShapeError,
                    f"'{fifo.name}' holds single values ({token}), and '{value.name}' is "
                    f"{value.type}",
                    node.args[0],
                    f"A stream of blocks is declared as Stream[{value.type}, depth].",
                )
            return Put(fifo, value, node)
        if isinstance(value, Expr) or value.type.shape != token.shape:
            given = f"{type_name(value.type)}" if isinstance(value, Expr) else str(value.type)
            raise self.reader.error(
                KernelShapeError,
                f"'{fifo.name}' holds blocks of {token}, and this is {given}",
                node.args[0],
            )
        if isinstance(value, Buffer) and value.type.element != token.element:
            raise self.reader.error(
                KernelTypeError,
                f"'{fifo.name}' holds blocks of {token}, and '{value.name}' is {value.type}",
                node.args[0],
                f"Copy it into an array of {token.element} first.",
            )
        return Put(fifo, value, node)

    def check_declared(self, value: object, kind: TensorType, node: ast.AST, name: str) -> None:
        """Raise unless a variable of ``kind`` can hold what ``name: kind = fifo.get()`` gets."""
        if isinstance(value, Get) and not _holds(kind.element, value.type):
            raise self.reader.error(
                KernelTypeError,
                f"'{value.fifo.name}' holds {value.type}, and '{name}' is {kind.element}",
                node,
                f"Declare it as {value.type}, or convert: {kind.element}(...get()).",
            )
        if isinstance(value, Get) and kind.shape:
            raise self.reader.error(
                KernelShapeError,
                f"'{value.fifo.name}' holds single values ({value.type}), and '{name}' is {kind}",
                node,
            )
        if isinstance(value, GetBlock) and kind != value.type:
            wanted = str(kind) if kind.shape else str(kind.element)
            raise self.reader.error(
                KernelShapeError if kind.shape != value.type.shape else KernelTypeError,
                f"'{value.fifo.name}' holds blocks of {value.type}, and '{name}' is {wanted}",
                node,
            )


def _holds(kind: ScalarType, token: ScalarType) -> bool:
    """Whether ``kind`` holds every value of ``token`` (a float: any number, rounded)."""
    if kind == token:
        return True
    if isinstance(kind, Float):
        return not isinstance(token, Float) or token.bits <= kind.bits
    return not isinstance(token, Float) and token.bits <= kind.bits


class StreamEmitter:
    """Emits the operations on streams."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter

    def get(self, expr: Get) -> ir.Value:
        """The token, in its own type."""
        result = self.emitter.builder.storage(expr.type)
        return self._operation(dialect.GET, expr.fifo, [], [result], expr.node).results[0]

    def test(self, expr: Test) -> ir.Value:
        """The answer, an ``i1``."""
        result = self.emitter.builder.storage(BOOL)
        return self._operation(expr.operation, expr.fifo, [], [result], expr.node).results[0]

    def get_block(self, value: GetBlock, block: Buffer) -> None:
        """Fill ``block`` with the token."""
        self._operation(dialect.GET_BLOCK, value.fifo, [block.value], [], value.node)

    def put(self, put: Put) -> None:
        """The statement ``fifo.put(value)``."""
        value, token = put.value, put.fifo.token
        if isinstance(value, Expr):
            assert isinstance(token, ScalarType)
            self._operation(dialect.PUT, put.fifo, [self.emitter.emit(value, token)], [], put.node)
            return
        assert isinstance(token, TensorType)
        if not isinstance(value, Buffer):
            assert self.emitter.stager is not None
            value = self.emitter.stager.stage(value, f"{put.fifo.name}_block", token, put.node)
        self._operation(dialect.PUT, put.fifo, [value.value], [], put.node)

    def _operation(
        self,
        name: str,
        fifo: StreamElement,
        values: list[ir.Value],
        results: list[ir.Type],
        node: ast.AST,
    ) -> ir.Operation:
        subscripts = (*fifo.stream.chosen, *fifo.subscripts)
        indices = [self.emitter.emit(subscript, index) for subscript in subscripts]
        location = self.emitter.unit.location(node)
        operands = [fifo.stream.value, *values, *indices]
        return self.emitter.builder.op(name, operands, results, location)


def takes_token(expr: Expr) -> bool:
    """Whether evaluating ``expr`` takes a token out of a stream, or asks for one."""
    return isinstance(expr, (Get, Test)) or any(map(takes_token, operands_of(expr)))


def misplaced(reader: ExpressionReader, value: object, node: ast.AST) -> Exception:
    """The error for a stream, or an operation on one, where a value is needed."""
    if isinstance(value, (StreamValue, StreamElement)):
        return reader.error(
            KernelTypeError,
            f"'{value.name}' is a stream; a value is needed here",
            node,
            "Take one out of it: .get().",
        )
    if isinstance(value, Put):
        return reader.error(KernelTypeError, "put() gives no value", node)
    assert isinstance(value, GetBlock)
    return reader.error(
        KernelShapeError,
        f"'{value.fifo.name}' gives blocks of {value.type}, a single value is needed here",
        node,
        f"Put it into an array first: block: {value.type} = {value.fifo.name}.get().",
    )
