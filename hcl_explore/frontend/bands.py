"""Names of loops and bands: given by the user where possible, made unique, never guessed twice."""

from __future__ import annotations

from mlir import ir

from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.fresh_names import fresh_name


class BandNames:
    """Names the loops of one function as they are opened and closed, outermost first."""

    def __init__(self) -> None:
        self._depth = 0
        self._outermost: ir.Operation | None = None
        self._band_is_named = False
        self._loop_names: list[str] = []
        self._taken_bands: set[str] = set()
        self._unnamed_bands = 0

    def loop_name(self, wanted: str) -> str:
        """A name for the next loop, unique in its band: ``wanted``, or with a number added.

        The name ``_`` stands for none: such loops are called ``loop_0``, ``loop_1``, …
        """
        taken = self._loop_names if self._depth else []
        if wanted == "_":
            wanted, number, name = "loop", 0, "loop_0"
        else:
            number, name = 0, wanted
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def open(self, loop: ir.Operation, name: str, band: str | None) -> None:
        """``loop`` begins, with the name ``loop_name`` gave; ``band`` names what begins with it."""
        if self._depth == 0:
            self._outermost = loop
            self._loop_names = []
            self._band_is_named = band is not None
        self._depth += 1
        self._loop_names.append(name)
        attrs.set_text(loop, attrs.LOOP_NAME, name)
        if band is not None:
            attrs.set_text(loop, attrs.OP_NAME, self._unique_band(band))

    def close(self) -> None:
        """The innermost open loop ends; an unnamed band gets its name when all of it is known."""
        self._depth -= 1
        if self._depth or self._band_is_named:
            return
        assert self._outermost is not None
        name = f"S_{'_'.join(self._loop_names)}_{self._unnamed_bands}"
        self._unnamed_bands += 1
        attrs.set_text(self._outermost, attrs.OP_NAME, self._unique_band(name))

    def _unique_band(self, wanted: str) -> str:
        name = fresh_name(wanted, self._taken_bands)
        self._taken_bands.add(name)
        return name
