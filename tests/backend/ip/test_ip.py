"""C++ functions called alone, in kernels, in the emitted C++ and in projects."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hcl_explore as hcl
from hcl_explore import Fixed, float32, int32, uint8
from hcl_explore.backend.hls import csim_compile
from hcl_explore.backend.hls.headers import include_directories
from hcl_explore.errors import (
    BuildError,
    CallError,
    IpError,
    KernelShapeError,
    KernelTypeError,
    LegalityError,
    NotApplicableError,
    SessionError,
)

VADD = """
#include "vadd.h"
// void vadd(int A[3]) { would be another
void vadd(const data_t A[N], const data_t B[2 * (N / 2)], data_t C[N], int offset) {
  for (int i = 0; i < N; ++i) C[i] = A[i] + B[i] + offset;
}
"""
VADD_H = """
#define N 32
typedef float data_t;
"""
NARROW = """
#include <ap_int.h>
extern "C" {
void narrow(int x[4][2], const ap_int<7> y[4], bool flag) {
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 2; ++j) x[i][j] += flag ? (int)y[i] : 0;
}
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "vadd.cpp").write_text(VADD)
    (tmp_path / "vadd.h").write_text(VADD_H)
    (tmp_path / "narrow.cpp").write_text(NARROW)
    return tmp_path


@pytest.fixture
def vadd(folder: Path) -> Any:
    return hcl.ip(folder / "vadd.cpp", outputs=["C"])


@pytest.fixture
def narrow(folder: Path) -> Any:
    return hcl.ip(folder / "narrow.cpp", latency=12)


KERNEL = """
def k(A: float32[32], B: float32[32], X: int32[4, 2], y: Int(7)[4]) -> float32[32]:
    C: float32[32] = 0.0
    vadd(A, B, C, 5)
    for t in range(2):
        narrow(X, y, t == 1)
    for i in range(32):
        C[i] = C[i] * 2.0
    return C
"""


def schedule(vadd: Any, narrow: Any) -> hcl.Schedule:
    return hcl.customize(KERNEL, namespace={"vadd": vadd, "narrow": narrow})


def arguments() -> tuple[np.ndarray[Any, Any], ...]:
    X = np.arange(8, dtype=np.int32).reshape(4, 2)
    y = np.array([1, -2, 3, -64], np.int8)
    return np.arange(32, dtype=np.float32), np.ones(32, np.float32), X, y


def test_the_signature_is_read_from_the_text(vadd: Any, narrow: Any) -> None:
    assert repr(vadd) == (
        "<ip vadd(A: float32[32], B: float32[32], C: float32[32], offset: int32)>"
    )
    assert [port.direction for port in vadd.ports] == ["in", "in", "out", "in"]
    assert [str(port.type) for port in narrow.ports] == ["int32[4, 2]", "int7[4]", "uint1"]
    assert narrow.is_c and not vadd.is_c
    assert [name for name, _ in vadd.files] == ["vadd.cpp", "vadd.h"]


def test_called_alone(vadd: Any, narrow: Any) -> None:
    A, B, X, y = arguments()
    C = np.zeros(32, np.float32)
    vadd(A, B, C, 3)
    np.testing.assert_array_equal(C, A + B + 3)
    narrow(X, y, True)
    np.testing.assert_array_equal(X, np.arange(8).reshape(4, 2) + y[:, None])
    with pytest.raises(CallError, match="C"):
        vadd(A, B, np.zeros(31, np.float32), 3)


@pytest.mark.parametrize("options", [{}, {"target": "vhls", "mode": "csim"}])
def test_called_in_a_kernel(vadd: Any, narrow: Any, options: dict[str, Any]) -> None:
    A, B, X, y = arguments()
    s = schedule(vadd, narrow)
    s.pipeline("i")
    C = s.build(**options)(A, B, X, y)
    np.testing.assert_array_equal(C, 2 * (A + B + 5))
    np.testing.assert_array_equal(X, np.arange(8).reshape(4, 2) + y[:, None])


def test_a_kernel_with_ip_is_verified(vadd: Any, narrow: Any) -> None:
    s = schedule(vadd, narrow)
    s.split("i", 8)
    assert hcl.verify(s, schedule(vadd, narrow)).status == "verified"


