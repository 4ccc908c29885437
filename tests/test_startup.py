"""What a user waits for before the first step: only what is needed for it is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import hcl_explore

STEP = """
import sys
import hcl_explore as hcl
from hcl_explore import examples
schedule = hcl.customize(examples.get("gemm").kernel)
schedule.split("k", 8)
str(schedule.module)
print(*sys.modules)
"""


def imported_by(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(hcl_explore.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_a_step_needs_no_cpu_backend() -> None:
    modules = imported_by(STEP)
    assert "hcl_explore.schedule.schedule" in modules
    assert not {name for name in modules if name.startswith("hcl_explore.backend.cpu")}


def test_only_the_worker_loads_llvm() -> None:
    build = 'schedule.build()\nschedule.build("vhls", mode="csim")\n'
    modules = imported_by(STEP.replace("print", build + "print"))
    assert "hcl_explore.backend.hls.csim" in modules
    assert not {"mlir.execution_engine", "mlir.dialects.llvm"} & modules


def test_completion_offers_what_a_user_is_meant_to_use() -> None:
    offered = {name for name in dir(hcl_explore) if not name.startswith("_")}
    assert offered == set(hcl_explore.__all__)
    assert {"customize", "examples", "explore", "float32", "grid"} <= offered
    assert all(hasattr(hcl_explore, name) for name in offered)
