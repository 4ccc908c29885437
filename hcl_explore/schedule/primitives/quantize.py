"""quantize: give an array another element type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ScheduleError
from hcl_explore.ir.printing import ModuleLike
from hcl_explore.ir.program import Buffer, Program
from hcl_explore.lang.types import ScalarType
from hcl_explore.schedule import parameters as param
from hcl_explore.schedule.connected_buffers import connected_buffers
from hcl_explore.schedule.primitive import Outcome, Primitive
from hcl_explore.schedule.retyping import refusal, retype

ALLOWED_ERROR = 0.05


@dataclass(frozen=True)
class Quantize(Primitive):
    """Hold an array, or a scalar variable, in fixed point, an integer or another float.

    What is read is converted back to the old type, what is written to the new one (fixed point
    rounds down and wraps). Sums, differences, products and extremes whose operands all are fixed
    point by then, integers or constants that fixed point holds exactly, are computed in fixed
    point. The array changes in every function that it is handed to; as an argument
    or result of the kernel it changes the kernel's interface. The step's check runs both programs
    and reports the error; it fails if that is more than ``tolerance`` of the largest value (the
    tolerances of several such steps add up).

    Before::

        C: float32[8]
        for i in range(8): C[i] = C[i] + A[i]

    After ``s.quantize(s.C, hcl.Fixed(16, 8))``::

        C: Fixed(16, 8)[8]
        for i in range(8): C[i] = Fixed(16, 8)(float32(C[i]) + A[i])
    """

    name: ClassVar[str] = "quantize"
    group: ClassVar[str] = "Data types"
    law: ClassVar[str] = "Always allowed, but it changes values: the error is measured and shown."

    target: Buffer = param.buffer("the array or scalar variable")
    dtype: ScalarType = param.dtype("the new element type")
    tolerance: float = param.number(
        "the error to allow, as a part of the largest value", default=ALLOWED_ERROR
    )

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        buffers = connected_buffers(program, self.target)
        return refusal(self.name, program, self.target, buffers, self.dtype)

    def apply(self, module: ModuleLike, program: Program) -> Outcome:
        retype(module, program, connected_buffers(program, self.target), self.dtype)
        return Outcome()

    @property
    def allowed_error(self) -> float | None:
        return self.tolerance

    def explain(self) -> str:
        return f"hold {self.target.name} in {self.dtype} instead of {self.target.dtype}"