def test_fixed_point_ports(tmp_path: Path) -> None:
    (tmp_path / "half.cpp").write_text(
        "#include <ap_fixed.h>\nvoid half_of(ap_fixed<16, 8> x[4]) {\n"
        "  for (int i = 0; i < 4; ++i) x[i] = x[i] / 2;\n}\n"
    )
    half = hcl.ip(tmp_path / "half.cpp", "half_of")
    assert half.ports[0].type == Fixed(16, 8)[4]
    text = "def k(x: Fixed(16, 8)[4]):\n    half_of(x)\n"
    s = hcl.customize(text, namespace={"half_of": half})
    for options in ({}, {"target": "vhls", "mode": "csim"}):
        x = np.array([1.5, -3.0, 0.25, 100.0])
        s.build(**options)(x)
        np.testing.assert_array_equal(x, [0.75, -1.5, 0.125, 50.0])


def test_the_emitted_text_declares_calls_and_copies(vadd: Any, narrow: Any) -> None:
    text = schedule(vadd, narrow).build("vhls").hls_code
    assert "void vadd(const float A[32], const float B[32], float C[32], int offset);" in text
    assert 'extern "C" void narrow(int x[4][2], const ap_int<7> y[4], bool flag);' in text
    assert "  vadd(A, B, C, 5);\n" in text
    assert "// narrow takes X as int: a copy\n" in text and "narrow(X_x, y, t == 1);" in text


