"""Where an array is kept, and how many memory blocks that takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hcl_explore.analysis.datapath import is_register_file
from hcl_explore.analysis.operators import Tables
from hcl_explore.ir.program import Buffer

BRAM18_BITS = 18 * 1024
BRAM_WIDTHS = ((512, 36), (1024, 18), (2048, 9), (4096, 4), (8192, 2), (16384, 1))
URAM_WORDS, URAM_WIDTH = 4096, 72
_LUTRAM_WORDS_PER_LUT = 64


@dataclass(frozen=True)
class Storage:
    """A buffer's memory: ``kind`` is BRAM, URAM, LUTRAM or registers, ``banks`` of ``words``."""

    kind: str
    banks: int
    words: int
    bits: int
    bram18: int = 0
    uram: int = 0
    lut: int = 0
    ff: int = 0


def storage_of(buffer: Buffer, tables: Tables, *, is_port: bool) -> Storage:
    """How a buffer is kept. ``is_port``: it is an array of the top function's interface, whose
    memory stands outside the design and costs nothing."""
    banks = 1
    words = 1
    for dim, extent in enumerate(buffer.shape, 1):
        cut = next((e.banks(extent) for e in buffer.partition if e.dim == dim), 1)
        banks *= cut
        words *= -(-extent // cut)
    if is_register_file(buffer):
        ff = 0 if is_port else buffer.elements * buffer.bits
        return Storage("registers", buffer.elements, 1, buffer.bits, ff=ff)
    if is_port:
        return Storage("BRAM", banks, words, buffer.bits)
    kind = buffer.storage.upper() if buffer.storage else _chosen(words, buffer, tables)
    if kind == "URAM":
        count = math.ceil(words / URAM_WORDS) * math.ceil(buffer.bits / URAM_WIDTH)
        return Storage(kind, banks, words, buffer.bits, uram=banks * count)
    if kind == "LUTRAM":
        luts = (buffer.bits + 1) * math.ceil(words / _LUTRAM_WORDS_PER_LUT)
        return Storage(kind, banks, words, buffer.bits, lut=banks * luts, ff=banks * buffer.bits)
    return Storage("BRAM", banks, words, buffer.bits, bram18=banks * bram18_of(words, buffer.bits))


def bram18_of(words: int, bits: int) -> int:
    """18 Kb halves for one bank: the best of the block's aspect ratios; depths up to 16 blocks are
    rounded up to a power of two, as the tool does (memories.json of the development data)."""
    depth, width = BRAM_WIDTHS[0]
    if words > depth * 16:
        return math.ceil(words / depth * math.ceil(bits / width))
    rounded = 1 << max(0, (words - 1).bit_length())
    return min(math.ceil(rounded / d) * math.ceil(bits / w) for d, w in BRAM_WIDTHS)


def _chosen(words: int, buffer: Buffer, tables: Tables) -> str:
    """What the tool takes when nothing is said; the limits are those seen in memories.json."""
    if tables.has_uram:
        if words <= 128 and words * buffer.bits <= 8192:
            return "LUTRAM"
        if URAM_WORDS // 2 < words <= URAM_WORDS and buffer.bits > 18:
            return "URAM"
        return "BRAM"
    return "LUTRAM" if words * buffer.bits < 1024 else "BRAM"
