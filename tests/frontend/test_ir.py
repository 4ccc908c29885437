"""The IR of small kernels, word for word where the words are the contract."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import numpy as np

from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.ir.locations import place_of

IrOf = Callable[..., str]


def function_body(text: str) -> str:
    """The lines between the last function's header and its closing brace, dedented."""
    lines = text.splitlines()
    start = max(i for i, line in enumerate(lines) if "func.func" in line)
    end = max(i for i, line in enumerate(lines) if line == "  }")
    return dedent("\n".join(lines[start + 1 : end]))


def test_gemm(ir_of: IrOf) -> None:
    text = ir_of(
        """
        def gemm(A: float32[4, 8], B: float32[8, 2]) -> float32[4, 2]:
            C: float32[4, 2] = 0.0
            for i, j, k in hcl.grid(4, 2, 8, name="mm"):
                C[i, j] += A[i, k] * B[k, j]
            return C
        """
    )
    assert text.splitlines()[0] == 'module attributes {hcl.top = "gemm"} {'
    assert text.splitlines()[1] == (
        '  func.func @gemm(%A: memref<4x8xf32> {hcl.dtype = "float32", hcl.name = "A"}, '
        '%B: memref<8x2xf32> {hcl.dtype = "float32", hcl.name = "B"}) '
        '-> (memref<4x2xf32> {hcl.dtype = "float32"}) {'
    )
    expected = """\
        %C = memref.alloc() {hcl.dtype = "float32", name = "C"} : memref<4x2xf32>
        affine.for %C_d0 = 0 to 4 {
          affine.for %C_d1 = 0 to 2 {
            %cst = arith.constant 0.000000e+00 : f32
            affine.store %cst, %C[%C_d0, %C_d1] : memref<4x2xf32>
          } {loop_name = "C_d1"}
        } {loop_name = "C_d0", op_name = "init_C"}
        affine.for %i = 0 to 4 {
          affine.for %j = 0 to 2 {
            affine.for %k = 0 to 8 {
              %0 = affine.load %C[%i, %j] : memref<4x2xf32>
              %1 = affine.load %A[%i, %k] : memref<4x8xf32>
              %2 = affine.load %B[%k, %j] : memref<8x2xf32>
              %3 = arith.mulf %1, %2 : f32
              %4 = arith.addf %0, %3 : f32
              affine.store %4, %C[%i, %j] : memref<4x2xf32>
            } {loop_name = "k"}
          } {loop_name = "j"}
        } {loop_name = "i", op_name = "mm"}
        return %C : memref<4x2xf32>"""
    assert function_body(text) == dedent(expected)


def test_sums_stored_in_32_bits_are_computed_in_32_bits(ir_of: IrOf) -> None:
    text = ir_of("def f(A: int32[4], b: int8):\n    A[0] = A[1] + A[2] * b - 1\n")
    expected = """\
        %0 = affine.load %A[1] : memref<4xi32>
        %1 = affine.load %A[2] : memref<4xi32>
        %2 = arith.extsi %b : i8 to i32
        %3 = arith.muli %1, %2 : i32
        %4 = arith.addi %0, %3 : i32
        %c1_i32 = arith.constant 1 : i32
        %5 = arith.subi %4, %c1_i32 : i32
        affine.store %5, %A[0] : memref<4xi32>
        return"""
    assert function_body(text) == dedent(expected)


def test_bands_and_loop_names(ir_of: IrOf) -> None:
    text = ir_of(
        """
        def f(A: int32[4, 4]):
            for i in range(4):
                for j in range(4):
                    A[i, j] = 0
                for j in range(4):
                    A[i, j] += 1
            for _, _ in hcl.grid(4, 4):
                pass
            for i in range(4, name="mine"):
                for k in hcl.reduction(4, name="inner"):
                    A[i, k] += 1
            for i in range(4, name="mine"):
                pass
        """
    )
    loops = [line.strip() for line in text.splitlines() if "loop_name" in line]
    assert loops == [
        '} {loop_name = "j"}',
        '} {loop_name = "j_1"}',
        '} {loop_name = "i", op_name = "S_i_j_j_1_0"}',
        '} {loop_name = "loop_1"}',
        '} {loop_name = "loop_0", op_name = "S_loop_0_loop_1_1"}',
        '} {loop_name = "k", op_name = "inner", reduction}',
        '} {loop_name = "i", op_name = "mine"}',
        '} {loop_name = "i", op_name = "mine_1"}',
    ]


def test_affine_condition_with_else(ir_of: IrOf) -> None:
    text = ir_of(
        """
        def f(A: int32[8]):
            for i in range(8):
                if 1 <= i < 7 and i % 2 == 0:
                    A[i] = 1
                else:
                    A[i] = 2
        """
    )
    assert "affine_set<(d0) : (d0 - 1 >= 0, -d0 + 6 >= 0, d0 mod 2 == 0)>" in text
    assert text.count("affine.if") == 1
    assert "scf" not in text


