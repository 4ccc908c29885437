"""to: let data travel through FIFOs, or lie in another memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.lang.memory import OFF_CHIP, RESOURCES
from hcl_explore.lang.storage import Storage
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.placement import BankPlacement
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.primitives.bind_storage import BindStorage
from hcl_explore.schedule.relay import Relay
from hcl_explore.schedule.stage_fifo import StageFifo
from hcl_explore.schedule.stream_rewrite import DEFAULT_DEPTH

_BANK = re.compile(rf"({'|'.join(OFF_CHIP)})\[\d+\]")


@dataclass(frozen=True)
class To(Primitive):
    """Send an array through FIFOs, from stage to stage or along processing elements, or place it.

    Between the stages of a function::

        for i in range(64): B[i] = 2 * A[i]        # band "double"
        for i in range(64): C[i] = B[i] + 1        # band "add"

    ``s.to(s.B, "add", depth=4)`` makes ``B`` a stream of at most 4 tokens, and lets the two stages
    overlap. ``dst`` is the band or the function that reads the array. A stage that reads an element
    several times, under a condition or in an inner loop takes it once and keeps it; one that writes
    it in either branch of a condition puts it once.

    With ``axis``, among the tasks of a kernel (``unfold``): the first task along the axis gets the
    array's elements from a task of their own, and each hands on to the next what it has read. A
    FIFO is as deep as ``depth`` says, 2 where that is left out.

    ``s.to(s.A, hcl.Memory("HBM", 3))`` places an argument or result of the kernel in a bank off the
    chip; ``hcl.Memory("URAM")`` keeps a local array in that memory, as ``bind_storage`` does.
    """

    name: ClassVar[str] = "to"
    group: ClassVar[str] = "Communication"
    law: ClassVar[str] = (
        "Legal if every element is written once and read once, in the same order; along an axis, "
        "if all tasks there read the same elements in the same order, and none writes them. "
        "Placing is always legal."
    )
    aliases: ClassVar[tuple[str, ...]] = ("relay",)

    target: Buffer = param.buffer("the array that is sent")
    dst: str = param.destination(
        "who reads it (a band, a function, or a kernel of tasks), or the memory it goes to"
    )
    axis: int | None = param.integer(
        "along which axis of the tasks it travels, counted from 0", default=None, minimum=0
    )
    depth: int = param.integer("tokens that a FIFO holds; -1: 2", default=-1, minimum=-1)

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        if self.depth == 0:
            return ArgumentError(
                "to: a FIFO holds at least one token, not 0",
                advice="Leave depth out for a FIFO of 2 tokens.",
            )
        placement = self._placement()
        if placement is not None:
            if self.axis is not None or self.depth != -1:
                return ArgumentError(
                    f"to: {self.dst} is a memory, which has no 'axis' or 'depth'",
                    advice="Both are of FIFOs: leave them out, or name the stage or the kernel of "
                    "tasks that reads the array.",
                )
            return placement.check(program, reassociate=reassociate)
        if self.axis is not None:
            return Relay(program, self.target, self.dst, self.axis).refusal()
        return StageFifo(program, self.target, self.dst).refusal()

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        placement = self._placement()
        if placement is not None:
            return placement.apply(module, program)
        if self.axis is not None:
            Relay(program, self.target, self.dst, self.axis).rewrite(module, self._depth)
        else:
            StageFifo(program, self.target, self.dst).rewrite(self._depth)
        return Outcome()

    def _placement(self) -> BindStorage | BankPlacement | None:
        """What placing the array means; None where ``dst`` is no memory."""
        if self.dst in RESOURCES:
            return BindStorage(self.target, Storage(self.dst))
        if _BANK.fullmatch(self.dst):
            return BankPlacement(self.target, self.dst)
        return None

    @property
    def _depth(self) -> int:
        return self.depth if self.depth > 0 else DEFAULT_DEPTH

    def explain(self) -> str:
        placement = self._placement()
        if placement is not None:
            return placement.explain()
        if self.axis is None:
            return f"{self.target.name} reaches {self.dst} through a FIFO of {self._depth}"
        return f"{self.target.name} travels along axis {self.axis} of {self.dst}"
