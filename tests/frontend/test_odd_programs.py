"""Odd programs: every one is lowered, emitted and estimated, or refused with an error of ours."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import EmitError, KernelError

HEAD = (
    "def f(A: int32[8], B: float32[4, 4], x: int32, y: float32, n: index, u: uint8, b: bool, "
    "q: Fixed(8, 4)):\n"
)
STATEMENTS = r"""
x = x + 1
A[0] = x if x else y
A[0] = not x
A[0] = -u
A[0] = ~b
A[0] = b + b
A[0] = b * 300
A[u] = 1
A[b] = 1
A[x // 2] = x % 3
A[0] = x ** x
A[0] = 2 ** x
A[0] = x ** -1
A[0] = x << 40
A[0] = x << u
A[0] = u >> x
A[0] = 1 / 0
A[0] = x / 0
A[0] = x % 0
A[0] = y // 0
A[0] = int(1e30)
A[0] = 1e400
A[0] = float('nan')
A[0] = 10 ** 30
A[0] = 1 << 600
A[0] = True
A[0] = None
A[0] = 'a'
A[0] = 3j
A[0] = ...
A[0] = A
A = 3
A = B
A[:] = 3
A[:] = B
A[:] = B[0]
A[0:4] = B[0]
B[0] = A[0:4]
B[:, 0] = A[0:4]
B[0] = B[1] = B[2]
B += 1
B += A
B @ B
B = B @ B
B[:] = B @ B
B[:] = B.T @ B
B[:] = (B @ B) @ B + 1
B[:] = B @ A
B[:] = B + B[0]
B[:] = B + B[:, 0:1]
B[::2, ::-1] = 0
B[3:0:-1, 0] = 1.0
B[-1:, 0] = 1.0
B[5:, 0] = 1.0
B[1:1, 0] = 1.0
B[x:x+2, 0] = 1.0
B[x:, 0] = 1.0
B[x:n, 0] = 1.0
B[0][0] = 1.0
B[0][0][0] = 1.0
A[0][3] = 1
A[0][3:1] = 1
A[0][0:33] = 1
u[0:4] = u[4:8]
u[x] = 1
y[0] = 1
q[0] = 1
x[n] = 1
n[0] = 1
z: int32 = z
z: int32 = A
z: int32[8] = A
z: int32[4] = A
z: int8[8] = A
z: float32 = B[0, 0] + A[0]
z: int32[2, 2] = [[1, 2], [3]]
z: int32[2] = [1, 'a']
z: int32[2] = [x, 1]
z: int32[0] = 1
z: int32[-1] = 1
z: int32[x] = 1
z: int32[1 << 40] = 1
z: int32[10 ** 9] = 1
z: Int(0) = 1
z: Int(513) = 1
z: Int(x) = 1
z: Fixed(8, 600) = 1
z: int = 3
z: float = 3
z: bool = x
z: bool = 2
z: str = 3
z: list = 3
z: index = x
z: index = y
z: index = -1
z: UInt(512) = x
z: Int(300) = x * x * x * x * x * x * x * x * x * x * x * x * x * x * x * x
for i in range(x): A[i] = i
for i in range(y): A[i] = i
for i in range(1, 2, 3, 4): pass
for i in range(): pass
for i in range(0, 8, x): pass
for i in range(0, 8, 0): pass
for i in range(8): i = 3
for i in range(8): i += 1
for i in range(8): A[i + 1] = 1
for i in range(8): A[8 - i] = 1
for i in range(8): A[i * i] = 1
for i in range(8): A[i % 3] = 1
for i in range(8): A[i // 9] = 1
for i in range(7, -1, -1): A[i] = 1
for i in range(8, 0, -3): A[i - 1] = 1
for i, j in hcl.grid(2, 4): A[i * 4 + j] = 1
for i, j in hcl.grid(2): A[i] = 1
for i in hcl.grid(2, 2): A[i] = 1
for i in hcl.grid(x, n): A[i] = 1
for i in range(u): A[i & 7] = 1
for _ in range(3): A[0] += 1
for _ in range(3): A[_] += 1
for i in range(3):\n        for i in range(3): pass
for i in range(2 ** 40): pass
for i in range(-5, 3): A[i] = 0
for i in A: pass
for i in [1, 2]: pass
for i, (j, k) in hcl.grid(2, 2): pass
while x: pass
while x > 0: A[0] = 1
while y: y -= 1
while A[0] < 10: A[0] += 1
while True: pass
while 0: pass
if A: pass
if x: A[0] = 1
if y and x: A[0] = 1
if x < y < u: A[0] = 1
if not (x or y): A[0] = 1
if x == None: A[0] = 1
if x is x: A[0] = 1
if x in A: A[0] = 1
if 'a' == x: A[0] = 1
if A[0] > 3 and A[x] > 1: A[0] = 1
A[0] = A[A[A[0]]]
A[0] = min(x)
A[0] = min(x, y, u)
A[0] = max(A)
A[0] = min(A, 3)
A[0] = abs(x) + abs(y) + abs(u)
A[0] = sum(A)
A[0] = len(A) + len(B) + len(B[0])
A[0] = round(y)
A[0] = int(y) + float(x)
A[0] = int(y, 3)
A[0] = hcl.exp(x)
A[0] = hcl.exp(A)
B[:] = hcl.exp(B)
B[:] = hcl.softmax(B)
A[0] = hcl.softmax(B)
A[:] = hcl.softmax(A)
B[:] = hcl.conv2d(B, B)
B[:] = hcl.power(B, 2)
B[:] = hcl.power(2, B)
B[:] = hcl.relu(B) + hcl.gelu(B)
A[0] = hcl.relu(x) + hcl.gelu(y)
A[:] = hcl.relu(A)
B[0] = hcl.concat(A, A)[0:4]
B[:] = hcl.view(A, (2, 4))
z: int32[2, 4] = hcl.view(A, (2, 4))
hcl.view(A, (2, 4))[1, 1] = 7
hcl.transpose(B)[1, 0] = 7
B.T[1, 0] = 7
B.T[1] = B[0]
B[0], B[1] = B[1], B[0]
A[0], A[1] = A[1], A[0]
A[0], A[1] = 1
A[0], A[1] = 1, 2, 3
(A[0], x) = 1, 2
[A[0], A[1]] = 1, 2
*A, = 1, 2
z = 3
z: int32
z += 1
del A
return 3
return
pass
x
x + 1
f(A, B, x, y, n, u, b, q)
print
print(print)
hcl
hcl.foo
hcl.foo()
hcl.int32
hcl.int32(x)
A[0] = hcl.int32
A[0] = int32(x) + int8(300) + uint8(-1)
A[0] = int32(y) + bool(x)
A[0] = x.bitcast()
y = x.bitcast()
A[0] = y.bitcast()
A[0] = y.bitcast(int32)
A[0] = y.bitcast(int8)
A[0] = x.reverse()
A[:] = A.reverse()
A[0] = y.reverse()
A[0] = A.shape
A[0] = A.shape[0] + B.shape[1]
A[0] = A.shape[2]
A[0] = A.size
A[0] = x.shape
A.shape = 3
A.T = B
lambda: 3
def g(): pass
def g(z: int32) -> int32: return z + x\n    A[0] = g(3)
def g(z: int32) -> int32: return g(z)\n    A[0] = g(3)
def g(z: int32[8]): z[0] = 1\n    g(A)\n    g(A[0:8])
def g(z: int32[4]): z[0] = 1\n    g(A[4:8])\n    g(A)
def g(z: float32[8]): z[0] = 1\n    g(A)
def g(z): pass\n    g(3)
class C: pass
import os
global z
with open('a'): pass
with hcl.meta_for(3): A[0] += 1
with hcl.meta_for(3) as i: A[i] += i
with hcl.meta_for(x) as i: A[i] += i
with hcl.meta_for(9) as i: A[i] += i
with hcl.meta_if(x): pass
with hcl.meta_if(3 > 2): A[0] = 1
with hcl.meta_else(): pass
assert x
assert x > 0, y
assert A
A[0] = (x := 3)
A[0] = [1, 2][x]
A[0] = [1, 2][5]
A[0] = {1: 2}[1]
A[0] = (1, 2)
A[0] = x if x else (y if y else u)
A[0] = x and y
A[0] = x or u
A[0] = A[0] if x > 0 and A[x] > 1 else A[x - 1]
q = q * q
q = 3
A[0] = q
y = q + y
q = y / q
q = q / 3
q += x
A[0] = q > 3
q = q % 2
q = q << 2
A[0] = q & 3
A[0] = ~q
A[0] = min(q, x)
n = n + 1
n = x
A[n] = n
A[n * 2] = n
A[n * n] = n
A[n % 8] = n // 2
A[-n] = 0
A[n - n] = 0
A[x - x] = 0
A[x * 0] = 0
A[7 + 0 * x] = 0
A[8 + 0 * x] = 0
A[x + y] = 0
A[1.0] = 0
A['a'] = 0
A[None] = 0
A[A] = 0
A[[0, 1]] = 0
A[A > 3] = 0
A[(0)] = 0
A[(0,)] = 0
A[0,] = 0
A[()] = 0
A[...] = 0
A[..., 0] = 0
B[..., ..., 0] = 0
B[..., 0, 0, 0] = 0
B[0, ..., 0] = 0
B[0:2, 0:2] = [[1, 2], [3, 4]]
B[0:2, 0:2] = [1, 2]
B[0] = [1, 2, 3, 4]
B[0] = np.array([1, 2, 3, 4])
A[0] = np.array([1, 2, 3, 4])[x]
A[0] = np.sqrt(y)
A[0] = np.foo(y)
A[0] = np.zeros(3)
A[0] = math.pi
A[0] = math.sqrt(2)
z: float32[2] = 1\n    z[x] = y\n    A[0] = z[0]
z: int32[2] @ hcl.Memory("BRAM") = 1\n    A[0] = z[x]
x: int32 = 3
A: int32[8] = 3
f: int32 = 3
hcl: int32 = 3
int32: int32 = 3
range: int32 = 3\n    for i in range(3): pass
""".strip("\n").split("\n")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_is_taken_or_refused(statement: str) -> None:
    body = statement.replace(r"\n", "\n")
    namespace = {"np": np, "math": math}
    try:
        schedule = hcl.customize(f"{HEAD}    {body}\n", namespace=namespace)
    except KernelError as error:
        assert error.span is not None
        assert error.span.text
        return
    try:
        assert "void f(" in schedule.build(target="vhls").hls_code
    except EmitError as error:
        assert error.advice
    assert schedule.estimate().latency_cycles is not None
    assert schedule.graph().nodes
