"""Compiled code in this process (the worker): loading it, and calling it on the arena."""

from __future__ import annotations

import ctypes
import math
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import mlir.ir as ir
from mlir.dialects.llvm import translate_module_to_llvmir
from mlir.execution_engine import ExecutionEngine

from hcl_explore.backend.cpu.arena import Arena, aligned
from hcl_explore.backend.cpu.bounds import OUT_OF_BOUNDS, Site
from hcl_explore.backend.cpu.externals import host_functions
from hcl_explore.backend.cpu.lowering import Lowered
from hcl_explore.backend.cpu.printing import (
    ASSERTION_FAILED,
    PRINT_TEXT,
    PRINT_WORD,
    AssertSite,
)
from hcl_explore.backend.cpu.protocol import Message
from hcl_explore.backend.cpu.signature import Signature, Value, storage_bytes
from hcl_explore.backend.cpu.simulator.lower import DEPTH_CALLBACK, ENDED_CALLBACK
from hcl_explore.backend.cpu.simulator.record import read_run
from hcl_explore.backend.cpu.state import State
from hcl_explore.errors import BuildError

# (offset in the arena, shape) of an argument or a result; scalars have the shape ().
Placed = tuple[int, Sequence[int]]

# LLVM's optimisation takes more than linear time in the size of straight-line code: 20,000
# operations of a kernel, 60,000 of LLVM, take 19 s with it and 6 s without.
_MOST_OPTIMISED = 30_000
_OUT_OF_BOUNDS_TYPE = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
_NUMBER_TYPE = ctypes.CFUNCTYPE(None, ctypes.c_int64)
_DEPTH_TYPE = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)
_ENDED_TYPE = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)
# Compiled code calls the compiler's support routines (the division of 128-bit integers); on Linux
# they are in this library, which must be visible to the whole process.
if sys.platform == "linux":
    ctypes.CDLL("libgcc_s.so.1", mode=ctypes.RTLD_GLOBAL)
_free = ctypes.CDLL(None).free
_free.argtypes = [ctypes.c_void_p]
_free.restype = None


class Host(Protocol):
    """What compiled code calls. The first two must not return."""

    def out_of_bounds(self, site: Site, subscript: int, extent: int) -> None:
        """The debug build found a subscript outside its dimension."""

    def assertion_failed(self, site: AssertSite) -> None:
        """An ``assert`` does not hold."""

    def printed(self, text: str) -> None:
        """The kernel prints ``text``."""


