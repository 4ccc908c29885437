"""Lint: each named check finds what it is for, says where, and what to do; clean programs pass."""

from __future__ import annotations

import warnings

import dataflow_programs as programs
import pytest

import hcl_explore as hcl
from hcl_explore.examples import dataflow
from hcl_explore.schedule.lint import Finding, LintWarning
from hcl_explore.session.session import Session

DATAFLOW = "import hcl_explore.dataflow as df\n"

BYPASS = (
    DATAFLOW
    + """
@df.region()
def bypass(A: int32[16], B: int32[16]):
    long: Stream[int32, 2]
    total: Stream[int32, 2]
    short: Stream[int32, 2]

    @df.kernel(mapping=[1], args=[A])
    def split(a: int32[16]):
        for i in range(16):
            long.put(a[i])
            short.put(a[i])

    @df.kernel(mapping=[1])
    def add():
        sum: int32 = 0
        for i in range(16):
            sum += long.get()
        total.put(sum)

    @df.kernel(mapping=[1], args=[B])
    def join(b: int32[16]):
        sum: int32 = total.get()
        for i in range(16):
            b[i] = short.get() + sum
"""
)


def findings(kernel: object) -> list[Finding]:
    return hcl.customize(kernel).lint()


def only(kernel: object) -> Finding:
    (finding,) = findings(kernel)
    return finding


@pytest.mark.parametrize("example", dataflow.EXAMPLES, ids=lambda example: example.name)
def test_the_examples_are_clean(example: hcl.examples.Example) -> None:
    assert findings(example.kernel) == []


def test_a_bypass_that_deadlocks() -> None:
    finding = only(BYPASS)
    assert finding.check == "deadlock"
    assert finding.message == (
        "tasks wait for ever: split waits at 'short', which is full; "
        "add waits at 'long', which is empty; join waits at 'total', which is empty"
    )
    assert finding.span is not None and finding.span.text.strip() == "short.put(a[i])"
    assert finding.remedy == "Deeper FIFOs let it run: short of depth 15."
    assert findings(BYPASS.replace("short: Stream[int32, 2]", "short: Stream[int32, 15]")) == []
    assert findings(BYPASS.replace("short: Stream[int32, 2]", "short: Stream[int32, 14]")) != []


def test_a_task_that_takes_more_than_is_put() -> None:
    text = BYPASS.replace(
        "for i in range(16):\n            sum +=", "for i in range(17):\n            sum +="
    )
    deeper = text.replace("short: Stream[int32, 2]", "short: Stream[int32, 16]")
    finding = only(deeper)
    assert finding.check == "deadlock" and "add waits at 'long', which is empty" in finding.message
    assert finding.remedy == "split has ended: the numbers of tokens put and got must be the same."


def test_tokens_that_nobody_takes() -> None:
    text = """
@df.region()
def top(A: int32[16], B: int32[16]):
    fifo: Stream[int32, 4]
    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[16]):
        for i in range(16):
            fifo.put(a[i])
    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[16]):
        for i in range(13):
            b[i] = fifo.get()
"""
    finding = only(DATAFLOW + text)
    assert finding.check == "leftover"
    assert finding.message == "3 tokens are left in 'fifo' when all tasks have ended"


SHARED = (
    DATAFLOW
    + """
@df.region()
def top(A: int32[16], B: int32[16]):
    @df.kernel(mapping=[4], args=[A])
    def fill(a: int32[16]):
        p = df.get_pid()
        for i in range(4):
            a[4 * p + i] = p
    @df.kernel(mapping=[1], args=[A, B])
    def read(a: int32[16], b: int32[16]):
        for i in range(LOW, 16):
            b[i] = a[i]
"""
)


def test_an_array_that_two_tasks_work_on() -> None:
    finding = only(SHARED.replace("LOW", "15"))
    assert finding.check == "shared-array"
    assert finding.message == "'A' is written by fill_3 while read reads it"
    assert finding.span is not None and finding.span.text.strip() == "a[4 * p + i] = p"


def test_disjoint_parts_are_no_sharing() -> None:
    text = SHARED.replace("LOW, 16", "16, 32").replace("int32[16]", "int32[32]")
    assert findings(text) == []
    overlapping = text.replace("a[4 * p + i]", "a[3 * p + i]")
    assert "fill_0 while fill_1 writes it" in only(overlapping).message


def test_which_fifo_is_chosen_at_run_time() -> None:
    text = """
@df.region()
def top(A: int32[4], B: int32[4]):
    fifos: Stream[int32, 4][4]
    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[4]):
        for i in range(4):
            fifos[a[i]].put(i)
    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[4]):
        for i in range(4):
            b[i] = fifos[i].get()
"""
    finding = only(DATAFLOW + text)
    assert finding.check == "endpoints" and "'fifos' is chosen at run time" in finding.message


