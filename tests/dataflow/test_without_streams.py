"""A region of tasks that share no FIFO is a region all the same: simulated, with a trace."""

from __future__ import annotations

import numpy as np

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore import int32
from hcl_explore.views.simulation import simulation_html


@df.region()
def rows(A: int32[4, 16], B: int32[4, 16]):
    @df.kernel(mapping=[4], args=[A, B])
    def pe(a: int32[4, 16], b: int32[4, 16]):
        p = df.get_pid()
        for k in range(16):
            b[p, k] = a[p, k] + p


@df.region()
def twice(A: int32[4, 16], B: int32[4, 16]):
    M: int32[4, 16]
    rows(A, M)
    rows(M, B)


def arguments() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a = np.arange(64, dtype=np.int32).reshape(4, 16)
    return a, np.zeros_like(a), a + 2 * np.arange(4, dtype=np.int32)[:, None]


def test_it_runs_with_a_trace_and_a_report() -> None:
    mod = df.build(twice)
    a, b, expected = arguments()
    mod(a, b)
    np.testing.assert_array_equal(b, expected)
    tasks = {task.name: task for task in mod.trace.tasks}
    assert mod.trace.fifos == ()
    one, *others = (tasks[f"rows.pe_{p}"] for p in range(4))
    assert all((other.start, other.end) == (one.start, one.end) for other in others)
    assert tasks["rows_1.pe_0"].start == one.end > 16
    report = mod.report()
    assert report.startswith(f"twice: {mod.trace.cycles} cycles, 8 tasks, 0 FIFOs\n\ntask ")
    assert "FIFO  " not in report


def test_the_estimate_runs_the_tasks_side_by_side_as_the_simulator_does() -> None:
    mod = df.build(twice)
    a, b, _ = arguments()
    mod(a, b)
    estimated = hcl.customize(twice).estimate().latency_cycles
    assert abs(estimated - mod.trace.cycles) <= 4
    assert hcl.customize(rows).estimate().latency_cycles < estimated


def test_the_explorer_shows_its_run() -> None:
    session = hcl.Session(hcl.customize(twice), verify=False)
    run = session.simulate()
    assert run["failure"] == "" and run["fifos"] == []
    html = simulation_html(session.record()["steps"][-1] | {"simulation": run})
    assert "rows_1.pe_3" in html and "hx-fifos" not in html


def test_a_plain_kernel_is_compiled_as_one() -> None:
    def layer(A: int32[8], B: int32[8]):
        for i in range(8):
            B[i] = A[i] + 1

    assert not hasattr(hcl.customize(layer).build(), "trace")
