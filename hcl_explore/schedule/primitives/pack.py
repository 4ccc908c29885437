"""pack: several elements of an array are one wide word of its memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ArgumentError, NotApplicableError, ScheduleError
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.primitives.partition import add_banks, clash_refusal, has_banks


@dataclass(frozen=True)
class Pack(Primitive):
    """Store ``factor`` consecutive elements of an array side by side in one wide word.

    A word is read in one cycle through one port: ``float32`` elements packed by 4 make a memory of
    128 bits with a quarter of the addresses. What is packed in a caller is packed in the kernels
    that it hands the array to, and the other way round. Vitis HLS does it (``ARRAY_RESHAPE``); the
    kernel's arguments keep their shape.
    """

    name: ClassVar[str] = "pack"
    group: ClassVar[str] = "Memory"
    law: ClassVar[str] = "Always legal: only where elements are stored changes."
    aliases: ClassVar[tuple[str, ...]] = ("layout",)

    target: Buffer = param.buffer("the array to pack")
    factor: int = param.integer("elements in a word", minimum=2)
    dim: int | None = param.integer(
        "the dimension whose neighbours make a word, from 1; the last unless given",
        minimum=1,
        default=None,
    )

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        shape = self.target.shape
        span = program.sources.span(self.target.place)
        if not shape:
            return NotApplicableError(
                f"pack: '{self.target.name}' is a scalar: nothing can share a word with it",
                span=span,
                advice="Name an array.",
            )
        if self._dim > len(shape):
            return ArgumentError(
                f"pack: '{self.target.name}' has {len(shape)} dimension{'s' * (len(shape) != 1)}, "
                f"not {self.dim}",
                span=span,
                advice=f"Dimensions count from 1 to {len(shape)}.",
            )
        extent = shape[self._dim - 1]
        if self.factor > extent:
            return ArgumentError(
                f"pack: factor {self.factor} is larger than dimension {self._dim} of "
                f"'{self.target.name}', which has {extent} elements",
                span=span,
                advice="Use a factor that divides it.",
            )
        return clash_refusal(program, "pack", self.target, [self._dim])

    def holds(self, program: Program) -> bool:
        return has_banks(program, self.target, self._entries)

    @property
    def _dim(self) -> int:
        return len(self.target.shape) if self.dim is None else self.dim

    @property
    def _entries(self) -> list[PartitionedDim]:
        return [PartitionedDim(self._dim, "cyclic", self.factor, packed=True)]

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        add_banks(module, program, self.target, self._entries)
        return Outcome()

    def explain(self) -> str:
        return f"{self.factor} elements of {self.target.name} make a word"
