"""pack: wide words, in every function that has the array."""

from __future__ import annotations

import pytest
from same import assert_same

import hcl_explore as hcl
from hcl_explore import float32
from hcl_explore.errors import ArgumentError, NotApplicableError


def inner(X: float32[8, 16], Y: float32[8, 16]):
    for i, j in hcl.grid(8, 16):
        Y[i, j] = X[i, j] * 2.0


def outer(A: float32[8, 16]) -> float32[8, 16]:
    T: float32[8, 16]
    inner(A, T)
    R: float32[8, 16]
    s: float32 = 1.0
    for p, q in hcl.grid(8, 16):
        R[p, q] = T[p, q] + s
    return R


def test_packed_in_the_caller_is_packed_in_the_callee() -> None:
    s = hcl.customize(outer)
    s.pack(s.T, 4)
    for name in ("T", "inner:Y"):
        assert [str(entry) for entry in s.buffer(name).buffer.partition] == ["4 to a word on dim 2"]
    assert s.ir.count("packed") == 2
    code = s.build(target="vhls").hls_code
    for name in ("T", "Y"):
        assert f"ARRAY_RESHAPE variable={name} type=cyclic factor=4 dim=2" in code
    assert_same(s)


def test_layout_is_another_name_and_the_step_is_written_back() -> None:
    s = hcl.customize(outer)
    s.layout("T", factor=2, dim=1)
    assert s.history[0].call == "s.pack(s.T, 2, dim=1)"
    s.partition(s.T, dim=2, factor=4, partition_type=hcl.Partition.Cyclic)
    assert "ARRAY_RESHAPE variable=T type=cyclic factor=2 dim=1" in s.build("vhls").hls_code
    assert "ARRAY_PARTITION variable=T type=cyclic factor=4 dim=2" in s.build("vhls").hls_code


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda s: s.pack(s.T, 1), ArgumentError, "integer of at least 2, not 1"),
        (lambda s: s.pack(s.T, 17), ArgumentError, "factor 17 is larger than dimension 2 of 'T'"),
        (lambda s: s.pack(s.T, 2, dim=3), ArgumentError, "'T' has 2 dimensions, not 3"),
        (lambda s: s.pack(s.T, 2, dim=0), ArgumentError, "at least 1, not 0"),
        (lambda s: s.pack("s", 2), NotApplicableError, "'s' is a scalar"),
        (lambda s: s.pack("p", 2), Exception, "no array 'p'"),
    ],
)
def test_refusals(call, error, message) -> None:
    s = hcl.customize(outer)
    before = s.ir
    with pytest.raises(error, match=message):
        call(s)
    assert s.ir == before


def test_a_dimension_is_divided_once() -> None:
    s = hcl.customize(outer)
    s.partition(s.T, dim=2, factor=4, partition_type=hcl.Partition.Cyclic)
    with pytest.raises(NotApplicableError, match=r"pack: 'T' is already partitioned \(cyclic 4"):
        s.pack(s.T, 4)
