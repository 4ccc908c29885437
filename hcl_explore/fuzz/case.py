"""A case: a kernel and steps; running it beside the plain kernel."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hcl_explore.backend.cpu.inputs import Argument, random_inputs
from hcl_explore.errors import HclError, ScheduleError
from hcl_explore.fuzz.kernels import kernel_text
from hcl_explore.schedule.lint import LintWarning
from hcl_explore.schedule.primitive import info
from hcl_explore.schedule.schedule import Schedule, customize

Step = tuple[str, Mapping[str, object]]

_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Case:
    """A kernel's text, made of stages, and the steps applied to it.

    With ``csim`` the C++ of the scheduled kernel is compiled and run too. ``unchecked`` applies
    steps that are illegal all the same: to see that the fuzzer would notice.
    """

    stages: tuple[str, ...]
    steps: tuple[Step, ...]
    size: int
    dtype: str = "int32"
    csim: bool = False
    unchecked: bool = False

    @property
    def kernel(self) -> str:
        return kernel_text(self.stages, self.size, self.dtype)

    def script(self) -> str:
        """A Python script that shows the failure."""
        calls = [info(name).call_text(arguments) for name, arguments in self.steps]
        lines = [
            "import hcl_explore as hcl",
            f'KERNEL = """\n{self.kernel}"""',
            "s = hcl.customize(KERNEL)",
            *calls,
            "print(s.ir)",
            "print(s.estimate())",
            'print(s.build(target="vhls").hls_code)',
            "print(s.verify())",
        ]
        if self.csim:
            n = self.size
            held = "float64" if self.dtype.startswith("Fixed") else self.dtype
            lines += [
                "import numpy as np",
                f"rng = np.random.default_rng({n})",
                f"draw = lambda *shape: rng.integers(0, 50, shape).astype({held!r})",
                f"arguments = [draw({n}, {n}), draw({n}, {n}), draw({n})]",
                "again = [np.copy(argument) for argument in arguments]",
                "hcl.customize(KERNEL).build()(*arguments)",
                's.build(target="vhls", mode="csim")(*again)',
                "print([np.array_equal(a, b) for a, b in zip(arguments, again)])",
            ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Failure:
    """What went wrong.

    ``kind`` is ``kernel refused``, ``internal error``, ``run failed``, ``wrong result``,
    ``csim failed`` or ``wrong csim result``; ``cause`` tells internal errors apart.
    """

    kind: str
    detail: str
    cause: str = ""

    def is_like(self, other: Failure) -> bool:
        """Whether the two most likely are one fault."""
        return (self.kind, self.cause) == (other.kind, other.cause)


def internal_error(error: Exception) -> Failure:
    """The failure that an exception is which should not have been."""
    return Failure("internal error", traceback.format_exc(), type(error).__name__)


def run(case: Case) -> Failure | None:
    """Apply the steps of ``case`` and compare the results; None if they are equal."""
    try:
        plain = customize(case.kernel)
    except HclError as error:
        return Failure("kernel refused", str(error))
    scheduled = plain.fork(0)
    for name, arguments in case.steps:
        try:
            scheduled.apply(name, arguments, unchecked=case.unchecked)
        except ScheduleError as error:
            return internal_error(error) if is_our_fault(error) else None
        except Exception as error:  # the fuzzer's purpose: anything else is to be reported
            return internal_error(error)
    expected = outputs(plain, arguments_of(case))
    return expected if isinstance(expected, Failure) else examine(case, expected, scheduled)


def is_our_fault(error: ScheduleError) -> bool:
    """Whether a primitive made a module that does not verify."""
    return "fault of hcl_explore" in str(error)


def outputs(schedule: Schedule, arguments: Sequence[Argument]) -> list[Argument] | Failure:
    """What the kernel leaves in its arguments, through the JIT."""
    return _called(lambda: schedule.build(timeout_s=_TIMEOUT_S), arguments, "run failed")


def examine(case: Case, expected: Sequence[Argument], scheduled: Schedule) -> Failure | None:
    """Estimate, emit and run the scheduled kernel; its results must be those of the plain one.

    Steps that change values are no fault: what comes after the last of them is held against it.
    """
    # What lint has to say of a random schedule is of no interest.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LintWarning)
        return _examine(case, expected, scheduled)


def _examine(case: Case, expected: Sequence[Argument], scheduled: Schedule) -> Failure | None:
    try:
        scheduled.estimate()
        scheduled.build(target="vhls")
    except Exception as error:  # the fuzzer's purpose
        return internal_error(error)
    arguments = arguments_of(case)
    last = max(
        (n for n, s in enumerate(scheduled.history, 1) if s.allowed_error is not None), default=0
    )
    if last:
        changed = scheduled.fork(last)
        arguments = random_inputs(changed.build(timeout_s=_TIMEOUT_S).signature, case.size)
        found = outputs(changed, arguments)
        if isinstance(found, Failure):
            return found
        expected = found
    found = outputs(scheduled, arguments)
    failure = found if isinstance(found, Failure) else _difference(expected, found, "wrong result")
    if failure is None and case.csim:
        found = _called(
            lambda: scheduled.build(target="vhls", mode="csim", timeout_s=_TIMEOUT_S),
            arguments,
            "csim failed",
        )
        if isinstance(found, Failure):
            return found
        failure = _difference(expected, found, "wrong csim result")
    return failure


def _called(
    build: Callable[[], Callable[..., object]], arguments: Sequence[Argument], kind: str
) -> list[Argument] | Failure:
    arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        build()(*arguments)
    except HclError as error:
        return Failure(kind, str(error))
    except Exception as error:  # the fuzzer's purpose: anything else is to be reported
        return internal_error(error)
    return arguments


def arguments_of(case: Case) -> list[Argument]:
    """What the kernel of ``case`` is called with."""
    rng, n = np.random.default_rng(case.size), case.size
    shapes = ((n, n), (n, n), (n,))
    if case.dtype.startswith("float"):
        # Small enough that products of some dozen stay finite.
        return [rng.uniform(-2, 2, shape).astype(case.dtype) for shape in shapes]
    if case.dtype.startswith("Fixed"):
        return [rng.integers(-800, 800, shape) / 16.0 for shape in shapes]
    least = 0 if case.dtype.startswith("u") else -50
    return [rng.integers(least, 50, shape).astype(case.dtype) for shape in shapes]


def _difference(
    expected: Sequence[Argument], found: Sequence[Argument], kind: str
) -> Failure | None:
    """Where two results differ by a bit; any NaN equals any NaN."""
    for name, one, other in zip("ABv", expected, found, strict=True):
        before, after = np.asarray(one), np.asarray(other)
        differs = (before != after) & ~((before != before) & (after != after))
        if differs.any():
            where = tuple(int(index) for index in np.argwhere(differs)[0])
            return Failure(kind, f"{name}{list(where)} is {after[where]}, not {before[where]}")
    return None
