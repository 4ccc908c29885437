"""A compiled shared library in this process (the worker): loading it, and calling it."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Sequence

from hcl_explore.backend.cpu.arena import Arena, aligned
from hcl_explore.backend.cpu.jit import Placed
from hcl_explore.backend.cpu.signature import Signature, storage_bytes
from hcl_explore.errors import BuildError

# C++ keeps its local arrays on the stack, which may be large; unused parts of it take no memory.
_STACK_BYTES = 1 << 30


class LibraryFunction:
    """The function ``entry`` of the library at ``path``.

    It takes one argument, an array of pointers: to each parameter's data, then to each result's.
    Raises ``BuildError`` where it cannot be loaded. All sizes of ``signature`` must be known.
    """

    def __init__(self, path: str, entry: str, signature: Signature, memory_limit: int) -> None:
        self.signature = signature
        self._stack_bytes = min(_STACK_BYTES, memory_limit // 4 // 4096 * 4096)
        try:
            self._function = getattr(ctypes.CDLL(path), entry)
        except (OSError, AttributeError) as error:
            raise BuildError(f"{signature.name} cannot be loaded: {error}") from None
        self._function.argtypes = [ctypes.c_void_p]
        self._function.restype = None

    def call(self, arena: Arena, arguments: Sequence[Placed], end: int) -> list[Placed]:
        """Run on ``arguments``; the results are put into the arena from ``end`` on."""
        results: list[Placed] = []
        start = end
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
        return results
