"""A compiled shared library in this process (the worker): loading it, and calling it."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hcl_explore.backend.cpu.arena import Arena, aligned
from hcl_explore.backend.cpu.jit import Placed
from hcl_explore.backend.cpu.signature import Signature, storage_bytes
from hcl_explore.backend.cpu.state import STATE_ENTRY
from hcl_explore.errors import BuildError

# C++ keeps its local arrays on the stack, which may be large; unused parts of it take no memory.
_STACK_BYTES = 1 << 30


class LibraryFunction:
    """The function ``entry`` of the library at ``path``.

    It takes one argument, an array of pointers: to each parameter's data, then to each result's.
    Raises ``BuildError`` where it cannot be loaded. All sizes of ``signature`` must be known.
    """

    def __init__(self, path: str, entry: str, signature: Signature, memory_limit: int) -> None:
        self.has_state = False
        self._stack_bytes = min(_STACK_BYTES, memory_limit // 4 // 4096 * 4096)
        try:
            self._library = ctypes.CDLL(path)
            self._function = getattr(self._library, entry)
        except (OSError, AttributeError) as error:
            raise BuildError(f"{signature.name} cannot be loaded: {error}") from None
        self._function.argtypes = [ctypes.c_void_p]
        self._function.restype = None
        self._state = self._state_functions()
        kept = 0 if self._state is None else len(self._state.initial)
        self.signature = replace(signature, state_bytes=kept)

    def _state_functions(self) -> LibraryState | None:
        entry = getattr(self._library, STATE_ENTRY, None)
        return None if entry is None else LibraryState(entry)

    def call(self, arena: Arena, arguments: Sequence[Placed], end: int) -> list[Placed]:
        """Run on ``arguments``; the results are put into the arena from ``end`` on."""
        results: list[Placed] = []
        if self._state is not None:
            kept = bytes(arena.map[end : end + self.signature.state_bytes])
            self._state.write(kept if self.has_state else self._state.initial)
        place = end
        start = end = aligned(end + self.signature.state_bytes)
        for value in self.signature.results:
            shape = [size or 0 for size in value.shape or ()]
            results.append((end, shape))
            end = aligned(end + math.prod(shape) * storage_bytes(value.type))
        if end > arena.size:
            arena.resize(end)
        base = ctypes.addressof(ctypes.c_char.from_buffer(arena.map))
        ctypes.memset(base + start, 0, end - start)
        placed = [base + offset for offset, _ in (*arguments, *results)]
        pointers = (ctypes.c_void_p * max(len(placed), 1))(*placed)
        threading.stack_size(self._stack_bytes)
        thread = threading.Thread(target=self._function, args=(pointers,))
        try:
            thread.start()
        except RuntimeError as error:
            raise MemoryError(f"no room for a stack of {self._stack_bytes} bytes") from error
        thread.join()
        if self._state is not None:
            kept = self._state.read()
            arena.map[place : place + len(kept)] = kept
        return results


# The values that the variables of a library had when it was loaded, by the address of its function:
# the system loads a library only once.
_INITIAL: dict[int, bytes] = {}


class LibraryState:
    """What a library keeps between calls; ``entry`` copies it out or in and returns its size."""

    def __init__(self, entry: Any) -> None:
        entry.argtypes = [ctypes.c_void_p, ctypes.c_int]
        entry.restype = ctypes.c_long
        self._entry = entry
        self._size = int(entry(None, 0))
        address = ctypes.cast(entry, ctypes.c_void_p).value or 0
        self.initial = _INITIAL.setdefault(address, self.read())

    def read(self) -> bytes:
        """All of it."""
        memory = ctypes.create_string_buffer(self._size)
        self._entry(memory, 1)
        return memory.raw

    def write(self, content: bytes) -> None:
        """Put back what ``read`` gave."""
        self._entry(ctypes.create_string_buffer(content, self._size), 0)
