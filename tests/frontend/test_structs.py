"""Struct types: kept field by field, NumPy structured arrays outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore.errors import CallError, KernelError, KernelShapeError, KernelTypeError
from hcl_explore.lang import Struct, TypeParameter, float32, int8, int32

Point = Struct({"x": float32, "y": int8, "v": int32[3]})
Line = Struct({"a": Point, "b": Point})
TABLE = np.array([(0.5, 1, (1, 2, 3)), (1.5, -2, (4, 5, 6))], Point.numpy_dtype)


def shifted(p: Point, k: int32) -> Point:
    q: Point = p
    q.x = p.x + k
    q.v[1] = k
    return q


def everything(A: Point[4], L: Line, n: int32) -> Point[4]:
    B: Point[4] = A
    B[1] = A[0]
    B[2].x = A[1].x + L.b.x
    B[3] = (1.5, n, A[0].v)
    for i in range(4):
        B[i].y += A["y"][i]
        A[i].v[2] = i
    p: Point = shifted(A[n], 3)
    B[0] = p
    q = shifted(L.a, n)
    q.y = 7
    B[1] = q
    C: Point[2] = B[2:4]
    C.x = 0.0
    return B


def points(seed: int, *shape: int) -> Any:
    rng = np.random.default_rng(seed)
    found = np.zeros(shape, Point.numpy_dtype)
    found["x"] = rng.integers(-8, 8, shape) / 4
    found["y"] = rng.integers(-20, 20, shape)
    found["v"] = rng.integers(-99, 99, (*shape, 3))
    return found


def expected_of(A: Any, L: Any, n: int) -> Any:
    B = A.copy()
    B[1] = A[0]
    B[2]["x"] = A[1]["x"] + L["b"]["x"]
    B[3] = (1.5, n, A[0]["v"])
    for i in range(4):
        B[i]["y"] += A[i]["y"]
        A[i]["v"][2] = i
    B[0] = A[n]
    B[0]["x"] += 3
    B[0]["v"][1] = 3
    B[1] = L["a"]
    B[1]["x"] += n
    B[1]["v"][1] = n
    B[1]["y"] = 7
    return B


@pytest.mark.parametrize("simulated", [False, True])
def test_everything_at_once(simulated: bool) -> None:
    s = hcl.customize(everything)
    kernel = s.build(target="vhls", mode="csim") if simulated else s.build()
    A = points(1, 4)
    L = np.zeros((), Line.numpy_dtype)
    L["a"], L["b"] = points(2, 1)[0], points(3, 1)[0]
    mine, theirs = A.copy(), A.copy()
    expected = expected_of(mine, L, 2)
    np.testing.assert_array_equal(kernel(theirs, L, 2), expected)
    np.testing.assert_array_equal(theirs, mine)
    assert kernel(theirs, L, 2).dtype == Point.numpy_dtype


def test_a_struct_is_passed_and_returned_by_value() -> None:
    kernel = hcl.customize(shifted).build()
    given = points(4, 1)[0]
    for argument in (given, given.reshape(()), tuple(given)):
        found = kernel(argument, 5)
        assert (found["x"], found["y"]) == (given["x"] + 5, given["y"])
        assert found["v"].tolist() == [given["v"][0], 5, given["v"][2]]
    assert isinstance(found, np.void)


def test_fields_are_scheduled_for_themselves() -> None:
    s = hcl.customize(everything)
    s.partition("A.v", dim=2)
    s.split("i", 2)
    s.inline("shifted")
    assert s.verify().status == "verified"
    names = [buffer.name for buffer in s.program.kernel.buffers]
    assert {"A.x", "A.y", "A.v", "L.a.v", "B.x"} <= {*names}
    assert "variable=A_v" in s.build(target="vhls").hls_code
    assert s.estimate().latency_cycles > 0


def test_tables_text_and_type_parameters() -> None:
    T = TypeParameter("T")

    def copy(A: T[2]) -> T[2]:
        B: T[2] = A
        return B

    def tabled(k: int32) -> Point[2]:
        B: Point[2] = TABLE
        B[1].y += k
        return copy(B)

    found = hcl.customize(tabled).build()(3)
    assert found["y"].tolist() == [1, 1]
    assert found["v"].tolist() == TABLE["v"].tolist()
    text = """
Pair = Struct({"a": int32, "b": Struct({"c": Int(5)})})
def f(A: Pair[3], n: index) -> Pair:
    p: Pair = Pair(A[n].a, A[n].b)
    A[n] = Pair(1, A[0].b)
    return p
"""
    A = np.zeros(3, [("a", np.int32), ("b", [("c", np.int8)])])
    A["a"], A["b"]["c"] = [1, 2, 3], [4, 5, 6]
    returned = hcl.customize(text).build()(A, 2)
    assert returned.item() == (3, (6,))
    assert A["b"]["c"].tolist() == [4, 5, 4] and A["a"].tolist() == [1, 2, 1]


STATE = """
P = Struct({"x": float32, "y": Struct({"a": int8[2]})})
def f(x: float32) -> float32:
    one: P @ hcl.Stateful = (0.5, ([1, 3],))
    two: P[2] @ hcl.Stateful = TABLE
    three: P @ hcl.Stateful
    one.x += x
    one.y.a[1] += 1
    two[1].x *= 2.0
    three.y.a[0] += 1
    return one.x + one.y.a[1] + two[1].x + three.y.a[0]
