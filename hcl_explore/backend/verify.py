"""Running a program beside the one it was made from, on random inputs.

Both run in a worker process. A verdict is only "verified" when both ran to their end on every
input and agreed; what could not be run is "not_run", with the reason.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from hcl_explore.backend.cpu.build import build_text
from hcl_explore.backend.cpu.inputs import Argument, element_count, random_inputs
from hcl_explore.backend.cpu.kernel import CpuKernel
from hcl_explore.backend.cpu.marshal import Array, codec
from hcl_explore.backend.cpu.signature import Signature, Value
from hcl_explore.backend.numeric_error import Error, paired_inputs
from hcl_explore.errors import BuildError, HclError, RunTimeoutError

# Largest allowed difference where the order of floating-point operations changed, relative to
# the largest magnitude in the array: 80 to 5,000 units in the last place, more than adding up
# 10,000 numbers of random sign in another order brings (about the square root of their number).
TOLERANCES = {"float64": 1e-12, "float32": 1e-5, "float16": 5e-2, "bfloat16": 2e-1}

MAX_INPUT_BYTES = 512 << 20


@dataclass(frozen=True)
class Verification:
    """What came out. ``detail`` is a sentence for the user.

    The errors are the largest over all floating-point values compared; the relative one is in
    relation to the largest magnitude in its array. They are None where nothing was compared.
    """

    status: Literal["verified", "failed", "not_run"]
    detail: str
    max_abs_error: float | None = None
    max_rel_error: float | None = None


def compare(
    before_text: str,
    after_text: str,
    top: str,
    *,
    exact: bool,
    allowed_error: float | None = None,
    trials: int = 2,
    timeout_s: float = 20.0,
) -> Verification:
    """Run the function ``top`` of two modules on ``trials`` random inputs and compare.

    With ``exact`` every bit must agree (any NaN equals any NaN); else floating-point results may
    differ by ``TOLERANCES``. With ``allowed_error`` the types of the two may differ, and the
    numbers that come out by that part of the largest one in an array. ``timeout_s`` is for
    everything together; when it does not suffice for the first input, nothing is verified.
    Data-dependent subscripts are checked while running.
    """
    deadline = time.monotonic() + timeout_s
    try:
        before = build_text(before_text, top, debug=True, quiet=True)
    except HclError as error:
        return Verification("not_run", f"The original program could not be built: {error.message}.")
    try:
        after = build_text(after_text, top, debug=True, quiet=True)
    except BuildError as error:
        return Verification("failed", f"The program after it does not build: {error.message}.")
    except HclError as error:
        return Verification("not_run", f"The program could not be built: {error.message}.")
    reason = _why_incomparable(before.signature, after.signature, same=allowed_error is None)
    if reason is not None:
        return reason
    worst = _Worst(exact) if allowed_error is None else _Tolerant(allowed_error)
    done, last = 0, 0.0
    for trial in range(trials):
        started = time.monotonic()
        if started + 2 * last > deadline:
            break
        verdict = _run_both(before, after, trial, deadline, worst)
        if verdict is not None:
            return verdict
        last = time.monotonic() - started
        done += 1
    if done == 0:
        return Verification("not_run", "Building the programs left no time to run them.")
    return worst.verdict(done)


def _why_incomparable(before: Signature, after: Signature, *, same: bool) -> Verification | None:
    shapes = [_types(each, with_elements=same) for each in (before, after)]
    if shapes[0] != shapes[1]:
        return Verification(
            "failed",
            f"The step changed the parameters or results from {_types(before)} to {_types(after)}.",
        )
    size = sum(element_count(value) * codec(value.dtype).bytes for value in before.parameters)
    if size > MAX_INPUT_BYTES:
        return Verification(
            "not_run",
            f"The inputs take {size / 2**20:.0f} MiB; up to {MAX_INPUT_BYTES >> 20} MiB are run.",
        )
    return None


def _types(signature: Signature, *, with_elements: bool = True) -> str:
    def described(values: Sequence[Value]) -> str:
        return ", ".join(str(value) if with_elements else str(value.shape) for value in values)

    return f"({described(signature.parameters)}) -> ({described(signature.results)})"


def _run_both(
    before: CpuKernel, after: CpuKernel, seed: int, deadline: float, worst: _Worst | _Tolerant
) -> Verification | None:
    """Run both on one input and compare; a verdict where that ends the matter."""
    inputs, converted = worst.inputs(before.signature, after.signature, seed)
    try:
        expected = _run(before, inputs, deadline)
    except RunTimeoutError:
        return Verification("not_run", "The original program takes too long to be run for a check.")
    except HclError as error:
        return Verification(
            "not_run", f"The original program cannot run on random inputs: {error.message}."
        )
    try:
        found = _run(after, converted, deadline)
    except RunTimeoutError:
        return Verification("not_run", "The program after the step takes too long to be run.")
    except HclError as error:
        return Verification(
            "failed",
            f"The program after the step fails where the original runs: {error.message}.",
        )
    described = zip(_outputs(before.signature), _outputs(after.signature), strict=True)
    for ((name, old), (_, new)), one, other in zip(described, expected, found, strict=True):
        difference = worst.compare(name, (old, new), one, other)
        if difference is not None:
            return difference
    return None


def _run(kernel: CpuKernel, inputs: list[Argument], deadline: float) -> list[Array]:
    """The written arguments and the results of a call on copies of ``inputs``."""
    kernel.timeout_s = max(deadline - time.monotonic(), 0.001)
    arguments = [each.copy() if isinstance(each, np.ndarray) else each for each in inputs]
    returned = kernel(*arguments)
    results = returned if len(kernel.signature.results) > 1 else [returned]
    written = [
        argument
        for argument, value in zip(arguments, kernel.signature.parameters, strict=True)
        if value.shape is not None
    ]
    return [np.asarray(each) for each in (*written, *results[: len(kernel.signature.results)])]


def _outputs(signature: Signature) -> list[tuple[str, str]]:
    """Name and dtype of what ``_run`` returns."""
    arrays = [value for value in signature.parameters if value.shape is not None]
    return [(value.name, value.dtype) for value in (*arrays, *signature.results)]


class _Worst:
    """The largest errors so far."""

    def __init__(self, exact: bool) -> None:
        self._exact = exact
        self._absolute: float | None = None
        self._relative: float | None = None
        self._tolerance = 0.0

    def inputs(
        self, before: Signature, after: Signature, seed: int
    ) -> tuple[list[Argument], list[Argument]]:
        """Arguments for both programs."""
        del after  # of the same types
        drawn = random_inputs(before, seed)
        return drawn, drawn

    def compare(
        self, name: str, dtypes: tuple[str, str], expected: Array, found: Array
    ) -> Verification | None:
        """Take one array into account; "failed" where it differs by more than is allowed."""
        dtype = dtypes[0]
        coding = codec(dtype)
        wrong: Array
        if not coding.is_float:
            wrong = np.not_equal(expected, found)
        else:
            if coding.storage == np.uint16:
                expected, found = (
                    (each.view(np.uint16).astype(np.uint32) << np.uint32(16)).view(np.float32)
                    for each in (expected, found)
                )
            wrong = self._compare_floats(dtype, expected, found)
        wrong = np.atleast_1d(wrong)
        if not wrong.any():
            return None
        where = tuple(int(axis[0]) for axis in np.nonzero(wrong))
        place = f"{name}[{', '.join(map(str, where))}]" if expected.ndim else name
        return Verification(
            "failed",
            f"{place} is {np.atleast_1d(found)[where]}, but the original program gives "
            f"{np.atleast_1d(expected)[where]} ({int(wrong.sum())} of {wrong.size} values differ).",
            self._absolute,
            self._relative,
        )

    def _compare_floats(self, dtype: str, expected: Array, found: Array) -> Array:
        """Where ``found`` is wrong."""
        same = (expected == found) & (np.signbit(expected) == np.signbit(found))
        same |= np.isnan(expected) & np.isnan(found)
        with np.errstate(invalid="ignore", over="ignore"):
            error = np.abs(expected.astype(np.float64) - found.astype(np.float64))
        error = np.where(same, 0.0, error)
        finite = np.abs(expected[np.isfinite(expected)].astype(np.float64))
        scale = float(finite.max()) if finite.size else 0.0
        known = error[~np.isnan(error)]
        largest = float(known.max()) if known.size else 0.0
        relative = largest / scale if scale else largest
        self._absolute = max(self._absolute or 0.0, largest)
        self._relative = max(self._relative or 0.0, relative)
        if not self._exact:
            self._tolerance = max(self._tolerance, TOLERANCES[dtype])
            # A NaN in the error compares as false, so it stays wrong.
            same |= error <= TOLERANCES[dtype] * scale
        wrong: Array = np.logical_not(same)
        return wrong

    def verdict(self, inputs: int) -> Verification:
        """The verdict when everything agreed on ``inputs`` inputs."""
        on = f"on {inputs} random input{'s' * (inputs != 1)}"
        if self._exact or not self._absolute:
            return Verification("verified", f"Bit-exact {on}.", self._absolute, self._relative)
        return Verification(
            "verified",
            f"Largest relative error {self._relative:.1e} {on}; the order of additions changed, "
            f"up to {self._tolerance:.0e} of the largest value is allowed.",
            self._absolute,
            self._relative,
        )


class _Tolerant:
    """The largest errors so far between programs of different types."""

    def __init__(self, allowed: float) -> None:
        self._error = Error(allowed)

    def inputs(
        self, before: Signature, after: Signature, seed: int
    ) -> tuple[list[Argument], list[Argument]]:
        """Arguments for both programs."""
        return paired_inputs(before, after, seed)

    def compare(
        self, name: str, dtypes: tuple[str, str], expected: Array, found: Array
    ) -> Verification | None:
        """Take one array into account; the verdict comes at the end."""
        self._error.take(name, dtypes, expected, found)
        return None

    def verdict(self, inputs: int) -> Verification:
        """The verdict after running on ``inputs`` inputs."""
        error = self._error
        status: Literal["verified", "failed"] = "verified" if error.is_allowed else "failed"
        return Verification(status, error.sentence(inputs), error.absolute, error.relative)


class _Background:
    """One thread that verifies, one comparison after the other."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._tasks: queue.SimpleQueue[tuple[Future[Verification], partial[Verification]]] = (
            queue.SimpleQueue()
        )
        # A daemon: leaving the interpreter must not wait for a comparison.
        threading.Thread(target=self._work, name="hcl_explore verify", daemon=True).start()

    def submit(self, task: partial[Verification]) -> Future[Verification]:
        future: Future[Verification] = Future()
        self._tasks.put((future, task))
        return future

    def _work(self) -> None:
        while True:
            future, task = self._tasks.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(task())
            except BaseException as error:
                future.set_exception(error)


_background: _Background | None = None
_background_lock = threading.Lock()


def compare_async(
    before_text: str,
    after_text: str,
    top: str,
    *,
    exact: bool,
    allowed_error: float | None = None,
    timeout_s: float = 20.0,
) -> Future[Verification]:
    """``compare`` on the one background thread. A future that has not started can be cancelled."""
    global _background
    task = partial(
        compare,
        before_text,
        after_text,
        top,
        exact=exact,
        allowed_error=allowed_error,
        timeout_s=timeout_s,
    )
    with _background_lock:
        if _background is None or _background.process != os.getpid():  # a fork has no threads
            _background = _Background()
        return _background.submit(task)
