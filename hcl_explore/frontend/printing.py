"""``print(...)`` in a kernel: one operation for each statement.

The operation is upstream's ``gpu.printf``: its format is a Python format string, ``hcl.dtypes``
are the types of its operands, and ``hcl.source`` is the statement as written. An array is handed
over by its address, so that printing it takes no loops.
"""

from __future__ import annotations

import ast

from mlir import ir

from hcl_explore.errors import KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.elementwise import require_sizes
from hcl_explore.frontend.emit import concrete
from hcl_explore.frontend.expression import ArrayValue, Buffer, Expr, Table, TensorCall
from hcl_explore.frontend.filling import Filler
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.types import Index, IntegerType, TensorType

Piece = tuple[str, Expr | ArrayValue | None]
"""Text and what comes after it. The text is part of a format string."""


class PrintLowering:
    """Lowers ``print`` statements at the builder's insertion point."""

    def __init__(self, filler: Filler) -> None:
        self.filler = filler
        self.emitter = filler.emitter
        self.builder = filler.builder
        self.reader = filler.reader

    def lower(self, call: ast.Call) -> None:
        """Print the arguments as Python does. Raises ``KernelError``."""
        options = self._options(call)
        pieces: list[Piece] = []
        for position, argument in enumerate(call.args):
            if position:
                pieces.append((escape(options["sep"]), None))
            pieces.extend(self._pieces(argument))
        pieces.append((escape(options["end"]), None))
        self._emit(pieces, call)

    def _options(self, call: ast.Call) -> dict[str, str]:
        options = {"sep": " ", "end": "\n"}
        for keyword in call.keywords:
            value = keyword.value
            if keyword.arg not in options:
                raise self.reader.error(
                    KernelSyntaxError,
                    f"print in a kernel has no argument '{keyword.arg}'",
                    keyword,
                    "Only sep= and end= may be given.",
                )
            if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                raise self.reader.error(
                    KernelTypeError, f"{keyword.arg}= is a text in quotes", value
                )
            options[keyword.arg] = value.value
        return options

    def _pieces(self, node: ast.expr) -> list[Piece]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [(escape(node.value), None)]
        if isinstance(node, ast.JoinedStr):
            return [piece for part in node.values for piece in self._formatted(part)]
        if isinstance(node, ast.Starred):
            raise self.reader.error(
                KernelSyntaxError, "a starred argument cannot be used in a kernel", node
            )
        return [self._value(node, "{}")]

    def _formatted(self, part: ast.expr) -> list[Piece]:
        if not isinstance(part, ast.FormattedValue):
            return self._pieces(part)
        if part.conversion != -1:
            raise self.reader.error(
                KernelSyntaxError, "!r, !s and !a cannot be used in a kernel", part.value
            )
        if part.format_spec is None:
            return [self._value(part.value, "{}")]
        parts = part.format_spec.values if isinstance(part.format_spec, ast.JoinedStr) else []
        texts = [one.value for one in parts if isinstance(one, ast.Constant)]
        if len(texts) != len(parts):
            raise self.reader.error(
                KernelSyntaxError, "the format of a value must be a constant text", part.value
            )
        specification = "".join(map(str, texts))
        value = self._value(part.value, f"{{:{specification}}}")
        self._check_specification(specification, value[1], part.value)
        return [value]

    def _check_specification(
        self, specification: str, value: Expr | ArrayValue | None, node: ast.AST
    ) -> None:
        """The text is formatted by Python when the kernel runs: it must not fail then."""
        whole = isinstance(value, Expr) and isinstance(value.type, (IntegerType, Index))
        try:
            format(1 if whole else 1.0, specification)
        except ValueError as error:
            raise self.reader.error(KernelTypeError, str(error), node) from None

    def _value(self, node: ast.expr, text: str) -> Piece:
        value = self.reader.read_any(node)
        if isinstance(value, Table):
            value = self.reader.materialise(value)
        if isinstance(value, TensorCall):
            value = self.reader.operand(node)
        if isinstance(value, ArrayValue) and text != "{}":
            raise self.reader.error(
                KernelTypeError, f"'{value.name}' is an array and takes no format", node
            )
        if not isinstance(value, (Expr, ArrayValue)):
            value = self.reader.require_scalar(value, node)
        return text, value

    # --- emitting ----------------------------------------------------------------------------

    def _emit(self, pieces: list[Piece], call: ast.Call) -> None:
        values = [self._operand(value, call) for _, value in pieces if value is not None]
        attributes = {
            "format": ir.StringAttr.get("".join(text for text, _ in pieces)),
            attrs.PRINTED_TYPES: ir.ArrayAttr.get([ir.StringAttr.get(kind) for kind, _ in values]),
            attrs.SOURCE: ir.StringAttr.get(ast.unparse(call)),
        }
        operands = [operand for _, operand in values]
        self.builder.op("gpu.printf", operands, (), self.reader.unit.location(call), attributes)

    def _operand(self, value: Expr | ArrayValue, call: ast.Call) -> tuple[str, ir.Value]:
        """What is handed to the operation, and the name of its type."""
        if isinstance(value, Expr):
            kind = concrete(value.type)
            return str(kind), self.emitter.emit(value, kind)
        require_sizes(self.reader, value, call)
        if not isinstance(value, Buffer):
            element = concrete(value.type.element)
            whole = TensorType(element, value.type.shape)
            value = self.filler.stage(value, "printed", whole, call)
        pointer = self.builder.value(
            "memref.extract_aligned_pointer_as_index",
            [value.value],
            self.builder.index,
            self.reader.unit.location(call),
        )
        return str(value.type), pointer


def escape(text: str) -> str:
    """``text`` as it stands in a format string."""
    return text.replace("{", "{{").replace("}", "}}")
