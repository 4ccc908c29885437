"""Random kernels, with statements in any order, give the same results in C++ as in the JIT.

What they try is the order of evaluation: values read before a store and used after it, branches
with and without effects, calls that write, one array given twice, loops with run-time bounds.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hls_cpp import call, compile_entries
from mlir import ir

from hcl_explore.backend.cpu import build
from hcl_explore.backend.hls import emit
from hcl_explore.frontend.lower import lower
from hcl_explore.frontend.read import read_kernel
from hcl_explore.ir.context import new_context

pytestmark = pytest.mark.slow

SIZE = 8

HELPERS = """
def bump(X: int32[8], Y: int16[8], k: int32) -> int32:
    s: int32 = k
    for i in range(8):
        s += X[i]
        X[i] = Y[i] - s
    return s

def peek(Y: int16[8], k: int32) -> int32:
    return Y[3] - k

def both(X: int32[8], Z: int32[8]):
    for i in range(1, 8):
        X[i] = Z[i - 1] + 1
        Z[i] = X[i] + Z[i]

def doubled(X: int32[8]) -> int32[8]:
    R: int32[8]
    for i in range(8):
        R[i] = 2 * X[i]
    return R

def parts(x: int32) -> (int32, uint8):
    return x // 3, x % 3
"""


class RandomKernel:
    """Statements over int32, int16 and uint8 arrays, scalars and a float array."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.depth = 1
        self.loops: list[str] = []
        self.scalars = ["a", "b", "n"]
        self.count = 0

    def write(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def index(self) -> str:
        if self.loops and self.random.random() < 0.6:
            return self.random.choice(self.loops)
        if self.random.random() < 0.3:
            return f"Y[{self.random.randrange(SIZE)}] & 7"
        return str(self.random.randrange(SIZE))

    def element(self) -> str:
        return f"{self.random.choice('XYZU')}[{self.index()}]"

    def scalar(self) -> str:
        return self.random.choice(self.scalars)

    def value(self, depth: int = 2) -> str:
        choice = self.random.randrange(12)
        if depth == 0 or choice < 3:
            leaves = [self.element(), self.scalar(), str(self.random.randrange(-9, 10))]
            leaves += self.loops[-1:]
            return self.random.choice(leaves)
        left, right = self.value(depth - 1), self.value(depth - 1)
        if choice < 7:
            return f"({left} {self.random.choice(['+', '-', '*', '&', '|', '^'])} {right})"
        if choice == 7:
            return f"min({left}, {right})"
        if choice == 8:
            return f"({left} // {self.random.choice([2, 3, 7])})"
        if choice == 9:
            return f"({left} if {self.condition()} else {right})"
        if choice == 10:
            return f"peek(Y, {left})" if self.random.random() < 0.5 else f"abs({left})"
        return f"({left} % {self.random.choice([2, 5, 8])})"

    def condition(self) -> str:
        sides = (
            f"{self.value(1)} {self.random.choice(['<', '<=', '==', '!=', '>'])} {self.value(1)}"
        )
        if self.random.random() < 0.3:
            return f"({sides} and {self.value(0)} > 1)"
        if self.loops and self.random.random() < 0.3:
            return f"{self.loops[-1]} > {self.random.randrange(SIZE)}"
        return sides

    def target(self) -> str:
        if self.random.random() < 0.3:
            return self.random.choice(["a", "b"])
        return f"{self.random.choice('XXZU')}[{self.index()}]"

    def statement(self) -> None:
        choice = self.random.randrange(16)
        if choice < 4:
            self.write(f"{self.target()} = {self.value()}")
        elif choice < 7:
            operator = self.random.choice(["+=", "-=", "*=", "^=", "|="])
            self.write(f"{self.target()} {operator} {self.value()}")
        elif choice == 7 and self.depth < 4:
            self.branch()
        elif choice in (8, 9) and len(self.loops) < 2:
            self.loop()
        elif choice == 10:
            self.write(f"{self.target()} = bump({self.random.choice('XZ')}, Y, {self.value(1)})")
        elif choice == 11:
            self.write(self.random.choice(["both(X, Z)", "both(X, X)", "both(Z, X)"]))
        elif choice == 12:
            self.swap()
        elif choice == 13:
            self.count += 1
            self.write(f"q{self.count}, r{self.count} = parts({self.value(1)})")
            self.write(f"{self.target()} = q{self.count} - r{self.count}")
        elif choice == 14 and self.depth < 4:
            self.while_loop()
        else:
            self.write(f"F[{self.index()}] = F[{self.index()}] * 0.5 - F[{self.index()}]")

    def swap(self) -> None:
        """Both reads before both writes."""
        first, second = f"X[{self.random.randrange(4)}]", f"X[{self.random.randrange(4, 8)}]"
        self.write(f"{first}, {second} = {second}, {first}")

    def body(self, least: int, most: int) -> None:
        self.depth += 1
        for _ in range(self.random.randint(least, most)):
            self.statement()
        self.depth -= 1

    def branch(self) -> None:
        self.write(f"if {self.condition()}:")
        self.body(1, 2)
        if self.random.random() < 0.4:
            self.write(f"elif {self.condition()}:")
            self.body(1, 2)
        if self.random.random() < 0.6:
            self.write("else:")
            self.body(1, 2)

    def loop(self) -> None:
        self.count += 1
        name = f"i{self.count}"
        bounds = ["8", "1, 8", "0, 8, 3", "7, -1, -1", "Y[1] & 7"]
        if self.loops:
            bounds.append(self.loops[-1])
        self.write(f"for {name} in range({self.random.choice(bounds)}):")
        self.loops.append(name)
        self.body(1, 3)
        self.loops.pop()

    def while_loop(self) -> None:
        self.count += 1
        name = f"w{self.count}"
        self.write(f"{name}: int32 = 0")
        self.write(f"while {name} < (X[{self.random.randrange(SIZE)}] & 3):")
        self.depth += 1
        self.write(f"{name} += 1")
        self.depth -= 1
        self.body(1, 2)

    def text(self) -> str:
        self.write("a: int32 = n")
        self.write("b: int16 = 3")
        self.write("T = doubled(X)")
        for _ in range(self.random.randint(5, 12)):
            self.statement()
        self.write("X[0] += T[1]")
        self.write("return T, a + b")
        head = (
            "def kernel(X: int32[8], Y: int16[8], Z: int32[8], U: uint8[8], F: float32[8], "
            "n: int32) -> (int32[8], int32):"
        )
        return f"{HELPERS}\n{head}\n" + "\n".join(self.lines) + "\n"


def arguments(seed: int) -> list[object]:
    generator = np.random.default_rng(seed)
    return [
        generator.integers(-50, 50, SIZE, dtype=np.int32),
        generator.integers(-9, 9, SIZE, dtype=np.int16),
        generator.integers(-(2**31), 2**31, SIZE, dtype=np.int32),
        generator.integers(0, 256, SIZE, dtype=np.uint8),
        generator.normal(size=SIZE).astype(np.float32),
        int(generator.integers(-5, 5)),
    ]


def copied(values: list[object]) -> list[object]:
    return [value.copy() if isinstance(value, np.ndarray) else value for value in values]


def lowered(text: str) -> ir.Module:
    return lower(read_kernel(text), new_context())


@pytest.mark.parametrize("dialect", ["vitis", "catapult"])
def test_random_kernels_equal_the_jit(dialect: str, tmp_path: Path) -> None:
    check(range(60) if dialect == "vitis" else range(60, 75), dialect, tmp_path)


def check(seeds: range, dialect: str, folder: Path) -> None:
    texts = [RandomKernel(seed).text() for seed in seeds]
    modules = [lowered(text) for text in texts]
    library, entries = compile_entries([emit(m, dialect=dialect) for m in modules], folder)
    for seed, text, module, entry in zip(seeds, texts, modules, entries, strict=True):
        given = arguments(seed)
        expected, found = copied(given), copied(given)
        results = build(module, "kernel")(*expected)
        ours = call(library, entry, found)
        message = f"seed {seed}\n{text}\n{entry.code.text}"
        for left, right in zip((*results, *expected), (*ours, *found), strict=True):
            np.testing.assert_array_equal(right, left, err_msg=message)
