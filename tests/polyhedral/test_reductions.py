"""Which statements count as accumulations."""

from __future__ import annotations

from collections.abc import Callable

import mlir.ir as ir
import pytest

from hcl_explore.ir.context import new_context
from hcl_explore.ir.program import Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.polyhedral.reductions import find_reductions

ProgramOf = Callable[[str], Program]


def kinds(program: Program) -> list[tuple[str, str, bool]]:
    found = find_reductions(program.kernel.all_accesses())
    return [(one.buffer.name, one.operation, one.is_exact) for one in dict.fromkeys(found.values())]


@pytest.mark.parametrize(
    ("element", "statement", "expected"),
    [
        ("int32", "X[i] += B[j]", [("X", "add", True)]),
        ("int32", "X[i] = B[j] + X[i]", [("X", "add", True)]),
        ("int32", "X[i] -= B[j]", [("X", "add", True)]),
        ("int32", "X[i] = B[j] - X[i]", []),
        ("int32", "X[i] *= B[j]", [("X", "mul", True)]),
        ("int32", "X[i] |= B[j]", [("X", "or", True)]),
        ("int32", "X[i] = max(X[i], B[j])", [("X", "maxsi", True)]),
        ("int8", "X[i] += B[j]", [("X", "add", True)]),
        ("int8", "X[i] = X[i] + B[j] // 2", [("X", "add", True)]),
        ("int8", "X[i] = min(X[i], B[j])", [("X", "minsi", True)]),
        ("float32", "X[i] += B[j]", [("X", "addf", False)]),
        ("float32", "X[i] -= B[j]", [("X", "addf", False)]),
        ("float32", "X[i] *= B[j]", [("X", "mulf", False)]),
        ("float32", "X[i] = max(X[i], B[j])", [("X", "maximumf", True)]),
        ("float32", "X[i] = X[i] / B[j]", []),
        ("int32", "X[i] = X[j] + 1", []),
        ("int32", "X[i] = (X[i] + B[j]) // 2", []),
        ("int32", "X[i] = X[i] + B[j] if B[j] > 0 else X[i]", []),
        ("int32", "X[i] = 2 * X[i] + B[j]", []),
    ],
)
def test_statements(
    program_of: ProgramOf, element: str, statement: str, expected: list[tuple[str, str, bool]]
) -> None:
    program = program_of(
        f"""
def kernel(X: {element}[8], B: {element}[8]):
    for i in range(8):
        for j in range(8):
            {statement}
"""
    )
    assert kinds(program) == expected


def from_text(body: str) -> tuple[ir.Module, Program]:
    """A loop ``%i`` around ``body`` over ``%X : memref<8xi32>`` and ``%B : memref<8xi32>``."""
    text = f"""
module attributes {{hcl.top = "kernel"}} {{
  func.func @kernel(%X: memref<8xi32> {{hcl.name = "X"}}, %B: memref<8xi32> {{hcl.name = "B"}}) {{
    affine.for %i = 0 to 8 {{
      {body}
    }} {{loop_name = "i", op_name = "s"}}
    return
  }}
}}
"""
    module = ir.Module.parse(text, new_context())
    return module, read_program(module)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        # The plain case, for comparison.
        (
            """
      %b = affine.load %B[%i] : memref<8xi32>
      %x = affine.load %X[0] : memref<8xi32>
      %y = arith.addi %x, %b : i32
      affine.store %y, %X[0] : memref<8xi32>""",
            1,
        ),
        # The partial sum goes elsewhere too.
        (
            """
      %b = affine.load %B[%i] : memref<8xi32>
      %x = affine.load %X[0] : memref<8xi32>
      %y = arith.addi %x, %b : i32
      affine.store %y, %X[0] : memref<8xi32>
      affine.store %y, %B[%i] : memref<8xi32>""",
            0,
        ),
        (
            """
      %x = affine.load %X[0] : memref<8xi32>
      %y = arith.addi %x, %x : i32
      affine.store %y, %X[0] : memref<8xi32>""",
            0,
        ),
        # Another write between the load and the store.
        (
            """
      %b = affine.load %B[%i] : memref<8xi32>
      %x = affine.load %X[0] : memref<8xi32>
      affine.store %b, %X[%i] : memref<8xi32>
      %y = arith.addi %x, %b : i32
      affine.store %y, %X[0] : memref<8xi32>""",
            0,
        ),
        # A loop between that writes.
        (
            """
      %b = affine.load %B[%i] : memref<8xi32>
      %x = affine.load %X[0] : memref<8xi32>
      affine.for %j = 0 to 2 {
        affine.store %b, %X[%j] : memref<8xi32>
      }
      %y = arith.addi %x, %b : i32
      affine.store %y, %X[0] : memref<8xi32>""",
            0,
        ),
        # Added in fewer bits than the element has: cuts what the others added.
        (
            """
      %b = affine.load %B[%i] : memref<8xi32>
      %x = affine.load %X[0] : memref<8xi32>
      %c = arith.trunci %b : i32 to i8
      %n = arith.trunci %x : i32 to i8
      %s = arith.addi %n, %c : i8
      %y = arith.extsi %s : i8 to i32
      affine.store %y, %X[0] : memref<8xi32>""",
            0,
        ),
        # In more bits: the same modulo 2 ** 32.
        (
            """
      %b = affine.load %B[%i] : memref<8xi32>
      %x = affine.load %X[0] : memref<8xi32>
      %c = arith.extsi %b : i32 to i64
      %n = arith.extsi %x : i32 to i64
      %s = arith.addi %n, %c : i64
      %y = arith.trunci %s : i64 to i32
      affine.store %y, %X[0] : memref<8xi32>""",
            1,
        ),
        # A maximum in more bits may be cut afterwards.
        (
            """
      %b = affine.load %B[%i] : memref<8xi32>
      %x = affine.load %X[0] : memref<8xi32>
      %c = arith.constant 5000000000 : i64
      %n = arith.extsi %x : i32 to i64
      %s = arith.maxsi %n, %c : i64
      %y = arith.trunci %s : i64 to i32
      affine.store %y, %X[0] : memref<8xi32>""",
            0,
        ),
    ],
)
def test_values_that_are_seen_or_cut_do_not_count(body: str, count: int) -> None:
    module, program = from_text(body)
    assert module.operation.verify()
    assert len(kinds(program)) == count
