"""Two programs side by side on random inputs."""

from __future__ import annotations

import time
from concurrent.futures import wait

import numpy as np
import pytest

from hcl_explore.backend.cpu.inputs import random_inputs
from hcl_explore.backend.cpu.signature import Signature, Value
from hcl_explore.backend.verify import TOLERANCES, compare, compare_async
from hcl_explore.errors import RunError
from hcl_explore.lang.types import parse_type


def total(type_: str, order: str = "%i", operation: str = "addf", extra: str = "") -> str:
    """A sum over 200 elements, in the order that ``order`` gives them."""
    zero = "0.0" if "f" in type_ else "0"
    return f"""
    func.func @total(%A: memref<200x{type_}> {{hcl.name = "A"}}) -> memref<{type_}> {{
      %S = memref.alloc() {{name = "S"}} : memref<{type_}>
      %zero = arith.constant {zero} : {type_}
      affine.store %zero, %S[] : memref<{type_}>
      affine.for %i = 0 to 200 {{
        %a = affine.load %A[{order}] : memref<200x{type_}>
        %s = affine.load %S[] : memref<{type_}>
        %t = arith.{operation} %s, %a : {type_}
        affine.store %t, %S[] : memref<{type_}>
      }}
      {extra}
      return %S : memref<{type_}>
    }}"""


BACKWARD = "199 - %i"


def test_the_same_program_is_bit_exact() -> None:
    verdict = compare(total("f32"), total("f32"), "total", exact=True)
    assert verdict.status == "verified"
    assert verdict.detail == "Bit-exact on 2 random inputs."
    assert verdict.max_abs_error == verdict.max_rel_error == 0.0


@pytest.mark.parametrize("type_", ["f16", "bf16", "f32", "f64"])
def test_another_order_of_additions_is_within_the_tolerance_but_not_exact(type_: str) -> None:
    before, after = total(type_), total(type_, BACKWARD)
    exact = compare(before, after, "total", exact=True)
    assert exact.status == "failed"
    assert exact.detail.startswith("S is ")
    inexact = compare(before, after, "total", exact=False, trials=5)
    assert inexact.status == "verified", inexact
    assert inexact.detail.startswith("Largest relative error ")
    assert "on 5 random inputs" in inexact.detail
    assert inexact.max_rel_error is not None
    assert 0 < inexact.max_rel_error <= TOLERANCES[f"{'b' * (type_ == 'bf16')}float{type_[-2:]}"]


def test_integers_are_always_exact() -> None:
    assert compare(
        total("i32", operation="addi"), total("i32", BACKWARD, "addi"), "total", exact=False
    ).detail == ("Bit-exact on 2 random inputs.")
    verdict = compare(
        total("i32", operation="addi"), total("i32", operation="subi"), "total", exact=False
    )
    assert verdict.status == "failed"


@pytest.mark.parametrize("exact", [True, False])
def test_a_wrong_result_is_named(exact: bool) -> None:
    wrong = """%one = arith.constant 1.0 : f64
      affine.store %one, %A[17] : memref<200xf64>"""
    verdict = compare(total("f64"), total("f64", extra=wrong), "total", exact=exact)
    assert verdict.status == "failed"
    assert "A[17] is 1.0, but the original program gives" in verdict.detail
    assert "1 of 200 values differ" in verdict.detail


def test_a_negative_zero_and_a_nan_that_should_not_be_there_are_seen() -> None:
    def constant(value: str) -> str:
        return f"func.func @f() -> f32 {{ %c = arith.constant {value} : f32\n return %c : f32 }}"

    assert compare(constant("0.0"), constant("-0.0"), "f", exact=True).status == "failed"
    assert compare(constant("0x7FC00000"), constant("0x7FC00000"), "f", exact=True).status == (
        "verified"
    )
    for exact in (True, False):
        nan = compare(constant("1.0"), constant("0x7FC00000"), "f", exact=exact)
        assert nan.status == "failed"
        infinite = compare(constant("1.0"), constant("0x7F800000"), "f", exact=exact)
        assert infinite.status == "failed"


def test_other_parameters_fail() -> None:
    verdict = compare(total("f32"), total("f64"), "total", exact=True)
    assert verdict.status == "failed"
    assert "from (float32[200]) -> (float32[]) to (float64[200]) -> (float64[])" in verdict.detail


def test_a_program_that_does_not_build() -> None:
    good = total("f32")
    assert compare(good, "func.func @other() { return }", "total", exact=True).status == "failed"
    assert compare("nonsense", good, "total", exact=True).status == "not_run"


