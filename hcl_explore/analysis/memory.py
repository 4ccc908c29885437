"""Where an array is kept, and how many memory blocks that takes."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import mlir.ir as ir
import numpy as np

from hcl_explore.analysis.datapath import is_register_file
from hcl_explore.analysis.operators import Tables
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.memory_blocks import URAM_WORDS, bram18_of, uram_of
from hcl_explore.ir.program import Buffer
from hcl_explore.ir.tables import elements

FIFO = "FIFO"
"""The kind of memory of a stream."""
_SRL_BITS, _SRL_DEPTH, _BITS_PER_SRL = 1024, 2, 32
_LUTRAM_WORDS_PER_LUT = 64
_LUTRAM_WORDS = 128
_BLOCKS_OF_URAM = 8
"""From how many blocks of 18 Kb on one UltraRAM is taken instead: 8 for 2049 to 4096 words of 32
bits (memories.json), and for 1200 of 64 (HLStrans fdtd-2d generate_5)."""


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

    def times(self, copies: int) -> Storage:
        """The same memory ``copies`` times over."""
        if copies == 1:
            return self
        return replace(
            self,
            bram18=self.bram18 * copies,
            uram=self.uram * copies,
            lut=self.lut * copies,
            ff=self.ff * copies,
        )


def storage_of(
    buffer: Buffer,
    partition: Sequence[PartitionedDim],
    bits: int,
    tables: Tables,
    *,
    is_port: bool,
    halves: int = 1,
) -> Storage:
    """How a buffer of ``bits`` an element is kept. ``is_port``: it is an array that the function is
    handed, whose memory stands elsewhere and costs nothing here. ``halves``: how many times its
    words lie in one memory."""
    banks = words = in_a_word = 1
    for dim, extent in enumerate(buffer.shape, 1):
        entry = next((e for e in partition if e.dim == dim), None)
        cut = entry.banks(extent) if entry is not None else 1
        words *= -(-extent // cut)
        if entry is not None and entry.packed:
            in_a_word *= cut
        else:
            banks *= cut
    if is_register_file(buffer, partition):
        # A scalar is a value on its way, counted where it is kept.
        is_free = is_port or buffer.kind == "constant" or not buffer.shape
        ff = 0 if is_free else buffer.elements * bits
        return Storage("registers", buffer.elements, 1, bits, ff=ff)
    bits *= in_a_word
    kind = buffer.storage.upper() if buffer.storage else _chosen(words, bits, tables)
    if is_port:
        # Outside the design: on the chip where it would fit, else in the wide memory.
        is_wide = tables.has_uram and bits > 36 and words > URAM_WORDS // 2
        return Storage("URAM" if is_wide else "BRAM", banks, words, bits)
    words *= halves
    if kind == "URAM":
        return Storage(kind, banks, words, bits, uram=banks * uram_of(words, bits))
    if kind == "LUTRAM":
        luts = (bits + 1) * math.ceil(words / _LUTRAM_WORDS_PER_LUT)
        return Storage(kind, banks, words, bits, lut=banks * luts, ff=banks * bits)
    return Storage("BRAM", banks, words, bits, bram18=banks * bram18_of(words, bits))


def fifo_storage(buffer: Buffer) -> Storage:
    """How a stream (or each of an array of streams) is kept. One that is handed in costs nothing
    here: who makes it pays.

    Up to 1,024 bits, or a depth of 2, shift registers of 32 bits a LUT (Vitis' own defaults,
    ``auto_srl_max_bits`` and ``auto_srl_max_depth`` in csynth.xml, 2023.2); up to 128 words, as of
    other memories, LUTRAM; above, block RAM, of which the tool counts one for each 36 bits whatever
    the depth (Stream-HLS atax and mvt opt2, opt5: 1 for 195, 625, 7995 and 159900 words).
    """
    bits = buffer.bits * math.prod(buffer.block)
    return fifo_of(buffer.elements, buffer.depth or 0, bits)


def fifo_of(count: int, words: int, bits: int) -> Storage:
    """``count`` FIFOs of ``words`` tokens each."""
    if words == 0:
        return Storage(FIFO, count, 0, bits)
    if words <= _SRL_DEPTH or words * bits <= _SRL_BITS:
        luts = bits * math.ceil(words / _BITS_PER_SRL)
        return Storage(FIFO, count, words, bits, lut=count * luts)
    if words <= _LUTRAM_WORDS:
        luts = (bits + 1) * math.ceil(words / _LUTRAM_WORDS_PER_LUT)
        return Storage(FIFO, count, words, bits, lut=count * luts)
    return Storage(FIFO, count, words, bits, bram18=count * bram18_of(1, bits))


def constant_bits(buffer: Buffer) -> int:
    """The bits that the values of a table of integers need, sign included."""
    values = _table(buffer)
    if values is None:
        return buffer.bits
    low, high = int(values.min()), int(values.max())
    needed = max(high.bit_length(), (~low).bit_length() if low < 0 else 0)
    return max(1, needed + (1 if low < 0 else 0))


def constant_entry(buffer: Buffer, subscripts: Sequence[int]) -> int | None:
    """An entry of a table of integers; None for other tables."""
    values = _table(buffer)
    return None if values is None else int(values[tuple(subscripts)])


@functools.lru_cache(maxsize=64)
def _table(buffer: Buffer) -> np.ndarray[Any, Any] | None:
    """The values of a table of integers, or the bits of one of fixed point."""
    if "float" in buffer.dtype:
        return None
    module = buffer.value.owner
    while module.name != "builtin.module":
        module = module.parent
    symbol = ir.FlatSymbolRefAttr(buffer.value.owner.attributes["name"]).value
    for op in module.regions[0].blocks[0].operations:
        if op.operation.name == "memref.global" and op.attributes["sym_name"].value == symbol:
            values = elements(op.attributes["initial_value"])
            return np.array(values, dtype=object).reshape(buffer.shape)
    return None


def _chosen(words: int, bits: int, tables: Tables) -> str:
    """What the tool takes when nothing is said; the limits are those seen in memories.json."""
    if tables.has_uram:
        if words <= _LUTRAM_WORDS and words * bits <= 8192:
            return "LUTRAM"
        blocks = bram18_of(words, bits)
        if words <= URAM_WORDS and blocks >= _BLOCKS_OF_URAM * uram_of(words, bits):
            return "URAM"
        return "BRAM"
    return "LUTRAM" if words * bits < 1024 else "BRAM"
