"""What ``Schedule.build`` makes of a program: one place that knows the targets."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from hcl_explore.backend import cpu
from hcl_explore.backend.cpu import CpuKernel
from hcl_explore.backend.hls import HlsCode, emit
from hcl_explore.backend.hls.csim import CsimKernel, build_csim
from hcl_explore.backend.hls.project import HlsProject, write_project
from hcl_explore.errors import BuildError
from hcl_explore.schedule.snapshot import Snapshot

Built: TypeAlias = CpuKernel | HlsCode | CsimKernel | HlsProject

TARGETS = (
    'Targets: None or "cpu" (runs here); "vhls" (Vitis HLS C++; with mode="csim" it is compiled '
    'and runs here); "catapult" (C++ for Catapult; likewise); "vitis_hls" with project="folder".'
)


def build(
    snapshot: Snapshot,
    top: str,
    target: str | None,
    *,
    mode: str | None,
    project: str | Path | None,
    timeout_s: float,
    debug: bool,
) -> Built:
    """The program of ``snapshot`` for ``target``. Raises ``BuildError``."""
    if project is not None and target != "vitis_hls":
        raise BuildError("only the target 'vitis_hls' writes a project", advice=TARGETS)
    if target in (None, "cpu") and mode is None:
        return cpu.build(
            snapshot.module, top, timeout_s=timeout_s, debug=debug, sources=snapshot.sources
        )
    if target in ("vhls", "catapult") and mode in (None, "csim"):
        code = (
            snapshot.hls
            if target == "vhls"
            else emit(snapshot.module, dialect="catapult", sources=snapshot.sources)
        )
        return code if mode is None else build_csim(code, timeout_s=timeout_s)
    if target == "vitis_hls" and mode is None:
        if project is None:
            raise BuildError(
                "the target 'vitis_hls' needs the folder to write to",
                advice='Pass project="gemm.prj".',
            )
        kernel = cpu.build(snapshot.module, top, timeout_s=timeout_s)
        return write_project(snapshot.hls, project, kernel)
    raise BuildError(
        f"no target '{target}'" + (f" with mode '{mode}'" if mode else ""), advice=TARGETS
    )
