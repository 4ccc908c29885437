"""Names, links, ports, copies, errors of the HLS emitter."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest
from hls_cpp import call, check_syntax, compile_entries
from hls_kernels import CALLS, CASES, GEMM, KEYWORDS, Case

import hcl_explore as hcl
from hcl_explore.backend.cpu import build
from hcl_explore.backend.hls import HlsCode, HlsOptions, emit
from hcl_explore.backend.hls.names import KEYWORDS as CPP_KEYWORDS
from hcl_explore.backend.hls.names import Names, cpp_name
from hcl_explore.backend.hls.writer import wrap
from hcl_explore.errors import EmitError
from hcl_explore.ir.context import new_context
from hcl_explore.ir.printing import parse_module


def emit_text(text: str, **options: str) -> HlsCode:
    return emit(parse_module(text, new_context()), **options)


def function(body: str, parameters: str = "%A: memref<4xi32>") -> str:
    return (
        'module attributes {hcl.top = "f"} {\n'
        f'func.func @f({parameters}) {{\n{body}\nreturn\n}} loc("k.py":1:1)\n}}'
    )


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("k.outer", "k_outer"),
        ("int", "int_"),
        ("_", "v_"),
        ("__x", "v_x"),
        ("a__b", "a_b"),
        ("2d", "v_2d"),
        ("α", "u03b1"),
        ("ap_int", "ap_int_"),
        ("x", "x"),
    ],
)
def test_names_become_identifiers(name: str, expected: str) -> None:
    assert cpp_name(name) == expected


def test_names_that_become_equal_stay_apart() -> None:
    names = Names()
    assert [names.take(n) for n in ("k.x", "k_x", "int", "int_", "k.x")] == [
        "k_x",
        "k_x_1",
        "int_",
        "int_1",
        "k_x_2",
    ]


def test_every_keyword_as_a_variable_compiles(tmp_path: Path) -> None:
    words = sorted(w for w in CPP_KEYWORDS if w.isidentifier())
    words = [w for w in words if not _is_python_keyword(w)]
    lines = [f"    {word}: int32 = A[{number % 4}]" for number, word in enumerate(words)]
    total = " + ".join(words)
    text = "def volatile(A: int32[4]) -> int32:\n" + "\n".join(lines) + f"\n    return {total}\n"
    assert check_syntax(Case(text).code(), tmp_path) == ""


def _is_python_keyword(word: str) -> bool:
    try:
        ast.parse(f"{word} = 1")
    except SyntaxError:
        return True
    return False


def test_a_function_named_as_one_of_the_c_library(tmp_path: Path) -> None:
    text = "def exp(A: float32[4]):\n    for i in range(4):\n        A[i] = hcl.exp(A[i])\n"
    code = Case(text).code()
    assert code.top != "exp"
    assert check_syntax(code, tmp_path) == ""


def test_labels_are_unique_and_map_to_the_loops() -> None:
    code = CASES["gemm_scheduled"].code()
    labels = dict(code.loops)
    assert labels["k_outer"] == "gemm:mm.k.outer"
    assert len(labels) == len(code.loops)
    for label in labels:
        assert code.text.count(f" {label}: ") == 1


def test_a_file_name_cannot_end_the_comment() -> None:
    text = function("affine.for %i = 0 to 4 { } loc(#l)").replace(
        "module", '#l = loc("x/evil */ \\\\\\0A#define A 1.py":2:3)\nmodule', 1
    )
    code = emit_text(text)
    assert "#define" not in [line[:7] for line in code.text.splitlines()]
    assert not any(line.endswith("\\") for line in code.text.splitlines())


# --- links ----------------------------------------------------------------------------------------


def test_every_line_has_a_link_and_statements_have_their_source_line() -> None:
    code = CASES["gemm_scheduled"].code()
    lines = code.text.rstrip("\n").split("\n")
    assert len(lines) == len(code.links)
    kernel = GEMM.split("\n")
    for line, link in zip(lines, code.links, strict=True):
        if "C[i][j] +=" in line:
            assert link is not None and "C[i, j] +=" in kernel[link - 1]
        if line.lstrip().startswith("k_inner:"):
            assert link is not None and "grid" in kernel[link - 1]


# --- interface ------------------------------------------------------------------------------------


def test_ports_are_in_the_order_of_the_parameters() -> None:
    code = CASES["pipeline"].code()
    found = [(p.name, p.origin, p.position, p.dtype, p.shape, p.direction) for p in code.ports]
    assert found == [
        ("A", "argument", 0, "int32", (16,), "in"),
        ("factor", "argument", 1, "int8", None, "in"),
        ("C", "result", 0, "int32", (16,), "out"),
        ("result_1", "result", 1, "int32", (), "out"),
    ]
    assert code.prototype.endswith(
        "pipeline(const ap_int<32> A[16], ap_int<8> factor, ap_int<32> C[16], ap_int<32> &result_1)"
    )
    assert [port.bundle for port in code.ports] == ["gmem0", None, "gmem1", None]


def test_a_single_scalar_result_is_the_return_value() -> None:
    code = Case(KEYWORDS).code()
    assert code.returned is not None and code.returned.ctype == "ap_int<32>"
    assert [port.name for port in code.parameters] == ["register_", "I_"]


def test_an_array_that_is_written_is_not_const() -> None:
    text = "def f(A: int32[4], B: int32[4]):\n    for i in range(4):\n        A[i] += B[i]\n"
    code = Case(text).code()
    assert [port.direction for port in code.ports] == ["inout", "in"]
    assert "(ap_int<32> A[4], const ap_int<32> B[4])" in code.prototype


def test_copies_are_stated() -> None:
    code = CASES["gemm_scheduled"].code()
    found = [(c.port, c.buffer, c.bytes, c.banks, c.loads, c.stores, c.reason) for c in code.copies]
    assert found == [
        ("A", "A_buf", 4096, 8, True, False, "partitioned"),
        ("B", "B_buf", 4096, 8, True, False, "partitioned"),
    ]
    for copy in code.copies:
        stated = f"// {copy.port} is held on chip: {copy.bytes} bytes in 8 banks, 8 BRAM18"
        assert stated in code.text


def test_copies_of_results_are_written_back_and_not_loaded() -> None:
    copies = {copy.port: copy for copy in CASES["gemm_on_chip"].code().copies}
    assert (copies["C"].loads, copies["C"].stores) == (False, True)
    assert (copies["A"].loads, copies["A"].stores) == (True, False)


def test_nothing_is_copied_behind_memory_ports() -> None:
    assert CASES["gemm_ap_memory"].code().copies == ()


def test_unused_functions_are_left_out() -> None:
    code = Case(CALLS + "\ndef alone(A: int32[4]):\n    A[0] = 1\n").code()
    assert "scale" not in code.text


def test_assertions_are_comments(tmp_path: Path) -> None:
    text = (
        "def f(A: int32[4], n: int32):\n"
        "    assert n < 4, 'n \\\\ too \\n#large'\n"
        "    for i in range(4):\n        A[i] = min(A[i], n)\n"
    )
    for dialect in ("vitis", "catapult"):
        code = Case(text, dialect=dialect).code()
        line = next(line for line in code.text.splitlines() if "assert" in line)
        assert line.strip() == "// assert n < 4, 'n __ too _n_large'"
        assert check_syntax(code, tmp_path) == ""


def test_a_choice_inside_a_choice_has_a_variable_of_its_own() -> None:
    text = (
        hcl.customize("""
