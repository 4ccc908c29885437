"""The ``hcl`` dialect: what upstream MLIR has no word for, which is FIFO streams between tasks.

Declared at run time through IRDL, so that MLIR itself checks the kinds of operands. A stream holds
tokens, scalars or (as a tensor type) whole blocks; arrays of streams have a shape. How deep a FIFO
is belongs to its declaration, not to its type: changing it changes one attribute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import mlir.ir as ir
from mlir._mlir_libs._mlir import globals as bindings
from mlir.dialects import irdl

MAKE_STREAM = "hcl.make_stream"
PUT = "hcl.put"
GET = "hcl.get"
GET_BLOCK = "hcl.get_block"
EMPTY = "hcl.empty"
FULL = "hcl.full"

STREAM_OPS = frozenset({PUT, GET, GET_BLOCK, EMPTY, FULL})
"""The operations on a stream; ``stream_operand`` says which operand it is."""

_DECLARATION = """
irdl.dialect @hcl {
  irdl.type @stream {
    %token = irdl.any
    %shape = irdl.any
    irdl.parameters(token: %token, shape: %shape)
  }
  irdl.operation @make_stream {
    %stream = irdl.base @hcl::@stream
    irdl.results(stream: %stream)
  }
  irdl.operation @put {
    %stream = irdl.base @hcl::@stream
    %value = irdl.any
    %index = irdl.is index
    irdl.operands(stream: %stream, value: %value, indices: variadic %index)
  }
  irdl.operation @get {
    %stream = irdl.base @hcl::@stream
    %index = irdl.is index
    %value = irdl.any
    irdl.operands(stream: %stream, indices: variadic %index)
    irdl.results(value: %value)
  }
  irdl.operation @get_block {
    %stream = irdl.base @hcl::@stream
    %block = irdl.base "!builtin.memref"
    %index = irdl.is index
    irdl.operands(stream: %stream, block: %block, indices: variadic %index)
  }
  irdl.operation @empty {
    %stream = irdl.base @hcl::@stream
    %index = irdl.is index
    %answer = irdl.is i1
    irdl.operands(stream: %stream, indices: variadic %index)
    irdl.results(answer: %answer)
  }
  irdl.operation @full {
    %stream = irdl.base @hcl::@stream
    %index = irdl.is index
    %answer = irdl.is i1
    irdl.operands(stream: %stream, indices: variadic %index)
    irdl.results(answer: %answer)
  }
}
"""

bindings.append_dialect_search_prefix("hcl_explore.ir.bindings")

_STREAM_TYPE = re.compile(r"!hcl\.stream<(?P<token>.+), \[(?P<shape>[^\]]*)\]>")


def load_dialect(context: ir.Context) -> None:
    """Make the ``hcl`` dialect known to ``context``; once per context."""
    irdl.load_dialects(ir.Module.parse(_DECLARATION, context))


@dataclass(frozen=True)
class StreamType:
    """``!hcl.stream<token, [shape]>``: the token's type (a scalar's, or a tensor's for blocks) and
    the shape of the array of streams, ``()`` for a single one."""

    token: ir.Type
    shape: tuple[int, ...]

    @property
    def type(self) -> ir.Type:
        """The MLIR type."""
        shape = ", ".join(map(str, self.shape))
        return ir.Type.parse(f"!hcl.stream<{self.token}, [{shape}]>", self.token.context)


def stream_type(mlir_type: ir.Type) -> StreamType | None:
    """What a stream's type says, or None for any other type."""
    found = _STREAM_TYPE.fullmatch(str(mlir_type))
    if found is None:
        return None
    shape = tuple(int(size) for size in found["shape"].split(",") if size.strip())
    return StreamType(ir.Type.parse(found["token"], mlir_type.context), shape)


def is_stream(mlir_type: ir.Type) -> bool:
    """Whether a value of this type is a stream or an array of streams."""
    return str(mlir_type).startswith("!hcl.stream<")
