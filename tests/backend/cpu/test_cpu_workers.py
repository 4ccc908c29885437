"""The worker processes: threads, forks, interrupts, the end of the interpreter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hcl_explore.backend.cpu import build_text
from hcl_explore.backend.cpu.pool import Pool, default_pool
from hcl_explore.errors import RunError

ROOT = Path(__file__).resolve().parents[3]

ADD = """
func.func @add(%A: memref<64xi32>, %n: i32) -> memref<64xi32> {{
  %R = memref.alloc() : memref<64xi32>
  %c = arith.constant {constant} : i32
  affine.for %i = 0 to 64 {{
    %a = affine.load %A[%i] : memref<64xi32>
    %s = arith.addi %a, %n : i32
    %t = arith.addi %s, %c : i32
    affine.store %t, %R[%i] : memref<64xi32>
  }}
  return %R : memref<64xi32>
}}"""

# What a child interpreter starts with; "spin" never ends.
PRELUDE = f"""
import os, signal, sys, threading, time
import numpy as np
from hcl_explore.backend.cpu import build_text
from hcl_explore.backend.cpu.pool import default_pool
add = build_text('''{ADD.format(constant=0)}''', "add")
spin = build_text('''
func.func @spin(%A: memref<1xi32>) {{
  scf.while : () -> () {{
    %true = arith.constant true
    %a = affine.load %A[0] : memref<1xi32>
    affine.store %a, %A[0] : memref<1xi32>
    scf.condition(%true)
  }} do {{
    scf.yield
  }}
  return }}''', "spin")
A, one = np.arange(64, dtype=np.int32), np.zeros(1, np.int32)
def workers():
    pool = default_pool()
    return [worker.pid for worker in (*pool._idle, *pool._busy)]
"""


def interpreter(body: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(body)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def gone(pid: int, within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists():
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            if state == "Z":  # dead; its new parent has not noticed yet
                return True
        time.sleep(0.02)
    return False


def test_calls_from_many_threads() -> None:
    kernels = [build_text(ADD.format(constant=c), "add") for c in range(4)]
    a = np.arange(64, dtype=np.int32)

    def work(seed: int) -> None:
        for n in range(20):
            constant = (seed + n) % 4
            np.testing.assert_array_equal(kernels[constant](a, n), a + n + constant)

    with ThreadPoolExecutor(8) as executor:
        for future in [executor.submit(work, seed) for seed in range(8)]:
            future.result(timeout=60)


def test_a_slow_call_does_not_hold_up_another_thread() -> None:
    body = """
        threading.Thread(target=spin, args=(one,), daemon=True).start()
        time.sleep(0.5)
        started = time.monotonic()
        assert (add(A, 1) == A + 1).all()
        print(time.monotonic() - started < 10)
    """
    out, err = interpreter(body).communicate(timeout=60)
    assert out.strip() == "True", err


def test_more_modules_than_a_worker_keeps() -> None:
    a = np.zeros(64, np.int32)
    first = build_text(ADD.format(constant=1000), "add")
    kernels = [build_text(ADD.format(constant=c), "add") for c in range(80)]
    assert first(a, 0)[0] == 1000
    assert [kernels[c](a, 0)[0] for c in (0, 40, 79)] == [0, 40, 79]


def test_a_worker_that_was_killed_while_idle_is_replaced() -> None:
    kernel = build_text(ADD.format(constant=5), "add")
    for worker in default_pool()._idle:
        os.kill(worker.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert kernel(np.zeros(64, np.int32), 1)[3] == 6


def test_large_arrays_do_not_keep_their_memory() -> None:
    kernel = build_text(
        """func.func @f(%A: memref<?xf32>) -> f32 {
          %zero = arith.constant 0 : index
          %a = memref.load %A[%zero] : memref<?xf32>
          return %a : f32 }""",
        "f",
    )
    assert kernel(np.ones(50_000_000, np.float32)) == 1.0
    assert kernel(np.ones(1, np.float32)) == 1.0
    assert all(worker.arena.size < 200_000_000 for worker in default_pool()._idle)


def test_the_end_of_the_interpreter_leaves_no_process() -> None:
    child = interpreter("add(A, 1); print(*workers())")
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    assert err == ""
    assert out.split()
    assert all(gone(int(pid)) for pid in out.split())


def test_the_end_of_the_interpreter_during_a_call() -> None:
    child = interpreter(
        """
        threading.Thread(target=spin, args=(one,), daemon=True).start()
        time.sleep(0.5)
        print(*workers())
        """
    )
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    assert out.split()
    assert all(gone(int(pid)) for pid in out.split())


def test_a_killed_interpreter_takes_a_busy_worker_with_it() -> None:
    child = interpreter(
        """
        threading.Thread(target=spin, args=(one,), daemon=True).start()
        time.sleep(0.5)
        print(*workers(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    out, _ = child.communicate(timeout=60)
    assert out.split()
    assert all(gone(int(pid)) for pid in out.split())


def test_an_interrupt_stops_the_call_and_the_next_one_works() -> None:
    child = interpreter(
        """
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        started = time.monotonic()
        try:
            spin(one)
        except KeyboardInterrupt:
            print(time.monotonic() - started < 10, (add(A, 2) == A + 2).all())
        """
    )
    out, err = child.communicate(timeout=60)
    assert out.strip() == "True True", err


def test_a_forked_child_has_workers_of_its_own() -> None:
    child = interpreter(
        """
        add(A, 1)
        mine = workers()
        child = os.fork()
        if child == 0:
            right = (add(A, 2) == A + 2).all() and not set(workers()) & set(mine)
            default_pool().close()
            os._exit(0 if right else 1)
        print(os.waitpid(child, 0)[1], (add(A, 3) == A + 3).all(), workers() == mine)
        """
    )
    out, err = child.communicate(timeout=60)
    assert out.strip() == "0 True True", err


def test_a_closed_pool_says_so() -> None:
    pool = Pool(1)
    pool.close()
    with pytest.raises(RunError, match="the CPU workers are closed"), pool.worker("key"):
        pass


def test_a_pool_waits_when_all_workers_are_busy() -> None:
    pool = Pool(1)
    order: list[str] = []
    taken = threading.Event()

    def second() -> None:
        taken.wait()
        with pool.worker("b"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with pool.worker("a"):
        taken.set()
        time.sleep(0.2)
        order.append("first")
    thread.join(timeout=30)
    pool.close()
    assert order == ["first", "second"]


def test_a_module_in_the_callers_folder_does_not_shadow_ours(tmp_path: Path) -> None:
    for name in ("socket", "numpy", "mlir", "json"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('shadowed')")
    code = (
        "import os, sys\n"
        + PRELUDE.replace("add = ", f"os.chdir({str(tmp_path)!r})\nadd = ")
        + "print((add(A, 1) == A + 1).all())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "True", done.stderr


@pytest.mark.parametrize("program", ["/nonexistent/python", "/bin/false"])
def test_a_worker_that_cannot_start(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hcl_explore.backend.cpu.process.sys.executable", program)
    pool = Pool(1)
    for _ in range(2):  # the failure does not take up the place of a worker
        with (
            pytest.raises(RunError, match="the CPU worker process could not start"),
            pool.worker("key"),
        ):
            pass
    pool.close()
