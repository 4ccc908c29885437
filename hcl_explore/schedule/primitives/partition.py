"""partition: divide an array over memory banks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ArgumentError, NotApplicableError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.attributes import PartitionedDim, make_partition
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.lang.partition import Partition
from hcl_explore.lang.types import UNKNOWN_SIZE
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.connected_buffers import connected_buffers, set_buffer_attribute
from hcl_explore.schedule.primitive import Outcome, Primitive


@dataclass(frozen=True)
class PartitionArray(Primitive):
    """Divide an array over banks, so that more elements can be read in one cycle.

    ``Complete`` gives every element of the dimension a bank of its own (registers), ``Cyclic``
    deals elements out to ``factor`` banks in turn, ``Block`` cuts into ``factor`` contiguous
    parts. ``dim`` counts from 1; 0 means every dimension. What is partitioned in a caller is
    partitioned in the kernels that it hands the array to, and the other way round.
    """

    name: ClassVar[str] = "partition"
    group: ClassVar[str] = "Memory"
    law: ClassVar[str] = "Always legal: only where elements are stored changes."

    target: Buffer = param.buffer("the array to partition")
    partition_type: Partition = param.choice(
        "how elements are dealt out to banks", Partition, default=Partition.Complete
    )
    dim: int = param.integer("the dimension, from 1; 0 means all", minimum=0, default=0)
    factor: int = param.integer("number of banks (not for Complete)", minimum=0, default=0)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        rank = len(self.target.shape)
        if rank == 0:
            return NotApplicableError(
                f"partition: '{self.target.name}' is a scalar: there is nothing to divide",
                span=program.sources.span(self.target.place),
                advice="A scalar is a register already.",
            )
        if self.dim > rank:
            return ArgumentError(
                f"partition: '{self.target.name}' has {rank} dimension{'s' * (rank != 1)}, "
                f"not {self.dim}",
                span=program.sources.span(self.target.place),
                advice=f"Dimensions count from 1 to {rank}; 0 means all.",
            )
        return self._factor_refusal(program) or clash_refusal(
            program, "partition", self.target, self._dims()
        )

    def holds(self, program: Program) -> bool:
        return has_banks(program, self.target, self._added())

    def _factor_refusal(self, program: Program) -> ScheduleError | None:
        if any(self.target.shape[dim - 1] == UNKNOWN_SIZE for dim in self._dims()):
            return NotApplicableError(
                f"partition: the size of '{self.target.name}' is not known",
                span=program.sources.span(self.target.place),
                advice="Banks need sizes: A: float32[N], and customize(..., instantiate=[...]).",
            )
        if self.partition_type is Partition.Complete:
            if self.factor:
                return ArgumentError(
                    "partition: Complete takes no factor",
                    advice="Leave factor out, or use Partition.Cyclic or Partition.Block.",
                )
            return None
        smallest = min(self.target.shape[dim - 1] for dim in self._dims())
        if not 2 <= self.factor <= smallest:
            return ArgumentError(
                f"partition: factor must be an integer from 2 to {smallest} for "
                f"'{self.target.name}', not {self.factor}",
                span=program.sources.span(self.target.place),
                advice="The factor is the number of banks of each dimension that is divided.",
            )
        return None

    def _dims(self) -> range | tuple[int, ...]:
        return range(1, len(self.target.shape) + 1) if self.dim == 0 else (self.dim,)

    def _added(self) -> list[PartitionedDim]:
        factor = None if self.partition_type is Partition.Complete else self.factor
        return [PartitionedDim(dim, self.partition_type.value, factor) for dim in self._dims()]

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        add_banks(module, program, self.target, self._added())
        return Outcome()

    def explain(self) -> str:
        where = "every dimension" if self.dim == 0 else f"dimension {self.dim}"
        banks = f" into {self.factor} banks" if self.factor else ""
        return f"partition {self.target.name}, {self.partition_type.value}{banks} on {where}"


def clash_refusal(
    program: Program, primitive: str, target: Buffer, dims: Iterable[int]
) -> ScheduleError | None:
    """A dimension is divided once, in every function that has the array."""
    for buffer in connected_buffers(program, target):
        taken = {entry.dim: entry for entry in buffer.partition}
        for dim in dims:
            if dim in taken:
                return NotApplicableError(
                    f"{primitive}: '{buffer.name}' is already partitioned ({taken[dim]})",
                    span=program.sources.span(buffer.place),
                    advice="Undo that step first, or choose another dimension.",
                )
    return None


def has_banks(program: Program, target: Buffer, entries: Sequence[PartitionedDim]) -> bool:
    """Whether the array is divided so already, in every function that has it."""
    buffers = connected_buffers(program, target)
    return all(set(entries) <= set(buffer.partition) for buffer in buffers)


def add_banks(
    module: ModuleLike, program: Program, target: Buffer, entries: Sequence[PartitionedDim]
) -> None:
    """Divide the array so, in every function that has it."""
    for buffer in connected_buffers(program, target):
        attribute = make_partition([*buffer.partition, *entries], module.operation.context)
        set_buffer_attribute(program, buffer, attrs.PARTITION, attribute)