def gather(offset: int) -> str:
    return f"""
    func.func @f(%A: memref<6xi32> {{hcl.name = "A"}}, %I: memref<9xi8> {{hcl.name = "I"}})
        -> memref<9xi32> {{
      %R = memref.alloc() {{name = "R"}} : memref<9xi32>
      %c = arith.constant {offset} : index
      affine.for %i = 0 to 9 {{
        %x = affine.load %I[%i] : memref<9xi8>
        %s = arith.index_cast %x : i8 to index
        %t = arith.addi %s, %c : index
        %a = memref.load %A[%t] : memref<6xi32>
        affine.store %a, %R[%i] : memref<9xi32>
      }}
      return %R : memref<9xi32>
    }}"""


def test_data_dependent_subscripts_get_inputs_that_fit() -> None:
    assert compare(gather(0), gather(0), "f", exact=True).status == "verified"
    verdict = compare(gather(0), gather(3), "f", exact=True)
    assert verdict.status == "failed"
    outside = compare(gather(100), gather(100), "f", exact=True)
    assert outside.status == "not_run"
    assert "A is read out of bounds: subscript 10" in outside.detail
    crashed = compare(gather(0), gather(100), "f", exact=True)
    assert crashed.status == "failed"
    assert "fails where the original runs: A is read out of bounds" in crashed.detail


def slow(steps: int) -> str:
    return f"""
    func.func @f(%A: memref<64xf32> {{hcl.name = "A"}}) {{
      affine.for %i = 0 to {steps} {{ affine.for %j = 1 to 64 {{
        %a = affine.load %A[%j - 1] : memref<64xf32>
        %s = arith.divf %a, %a : f32
        affine.store %s, %A[%j] : memref<64xf32>
      }} }}
      return
    }}"""


def test_a_program_that_takes_too_long_is_not_run() -> None:
    started = time.monotonic()
    verdict = compare(slow(10**9), slow(10**9), "f", exact=True, timeout_s=5)
    assert verdict.status == "not_run"
    assert "takes too long" in verdict.detail
    verdict = compare(slow(1), slow(10**9), "f", exact=True, timeout_s=5)
    assert verdict.status == "not_run"
    assert verdict.detail == "The program after the step takes too long to be run."
    assert time.monotonic() - started < 30


def test_a_program_that_was_not_run_is_not_verified() -> None:
    """Building takes some of the time; where it takes all, nothing has been shown."""
    verdict = compare(slow(1), slow(1), "f", exact=True, timeout_s=0.0)
    assert verdict.status == "not_run"
    assert verdict.detail == "Building the programs left no time to run them."


def test_inputs_that_are_too_large_are_not_run() -> None:
    text = "func.func @f(%A: memref<1000000x1000xf64>) { return }"
    verdict = compare(text, text, "f", exact=True)
    assert verdict.status == "not_run"
    assert "7629 MiB" in verdict.detail


def test_unknown_sizes_are_drawn() -> None:
    text = 'func.func @f(%A: memref<?xf64> {hcl.name = "A"}) { return }'
    assert compare(text, text, "f", exact=True).status == "verified"


def test_in_the_background() -> None:
    before = total("f64")
    futures = [
        compare_async(before, total("f64", order), "total", exact=True)
        for order in ("%i", BACKWARD, "%i")
    ]
    wait(futures, timeout=60)
    assert [future.result().status for future in futures] == ["verified", "failed", "verified"]


def test_in_the_background_a_waiting_comparison_can_be_cancelled() -> None:
    first = compare_async(slow(10**9), slow(10**9), "f", exact=True, timeout_s=1)
    second = compare_async(total("f64"), total("f64"), "total", exact=True)
    assert second.cancel()
    assert first.result(timeout=30).status == "not_run"


def test_errors_of_the_worker_itself_are_not_a_verdict_on_the_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RunError("no worker")

    monkeypatch.setattr("hcl_explore.backend.verify.build_text", fail)
    assert compare(total("f64"), total("f64"), "total", exact=True).status == "not_run"


def test_random_inputs_cover_their_types_and_repeat() -> None:
    names = ["int7", "uint7", "int64", "uint64", "uint1", "int100", "float32", "bfloat16", "index"]
    parameters = tuple(Value(name, name, (4, 500)) for name in names)
    signature = Signature("f", parameters, ())
    inputs = random_inputs(signature, 3)
    for one, again in zip(inputs, random_inputs(signature, 3), strict=True):
        np.testing.assert_array_equal(one, again)
    drawn = dict(zip(names, inputs, strict=True))
    for name in ("int7", "uint7", "int64", "uint64", "int100"):
        scalar = parse_type(name)
        values = [int(value) for value in drawn[name].flat]
        assert scalar.low <= min(values) < scalar.low * 9 // 10 + scalar.high // 10
        assert scalar.high * 9 // 10 < max(values) <= scalar.high
    assert set(drawn["uint1"].flat) == {True, False}
    assert drawn["float32"].dtype == np.float32
    assert 1 < np.abs(drawn["float32"]).max() <= 16
    assert set(drawn["index"].flat) == {0, 1, 2, 3}
