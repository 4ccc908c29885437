"""Wrong dataflow programs: each gives one error of ours, of the right family, at the right place.

The caret marks the place: in each program the offending text stands between « and ».
"""

from __future__ import annotations

import pytest

import hcl_explore as hcl
from hcl_explore import errors
from hcl_explore.errors import HclError

DATAFLOW = "import hcl_explore.dataflow as df\n"

WRONG = [
    (
        "two readers",
        DATAFLOW
        + """@df.region()
def top(A: float32[8], B: float32[8], C: float32[8]):
    fifo: Stream[float32, 2]
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        for i in range(8):
            fifo.put(a[i])
    @df.kernel(mapping=[1], args=[B])
    def r(b: float32[8]):
        for i in range(8):
            b[i] = fifo.get()
    @df.kernel(mapping=[1], args=[C])
    def q(c: float32[8]):
        for i in range(8):
            c[i] = «fifo.get()»
""",
        errors.KernelStreamError,
        "'fifo' is read by two tasks, r and q",
    ),
    (
        "none reads",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[float32, 2]
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        for i in range(8):
            «fifo.put(a[i])»
""",
        errors.KernelStreamError,
        "'fifo' is written by w, and read by no task",
    ),
    (
        "none writes",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[float32, 2]
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        for i in range(8):
            a[i] = «fifo.get()»
""",
        errors.KernelStreamError,
        "'fifo' is read by w, and written by no task",
    ),
    (
        "self",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[float32, 2]
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        for i in range(8):
            «fifo.put(1.0)»
            a[i] = fifo.get()
""",
        errors.KernelStreamError,
        "w waits on itself: it is both the producer and the consumer of 'fifo'",
    ),
    (
        "depth 0",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[«float32, 0»]
""",
        errors.KernelTypeError,
        "the depth of a stream is at least 1, not 0",
    ),
    (
        "compute",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    «»for i in range(8):
        A[i] = 0.0
""",
        errors.KernelSyntaxError,
        "a region computes nothing itself: it declares streams, arrays and tasks",
    ),
    (
        "compute2",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    «A[0] = 1.0»
""",
        errors.KernelSyntaxError,
        "a region computes nothing itself: it declares streams, arrays and tasks",
    ),
    (
        "compute3",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    «B: float32[8] = 0.0»
""",
        errors.KernelSyntaxError,
        "a region computes nothing itself: it declares streams, arrays and tasks",
    ),
    (
        "pid",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    @df.kernel(mapping=[8], args=[A])
    def w(a: float32[8]):
        «i, j = df.get_pid()»
        a[i] = 1.0
""",
        errors.KernelTypeError,
        "the mapping of this task has 1 dimension, and its position is unpacked into 2 names",
    ),
    (
        "pid1",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    @df.kernel(mapping=[4, 2], args=[A])
    def w(a: float32[8]):
        «i = df.get_pid()»
        a[i] = 1.0
""",
        errors.KernelTypeError,
        "the mapping of this task has 2 dimensions, and its position is unpacked into 1 name",
    ),
    (
        "range",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[float32, 2][4]
    @df.kernel(mapping=[4], args=[A])
    def w(a: float32[8]):
        p = df.get_pid()
        for i in range(8):
            «fifo[p + 1].put(a[i])»
""",
        errors.KernelBoundsError,
        "'fifo' is written at index 4, outside 0..3, in iteration (p=3, i=0).",
    ),
    (
        "range2",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[float32, 2][4]
    @df.kernel(mapping=[4], args=[A])
    def w(a: float32[8]):
        fifo[«4»].put(a[0])
""",
        errors.KernelBoundsError,
        "subscript 4 of 'fifo' is out of range: dimension 1 has size 4",
    ),
    (
        "get type",
        DATAFLOW
        + """@df.region()
def top(A: int32[8]):
    fifo: Stream[float32, 2]
    @df.kernel(mapping=[1], args=[A])
    def w(a: int32[8]):
        «x: int32 = fifo.get()»
""",
        errors.KernelTypeError,
        "'fifo' holds float32, and 'x' is int32",
    ),
    (
        "put block",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[float32[4], 2]
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        fifo.put(«a»)
""",
        errors.KernelShapeError,
        "'fifo' holds blocks of float32[4], and this is float32[8]",
    ),
    (
        "put scalar to block",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[float32[4], 2]
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        fifo.put(«a[0]»)
""",
        errors.KernelShapeError,
        "'fifo' holds blocks of float32[4], and this is float32",
    ),
    (
        "get block",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    fifo: Stream[float32[4], 2]
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        «x: float32[8] = fifo.get()»
""",
        errors.KernelShapeError,
        "'fifo' holds blocks of float32[4], and 'x' is float32[8]",
    ),
    (
        "recursion",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    «top(A)»
""",
        errors.KernelRecursionError,
        "a kernel cannot call itself: top → top",
    ),
    (
        "args",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    @«df.kernel(mapping=[1], args=[A, A])»
    def w(a: float32[8]):
        a[0] = 1.0
""",
        errors.KernelTypeError,
        "'w' has 1 parameter, and args hands over 2",
    ),
    (
        "noargs",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    @df.kernel(mapping=[1])
    «»def w(a: float32[8]):
        a[0] = 1.0
""",
        errors.KernelTypeError,
        "'w' has parameters, but is handed nothing",
    ),
    (
        "argtype",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    @df.kernel(mapping=[1], args=[«A»])
    def w(a: float32[9]):
        a[0] = 1.0
""",
        errors.KernelShapeError,
        "argument 'a' of 'w' is float32[9], but 'A' is float32[8]",
    ),
    (
        "returns",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]) -> «float32[8]»:
    return A
