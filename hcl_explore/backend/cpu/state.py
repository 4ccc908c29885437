"""What a kernel keeps from one call to the next: ``memref.global`` with ``hcl.stateful``.

The memory belongs to the compiled module, and a worker may have compiled it for several kernels of
their own. So every call brings the state along: it is put in place before and taken out after.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mlir.ir as ir
from mlir.dialects import func, memref

from hcl_explore.backend.cpu.signature import storage_bits
from hcl_explore.ir import attributes as attrs

_PREFIX = "hcl_explore_state_"
STATE_ENTRY = "hcl_explore_csim_state"
"""The function of a compiled C++ library that copies its state out or in."""


@dataclass(frozen=True)
class StateSite:
    """A variable that is kept: the function that gives its address, and its size in bytes."""

    entry: str
    size: int


def insert_state_access(module: ir.Module) -> list[StateSite]:
    """A function for the address of each variable that ``module`` keeps."""
    found = [
        op.operation
        for op in module.body.operations
        if op.operation.name == "memref.global" and attrs.flag(op.operation, attrs.STATEFUL)
    ]
    sites = []
    with module.context, ir.Location.unknown():
        index = ir.IndexType.get()
        for number, op in enumerate(found):
            kind = ir.MemRefType(ir.TypeAttr(op.attributes["type"]).value)
            symbol = ir.StringAttr(op.attributes["sym_name"]).value
            entry = f"{_PREFIX}{number}"
            with ir.InsertionPoint(module.body):
                function = func.FuncOp(entry, ir.FunctionType.get([], [index]))
            function.attributes["llvm.emit_c_interface"] = ir.UnitAttr.get()
            with ir.InsertionPoint(function.add_entry_block()):
                array = memref.get_global(kind, symbol)
                func.ReturnOp([memref.extract_aligned_pointer_as_index(array)])
            sites.append(StateSite(entry, math.prod(kind.shape) * _element_bytes(kind)))
    return sites


def _element_bytes(kind: ir.MemRefType) -> int:
    element = kind.element_type
    if isinstance(element, ir.IndexType):
        return 8
    if isinstance(element, ir.IntegerType):
        return storage_bits(element.width) // 8
    return int(element.width) // 8


class State:
    """The kept variables of a loaded module. ``lookup`` gives its functions by name."""

    def __init__(
        self, sites: Sequence[StateSite], lookup: Callable[[str], Callable[..., None]]
    ) -> None:
        self._blocks = [(self._address(lookup(site.entry)), site.size) for site in sites]
        self.initial = self.read()

    @staticmethod
    def _address(function: Callable[..., None]) -> int:
        result = ctypes.c_int64()
        function((ctypes.c_void_p * 1)(ctypes.addressof(result)))
        return result.value

    def read(self) -> bytes:
        """All of it, one variable after the other."""
        return b"".join(ctypes.string_at(address, size) for address, size in self._blocks)

    def write(self, content: bytes) -> None:
        """Put back what ``read`` gave."""
        position = 0
        for address, size in self._blocks:
            ctypes.memmove(address, content[position : position + size], size)
            position += size