"""


@pytest.mark.parametrize("mode", ["cpu", "csim"])
def test_a_struct_keeps_its_value_between_calls(mode: str) -> None:
    table = np.array([(1, ([1, 2],)), (3, ([3, 4],))],
                     [("x", np.float32), ("y", [("a", np.int8, 2)])])  # fmt: skip
    schedule = hcl.customize(STATE, namespace={"TABLE": table})
    kernel = schedule.build() if mode == "cpu" else schedule.build("vhls", mode="csim")
    expected, doubled = [], 3.0
    for call in range(1, 4):
        doubled *= 2
        expected.append(0.5 + call + (3 + call) + doubled + call)
    assert [kernel(1.0) for _ in expected] == expected
    kernel.reset()
    assert kernel(1.0) == expected[0]


def test_structs_are_swapped_and_need_no_annotation() -> None:
    schedule = hcl.customize("""
P = Struct({"x": float32, "y": int8[2]})
def f(A: P[3], k: int32) -> int32:
    A[0], A[2], k = A[2], A[0], k + 1
    q = A[0]
    q.y[0] += k
    return q.y[0]
""")
    A = np.array([(1, [1, 2]), (3, [3, 4]), (5, [5, 6])], [("x", np.float32), ("y", np.int8, 2)])
    assert schedule.build()(A, 7) == 13
    assert A["x"].tolist() == [5, 3, 1] and A["y"].tolist() == [[5, 6], [3, 4], [1, 2]]


HEAD = """
P = Struct({"x": float32, "y": int32})
Q = Struct({"x": float32})
def g(p: P) -> P:
    return p
def f(A: P[4], q: Q, k: int32, D: float32[4]):
    p: P = A[0]
"""
WRONG = [
    ("z: float32 = p", KernelTypeError, "'p' is a struct"),
    ("p.z = 1", KernelTypeError, "'p' has no field 'z'"),
    ("k = p", KernelTypeError, "'p' is a struct"),
    ("p = k + p", KernelTypeError, "'p' is a struct"),
    ("p += 1", KernelTypeError, "'p' is a struct"),
    ("p = q", KernelTypeError, "another struct"),
    ("p = A", KernelShapeError, "does not fit"),
    ("A[1, 2].x = 1", KernelShapeError, "not 2 subscripts"),
    ("A[...].x = 1", KernelShapeError, "takes no '...'"),
    ("p[0].x = 1", KernelShapeError, "has 0 dimensions"),
    ("A.x[4] = 1", KernelError, "out of range"),
    ("p = (1, 2, 3)", KernelTypeError, "3 values for the 2 fields"),
    ("p = P(1)", KernelTypeError, "has 2 fields"),
    ("p = D", KernelTypeError, "takes another one"),
    ("p = [1, 2]", KernelTypeError, "this table does not hold structs"),
    ("g(q)", KernelTypeError, "argument 'p' of 'g' is Struct"),
    ("w: P @ hcl.Stateful = p", KernelTypeError, "initial value of the stateful 'w'"),
    ("w: P @ hcl.Stateful = (1, 2, 3)", KernelShapeError, "3 values do not fit w"),
    ("w: P @ hcl.Stateful = (1, [2, 3])", KernelShapeError, "table of shape [2] does not fit"),
    ("w: P[2] @ hcl.Stateful = (1, 2)", KernelShapeError, "2 values do not fit w"),
    ("w: P @ hcl.Stateful = [1, 2]", KernelTypeError, "does not hold structs"),
    ("r = A", KernelTypeError, "'r' has no type yet"),
    ("g(k)", KernelTypeError, "not no struct"),
    ("g(p, p)", KernelTypeError, "takes 1 argument"),
    ("z: int32 = g(p)", KernelError, "g"),
    ("D[0] = A[1]", KernelTypeError, "is a struct"),
    ("if p:\n        pass", KernelTypeError, "is a struct"),
    ("z: Stream[P, 2]", KernelError, "stream"),
    ("z: ConstExpr[P] = 1", KernelTypeError, "ConstExpr"),
    ("print(p)", KernelTypeError, "is a struct"),
    ("z: Struct({'1': int32})", KernelTypeError, "cannot name a field"),
    ("z: Struct({})", KernelTypeError, "needs its fields"),
    ("z: Struct({'a': 3})", KernelTypeError, "the type of field 'a'"),
]


@pytest.mark.parametrize(("statement", "family", "message"), WRONG)
def test_wrong_uses(statement: str, family: type[KernelError], message: str) -> None:
    with pytest.raises(family) as caught:
        hcl.customize(HEAD + "    " + statement + "\n")
    assert message in str(caught.value)
    assert caught.value.span is not None and caught.value.span.line == 8


def test_a_struct_of_one_field_and_type_parameters_of_structs() -> None:
    text = """
One = Struct({"x": int32})
T = TypeParameter("T")
def plus(p: One, k: int32) -> One:
    q: One = One(p.x + k)
    return q
def same(p: T) -> T:
    q: T = p
    return q
def f(p: One) -> One:
    q = plus(p, 3)
    r = same(q)
    return plus(r, 4)
"""
    assert hcl.customize(text).build()((5,)).item() == (12,)


def test_wrong_arguments() -> None:
    kernel = hcl.customize(shifted).build()
    for given in (3, (1, 2), np.zeros(1, [("x", "f4")])[0], points(1, 4)):
        with pytest.raises(CallError, match="argument p must be a struct"):
            kernel(given, 1)
    with pytest.raises(CallError, match=r"p\.x must be float32"):
        kernel(("a", 1, np.zeros(3, np.int32)), 1)
    with pytest.raises(CallError, match="takes 2 arguments"):
        kernel(points(1, 1)[0])
    with pytest.raises(KernelTypeError, match="returns nothing else"):
        hcl.customize("P = Struct({'x': int32})\ndef f(p: P) -> (P, int32):\n    return p, 1\n")


def test_a_session_keeps_struct_types() -> None:
    session = hcl.Session(everything)
    again = hcl.Session.from_json(session.to_json())
    assert again.schedule.ir == session.schedule.ir