""",
        errors.KernelTypeError,
        "the region 'top' cannot return anything",
    ),
    (
        "call task",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    @df.kernel(mapping=[1], args=[A])
    «»def w(a: float32[8]):
        a[0] = 1.0
    w(A)
""",
        errors.KernelSyntaxError,
        "'w' is a task: the region around it starts it",
    ),
    (
        "region in kernel",
        DATAFLOW
        + """@df.region()
def top(A: float32[8]):
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        a[0] = 1.0
def k(A: float32[8]):
    «top(A)»
""",
        errors.KernelSyntaxError,
        "the region 'top' can only be called in another region",
    ),
    (
        "stream as value",
        DATAFLOW
        + """def k(A: float32[8]):
    f: Stream[float32, 2]
    A[0] = «f»
""",
        errors.KernelTypeError,
        "'f' is a stream; a value is needed here",
    ),
    (
        "stream as value2",
        DATAFLOW
        + """def k(A: float32[8]):
    f: Stream[float32, 2]
    A[0] = «f» + 1.0
    f = 3
""",
        errors.KernelTypeError,
        "'f' is a stream; a value is needed here",
    ),
    (
        "assign stream",
        """def k(A: float32[8]):
    f: Stream[float32, 2]
    «f» = 3
""",
        errors.KernelScopeError,
        "f is not a variable and cannot be changed",
    ),
    (
        "method",
        """def k(A: float32[8]):
    f: Stream[float32, 2]
    «f.push»(3)
""",
        errors.KernelSyntaxError,
        "a stream has no '.push'",
    ),
    (
        "put none",
        """def k(A: float32[8]):
    f: Stream[float32, 2]
    «f.put()»
""",
        errors.KernelSyntaxError,
        ".put() takes one value",
    ),
    (
        "put value",
        """def k(A: float32[8]):
    f: Stream[float32, 2]
    A[0] = «f.put(3)»
""",
        errors.KernelTypeError,
        "put() gives no value",
    ),
    (
        "array no subscr",
        """def k(A: float32[8]):
    f: Stream[float32, 2][3]
    «f.put(1)»
""",
        errors.KernelShapeError,
        "'f' is an array of streams, Stream[float32][3]",
    ),
    (
        "pid outside",
        DATAFLOW
        + """def k(A: float32[8]):
    i = «df.get_pid()»
""",
        errors.KernelSyntaxError,
        "get_pid() gives the position of a df.kernel, and this is none",
    ),
    (
        "bare",
        DATAFLOW
        + """@«df.region»
def k(A: float32[8]):
    pass
""",
        errors.KernelSyntaxError,
        "the decorator is written with brackets: @df.region(...)",
    ),
    (
        "mapping0",
        DATAFLOW
        + """@df.region()
def k(A: float32[8]):
    @df.kernel(mapping=«[0]», args=[A])
    def w(a: float32[8]):
        a[0] = 1.0
""",
        errors.KernelTypeError,
        "the sizes of a mapping are positive integers, not 0",
    ),
    (
        "nested value arg",
        DATAFLOW
        + """@df.region()
def k(A: float32[8]):
    @df.kernel(mapping=[1], args=[«A[0]»])
    def w(a: float32):
        pass
""",
        errors.KernelSyntaxError,
        "A[0] would be computed by the region itself",
    ),
    (
        "stream param kind",
        """def g(f: Stream[float32, 4]):
    f.put(1.0)
def k(A: float32[8]):
    f: Stream[float32, 2]
    g(«f»)
""",
        errors.KernelTypeError,
        "argument 'f' of 'g' is Stream[float32, 4], but 'f' is Stream[float32, 2]",
    ),
    (
        "return stream",
        """def k(A: float32[8]) -> «Stream[float32, 4]»:
    f: Stream[float32, 4]
    return f
""",
        errors.KernelTypeError,
        "a kernel does not return a stream",
    ),
    (
        "init",
        """def k(A: float32[8]):
    f: Stream[float32, 4] = «3»
""",
        errors.KernelSyntaxError,
        "a stream starts empty",
    ),
    (
        "two tasks same name",
        DATAFLOW
        + """@df.region()
def k(A: float32[8]):
    @df.kernel(mapping=[1], args=[A])
    def w(a: float32[8]):
        pass
    @df.kernel(mapping=[1], args=[A])
    «»def w(a: float32[8]):
        pass
""",
        errors.KernelScopeError,
        "'w' is already declared on line 5",
    ),
    (
        "top task",
        DATAFLOW
        + """@df.kernel(mapping=[1])
«»def k(A: float32[8]):
    pass
""",
        errors.KernelSyntaxError,
        "'k' is a task: the region around it starts it",
    ),
    (
        "array not handed over",
        DATAFLOW
        + """@df.region()
def top(A: int32[8]):
    @df.kernel(mapping=[1])
    def w():
        «A»[0] = 1
""",
        errors.KernelScopeError,
        "'A' is an array of the region, and 'w' is not handed it",
    ),
]


@pytest.mark.parametrize(
    ("text", "family", "message"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_wrong_programs(text: str, family: type[HclError], message: str) -> None:
    plain = text.replace("«", "").replace("»", "")
    with pytest.raises(HclError) as caught:
        hcl.customize(plain)
    assert type(caught.value) is family
    assert caught.value.message == message
    span = caught.value.span
    assert span is not None
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "«" in line)
    marked = text.splitlines()[line - 1]
    assert (span.line, span.column) == (line, marked.index("«") + 1)
    if "«»" not in marked:  # there for statements of several lines
        assert span.end_column == marked.index("»")
