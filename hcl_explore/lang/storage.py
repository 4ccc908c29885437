"""What an array is kept in on the chip."""

from __future__ import annotations

from enum import Enum


class Storage(Enum):
    """Block RAM, UltraRAM, memory made of look-up tables, or registers."""

    BRAM = "BRAM"
    URAM = "URAM"
    LUTRAM = "LUTRAM"
    Registers = "registers"