class JitFunction:
    """A lowered module, compiled; it calls ``host``.

    ``depths`` are the depths that FIFOs have in the next call, by site and number, where they are
    not the declared ones; ``run`` is what happened in the last call, where tasks were simulated,
    ``sites`` where they and their streams come from; ``seconds`` how long the last call took.
    """

    def __init__(
        self, lowered: Lowered, host: Host, libraries: Mapping[str, Sequence[str]]
    ) -> None:
        self.signature: Signature = lowered.signature
        self._module = lowered.module
        self.depths: dict[tuple[int, int], int] = {}
        self.run: Message | None = None
        self.seconds = 0.0
        self.has_state = False
        self.sites: Message | None = None
        self._words: list[int] = []
        self._callbacks = {**self._callbacks_of(lowered, host), **host_functions(libraries)}
        try:
            level = 2 if lowered.size <= _MOST_OPTIMISED else 0
            self._engine = ExecutionEngine(lowered.module, opt_level=level)
            for name, callback in self._callbacks.items():
                self._engine.raw_register_runtime(name, ctypes.cast(callback, ctypes.c_void_p))
            self._function = self._engine.lookup(lowered.entry)
            self._state = State(lowered.state, self._engine.lookup) if lowered.state else None
        except RuntimeError as error:
            raise BuildError(f"{self.signature.name} cannot be linked: {error}") from None

    def _callbacks_of(self, lowered: Lowered, host: Host) -> dict[str, Any]:
        """The functions of this process that the module calls, by their symbols there."""

        def print_text(number: int) -> None:
            words = self._words[:]
            self._words.clear()
            host.printed(lowered.prints[number].text(words))

        callbacks: dict[str, Any] = {}
        if lowered.sites:
            callbacks[OUT_OF_BOUNDS] = _OUT_OF_BOUNDS_TYPE(
                lambda number, subscript, extent: host.out_of_bounds(
                    lowered.sites[number], subscript, extent
                )
            )
        if lowered.prints or lowered.asserts:
            callbacks[PRINT_WORD] = _NUMBER_TYPE(self._words.append)
            callbacks[PRINT_TEXT] = _NUMBER_TYPE(print_text)
            callbacks[ASSERTION_FAILED] = _NUMBER_TYPE(
                lambda number: host.assertion_failed(lowered.asserts[number])
            )
        if lowered.simulated is not None:
            callbacks[DEPTH_CALLBACK] = _DEPTH_TYPE(
                lambda site, number, declared: self.depths.get((site, number), declared)
            )
            callbacks[ENDED_CALLBACK] = _ENDED_TYPE(self._ended)
            self.sites = lowered.simulated.sites.to_json()
        return callbacks

    def _ended(self, schedule: int, outcome: int) -> None:
        """The tasks of a call have ended, or cannot go on."""
        self.run = read_run(schedule, outcome)

    def llvm_ir(self) -> str:
        """The module as LLVM IR, before optimisation."""
        text: str = translate_module_to_llvmir(self._module.operation)
        return text

    def call(self, arena: Arena, arguments: Sequence[Placed], end: int) -> list[Placed]:
        """Run on ``arguments``; the results are put into the arena from ``end`` on. There are none
        where the tasks of the kernel could not come to an end, which ``run`` then tells.

        What the kernel keeps between calls is taken from the arena at ``end`` where ``has_state``,
        else it is as at first; it is left there."""
        self.run = None
        base = ctypes.addressof(ctypes.c_char.from_buffer(arena.map))
        packed = _Packed()
        results = self.signature.results
        layout = _ResultLayout(results)
        result_memory = ctypes.create_string_buffer(layout.size + 64)
        result_base = aligned(ctypes.addressof(result_memory))
        by_pointer = bool(results) and (len(results) > 1 or results[0].shape is not None)
        if by_pointer:
            packed.add_pointer_to(result_base)
        for value, (offset, shape) in zip(self.signature.parameters, arguments, strict=True):
            if value.shape is None:
                packed.add(base + offset)
            else:
                packed.add_pointer_to(packed.keep(_descriptor(base + offset, shape)))
        if results and not by_pointer:
            packed.add(result_base)
        if self._state is not None:
            kept = bytes(arena.map[end : end + self.signature.state_bytes])
            self._state.write(kept if self.has_state else self._state.initial)
        pointers = packed.array()
        started = time.perf_counter()
        self._function(pointers)
        self.seconds = time.perf_counter() - started
        if self.run is not None and self.run["outcome"] != 0:
            return []
        if self._state is not None:
            kept = self._state.read()
            arena.map[end : end + len(kept)] = kept
        return self._take_results(
            arena, result_base, layout, aligned(end + self.signature.state_bytes)
        )

    def _take_results(
        self, arena: Arena, result_base: int, layout: _ResultLayout, end: int
    ) -> list[Placed]:
        """Move the results from where the function left them into the arena."""
        placed: list[Placed] = []
        blocks: list[tuple[int, int, bool]] = []
        for value, offset in zip(self.signature.results, layout.offsets, strict=True):
            address = result_base + offset
            shape: tuple[int, ...] = ()
            is_array = value.shape is not None
            if value.shape is not None:
                words = (ctypes.c_int64 * (3 + len(value.shape))).from_address(address)
                address, shape = words[1], tuple(words[3:])
            size = math.prod(shape) * storage_bytes(value.type)
            blocks.append((address, size, is_array))
            placed.append((end, shape))
            end = aligned(end + size)
        if end > arena.size:
            arena.resize(end)
        base = ctypes.addressof(ctypes.c_char.from_buffer(arena.map))
        for (address, size, is_array), (offset, _) in zip(blocks, placed, strict=True):
            ctypes.memmove(base + offset, address, size)
            if is_array:
                _free(address)
        return placed


class _Packed:
    """The argument list of a packed interface: an array of pointers to the arguments."""

    def __init__(self) -> None:
        self._pointers: list[int] = []
        self._alive: list[ctypes.Array[ctypes.c_int64]] = []

    def keep(self, words: Sequence[int]) -> int:
        """The address of ``words``, valid as long as this object."""
        block = (ctypes.c_int64 * len(words))(*words)
        self._alive.append(block)
        return ctypes.addressof(block)

    def add(self, address: int) -> None:
        self._pointers.append(address)

    def add_pointer_to(self, address: int) -> None:
        self.add(self.keep([address]))

    def array(self) -> ctypes.Array[ctypes.c_void_p]:
        return (ctypes.c_void_p * max(len(self._pointers), 1))(*self._pointers)


class _ResultLayout:
    """The C struct in which a function leaves its results: offsets of the fields, and the size."""

    def __init__(self, results: Sequence[Value]) -> None:
        self.offsets: list[int] = []
        self.size = 0
        for value in results:
            if value.shape is None:
                size = storage_bytes(value.type)
                alignment = min(size, 16)
            else:
                size, alignment = 8 * (3 + 2 * len(value.shape)), 8
            offset = -(-self.size // alignment) * alignment
            self.offsets.append(offset)
            self.size = offset + size


def _descriptor(address: int, shape: Sequence[int]) -> list[int]:
    """A memref descriptor: allocated and aligned pointer, offset, sizes, strides (row-major)."""
    strides = [1] * len(shape)
    for axis in range(len(shape) - 1, 0, -1):
        strides[axis - 1] = strides[axis] * shape[axis]
    return [address, address, 0, *shape, *strides]


def parse_module(code: bytes, context: ir.Context) -> ir.Module:
    """The module in ``code`` (bytecode or text). Raises ``BuildError``."""
    try:
        return ir.Module.parse(code, context)
    except ir.MLIRError as error:
        message = next((d.message for d in error.error_diagnostics), "no reason given")
        raise BuildError(f"this is not a valid MLIR module: {message}") from None
