"""A block of memory that a process and its worker both see, for array data.

It is an anonymous file mapped on both sides. One side works on it at a time (the caller before a
call and after it, the worker during it); each message says the size, and the reader follows it.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path

ALIGNMENT = 64
_GRANULE = 1 << 20


def aligned(offset: int) -> int:
    """``offset`` rounded up to the alignment of arrays (a cache line)."""
    return -(-offset // ALIGNMENT) * ALIGNMENT


def create_file() -> int:
    """The descriptor of a new anonymous file of one granule."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("hcl_explore")
    else:
        handle, path = tempfile.mkstemp(prefix="hcl_explore-")
        Path(path).unlink()
        descriptor = handle
    os.ftruncate(descriptor, _GRANULE)
    return descriptor


class Arena:
    """One side's mapping of the file ``descriptor``."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.size = os.fstat(descriptor).st_size
        self.map = mmap.mmap(descriptor, self.size)

    def resize(self, needed: int) -> None:
        """Change the file to hold ``needed`` bytes: it grows as required, and shrinks when it is
        more than 64 granules too large, so that one large call does not keep its memory."""
        size = max(-(-needed // _GRANULE), 1) * _GRANULE
        if size > self.size or self.size - size > 64 * _GRANULE:
            os.ftruncate(self.descriptor, size)
            self.follow(size)

    def follow(self, size: int) -> None:
        """Map anew after the other side changed the file to ``size`` bytes."""
        if size != self.size:
            # The old mapping lives until the last view on it is gone; closing it here would raise.
            self.map = mmap.mmap(self.descriptor, size)
            self.size = size

    def close(self) -> None:
        os.close(self.descriptor)
