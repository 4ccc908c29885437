"""downsize: give an array of integers or fixed point fewer bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hcl_explore.errors import ArgumentError, NotApplicableError, ScheduleError
from hcl_explore.ir.program import Program
from hcl_explore.lang.types import FixedType, IntegerType, parse_type
from hcl_explore.schedule.primitives.quantize import Quantize


@dataclass(frozen=True)
class Downsize(Quantize):
    """Hold an array, or a scalar variable, of integers or fixed point in fewer bits.

    As ``quantize``, for types of one family: values that need the bits that are left out wrap
    (integers, whole parts) or are rounded down (fractions). The step's check draws arguments that
    fit the new type, runs both programs and reports the error.

    Before::

        n: int32[8]
        for i in range(8): n[i] = n[i] + 1

    After ``s.downsize(s.n, hcl.int8)``::

        n: int8[8]
        for i in range(8): n[i] = int8(int32(n[i]) + 1)
    """

    name: ClassVar[str] = "downsize"

    def check(self, program: Program, *, reassociate: bool) -> ScheduleError | None:
        span = program.sources.span(self.target.place)
        old = parse_type(self.target.dtype)
        if not isinstance(old, (FixedType, IntegerType)):
            return NotApplicableError(
                f"downsize: '{self.target.name}' is {old}, neither integer nor fixed point",
                span=span,
                advice="quantize makes fixed point or an integer of it.",
            )
        same_family = isinstance(self.dtype, FixedType) == isinstance(old, FixedType)
        if not isinstance(self.dtype, (FixedType, IntegerType)) or not same_family:
            return ArgumentError(
                f"downsize: '{self.target.name}' is {old}, and {self.dtype} is of another family",
                span=span,
                advice="quantize changes the family.",
            )
        if self.dtype.bits >= old.bits:
            return ArgumentError(
                f"downsize: '{self.target.name}' has {old.bits} bits, and {self.dtype} has "
                f"{self.dtype.bits}: that is no fewer",
                advice="Name a type of fewer bits; quantize takes any.",
                span=span,
            )
        return super().check(program, reassociate=reassociate)
