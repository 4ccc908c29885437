"""Small nests of every kind: the product of iteration domains and bodies."""

from __future__ import annotations

from itertools import product

DOMAINS = {
    "rectangular": ("range(1, 6)", "range(1, 5)"),
    "triangular": ("range(1, 6)", "range(i, 6)"),
    "lower triangle": ("range(1, 6)", "range(1, i + 1)"),
    "strided": ("range(1, 9, 2)", "range(2, 9, 3)"),
    "strided from a variable": ("range(1, 6)", "range(i, 8, 2)"),
    "banded": ("range(1, 6)", "range(max(i - 1, 1), min(i + 2, 6))"),
    "banded with a step": ("range(1, 7, 2)", "range(max(i - 2, 2), 8, 3)"),
    "never run": ("range(3, 3)", "range(1, 4)"),
}

BODIES = {
    "copy": "A[i, j] = B[j, i]",
    "uniform (1, 0)": "A[i, j] = A[i - 1, j] + 1",
    "uniform (0, 1)": "A[i, j] = A[i, j - 1] + 1",
    "uniform (1, -1)": "A[i, j] = A[i - 1, j + 1] + 1",
    "uniform, several": "A[i, j] = A[i - 1, j] + A[i, j - 1] + A[i + 1, j] + A[i, j + 1]",
    "transposed": "A[i, j] = A[j, i] + 1",
    "diagonal": "A[i + j, 2] = A[i + j, 1] - 1\n        A[i + j, 1] = B[i, j]",
    "even and odd": "A[2 * i, j] = A[2 * i + 1, j] + A[2 * i - 2, j]",
    "modular": "V[i % 2] = V[(i + j) % 3]",
    "halved": "V[i // 2] = V[j // 2] - 1",
    "reversed": "V[9 - i] = V[j] + 1",
    "row and column": "A[i, 0] = A[0, j] + 1",
    "non-uniform": "V[2 * i] = V[i + j] + 1",
    "imperfect": "V[j] = B[i, j]\n    V[i] = V[i + 1] + 1",
    "statement before": None,
    "guarded": "if i >= j:\n            A[i, j] = A[i - 1, j + 1] + 1",
    "guarded else": (
        "if i + j < 6:\n            V[i] = B[i, j]\n        else:\n            V[j] = V[i] + 1"
    ),
    "guarded equality": "if i == j:\n            V[i] = V[i - 1] + 1",
    "private scalar": "t = B[i, j]\n        A[i, j] = t - A[i - 1, j]",
    "shared scalar": "S[0] = S[0] - B[i, j] * S[0]",
    "sum": "V[i] += B[i, j]",
    "two sums": "V[i] += B[i, j]\n        V[j] += A[i, j]",
    "sum and product": "V[i] += B[i, j]\n        V[j] *= A[i, j]",
    "sum that is read": "V[i] += B[i, j]\n        A[i, j] = V[i]",
    "maximum": "S[0] = max(S[0], B[i, j])",
    "sum of itself": "V[i] += V[j]",
    "difference": "V[j] = V[j] - B[i, j]",
    "initialised sum": None,
}

_SPECIAL = {
    "statement before": "    V[i] = V[i - 1] + 1\n    for j in {j}:\n        V[j] = B[i, j] + V[i]",
    "initialised sum": "    V[i] = 0\n    for j in {j}:\n        V[i] += B[i, j]",
}


def source_of(domain: str, body: str, element: str) -> str:
    """The kernel with that domain and body."""
    outer, inner = DOMAINS[domain]
    text = BODIES[body]
    if text is None:
        inside = _SPECIAL[body].format(j=inner)
    else:
        private = f"        t: {element} = 0\n" if text.startswith("t = ") else ""
        inside = f"    for j in {inner}:\n{private}        {text}"
    nest = "\n".join("    " + line for line in f"for i in {outer}:\n{inside}".splitlines())
    two, one = f"{element}[20, 20]", f"{element}[20]"
    return f"def kernel(A: {two}, B: {two}, V: {one}, S: {element}[1]):\n{nest}\n"


NESTS = list(product(DOMAINS, BODIES))