def f(x: int32, y: int32) -> int32:
    z: int32 = x + 1 if y > 3 else (x - 1 if y > 1 else x % (y if y else 1))
    return z
""")
        .build("vhls")
        .hls_code
    )
    assert "ap_int<32> chosen_1;\n" in text
    assert "chosen = chosen_1;" in text


def test_bits_of_floats(tmp_path: Path) -> None:
    body = (
        "affine.for %i = 0 to 4 {\n%0 = affine.load %A[%i] : memref<4xf32>\n"
        "%1 = arith.bitcast %0 : f32 to i32\n%2 = arith.addi %1, %1 : i32\n"
        "%3 = arith.bitcast %2 : i32 to f32\naffine.store %3, %A[%i] : memref<4xf32>\n"
        '} {loop_name = "i", op_name = "S"}'
    )
    text = function(body, '%A: memref<4xf32> {hcl.name = "A", hcl.dtype = "float32"}')
    values = np.array([1.0, -2.5, 0.0, 3e30], np.float32)
    expected, found = values.copy(), values.copy()
    build(parse_module(text, new_context()), "f")(expected)
    library, entries = compile_entries([emit_text(text)], tmp_path)
    call(library, entries[0], [found])
    np.testing.assert_array_equal(found, expected)


# --- errors ---------------------------------------------------------------------------------------


def test_an_operation_without_counterpart_names_the_line() -> None:
    body = '%0 = arith.constant 1 : i32\n%1 = math.ctpop %0 : i32 loc("k.py":7:3)'
    with pytest.raises(EmitError, match=r"math\.ctpop") as caught:
        emit_text(function(body))
    assert caught.value.span is not None and caught.value.span.line == 7


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (function("", "%A: memref<?xi32>"), "run-time size"),
        (function("", "%A: memref<4xf8E4M3>"), "no type for f8E4M3"),
        (function("", "%x: f8E4M3"), "no type for f8E4M3"),
        (
            function(
                "%c0 = arith.constant 0 : index\n%c8 = arith.constant 8 : index\n"
                "scf.for %i = %c0 to %c8 step %n { }",
                "%n: index",
            ),
            "step",
        ),
        ("module { func.func private @g() }", "no kernel"),
        (
            'module attributes {hcl.top = "f"} { func.func private @g()\n'
            "func.func @f() { func.call @g() : () -> () return } }",
            "f calls g, which has no body",
        ),
        (
            'module attributes {hcl.top = "f"} {'
            "func.func @f() { func.call @f() : () -> () return } }",
            "f calls itself",
        ),
        (
            function("%0 = affine.load %A[0] : memref<4xi65>\n%1 = arith.sitofp %0 : i65 to f32\n"
                     "affine.store %1, %B[0] : memref<4xf32>",
                     "%A: memref<4xi65>, %B: memref<4xf32>"),
            "65 bits",
        ),
    ],
)  # fmt: skip
def test_what_hardware_has_not_is_refused(text: str, message: str) -> None:
    with pytest.raises(EmitError, match=message):
        emit_text(text)


def test_catapult_has_no_half() -> None:
    text = function("", "%A: memref<4xf16>")
    assert "half arg0[4]" in emit_text(text).text
    with pytest.raises(EmitError, match="float16"):
        emit_text(text, dialect="catapult")


def test_an_unknown_dialect_lists_those_there_are() -> None:
    with pytest.raises(EmitError, match="quartus") as caught:
        emit_text(function(""), dialect="quartus")
    assert "vitis" in (caught.value.advice or "")


def test_the_module_is_not_changed() -> None:
    schedule = hcl.customize(GEMM)
    before = str(schedule.module)
    emit(schedule.snapshot.module, options=HlsOptions(transfer="copy"))
    assert str(schedule.module) == before


# --- long lines -----------------------------------------------------------------------------------


def test_long_statements_break_at_the_outermost_operator() -> None:
    text = "result = alpha[index + 1] * beta[index + 2] + gamma[index + 3] * delta[index + 4];"
    parts = list(wrap(text, 60))
    assert parts == [
        "result = alpha[index + 1] * beta[index + 2]",
        "+ gamma[index + 3] * delta[index + 4];",
    ]
    assert " ".join(parts) == text
