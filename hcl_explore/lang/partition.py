"""How an array is divided over memory banks."""

from __future__ import annotations

from enum import Enum


class Partition(Enum):
    """``Complete``: an element per bank; ``Block``: contiguous parts; ``Cyclic``: round robin."""

    Complete = "complete"
    Block = "block"
    Cyclic = "cyclic"