def test_affine_part_of_a_condition_comes_first(ir_of: IrOf) -> None:
    text = ir_of(
        """
        def f(A: int32[8]):
            for i in range(8):
                if A[i] > 3 and i > 0:
                    A[i] = A[i - 1]
        """
    )
    assert text.index("affine.if") < text.index("arith.cmpi") < text.index("scf.if")


def test_negative_step_counts_up(ir_of: IrOf) -> None:
    text = ir_of("def f(A: int32[9]):\n    for i in range(8, 0, -3):\n        A[i] = A[i - 1]\n")
    assert "affine.for %i = 0 to 3 {" in text
    assert "affine.load %A[%i * -3 + 7]" in text
    assert "affine.store %0, %A[%i * -3 + 8]" in text


def test_same_table_is_one_global(ir_of: IrOf) -> None:
    table = np.array([1.5, 2.5], np.float32)
    text = ir_of(
        """
        def g(x: index) -> float32:
            return T[x]

        def f(A: float32[2]):
            for i, j in hcl.grid(2, 2):
                A[i] += T[j] + g(i)
        """,
        namespace={"T": table},
    )
    assert text.count("memref.global ") == 1
    assert text.count("memref.get_global @T") == 2
    body = function_body(text)
    assert body.index("get_global") < body.index("affine.for")


def test_callees_stand_before_their_callers_once(ir_of: IrOf) -> None:
    text = ir_of(
        """
        def leaf(x: int32) -> int32:
            return x

        def middle(x: int32) -> int32:
            return leaf(x) + leaf(x)

        def top(x: int32) -> int32:
            return middle(x) + leaf(x)
        """
    )
    names = [line.split("@")[1].split("(")[0] for line in text.splitlines() if "func.func" in line]
    assert names == ["leaf", "middle", "top"]


def test_locations_are_lines_and_columns_of_the_source() -> None:
    text = (
        "def f(A: int32[4],\n      B: int32[4]):\n    for i in range(4):\n        A[i] = B[i] + 1\n"
    )
    module = lower(read_kernel(text), new_context())
    function = module.body.operations[0].operation
    loop = function.regions[0].blocks[0].operations[0].operation
    body = loop.regions[0].blocks[0]
    places = {op.operation.name: place_of(op.location) for op in body.operations}
    assert (places["affine.load"].line, places["affine.load"].column) == (4, 16)
    assert (places["affine.store"].line, places["affine.store"].column) == (4, 9)
    assert place_of(loop.location).line == 3
    arguments = function.regions[0].blocks[0].arguments
    assert [place_of(argument.location).line for argument in arguments] == [1, 2]
    assert [argument.location.name_str for argument in arguments] == ["A", "B"]


def indented_kernel() -> Callable[..., object]:
    def kernel(A: "int32[4]"):  # noqa: UP037
        A[0] = unknown_thing

    return kernel


def test_lines_and_columns_of_a_function_in_a_file() -> None:
    import pytest

    from hcl_explore.errors import KernelScopeError
    from hcl_explore.lang import int32

    kernel = indented_kernel()
    source = read_kernel(kernel, namespace={"int32": int32})
    with pytest.raises(KernelScopeError) as caught:
        lower(source, new_context())
    span = caught.value.span
    assert span is not None
    assert span.filename == "test_ir.py"
    assert span.line == kernel.__code__.co_firstlineno + 1
    assert span.text == "        A[0] = unknown_thing"
    assert span.column == span.text.index("unknown") + 1


def test_memory_of_arguments_and_variables(ir_of: IrOf) -> None:
    text = ir_of(
        """
        def f(A: int32[8] @ hcl.Memory("URAM"), x: int32) -> int32[8]:
            B: int32[8] @ hcl.Memory(resource="BRAM") = A
            return B
        """
    )
    assert '%A: memref<8xi32> {hcl.dtype = "int32", hcl.name = "A", hcl.storage = "URAM"}' in text
    assert '%B = memref.alloc() {hcl.dtype = "int32", hcl.storage = "BRAM", name = "B"}' in text


def test_powers_compute_their_base_once(ir_of: IrOf) -> None:
    text = ir_of("def f(A: float32[8], m: float32):\n    A[0] = (A[1] - m) ** 8\n")
    assert text.count("arith.subf") == 1
    assert text.count("arith.mulf") == 3
    text = ir_of("def f(A: int32[8]):\n    A[0] = A[1] ** 3\n")
    assert text.count("affine.load") == 1
    assert text.count("arith.muli") == 2
    assert "i96" not in text


def test_chained_comparison_computes_its_middle_once(ir_of: IrOf) -> None:
    text = ir_of("def f(A: int32[8], x: int32):\n    if 0 < A[x] * 3 < 10:\n        A[0] = 1\n")
    assert text.count("affine.load") == 1


def test_choice_between_numbers_is_made_in_the_wanted_type(ir_of: IrOf) -> None:
    text = ir_of("def f(A: float32[8], x: int32):\n    A[0] = 1 if x > 0 else 0\n")
    assert "arith.select %0, %cst, %cst_0 : f32" in text
    assert "sitofp" not in text
