"""Drawing kernels: stages, pieces of text over the arrays A and B (N × N) and v (N)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

HEAD = "def kernel(A: T[N, N], B: T[N, N], v: T[N]):\n"

# So often the stages of a kernel hand on arrays of their own.
_PIPELINES = 0.2

# Functions that stages may call.
_HELPERS = {
    "helper": """def helper(src: T[N, N], dst: T[N, N]):
    for p, q in hcl.grid(N, N):
        dst[p, q] = src[p, q] * 3 - 1
""",
    "row_sum": """def row_sum(src: T[N, N], row: index, dst: T[N]):
    for p in range(N):
        dst[row] += src[row, p]
""",
}


def kernel_text(stages: Sequence[str], size: int, dtype: str) -> str:
    """The kernel that runs ``stages`` one after the other on arrays of ``dtype``."""
    body = "".join(stages) or "    v[0] = v[0]\n"
    helpers = [text for name, text in _HELPERS.items() if f"{name}(" in body]
    parts = [f"N = {size}\n", *helpers, HEAD + body]
    return "\n\n".join(parts).replace("T[", f"{dtype}[").replace(": T ", f": {dtype} ")


def draw_stages(rng: random.Random, dtype: str) -> tuple[str, ...]:
    """One to three stages whose names do not clash; or those of a pipeline."""
    if rng.random() < _PIPELINES:
        return _draw_pipeline(rng)
    kinds = _STAGES if "int" in dtype else [kind for kind in _STAGES if kind is not _gather]
    return tuple(rng.choice(kinds)(rng, str(number)) for number in range(rng.randint(1, 3)))


def _draw_pipeline(rng: random.Random) -> tuple[str, ...]:
    """Stages that hand on an array each to the next, as dataflow and FIFOs want it."""
    count = rng.randint(2, 3)
    declared = "".join(f"    P{t}: T[N, N]\n" for t in range(count - 1))
    arrays = ["A", *(f"P{t}" for t in range(count - 1)), "B"]
    stages = [
        _pipeline_stage(rng, str(t), arrays[t], arrays[t + 1], is_last=t == count - 1)
        for t in range(count)
    ]
    return (declared + stages[0], *stages[1:])


def _pipeline_stage(rng: random.Random, t: str, source: str, target: str, *, is_last: bool) -> str:
    read, write = f"{source}[i{t}, j{t}]", f"{target}[i{t}, j{t}]"
    head = f"    for i{t}, j{t} in hcl.grid(N, N):\n"
    bodies = [
        f"        {write} = {read} * {rng.randint(2, 4)} + {read}\n",
        f"        if {read} > {rng.randint(1, 9)}:\n            {write} = {read}\n"
        f"        else:\n            {write} = 7\n",
    ]
    if is_last:
        bodies += [
            f"        for k{t} in range(3):\n            {write} += {read} * v[k{t}]\n",
            f"        if v[j{t}] > {rng.randint(1, 30)}:\n            {write} = {read}\n",
        ]
    elif rng.random() < 0.2:
        return f"    helper({source}, {target})\n"
    return head + rng.choice(bodies)


def _offset(rng: random.Random, variable: str) -> str:
    shift = rng.choice((-1, 0, 0, 1))
    return variable if shift == 0 else f"{variable} {'+' if shift > 0 else '-'} 1"


def _elementwise(rng: random.Random, t: str) -> str:
    target, source = rng.sample(("A", "B"), 2)
    subscripts = rng.choice((f"i{t}, j{t}", f"j{t}, i{t}"))
    operator = rng.choice(("+", "-", "*"))
    return (
        f"    for i{t}, j{t} in hcl.grid(N, N):\n"
        f"        {target}[i{t}, j{t}] = {source}[{subscripts}] {operator} {rng.randint(1, 5)}\n"
    )


def _stencil(rng: random.Random, t: str) -> str:
    target = rng.choice(("A", "B"))
    reads = [
        f"{rng.choice(('A', 'B'))}[{_offset(rng, f'i{t}')}, {_offset(rng, f'j{t}')}]"
        for _ in range(rng.randint(1, 4))
    ]
    return (
        f"    for i{t} in range(1, N - 1):\n"
        f"        for j{t} in range(1, N - 1):\n"
        f"            {target}[i{t}, j{t}] = {' + '.join(reads)}\n"
    )


def _reduction(rng: random.Random, t: str) -> str:
    operator = rng.choice(("+=", "-=", "*="))
    source = rng.choice((f"A[i{t}, k{t}] * B[k{t}, j{t}]", f"A[i{t}, k{t}]", f"v[k{t}]"))
    return (
        f"    C{t}: T[N, N] = 1\n"
        f"    for i{t}, j{t}, k{t} in hcl.grid(N, N, N):\n"
        f"        C{t}[i{t}, j{t}] {operator} {source}\n"
        f"    for x{t}, y{t} in hcl.grid(N, N):\n"
        f"        B[x{t}, y{t}] = C{t}[x{t}, y{t}]\n"
    )


def _triangle(rng: random.Random, t: str) -> str:
    lower, upper = rng.choice(((f"i{t}", "N"), ("0", f"i{t} + 1")))
    target = rng.choice((f"A[i{t}, j{t}]", f"A[j{t}, i{t}]"))
    return (
        f"    for i{t} in range(N):\n"
        f"        for j{t} in range({lower}, {upper}):\n"
        f"            {target} = {target} + B[j{t}, i{t}]\n"
    )


def _substitution(rng: random.Random, t: str) -> str:
    """Each element from those before it: some are written, others of the same array only read."""
    end = rng.choice((f"i{t}", f"i{t}", f"i{t} + 1"))
    target, source = rng.choice(
        ((f"v[i{t}]", f"v[j{t}]"), (f"A[i{t}, 0]", f"A[j{t}, 0]"), (f"B[1, i{t}]", f"B[1, j{t}]"))
    )
    return (
        f"    for i{t} in range(N):\n"
        f"        {target} = {target} * {rng.randint(1, 3)}\n"
        f"        for j{t} in range({end}):\n"
        f"            {target} -= A[i{t}, j{t}] * {source}\n"
    )


def _imperfect(rng: random.Random, t: str) -> str:
    return (
        f"    for i{t} in range(N):\n"
        f"        v[i{t}] = {rng.randint(0, 3)}\n"
        f"        for j{t} in range(N):\n"
        f"            v[i{t}] += A[i{t}, j{t}]\n"
        f"        B[i{t}, 0] = v[i{t}]\n"
    )


def _two_in_a_row(rng: random.Random, t: str) -> str:
    """Two loops in each iteration of one, the second of which uses what the first made."""
    source, target = rng.sample(("A", "B"), 2)
    last = rng.choice((f"v[i{t}] += {target}[i{t}, k{t}]", f"{source}[i{t}, k{t}] = k{t}"))
    return (
        f"    for i{t} in range(N):\n"
        f"        for j{t} in range(N):\n"
        f"            {target}[i{t}, j{t}] = {source}[i{t}, j{t}] + {rng.randint(1, 4)}\n"
        f"        for k{t} in range(N):\n"
        f"            {last}\n"
    )


def _guarded(rng: random.Random, t: str) -> str:
    condition = rng.choice((f"i{t} + j{t} < N", f"i{t} > j{t}", f"A[i{t}, j{t}] > 0"))
    return (
        f"    for i{t}, j{t} in hcl.grid(N, N):\n"
        f"        if {condition}:\n"
        f"            B[i{t}, j{t}] = A[i{t}, j{t}]\n"
        f"        else:\n"
        f"            B[j{t}, i{t}] += {rng.randint(1, 4)}\n"
    )


def _private(rng: random.Random, t: str) -> str:
    return (
        f"    for i{t}, j{t} in hcl.grid(N - 2, N - 2):\n"
        f"        s{t}: T = {rng.randint(0, 2)}\n"
        f"        for p{t}, q{t} in hcl.grid(3, 3):\n"
        f"            s{t} += A[i{t} + p{t}, j{t} + q{t}]\n"
        f"        B[i{t}, j{t}] = s{t}\n"
    )


def _scan(rng: random.Random, t: str) -> str:
    distance = rng.randint(1, 2)
    return (
        f"    for i{t} in range({distance}, N):\n        v[i{t}] = v[i{t} - {distance}] + v[i{t}]\n"
    )


def _producer_consumer(rng: random.Random, t: str) -> str:
    """Two stages with an array of their own between them."""
    below = rng.choice((0, 0, 1))
    read = f"D{t}[x{t}, y{t}]" + (f" - D{t}[x{t} + 1, y{t}]" if below else "")
    return (
        f"    D{t}: T[N, N]\n"
        f"    for i{t}, j{t} in hcl.grid(N, N):\n"
        f"        D{t}[i{t}, j{t}] = A[i{t}, j{t}] + {rng.randint(1, 4)}\n"
        f"    for x{t}, y{t} in hcl.grid(N{' - 1' if below else ''}, N):\n"
        f"        B[x{t}, y{t}] = {read}\n"
    )


def _window(rng: random.Random, t: str) -> str:
    """A filter that reads a neighbourhood of one array and writes another."""
    reads = rng.sample([f"A[i{t} + {p}, j{t} + {q}]" for p in range(3) for q in range(2)], 3)
    return (
        f"    for i{t}, j{t} in hcl.grid(N - 2, N - 1):\n"
        f"        B[i{t}, j{t}] = {' + '.join(reads)}\n"
    )


def _local_array(rng: random.Random, t: str) -> str:
    """An array that lives for one iteration, filled by one loop and read by another."""
    extra = rng.choice(("", "", f"        v[i{t}] = w{t}[0]\n"))
    return (
        f"    for i{t} in range(N):\n"
        f"        w{t}: T[N]\n"
        f"        for j{t} in range(N):\n"
        f"            w{t}[j{t}] = A[i{t}, j{t}] * 2\n"
        f"        for k{t} in range(N):\n"
        f"            B[i{t}, k{t}] = w{t}[k{t}] + {rng.randint(0, 3)}\n"
    ) + extra


def _time_steps(rng: random.Random, t: str) -> str:
    """Sweeps over two arrays in turn, as of an iterative solver."""
    shift = rng.choice(("- 1", "+ 1"))
    return (
        f"    for t{t} in range(3):\n"
        f"        for i{t} in range(1, N - 1):\n"
        f"            v[i{t}] = A[0, i{t}] + A[0, i{t} {shift}]\n"
        f"        for j{t} in range(1, N - 1):\n"
        f"            A[0, j{t}] = v[j{t}]\n"
    )


def _gather(rng: random.Random, t: str) -> str:
    """A subscript that is read from an array."""
    target = rng.choice(("A", "B"))
    operator = rng.choice(("=", "+="))
    return (
        f"    for i{t}, j{t} in hcl.grid(N, N):\n"
        f"        {target}[i{t}, v[j{t}] % N] {operator} B[j{t}, i{t}]\n"
    )


def _call(rng: random.Random, t: str) -> str:
    source, target = rng.sample(("A", "B"), 2)
    if rng.random() < 0.6:
        return f"    helper({source}, {target})\n"
    return f"    for i{t} in range(N):\n        row_sum({source}, i{t}, v)\n"


_STAGES: Sequence[Callable[[random.Random, str], str]] = (
    _elementwise,
    _stencil,
    _stencil,
    _reduction,
    _triangle,
    _substitution,
    _imperfect,
    _two_in_a_row,
    _two_in_a_row,
    _guarded,
    _private,
    _scan,
    _producer_consumer,
    _producer_consumer,
    _window,
    _window,
    _local_array,
    _local_array,
    _local_array,
    _time_steps,
    _gather,
    _call,
    _call,
)