def gemm(A: hcl.float32[16, 16], B: hcl.float32[16, 16]) -> hcl.float32[16, 16]:
    C: hcl.float32[16, 16] = 0.0
    for i, j, k in hcl.grid(16, 16, 16, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C


def test_memory_ports_that_do_not_allow_the_interval_asked_for() -> None:
    s = hcl.customize(gemm)
    s.reorder("k", "j")
    assert s.lint() == []
    s.pipeline("mm.k")
    (finding,) = s.lint()
    assert finding.check == "ports" and "its memory ports allow every" in finding.message
    assert finding.span is not None and "hcl.grid" in finding.span.text


def test_a_build_warns_and_a_session_has_plain_data() -> None:
    with pytest.warns(LintWarning, match="deadlock: tasks wait for ever"):
        hcl.customize(BYPASS).build("vhls")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hcl.customize(programs.matrix_vector).build("vhls")
    (record,) = Session(BYPASS).findings()
    assert (record["check"], record["line"]) == ("deadlock", 13)
    assert set(record) == {"check", "message", "filename", "line", "remedy"}


def test_tasks_whose_control_depends_on_data_are_left_to_the_simulator() -> None:
    assert findings(programs.polling) == []


def test_an_array_that_one_task_fills_for_another_one() -> None:
    text = """
@df.region()
def top(A: int32[16], B: int32[16], C: int32[16]):
    between: int32[16]
    @df.kernel(mapping=[1], args=[A, between])
    def fill(a: int32[16], b: int32[16]):
        for i in range(16):
            b[i] = a[i] + 1
    @df.kernel(mapping=[1], args=[between, B])
    def take(a: int32[16], b: int32[16]):
        for i in range(16):
            b[i] = 2 * a[i]
"""
    assert findings(DATAFLOW + text) == []
    third = """
    @df.kernel(mapping=[1], args=[between, C])
    def take_too(a: int32[16], c: int32[16]):
        for i in range(16):
            c[i] = 3 * a[i]
"""
    assert only(DATAFLOW + text + third).check == "shared-array"


ELEMENTS = """
def add(A: int32[4, 4, 8], C: int32[16]):
    for i, j, k in hcl.grid(4, 4, 8, name="mm"):
        C[PLACE] += A[i, j, k]
"""


@pytest.mark.parametrize("place", ["4 * i + j", "i + 4 * j"])
def test_elements_of_elements_that_have_parts_of_their_own(place: str) -> None:
    s = hcl.Schedule(hcl.frontend.read_kernel(ELEMENTS.replace("PLACE", place)))
    s.unfold("mm", [0])
    s.unfold("mm_pe:j", [0])
    assert s.lint() == []


def test_elements_of_elements_that_meet() -> None:
    s = hcl.Schedule(hcl.frontend.read_kernel(ELEMENTS.replace("PLACE", "i + 2 * j")))
    s.unfold("mm", [0], unchecked=True)
    s.unfold("mm_pe:j", [0])
    (finding,) = s.lint()
    assert finding.message == "'C' is written by mm_pe_2 while mm_pe_0 reads it"


def test_regions_in_regions_are_looked_at_as_a_whole() -> None:
    assert findings(programs.nested) == []
    text = """
@df.region()
def half(source: Stream[int32], target: Stream[int32]):
    inner: Stream[int32, 2]
    @df.kernel(mapping=[1])
    def take():
        for i in range(16):
            inner.put(source.get())
    @df.kernel(mapping=[1])
    def give():
        for i in range(16):
            target.put(inner.get() // 2)
@df.region()
def top(A: int32[16], B: int32[16]):
    first: Stream[int32, 2]
    second: Stream[int32, 2]
    third: Stream[int32, 2]
    @df.kernel(mapping=[1], args=[A])
    def load(a: int32[16]):
        for i in range(16):
            first.put(a[i])
    half(first, second)
    half(second, third)
    @df.kernel(mapping=[1], args=[B])
    def store(b: int32[16]):
        for i in range(COUNT):
            b[i] = third.get()
"""
    assert findings(DATAFLOW + text.replace("COUNT", "16")) == []
    finding = only(DATAFLOW + text.replace("COUNT", "9"))
    assert finding.check == "deadlock"
    assert "half_1.give waits at 'third', which is full" in finding.message
    assert "half_1.take waits at 'half_1.inner', which is full" in finding.message


def test_a_stream_that_is_never_used() -> None:
    text = (
        DATAFLOW
        + """
def work(asked: Stream[int32], a: int32[4], b: int32[4]):
    for i in range(4):
        b[i] = 0 if asked.full() else a[i]

@df.region()
def top(A: int32[4], B: int32[4], C: int32[4]):
    asked: Stream[int32, 2]
    none: Stream[int32, 2][2, 3]
    used: Stream[int32, 4][3]
    work(asked, A, B)
    @df.kernel(mapping=[1], args=[C])
    def alone(c: int32[4]):
        used[1].put(c[0])
    @df.kernel(mapping=[1])
    def taker():
        used[1].get()
"""
    )
    findings = hcl.customize(text).lint()
    assert [(f.check, f.message, f.span and f.span.line) for f in findings] == [
        ("unused", "nothing puts into 'asked' or gets from it", 9),
        ("unused", "nothing puts into 'none' or gets from it", 10),
    ]
    assert findings[0].remedy == "Remove the stream, or use it."
    plain = "def alone(A: int32[4]):\n    fifo: Stream[int32, 2]\n    A[0] = 1\n"
    assert [f.check for f in hcl.customize(plain).lint()] == ["unused"]
