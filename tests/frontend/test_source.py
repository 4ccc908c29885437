"""Where kernels come from, and that text is never executed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hcl_explore.errors import KernelError, KernelScopeError, KernelShapeError, KernelSyntaxError
from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.lang import int32

LIMIT = 4


def test_function_defined_by_exec_has_no_source() -> None:
    namespace: dict[str, object] = {"int32": int32}
    exec("def f(x: int32):\n    pass\n", namespace)
    with pytest.raises(KernelSyntaxError, match="Pass the source as text"):
        read_kernel(namespace["f"])  # type: ignore[arg-type]


def test_not_a_function() -> None:
    with pytest.raises(KernelSyntaxError, match="not int"):
        read_kernel(3)  # type: ignore[arg-type]
    with pytest.raises(KernelSyntaxError, match="lambda"):
        read_kernel(lambda x: x)
    with pytest.raises(KernelSyntaxError, match="not builtin_function_or_method"):
        read_kernel(print)


def test_text_without_a_function() -> None:
    with pytest.raises(KernelSyntaxError, match="holds no kernel"):
        read_kernel("N = 3\n")


def test_choosing_the_kernel() -> None:
    text = "def g(x: int32):\n    pass\ndef f(x: int32):\n    pass\n"
    assert read_kernel(text).name == "f"
    assert read_kernel(text, name="g").name == "g"
    with pytest.raises(KernelScopeError, match="It has: g, f"):
        read_kernel(text, name="h")


def test_captured_values_are_those_at_reading_time() -> None:
    limit = 4

    def f(A: int32[8]) -> int32:
        return A[limit] + A[LIMIT]

    source = read_kernel(f)
    assert source.namespace["limit"] == 4
    limit = 5
    assert source.namespace["limit"] == 4
    assert "unused" not in source.namespace


shadowed = 5


def test_a_name_assigned_in_the_kernel_is_not_the_global() -> None:
    def f(A: int32[8]):
        for shadowed in range(4):
            A[shadowed] = 0
        A[0] = shadowed

    source = read_kernel(f)
    assert "shadowed" not in source.namespace
    with pytest.raises(KernelScopeError, match="outside the block"):
        lower(source, new_context())


def test_notebook_cells_are_told_apart() -> None:
    """In a process of its own: a shell leaves its traces in the interpreter."""
    program = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
cell = "from hcl_explore.lang import int32\\ndef f(A: int32[4]):\\n    A[0] = unknown\\n"
for _ in range(2):
    shell.run_cell(cell, store_history=True)
from hcl_explore.frontend import read_kernel
source = read_kernel(shell.user_ns["f"])
print(source.filename, source.first_line, source.text.count("\\n"))
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stdout.strip().endswith("In[2] 2 2"), result.stdout + result.stderr


@pytest.mark.parametrize(
    "line",
    [
        "N = open('{path}', 'w')",
        "N = __import__('os').system('touch {path}')",
        "N = [x for x in [open('{path}', 'w')]]",
        "N = np.save('{path}', 1)",
        "N = np.lib.npyio.save('{path}', 1)",
        "N = hcl.grid.__globals__['np'].save('{path}', 1)",
        "N = int32.__class__.__init__.__globals__",
        "import os",
        "from os import system",
    ],
)
def test_text_executes_nothing(line: str, tmp_path: Path) -> None:
    path = tmp_path / "evidence"
    program = "import numpy as np\n" + line.format(path=path)
    for text in (
        program + "\ndef f(x: int32):\n    pass\n",
        f"import numpy as np\ndef f(x: int32):\n    y: int32 = {line.format(path=path)[4:]}\n",
        f"import numpy as np\ndef f(x: {line.format(path=path)[4:]}):\n    pass\n",
    ):
        with pytest.raises(KernelError):
            lower(read_kernel(text), new_context())
        assert not path.exists()


@pytest.mark.parametrize(
    "expression",
    [
        "9**9**9",
        "math.factorial(10**8)",
        "1 << 10**9",
        "[0] * 10**9",
        "10.0**400",
        "'a' * 10**9",
        "2 ** -5000 + 1 / 0",
    ],
)
def test_huge_constants_are_refused_at_once(expression: str) -> None:
    with pytest.raises(KernelError):
        lower(
            read_kernel(f"import math\nN = {expression}\ndef f(x: int32):\n    pass\n"),
            new_context(),
        )


def test_a_captured_array_may_be_too_large_for_a_constant() -> None:
    text = "def f(i: index) -> float64:\n    return T[i]\n"
    source = read_kernel(text, namespace={"T": np.zeros(2_000_000)})
    with pytest.raises(KernelShapeError, match="Pass it as an argument"):
        lower(source, new_context())


def test_deep_nesting_is_an_error_of_ours() -> None:
    deep = "+".join(["x"] * 50_000)
    with pytest.raises(KernelSyntaxError, match="nested too deeply"):
        lower(read_kernel(f"def f(x: int32) -> int32:\n    return {deep}\n"), new_context())
    with pytest.raises(KernelError):
        read_kernel(f"def f(x: int32) -> int32:\n    return {'(' * 500}x{')' * 500}\n")
