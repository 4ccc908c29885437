"""How many memory blocks of an FPGA a memory of given words and bits takes."""

from __future__ import annotations

import math

BRAM_WIDTHS = ((512, 36), (1024, 18), (2048, 9), (4096, 4), (8192, 2), (16384, 1))
URAM_WORDS, URAM_WIDTH = 4096, 72


def bram18_of(words: int, bits: int) -> int:
    """18 Kb halves for one bank: the best of the block's aspect ratios; depths up to 16 blocks are
    rounded up to a power of two, and of deeper ones less than half a block more is left out, as the
    tool does (memories.json of the development data: 21 for 11000 x 32, 203 for 103968 x 32)."""
    depth, width = BRAM_WIDTHS[0]
    is_deep = words > depth * 16
    rounded = words if is_deep else 1 << max(0, (words - 1).bit_length())
    best = min(math.ceil(rounded / d) * math.ceil(bits / w) for d, w in BRAM_WIDTHS)
    return min(best, round(words / depth * math.ceil(bits / width))) if is_deep else best


def uram_of(words: int, bits: int) -> int:
    """UltraRAM blocks for one bank."""
    return math.ceil(words / URAM_WORDS) * math.ceil(bits / URAM_WIDTH)
