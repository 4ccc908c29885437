"""A session without a compiler: it walks along the hand-written gemm records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gemm_records

from hcl_explore import examples
from hcl_explore.errors import (
    ArgumentError,
    DeviceError,
    KernelTypeError,
    LegalityError,
    ScheduleError,
    SourceSpan,
)
from hcl_explore.examples.example import Example
from hcl_explore.views.record import PrimitiveRecord, SessionRecord

Observer = Callable[[Any, int], None]

COUNTEREXAMPLE = (
    'reorder("j", "i") is illegal for band "mm": iteration (i=1, j=4) reads A[0, 5], written by '
    "(i=0, j=5), which the new order runs later.  Dependence distance (1, -1).\n"
    "  gemm.py:7   C[i, j] += A[i, k] * B[k, j]"
)


class FakeSession:
    """Accepts exactly the recorded steps, in their order."""

    def __init__(self, position: int = 0) -> None:
        self.position = position
        self.known = position  # steps applied or undone
        self.kernel = gemm_records.KERNEL
        self.device, self.clock_mhz = "u280", 300.0
        self.schedule = "the schedule"
        self.calls: list[tuple[Any, ...]] = []
        self._observers: list[Observer] = []

    def observe(self, callback: Observer) -> Callable[[], None]:
        self._observers.append(callback)
        return lambda: self._observers.remove(callback)

    def notify(self, kind: str, index: int) -> None:
        for callback in tuple(self._observers):
            callback(kind, index)

    def _move(self, position: int) -> None:
        self.position = position
        self.notify("changed", position)

    def record(self) -> SessionRecord:
        record = gemm_records.session_record(self.position)
        record["steps"] = record["steps"][: self.known + 1]
        record["redo"] = self.known - self.position
        record["kernel"] = self.kernel
        record["device"], record["clock_mhz"] = self.device, self.clock_mhz
        return record

    def palette(self) -> list[PrimitiveRecord]:
        return gemm_records.palette(self.position)

    def assembly(self, index: int) -> str:
        self.calls.append(("assembly", index))
        return "gemm:\n    vfmadd231ps ymm0, ymm1, ymmword ptr [rsi + 4*rax]\n    ret"

    def load_report_text(self, text: str, name: str) -> None:
        self.calls.append(("load_report", name, text))
        self.notify("changed", self.position)

    def simulate(self, index: int, *, depths: Mapping[str, int], smallest: bool) -> None:
        self.calls.append(("simulate", index, dict(depths), smallest))
        self.notify("changed", self.position)

    def measure(self, index: int) -> None:
        self.calls.append(("measure", index))
        self.notify("changed", self.position)

    def why_not(
        self, primitive: str, arguments: Mapping[str, object], *, reassociate: bool = False
    ) -> str | None:
        error = self._refusal(primitive, arguments, reassociate)
        return None if error is None else str(error)

    def is_refused(self, primitive: str, arguments: Mapping[str, object]) -> bool:
        return self.why_not(primitive, arguments) is not None

    def _refusal(
        self, primitive: str, arguments: Mapping[str, object], reassociate: bool
    ) -> ScheduleError | None:
        if primitive == "reorder":
            if arguments.get("axes") == ["j", "i"]:
                return LegalityError(COUNTEREXAMPLE, advice="Pass unchecked=True.")
            if not reassociate:
                return LegalityError(
                    "reorder is illegal: it changes the order of a floating-point sum",
                    advice="Pass reassociate=True to accept the different rounding.",
                )
        if "factor" in arguments and not isinstance(arguments["factor"], int):
            return ArgumentError(
                f"{primitive}: argument 'factor' must be an integer, not {arguments['factor']!r}"
            )
        if primitive == "pipeline" and arguments.get("axis") == "k":
            span = SourceSpan("gemm.py", 6, 9, 16, "    for i, j, k in hcl.grid(32, 32, 32):")
            return ScheduleError("pipeline: not this loop", span=span)
        return None

    def apply(
        self,
        primitive: str,
        arguments: Mapping[str, object],
        *,
        unchecked: bool = False,
        reassociate: bool = False,
    ) -> None:
        self.calls.append((primitive, dict(arguments), unchecked, reassociate))
        error = self._refusal(primitive, arguments, reassociate)
        if error is not None and not (unchecked and isinstance(error, LegalityError)):
            raise error
        self.known = self.position + 1
        self._move(self.position + 1)

    def call_preview(self, primitive: str, arguments: Mapping[str, object]) -> str:
        return f"s.{primitive}({', '.join(map(str, arguments.values()))})"

    def undo(self) -> None:
        if self.position == 0:
            raise ScheduleError("there is no step to undo")
        self._move(self.position - 1)

    def redo(self) -> None:
        if self.position == self.known:
            raise ScheduleError("there is no step to redo")
        self._move(self.position + 1)

    def goto(self, position: int) -> None:
        if not 0 <= position <= self.known:
            raise ScheduleError(f"there are {self.known} steps, not {position}")
        self._move(position)

    def remove(self, index: int) -> None:
        self.calls.append(("remove", index))
        self.known -= 1
        self._move(min(self.position, self.known))

    def edit(self, kernel_text: str) -> None:
        if "float33" in kernel_text:
            lines = kernel_text.splitlines()
            line = next(number for number, text in enumerate(lines, 1) if "float33" in text)
            column = lines[line - 1].index("float33") + 1
            raise KernelTypeError(
                "unknown type 'float33'",
                span=SourceSpan("<kernel>", line, column, column + 7, lines[line - 1]),
                advice="Did you mean 'float32'?",
            )
        self.kernel = kernel_text
        self._move(self.position)

    def kernels(self) -> list[tuple[str, str, str]]:
        return [
            ("gemm", "matrix product", "Algebra"),
            ("sobel", "edge filter over a picture", "Image"),
        ]

    def load_kernel(self, name: str) -> None:
        self.calls.append(("load_kernel", name))
        self.known = 0
        self._move(0)

    @property
    def example(self) -> Example | None:
        return examples.get("sobel") if ("load_kernel", "sobel") in self.calls else None

    def apply_example_schedule(self) -> None:
        self.calls.append(("apply_example_schedule",))
        self.known = 2
        self._move(2)

    def set_device(self, device: str, clock_mhz: float) -> None:
        if clock_mhz <= 0:
            raise DeviceError(f"the clock must be above 0, not {clock_mhz:g} MHz")
        self.device, self.clock_mhz = device, clock_mhz
        self.notify("changed", self.position)

    def to_json(self) -> dict[str, object]:
        return {"format": "hcl_explore session", "position": self.position}

    def to_script(self) -> str:
        return "import hcl_explore as hcl\n"
