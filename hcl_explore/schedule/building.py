"""What ``Schedule.build`` makes of a program: one place that knows the targets."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from hcl_explore.analysis.device import load_device
from hcl_explore.analysis.estimate import estimate
from hcl_explore.backend import cpu
from hcl_explore.backend.cpu import CpuKernel
from hcl_explore.backend.cpu.structs import read_boundary
from hcl_explore.backend.hls import HlsCode, HlsOptions, emit
from hcl_explore.backend.hls.csim import CsimKernel, build_csim
from hcl_explore.backend.hls.project import HlsProject, find_tool, has_tool, write_project
from hcl_explore.backend.hls.project_files import ProjectOptions
from hcl_explore.errors import BuildError
from hcl_explore.ir.printing import ModuleLike, clone_module
from hcl_explore.ir.read_program import read_program
from hcl_explore.schedule.snapshot import Snapshot

Built: TypeAlias = CpuKernel | HlsCode | CsimKernel | HlsProject

TARGETS = (
    'Targets: None or "cpu" (runs here); "vhls" (Vitis HLS C++; with mode="csim" it is compiled '
    'and runs here); "catapult" (C++ for Catapult; likewise); "vitis_hls" with project="folder" '
    '(mode="write" only writes it; None also synthesises where the tool is installed; "csynth", '
    '"cosim" and "export" need the tool).'
)
_PROJECT_STEPS = {
    "csynth": ("csim", "csynth"),
    "cosim": ("csim", "csynth", "cosim"),
    "export": ("csim", "csynth", "export"),
}


def build(
    snapshot: Snapshot,
    top: str,
    target: str | None,
    *,
    mode: str | None,
    project: str | Path | None,
    timeout_s: float,
    debug: bool,
    hls: HlsOptions = HlsOptions(),  # noqa: B008 - frozen
    device: str = "u280",
    clock_mhz: float = 300.0,
) -> Built:
    """The program of ``snapshot`` for ``target``; tasks are simulated with the cycles that they
    take on ``device`` at ``clock_mhz``. Raises ``BuildError``."""
    if target in (None, "cpu") and hls != HlsOptions():
        raise BuildError("interface and transfer are options of the HLS targets", advice=TARGETS)
    if project is not None and target != "vitis_hls":
        raise BuildError("only the target 'vitis_hls' writes a project", advice=TARGETS)
    if target in (None, "cpu") and mode is None:
        module = _timed(snapshot, device, clock_mhz) if _is_simulated(snapshot) else snapshot.module
        kernel = cpu.build(module, top, timeout_s=timeout_s, debug=debug, sources=snapshot.sources)
        kernel.boundary = read_boundary(snapshot.module, top)
        return kernel
    if target in ("vhls", "catapult") and mode in (None, "csim"):
        code = _emitted(snapshot, "vitis" if target == "vhls" else "catapult", hls)
        if mode is None:
            return code
        simulated = build_csim(code, timeout_s=timeout_s)
        simulated.boundary = read_boundary(snapshot.module, top)
        return simulated
    if target == "vitis_hls" and (mode in (None, "write") or mode in _PROJECT_STEPS):
        if project is None:
            raise BuildError(
                "the target 'vitis_hls' needs the folder to write to",
                advice='Pass project="gemm.prj".',
            )
        options = _project_options(device, clock_mhz)
        if mode in _PROJECT_STEPS:
            find_tool()  # before anything is written
        kernel = cpu.build(snapshot.module, top, timeout_s=timeout_s)
        written = write_project(_emitted(snapshot, "vitis", hls), project, kernel, options=options)
        return _synthesised(written, mode)
    raise BuildError(
        f"no target '{target}'" + (f" with mode '{mode}'" if mode else ""), advice=TARGETS
    )


def _synthesised(project: HlsProject, mode: str | None) -> HlsProject:
    """``project`` after the steps of ``mode``; None synthesises where the tool is installed."""
    if mode in _PROJECT_STEPS or (mode is None and has_tool()):
        return project.synthesised(_PROJECT_STEPS[mode or "csynth"])
    return project


def _is_simulated(snapshot: Snapshot) -> bool:
    """Whether there may be streams or tasks, of which cycles are counted."""
    program = snapshot.program
    return any(function.dataflow for function in program.functions.values()) or any(
        buffer.kind == "stream" for buffer in program.all_buffers()
    )


def _timed(snapshot: Snapshot, device: str, clock_mhz: float) -> ModuleLike:
    """A copy of the module that carries the cycles of its loops and FIFOs."""
    copy = clone_module(snapshot.module)
    program = read_program(copy, snapshot.sources)
    estimate(program, load_device(device), clock_mhz).write_clocks()
    return copy


def _emitted(snapshot: Snapshot, dialect: str, options: HlsOptions) -> HlsCode:
    if dialect == "vitis" and options == HlsOptions():
        return snapshot.hls
    return emit(
        snapshot.module,
        dialect=dialect,
        options=options,
        sources=snapshot.sources,
        program=snapshot.program,
    )


def _project_options(device: str, clock_mhz: float) -> ProjectOptions:
    """What a project for ``device`` at ``clock_mhz`` is written with. Raises ``DeviceError``."""
    target = load_device(device, clock_mhz)
    memory = next((m for m in target.memories if m.name.startswith(("HBM", "DDR"))), None)
    return ProjectOptions(
        part=target.part,
        clock_ns=round(1000.0 / clock_mhz, 3),
        memory=None if memory is None else "HBM" if memory.name.startswith("HBM") else "DDR",
        banks=(memory.channels or 1) if memory is not None else 0,
    )
