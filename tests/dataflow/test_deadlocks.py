"""Deadlocks of many kinds: who waits for whom, where that is written, and what depth would do."""

from __future__ import annotations

import deadlock_programs as programs
import pytest

import hcl_explore as hcl
import hcl_explore.dataflow as df
from hcl_explore.backend.cpu.inputs import random_inputs
from hcl_explore.backend.cpu.simulator.kernel import DataflowKernel
from hcl_explore.errors import DeadlockError
from hcl_explore.schedule.lint import LintWarning

ENOUGH = [
    (programs.bypass, "side", 7, "fork waits for room in side"),
    (programs.order, "evens", 16, "collect waits for a token in odds (empty)"),
    (programs.split_join, "right", 6, "split waits for room in right (full, depth 4)"),
    (programs.nested, "u", 8, "inner.take waits for room in u (full, depth 1)"),
    (programs.block_rate, "rows", 4, "load waits for room in rows"),
]
FIRST = "Each of these tasks reads before it writes: one of them must put its first token first."
NO_DEPTH = [
    (programs.feedback, "add waits for a token in back (empty), which delay", "back", FIRST),
    (programs.grid_index, "which pe_3_0 should write; pe_3_0 waits", "f: Stream", FIRST),
    (programs.three, "second waits for a token in ab (empty), which first", "ca", FIRST),
    (programs.counts, "which send, which has ended, should write", "f:", "send has ended"),
    (programs.starvation, "which keep, which has ended", "f:", "keep has ended"),
    (programs.self_wait, "ring[1] (full, depth 1), which node_1, which has", "ring", "node_1 has"),
    (programs.asks, "poll asks again and again", "def poll", "Let the loop end"),
]


def build(region: df.Region) -> DataflowKernel:
    kernel = df.build(region)
    assert isinstance(kernel, DataflowKernel)
    return kernel


def run(kernel: DataflowKernel, depths: dict[str, int] | None = None) -> None:
    kernel.run(*random_inputs(kernel.signature, seed=0), depths=depths)


@pytest.mark.filterwarnings("ignore::hcl_explore.schedule.lint.LintWarning")
@pytest.mark.parametrize(
    ("region", "fifo", "depth", "reason"), ENOUGH, ids=[case[0].__name__ for case in ENOUGH]
)
def test_a_depth_that_is_enough(region: df.Region, fifo: str, depth: int, reason: str) -> None:
    kernel = build(region)
    with pytest.raises(DeadlockError) as caught:
        run(kernel)
    assert reason in caught.value.message
    assert caught.value.span is not None
    assert f"{fifo}: Stream" in (caught.value.span.text or "")
    assert (caught.value.advice or "").startswith(f"With {fifo} of depth {depth} it runs")
    assert any(task.state == "full" for task in kernel.trace.tasks)  # the run that was asked for
    run(kernel, {fifo: depth})
    with pytest.raises(DeadlockError):
        run(kernel, {fifo: depth - 1})
    (found,) = (f for f in hcl.customize(region).lint() if f.check == "deadlock")
    assert found.remedy == f"Deeper FIFOs let it run: {fifo} of depth {depth}."


@pytest.mark.filterwarnings("ignore::hcl_explore.schedule.lint.LintWarning")
@pytest.mark.parametrize(
    ("region", "reason", "line", "advice"), NO_DEPTH, ids=[case[0].__name__ for case in NO_DEPTH]
)
def test_where_no_depth_helps(region: df.Region, reason: str, line: str, advice: str) -> None:
    kernel = build(region)
    with pytest.raises(DeadlockError) as caught:
        run(kernel)
    assert reason in caught.value.message
    assert caught.value.span is not None
    assert line in (caught.value.span.text or "")
    assert (caught.value.advice or "").startswith(advice)
    assert "waits for its tasks" not in caught.value.message
    for found in hcl.customize(region).lint():
        assert found.check != "deadlock" or found.remedy.startswith(advice)


def test_a_build_warns_before_anything_runs() -> None:
    with pytest.warns(LintWarning, match="deadlock: tasks wait for ever: add waits at 'back'"):
        df.build(programs.feedback)
