"""What simulating dataflow programs costs: ``python benchmarks/dataflow.py``.

A systolic array of 16 × 16 elements multiplies two matrices of 64 × 64, from an ordinary kernel by
``split``, ``reorder``, ``unfold`` and ``to`` (goal: a run under 2 s). Then chains of tasks with
1,000 to 1,000,000 tokens: the time per token must not grow, nor that per call of a function whose
stages are tasks. Then how long the diagnosis of a
deadlock takes, from the call to the error (goal: under 1 s).
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import Stream, float32, int32
from hcl_explore.errors import DeadlockError

SIZE, GRID = 64, 16
GOAL_RUN_S, GOAL_DIAGNOSIS_S = 2.0, 1.0
TOKENS = (1_000, 10_000, 100_000, 1_000_000)
CALLS = (100, 1_000, 10_000)
REPEAT = 3


def gemm(A: float32[SIZE, SIZE], B: float32[SIZE, SIZE]) -> float32[SIZE, SIZE]:
    C: float32[SIZE, SIZE] = 0.0
    for i, j, k in hcl.grid(SIZE, SIZE, SIZE, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C


def systolic_gemm() -> hcl.Schedule:
    """An array of 16 × 16 elements, each of which calculates 4 × 4 elements of the product."""
    s = hcl.customize(gemm)
    s.split("i", SIZE // GRID)
    s.split("j", SIZE // GRID)
    s.reorder("i.outer", "j.outer", "i.inner", "j.inner", "k")
    s.unfold("mm", [0, 1])
    s.to(s.A, "mm_pe", axis=1)
    s.to(s.B, "mm_pe", axis=0)
    return s


def chain(length: int) -> df.Region:
    """Four tasks that hand ``length`` tokens on."""

    @df.region()
    def hand_on(A: int32[length], B: int32[length]):
        fifos: Stream[int32, 4][3]

        @df.kernel(mapping=[1], args=[A])
        def first(a: int32[length]):
            for i in range(length):
                fifos[0].put(a[i])

        @df.kernel(mapping=[2])
        def middle():
            p = df.get_pid()
            for _ in range(length):
                fifos[p + 1].put(fifos[p].get() + 1)

        @df.kernel(mapping=[1], args=[B])
        def last(b: int32[length]):
            for i in range(length):
                b[i] = fifos[2].get()

    return hand_on


def hand_over(A: int32[16], B: int32[16]):
    fifo: Stream[int32, 2]
    for i in range(16):
        fifo.put(A[i] + 1)
    for j in range(16):
        B[j] = fifo.get()


def calls(count: int) -> hcl.Schedule:
    """A loop that calls a function of two tasks."""

    def top(A: int32[16], B: int32[16]):
        for _ in range(count):
            hand_over(A, B)

    return hcl.customize(top)


@df.region()
def deadlock(A: int32[SIZE], B: int32[SIZE]):
    head: Stream[int32, 2]
    tail: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[SIZE]):
        for i in range(SIZE):
            head.put(a[i])
        for i in range(SIZE):
            tail.put(a[i])

    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[SIZE]):
        for i in range(SIZE):
            b[i] = tail.get() - head.get()


def fastest(call: Callable[[], object]) -> float:
    """Seconds of the fastest of some calls."""
    times = []
    for _ in range(REPEAT):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def measure_systolic() -> None:
    random = np.random.default_rng(0)
    a, b = (random.random((SIZE, SIZE), dtype=np.float32) for _ in range(2))
    start = time.perf_counter()
    schedule = systolic_gemm()
    scheduled = time.perf_counter() - start
    start = time.perf_counter()
    kernel = schedule.build()
    built = time.perf_counter() - start
    seconds = fastest(lambda: kernel(a, b))
    if not np.allclose(kernel(a, b), a @ b, rtol=1e-4):
        raise SystemExit("the systolic array is wrong")
    trace = kernel.trace
    tokens = sum(fifo.tokens for fifo in trace.fifos)
    verdict = "met" if seconds < GOAL_RUN_S else "missed"
    print(f"systolic gemm {SIZE}³ on {GRID} × {GRID}: {len(trace.tasks)} tasks, {tokens:,} tokens")
    print(f"  scheduled in {scheduled:.2f} s, built in {built:.2f} s")
    print(f"  run {seconds:.2f} s (goal {GOAL_RUN_S:g} s: {verdict}), {trace.cycles:,} cycles")


def measure_growth() -> None:
    print(f"\n{'tokens':>10} {'seconds':>9} {'ns a token':>11}")
    for length in TOKENS:
        kernel = df.build(chain(length))
        source, target = np.arange(length, dtype=np.int32), np.zeros(length, np.int32)
        seconds = fastest(lambda: kernel(source, target))  # noqa: B023 - called at once
        print(f"{3 * length:>10,} {seconds:>9.4f} {seconds / (3 * length) * 1e9:>11.1f}")


def measure_calls() -> None:
    print(f"\n{'calls':>10} {'seconds':>9} {'µs a call':>11}")
    for count in CALLS:
        kernel = calls(count).build()
        arguments = np.zeros(16, np.int32), np.zeros(16, np.int32)
        seconds = fastest(lambda: kernel(*arguments))  # noqa: B023 - called at once
        print(f"{count:>10,} {seconds:>9.4f} {seconds / count * 1e6:>11.1f}")


def measure_diagnosis() -> None:
    kernel = df.build(deadlock)
    arguments = np.zeros(SIZE, np.int32), np.zeros(SIZE, np.int32)

    def diagnose() -> None:
        try:
            kernel(*arguments)
        except DeadlockError:
            return
        raise SystemExit("the deadlock was not found")

    seconds = fastest(diagnose)
    verdict = "met" if seconds < GOAL_DIAGNOSIS_S else "missed"
    print(f"\ndiagnosis of a deadlock: {seconds:.3f} s (goal {GOAL_DIAGNOSIS_S:g} s: {verdict})")


if __name__ == "__main__":
    measure_systolic()
    measure_growth()
    measure_calls()
    measure_diagnosis()
