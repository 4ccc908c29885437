"""Emitted C++, compiled and run, bit for bit what the JIT computes."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from pathlib import Path

import mlir.ir as ir
import numpy as np
import pytest

from hcl_explore.backend.cpu import build
from hcl_explore.backend.cpu.inputs import random_inputs
from hcl_explore.backend.hls import HlsCode, csim_compile, emit
from hcl_explore.backend.hls.csim import build_csim
from hcl_explore.errors import BuildError, CallError, RunError, RunTimeoutError
from hcl_explore.ir.context import new_context

pytestmark = pytest.mark.skipif(shutil.which("g++") is None, reason="needs a C++ compiler")


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory):
    """Compile anew in each test run, in a folder of its own."""
    folder = tmp_path_factory.mktemp("csim")
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(folder)
    csim_compile.cache_folder.cache_clear()
    yield folder / "hcl_explore" / "csim"
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before
    csim_compile.cache_folder.cache_clear()


def parse(text: str, top: str = "f") -> ir.Module:
    return ir.Module.parse(f'module attributes {{hcl.top = "{top}"}} {{\n{text}\n}}', new_context())


def argument(name: str, dtype: str, shape: str = "") -> str:
    """``%A: memref<4xi7> {...}``"""
    storage = re.sub("u?int(?=[0-9])", "i", dtype).replace("float", "f")
    type_ = f"memref<{shape}x{storage}>" if shape else storage
    return f'%{name}: {type_} {{hcl.name = "{name}", hcl.dtype = "{dtype}"}}'


GEMM = f"""
func.func @f({argument("A", "float32", "8x6")}, {argument("B", "float32", "6x5")})
    -> (memref<8x5xf32> {{hcl.dtype = "float32"}}) {{
  %C = memref.alloc() {{name = "C", hcl.dtype = "float32"}} : memref<8x5xf32>
  %zero = arith.constant 0.0 : f32
  affine.for %i = 0 to 8 {{ affine.for %j = 0 to 5 {{
    affine.store %zero, %C[%i, %j] : memref<8x5xf32>
    affine.for %k = 0 to 6 {{
      %a = affine.load %A[%i, %k] : memref<8x6xf32>
      %b = affine.load %B[%k, %j] : memref<6x5xf32>
      %c = affine.load %C[%i, %j] : memref<8x5xf32>
      %p = arith.mulf %a, %b : f32
      %s = arith.addf %c, %p : f32
      affine.store %s, %C[%i, %j] : memref<8x5xf32>
    }}
  }} }}
  return %C : memref<8x5xf32>
}}"""


def elementwise(dtype: str, body: str, result: str | None = None) -> str:
    """Both arrays of 40 elements: ``%a``, ``%b`` to ``%r``; the result also replaces ``A``."""
    result = result or dtype
    one, other = (argument("T", name).split(": ")[1].split(" ")[0] for name in (dtype, result))
    update = f"affine.store %r, %A[%i] : memref<40x{one}>" if dtype == result else ""
    return f"""
    func.func @f({argument("A", dtype, "40")}, {argument("B", dtype, "40")})
        -> (memref<40x{other}> {{hcl.dtype = "{result}"}}) {{
      %R = memref.alloc() {{name = "R", hcl.dtype = "{result}"}} : memref<40x{other}>
      affine.for %i = 0 to 40 {{
        %a = affine.load %A[%i] : memref<40x{one}>
        %b = affine.load %B[%i] : memref<40x{one}>
        {body}
        affine.store %r, %R[%i] : memref<40x{other}>
        {update}
      }}
      return %R : memref<40x{other}>
    }}"""


def integer_body(dtype: str) -> str:
    width = dtype.lstrip("uint")
    kind = "u" if dtype.startswith("u") else "s"
    return f"""
    %one = arith.constant 1 : i{width}
    %odd = arith.ori %b, %one : i{width}
    %p = arith.muli %a, %b : i{width}
    %s = arith.subi %p, %odd : i{width}
    %m = arith.max{kind}i %s, %a : i{width}
    %c = arith.cmpi {kind}lt, %m, %b : i{width}
    %x = arith.xori %m, %b : i{width}
    %r = arith.select %c, %x, %m : i{width}"""


INTEGERS = ["int7", "uint7", "int8", "uint16", "int32", "uint33", "int64", "uint100", "int200"]

CASES = {
    "gemm": GEMM,
    **{
        dtype: elementwise(dtype, integer_body(dtype))
        for dtype in INTEGERS
    },
    "float16": elementwise("float16", "%p = arith.mulf %a, %b : f16\n%r = arith.addf %p, %b : f16"),
    "float32": elementwise("float32", "%p = arith.mulf %a, %b : f32\n%r = arith.addf %p, %b : f32"),
    "float64": elementwise("float64", "%p = arith.mulf %a, %b : f64\n%r = arith.divf %p, %b : f64"),
    "math": elementwise(
        "float32",
        """%e = math.exp %a : f32
        %t = math.tanh %b : f32
        %q = math.absf %a : f32
        %l = math.sqrt %q : f32
        %u = arith.addf %e, %t : f32
        %r = arith.addf %u, %l : f32""",
    ),
    "bool": elementwise("uint1", "%r = arith.xori %a, %b : i1"),
    "compare": elementwise("float64", "%r = arith.cmpf olt, %a, %b : f64", "uint1"),
    "scalars": f"""
    func.func @f({argument("n", "index")}, {argument("x", "float64")}, {argument("w", "int100")},
                 {argument("flag", "uint1")}, {argument("I", "index", "3")})
        -> (i100 {{hcl.dtype = "int100"}}, f64 {{hcl.dtype = "float64"}},
            i1 {{hcl.dtype = "uint1"}}) {{
      affine.store %n, %I[1] : memref<3xindex>
      return %w, %x, %flag : i100, f64, i1
    }}""",
    "one_scalar": f"""
    func.func @f({argument("x", "int9")}) -> (i9 {{hcl.dtype = "int9"}}) {{
      %r = arith.muli %x, %x : i9
      return %r : i9
    }}""",
}  # fmt: skip


def same_bits(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        equal = one.dtype == other.dtype and one.shape == other.shape
        return equal and one.tolist() == other.tolist()
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("name", CASES)
def test_the_same_bits_as_the_jit(name: str) -> None:
    module = parse(CASES[name])
    jit, csim = build(module, "f"), build_csim(emit(module))
    assert [str(value) for value in csim.signature.parameters] == [
        str(value) for value in jit.signature.parameters
    ]
    for seed in range(3):
        arguments = random_inputs(jit.signature, seed)
        ours = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
        theirs = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
        expected, found = jit(*ours), csim(*theirs)
        if not isinstance(expected, tuple):
            expected, found = (expected,), (found,)
        for one, other in zip((*ours, *expected), (*theirs, *found), strict=True):
            assert same_bits(one, other), (one, other)


def test_the_second_dialect() -> None:
    module = parse(CASES["int200"])
    code = emit(module, dialect="catapult")
    jit, csim = build(module, "f"), build_csim(code)
    arguments = random_inputs(jit.signature, 0)
    copies = [each.copy() for each in arguments if isinstance(each, np.ndarray)]
    assert same_bits(csim(*copies), jit(*arguments))


def test_the_same_text_is_compiled_once(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = parse(GEMM)
    build_csim(emit(module))
    libraries = set(own_cache.glob("*.so"))

    def fail(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(csim_compile, "_compile_error", fail)
    monkeypatch.setattr(csim_compile, "_put", fail)
    a, b = np.ones((8, 6), np.float32), np.ones((6, 5), np.float32)
    np.testing.assert_array_equal(build_csim(emit(module))(a, b), np.full((8, 5), 6))
    assert set(own_cache.glob("*.so")) == libraries


def test_the_oldest_libraries_are_forgotten(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csim_compile, "_CAPACITY", 2)
    for width in (11, 12, 13):
        build_csim(emit(parse(elementwise(f"int{width}", integer_body(f"int{width}")))))
    assert len(list(own_cache.glob("*.so"))) == 2


def test_bad_calls_are_refused_as_on_the_cpu() -> None:
    csim = build_csim(emit(parse(GEMM)))
    with pytest.raises(CallError, match=r"f: argument A must be float32\[8, 6\], found float64"):
        csim(np.ones((8, 6)), np.ones((6, 5), np.float32))
    with pytest.raises(CallError, match="f takes 2 arguments, found 0"):
        csim()


def broken(body: str) -> HlsCode:
    """The gemm with another text, which links each line to line 3 of ``kernel.py``."""
    code = emit(parse(GEMM))
    text = f"{code.prototype} {{\n{body}\n}}\n"
    lines = text.count("\n")
    return dataclasses.replace(code, text=text, links=(None, *[3] * lines), filename="kernel.py")


def test_an_endless_loop_and_a_crash_stay_in_the_worker() -> None:
    good = build_csim(emit(parse(GEMM)))
    arguments = np.ones((8, 6), np.float32), np.ones((6, 5), np.float32)
    endless = build_csim(broken("  for (volatile int i = 0; i < 1;) C[0][0] = i;"), timeout_s=0.3)
    with pytest.raises(RunTimeoutError, match=r"f ran longer than 0\.3 s"):
        endless(*arguments)
    crash = build_csim(broken("  *(volatile int *)16 = 1;"))
    with pytest.raises(RunError, match="f crashed in its worker process"):
        crash(*arguments)
    assert good(*arguments)[0, 0] == 6


def test_large_local_arrays_fit_on_the_stack() -> None:
    code = broken(
        """  volatile float big[4000][4000];
        for (int i = 0; i < 4000; ++i) big[i][i] = i;
        C[0][0] = big[7][7];"""
    )
    arguments = np.ones((8, 6), np.float32), np.ones((6, 5), np.float32)
    assert build_csim(code)(*arguments)[0, 0] == 7


def test_a_compile_error_points_at_the_kernel() -> None:
    with pytest.raises(BuildError) as caught:
        build_csim(broken("  C[0][0] = nonsense;"))
    assert "the C++ of f does not compile: 'nonsense' was not declared" in caught.value.message
    assert caught.value.span is not None
    assert (caught.value.span.filename, caught.value.span.line) == ("kernel.py", 3)
    assert caught.value.advice == "C++ line 2: C[0][0] = nonsense;"


def test_a_function_that_is_declared_only() -> None:
    with pytest.raises(BuildError, match="f cannot be loaded"):
        build_csim(broken("  extern void elsewhere(); elsewhere();"))


def test_a_missing_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    csim_compile.find_compiler.cache_clear()
    monkeypatch.setattr(csim_compile.shutil, "which", lambda _: None)
    with pytest.raises(BuildError, match="needs a C\\+\\+ compiler") as caught:
        build_csim(emit(parse(GEMM)))
    assert "apt-get install g++" in (caught.value.advice or "")


def test_missing_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    from hcl_explore.backend.hls import headers

    monkeypatch.setattr(headers.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BuildError, match="headers of the HLS integer types") as caught:
        build_csim(emit(parse(GEMM)))
    assert "hls4ml" in (caught.value.advice or "")


def test_a_cache_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    csim_compile.cache_folder.cache_clear()
    try:
        folder = csim_compile.cache_folder()
        assert folder.is_dir()
        assert blocked not in folder.parents
        a, b = np.ones((8, 6), np.float32), np.ones((6, 5), np.float32)
        assert build_csim(emit(parse(GEMM)))(a, b)[0, 0] == 6
    finally:
        csim_compile.cache_folder.cache_clear()
