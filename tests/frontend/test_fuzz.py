"""Whatever is typed, the answer is a module or a ``KernelError``: kernels with random damage."""

from __future__ import annotations

import ast
import random

import pytest

from hcl_explore.errors import KernelError
from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context

PROGRAM = """
N = 8
TABLE = [[1, 2], [3, 4]]

def helper(x: int32, A: float32[N, 4], i: index) -> float32:
    return A[i, x % 4] * 0.5

def kernel(A: float32[N, 4], B: int32[N], x: int32, y: float32, n: index) -> (int32[N], float32):
    C: int32[N] = 0
    T: int8[3] = [1, -2, 3]
    total: float32 = y
    z: Fixed(16, 8) = y * 0.5
    w: UFixed(12, 14)[N] = 0.25
    for i, j in hcl.grid(N, 4, name="band"):
        C[i] += B[i] * TABLE[i % 2, 1] + T[j // 2]
        total += hcl.exp(A[i, j]) if A[i, j] > 0 and i < 4 else helper(x, A, i)
    for k in range(7, -1, -2):
        if k > 3 or B[k] == 2:
            C[k] = min(B[k], k, 3) << 2
        elif not x:
            C[k] = abs(B[k]) ** 2
        else:
            C[k] -= ~B[k] & 15
    count: int32 = x
    while count > 0:
        count -= 1
        total /= count + 1.5
        z = max(z * w[count & 7], -z) - w[0] / 3 + (z // 2 if z > w[1] else abs(z) % 1)
        w[count & 7] = x.bitcast(Fixed(32, 8)) << 1
        z[0:4] = x
    return C, total

def arrays(A: float32[N, 4], B: int32[N], x: int32, n: index) -> float32[4, 4]:
    M: ConstExpr[int32] = N // 2
    def inner(v: float32[M]) -> float32:
        return v[0] + v[M - 1]
    A[0] = A[1] * 2 + inner(A[n])
    A[1:3, :] = A[2:4, ::-1]
    B[:] = B[::-1] + B[n : n + 1]
    B[x & 7][0:4] = x[4:8]
    with hcl.meta_for(M) as t:
        with hcl.meta_if(t % 2 == 0):
            B[t] += t
        with hcl.meta_else():
            B[t] = B[t].reverse() ^ A[t, 0].bitcast()
    assert x > 0, "positive"
    C, total = kernel(A, B, x, 0.5, n)
    C[0] = total
    D: float32[4, N] = hcl.relu(A.T)
    E = D @ A
    return hcl.softmax(E) + hcl.view(A, (2, 4, 4))[0] - hcl.concat(A, A)[0:4]
"""

FRAGMENTS = [
    "A", "B", "C", "T", "TABLE", "x", "y", "n", "i", "k", "N", "helper", "kernel", "hcl", "total",
    "0", "1", "-1", "8", "0.5", "1e400", "10**30", "None", "True", "'s'", "...", "1j", "",
    "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "~", "@", "not ", " and ",
    " if x else ", "==", "<", "!=", " in ", " is ", ":=", "=", "+=", ",", ":", ".", "(", ")",
    "[", "]", "[0]", "[x]", "[i, 0]", "[0:2]", "[...]", "()", "(x)", "(A, x)", ".shape", ".T",
    "float32", "int32", "int8", "UInt(3)", "Int(600)", "float64[4]", "index", "hcl.grid(3)",
    "range(4)", "range(x)", "range(0, 4, x)", "min", "max(x)", "float(x)", "int(y)", "hcl.exp",
    "return", "return x", "pass", "break", "for i in range(3):", "while x:", "if x:", "else:",
    "import os", "lambda: 0", "[i for i in B]", "{}", "*B", "**B", "yield", "await x", "f'{x}'",
    "A.T", "B.copy()", "x.reverse()", "y.bitcast()", "A[:, 0]", "A[n:n + 2]", "B[::-1]", "A @ A.T",
    "hcl.matmul(A, A)", "hcl.relu(B)", "hcl.view(B, (2, 4))", "hcl.concat(B, B)", "inner", "M", "t",
    "with hcl.meta_if(x):", "ConstExpr[int32]", "hcl.meta_for(3)", "hcl.softmax", "assert x",
    "Fixed(16, 8)", "UFixed(9, 12)", "Fixed(8, 4)(y)", "z", "w", "w[i]", "x.bitcast(int32)", "z[2]",
    "# ", "\n", "    ", "\\", "é", "\t", "hcl.Partition", "helper(x, A, 3)", "TABLE[x]",
]  # fmt: skip


def damage(random_: random.Random, text: str) -> str:
    """``text`` with one to three tokens replaced, removed or inserted."""
    for _ in range(random_.randint(1, 3)):
        start = random_.randrange(len(text))
        length = random_.choice([0, 1, 1, 2, 4, 8])
        text = text[:start] + random_.choice(FRAGMENTS) + text[start + length :]
    return text


class Mutator(ast.NodeTransformer):
    """Replaces expressions by others, so that the text still parses and reaches the lowering."""

    def __init__(self, random_: random.Random, donors: list[ast.expr], rate: float) -> None:
        self.random = random_
        self.donors = donors
        self.rate = rate

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.expr) and self.random.random() < self.rate:
            donor = self.random.choice(self.donors)
            if hasattr(node, "ctx") and not isinstance(node.ctx, ast.Load):
                donor = self.random.choice([ast.Name("x", node.ctx), node])
            return donor
        return self.generic_visit(node)


def check(text: str) -> bool:
    """Whether ``text`` compiles; anything but success or a ``KernelError`` fails the test."""
    try:
        lower(read_kernel(text), new_context())
    except KernelError as error:
        assert str(error)
        return False
    return True


def test_undamaged() -> None:
    assert check(PROGRAM)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_text(seed: int) -> None:
    random_ = random.Random(seed)
    for _ in range(100):
        check(damage(random_, PROGRAM))


@pytest.mark.parametrize("seed", range(4))
def test_damaged_tree(seed: int) -> None:
    random_ = random.Random(1000 + seed)
    expressions = [node for node in ast.walk(ast.parse(PROGRAM)) if isinstance(node, ast.expr)]
    pieces = [*map(ast.unparse, expressions), *FRAGMENTS]
    donors: list[ast.expr] = []
    for piece in pieces:
        try:
            donors.append(ast.parse(piece, mode="eval").body)
        except (SyntaxError, ValueError):
            continue
    compiled = 0
    for _ in range(100):
        tree = Mutator(random_, donors, random_.choice([0.005, 0.02])).visit(ast.parse(PROGRAM))
        try:
            text = ast.unparse(ast.fix_missing_locations(tree))
        except (ValueError, TypeError):
            continue
        compiled += check(text)
    assert compiled > 5
