"""Dependences: which access must stay after which, at what distance, and which loop carries them.

Flow dependences are value-based: a read depends on the last write before it. Anti and output
dependences go to the next write. One entry for each pair of accesses and carrier.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["flow", "anti", "output"]
Direction = Literal["<", "=", ">", "*"]