def test_the_project_holds_it(vadd: Any, narrow: Any, tmp_path: Path) -> None:
    project = schedule(vadd, narrow).build("vitis_hls", project=tmp_path / "prj", mode="write")
    assert {"ip/vadd/vadd.cpp", "ip/vadd/vadd.h", "ip/narrow/narrow.cpp"} <= set(project.files)
    assert "add_files ip/vadd/vadd.cpp\n" in (project.folder / "run_hls.tcl").read_text()
    includes = " ".join(str(path) for path in include_directories("vitis"))
    done = subprocess.run(
        ["make", "check", f"AP_INCLUDE={includes}"],
        cwd=project.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("PASSED\n")


def test_the_printed_ir_leaves_the_text_of_files_out(vadd: Any, narrow: Any) -> None:
    ir = schedule(vadd, narrow).ir
    assert '{name = "vadd.h", text = "..."}' in ir and "typedef" not in ir


# --- analyses ---------------------------------------------------------------------------------


def test_an_unknown_latency_is_not_made_up(vadd: Any, narrow: Any) -> None:
    estimate = schedule(vadd, narrow).estimate()
    assert estimate.latency_cycles is None and estimate.interval is None
    assert any(note.startswith("vadd: its latency is not stated") for note in estimate.notes)
    assert any(note.startswith("narrow: the resources") for note in estimate.notes)
    reasons = str(estimate.explain())
    assert "estimate of k = ? cycles" in reasons and "latency of vadd = not stated" in reasons
    assert "latency of narrow = 12 cycles: C++ from outside" in reasons


def test_a_session_with_cpp_is_not_saved(vadd: Any, narrow: Any, tmp_path: Path) -> None:
    session = hcl.Session(schedule(vadd, narrow), verify=False)
    with pytest.raises(SessionError, match=r"'(vadd|narrow)' is C\+\+, which is not saved"):
        session.save(tmp_path / "session.json")
    assert not (tmp_path / "session.json").exists()


def test_a_stated_latency_counts(folder: Path) -> None:
    def latency(cycles: int) -> int:
        narrow = hcl.ip(folder / "narrow.cpp", latency=cycles)
        text = "def k(X: int32[4, 2], y: Int(7)[4]):\n    narrow(X, y, True)\n"
        found = hcl.customize(text, namespace={"narrow": narrow}).estimate().latency_cycles
        assert found is not None
        return found

    assert latency(1000) - latency(100) == 900


def test_what_it_may_write_is_a_dependence(narrow: Any, vadd: Any) -> None:
    s = schedule(vadd, narrow)
    with pytest.raises(LegalityError):
        s.parallel("t")
    reading = """
def k(A: float32[32], B: float32[32], C: float32[2, 32]):
    for t in range(2):
        D: float32[32]
        vadd(A, B, D, t)
        for i in range(32):
            C[t, i] = D[i]
"""
    s = hcl.customize(reading, namespace={"vadd": vadd})
    s.parallel("t")


def test_it_cannot_be_inlined(vadd: Any, narrow: Any) -> None:
    with pytest.raises(NotApplicableError, match="'vadd' is C\\+\\+"):
        schedule(vadd, narrow).inline("vadd")


# --- bad input --------------------------------------------------------------------------------


def write(folder: Path, text: str) -> Path:
    path = folder / "f.cpp"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("void g(int A[4]) {}", {}, "defines no function 'f'"),
        ("int f(int A[4]) { return 0; }", {}, "must return void, not int"),
        ("void f(float *A) {}", {}, "size of parameter 'A' of 'f' is not known"),
        ("void f(float A[M]) {}", {}, "size of parameter 'A' of 'f' is not known"),
        ("void f(hls::stream<int> &A) {}", {}, "no type of a kernel matches"),
        ("void f(struct point A[4]) {}", {}, "no type of a kernel matches"),
        ("void f(float A[4]) {}", {"ports": [float32[4], int32]}, "has 1 parameters .A., 2 ports"),
        ("void f(float A[4]) {}", {"ports": {"B": float32[4]}}, "no parameter 'B'"),
        ("void f(float A[4]) {}", {"ports": {"A": float32[5]}}, r"is float32\[4\] in the C\+\+"),
        ("void f(float *A) {}", {"ports": {"A": int32[5]}}, r"is float32\[...\] in the C\+\+"),
        ("void f(float A[4]) {}", {"ports": {"A": 4}}, "4 is no type"),
        (
            "void f(const float A[4]) {}",
            {"outputs": ["A"]},
            "no array parameter of 'f' that it can",
        ),
        ("void f(float A[4]) {}", {"outputs": ["B"]}, "outputs: 'B'"),
        ("void f(float A[4]) {}", {"latency": -1}, "latency is a number of cycles"),
    ],
)
def test_ports_that_do_not_match(
    text: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(IpError, match=message):
        hcl.ip(write(tmp_path, text), **options)


def test_declared_sizes_are_taken(tmp_path: Path) -> None:
    f = hcl.ip(write(tmp_path, "void f(const uint8_t *A, unsigned char B[]) {}"), ports=[
        uint8[4], uint8[2, 3],
    ])  # fmt: skip
    assert [str(port.type) for port in f.ports] == ["uint8[4]", "uint8[2, 3]"]
    assert [port.direction for port in f.ports] == ["in", "inout"]


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(IpError, match="cannot be read: No such file"):
        hcl.ip(tmp_path / "none.cpp")


def test_an_error_in_the_cpp_shows_its_line(tmp_path: Path) -> None:
    f = hcl.ip(write(tmp_path, "void f(int A[4]) {\n  A[0] = undefined_name;\n}\n"))
    with pytest.raises(IpError, match=r"'f' does not compile: .*undefined_name") as caught:
        f(np.zeros(4, np.int32))
    assert caught.value.span is not None
    assert (caught.value.span.filename, caught.value.span.line) == ("f.cpp", 2)
    s = hcl.customize("def k(A: int32[4]):\n    f(A)\n", namespace={"f": f})
    with pytest.raises(IpError, match="undefined_name"):
        s.build()


def test_without_a_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    f = hcl.ip(write(tmp_path, "void f(int A[4]) { A[1] = 77; }"))
    monkeypatch.setenv("PATH", str(tmp_path))
    csim_compile.find_compiler.cache_clear()
    with pytest.raises(BuildError, match="needs a C\\+\\+ compiler") as caught:
        f(np.zeros(4, np.int32))
    assert "apt-get install g++" in (caught.value.advice or "")
    csim_compile.find_compiler.cache_clear()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ("vadd(A, A, A)", KernelTypeError, "takes 4 arguments, not 3"),
        ("vadd(A, A, B, 1)", KernelShapeError, r"'C' of 'vadd' is float32\[32\]"),
        ("vadd(A, A, 1.0, 1)", KernelTypeError, "'C' of 'vadd' is an array"),
        ("vadd(A, A, D, 1)", KernelTypeError, r"'C' of 'vadd' is float32\[32\]"),
    ],
)
def test_wrong_calls_in_a_kernel(
    vadd: Any, call: str, error: type[Exception], message: str
) -> None:
    text = f"def k(A: float32[32], B: float32[31], D: int32[32]):\n    {call}\n"
    with pytest.raises(error, match=message) as caught:
        hcl.customize(text, namespace={"vadd": vadd})
    assert caught.value.span.line == 2  # type: ignore[attr-defined]


def test_one_name_is_one_function(vadd: Any, folder: Path) -> None:
    text = "def vadd_(A: float32[32]):\n    f(A, A, A, 1)\n"
    other = hcl.ip(folder / "vadd.cpp")
    text = "def k(A: float32[32]):\n    f(A, A, A, 1)\n    g(A, A, A, 1)\n"
    with pytest.raises(KernelTypeError, match="two C\\+\\+ functions are called 'vadd'"):
        hcl.customize(text, namespace={"f": vadd, "g": other})
    text = "def vadd(A: float32[32]):\n    f(A, A, A, 1)\n"
    with pytest.raises(KernelTypeError, match="same name, 'vadd'"):
        hcl.customize(text, namespace={"f": vadd})
