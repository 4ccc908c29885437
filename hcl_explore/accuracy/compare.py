"""One design: built from its kernel and directives, estimated, and set beside its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hcl_explore.accuracy.design import build, places_for
from hcl_explore.accuracy.match import kernel_of, loops_known, other_trips
from hcl_explore.accuracy.points import KernelFile, read_kernels, read_points
from hcl_explore.analysis.device import Device, device_of_part, like_device, load_device
from hcl_explore.analysis.estimate import Estimate, EstimateOptions, estimate
from hcl_explore.errors import HclError
from hcl_explore.schedule.schedule import Schedule

METRICS = ("latency_cycles", "interval", "dsp", "bram", "uram", "lut", "ff")
_OURS = {"bram": "bram18"}
_KERNEL_FLOW_AXI_LATENCY = 64
"""UG1399, "m_axi latency": the default of the Vitis kernel flow; 0 in the Vivado IP flow."""


@dataclass
class Comparison:
    """One point: figures reported and estimated; per loop the II, depth and cause. ``missed`` says
    why it could not be estimated."""

    point: Mapping[str, Any]
    figures: dict[str, tuple[float, float]] = field(default_factory=dict)
    loops: list[tuple[str, int, int | None]] = field(default_factory=list)
    depths: list[tuple[str, int, int | None]] = field(default_factory=list)
    causes: list[tuple[str, str, str]] = field(default_factory=list)
    missed: str = ""
    remarks: list[str] = field(default_factory=list)
    """What was assumed for want of better, and the directives that could not be followed."""
    estimate: Estimate | None = None

    @property
    def tier(self) -> str:
        return str(self.point["tier"])[0]


def compare(point: Mapping[str, Any], kernel: KernelFile | None) -> Comparison:
    """Build the point's design, estimate it, and set the figures side by side."""
    result = Comparison(point)
    result.missed = str(point.get("refused", ""))
    if not result.missed and (kernel is None or kernel.missing):
        result.missed = kernel.missing if kernel else "not expressed in our language yet"
    if result.missed or kernel is None:
        return result
    try:
        _estimate(result, kernel)
    except HclError as error:
        result.missed = str(error).splitlines()[0]
    except Exception as error:  # one point must not stop the others: it is listed as missed
        result.missed = f"internal error, {type(error).__name__}: {error}"
    if result.missed:
        result.figures.clear()
        result.loops.clear()
        result.depths.clear()
        result.causes.clear()
    return result


def _estimate(result: Comparison, kernel: KernelFile) -> None:
    point = result.point
    device, remark = device_for(point)
    schedule, report = build(point, kernel)
    figures = estimate(
        schedule.snapshot.program,
        device,
        1000.0 / clock_for(point),
        options=report.estimate_options(options_for(point, kernel)),
    )
    result.estimate = figures
    result.remarks += [remark] if remark else []
    result.remarks += _misfits(point, kernel, schedule)
    result.remarks += [f"left out, {why}: {text}" for text, why in report.refused]
    for metric in METRICS:
        reported = point.get(metric)
        ours = getattr(figures, _OURS.get(metric, metric))
        if reported is not None and ours is not None:
            result.figures[metric] = (float(reported), float(ours))
    _compare_loops(result, schedule, kernel)


def device_for(point: Mapping[str, Any]) -> tuple[Device, str]:
    """The device of the point's part, or a like one and what was assumed: of a part that no file
    describes, the one of its family whose name is the most alike; a U200 where none is named
    (tier D)."""
    part = point.get("part")
    if not part:
        return load_device("u200"), ""
    device = device_of_part(part)
    if device is not None:
        return device, ""
    device = like_device(part)
    if device is None:
        raise HclError(f"no device file for part {part}")
    return device, f"no device file for part {part}: taken for {device.part} ({device.name})"


def clock_for(point: Mapping[str, Any]) -> float:
    """The point's clock in ns. Designs that state none were made for 4 ns with SDx 2018 and for
    5 ns with Vitis 2020: sums of doubles that are not split up take 14 and 6 cycles a term there
    (doitgen, bicg), as they do at these clocks in reports that state one."""
    if point.get("clock_ns"):
        return float(point["clock_ns"])
    return 5.0 if "Vitis" in str(point.get("tool", "")) else 4.0


def options_for(point: Mapping[str, Any], kernel: KernelFile) -> EstimateOptions:
    """How the point's tool behaves, from its name and flow."""
    is_vitis = "Vitis" in str(point.get("tool", "Vitis"))
    is_merlin_flow = point.get("flow") == "Merlin"
    is_kernel_flow = str(point.get("flow", "")).startswith("Vitis Kernel")
    return EstimateOptions(
        tool="vitis" if is_vitis and not is_merlin_flow else "vivado",
        copies_interface=is_merlin_flow,
        interleaves_reductions=is_merlin_flow and is_vitis,
        assumed_trips=tuple(kernel.trips.items()),
        unsafe_math=kernel.unsafe_math or is_merlin_flow,
        varying_trips="most",
        axi_latency=_KERNEL_FLOW_AXI_LATENCY if is_kernel_flow or is_merlin_flow else 0,
    )


def _misfits(point: Mapping[str, Any], kernel: KernelFile, schedule: Schedule) -> Iterator[str]:
    """What speaks against a kernel being the point's."""
    known, loops = loops_known(point, kernel)
    if kernel.sibling:
        yield (
            f"no kernel of its own: taken for {kernel.sibling} ({kernel.path.name}), "
            f"which has {known} of its {loops} loops"
        )
    elif loops and not known:
        yield f"{kernel.path.name} has none of its {loops} loops"
    for name, stated, here in dict.fromkeys(other_trips(point, kernel, schedule)):
        yield f"loop {name} makes {stated} iterations in the report, {here} here"


def _compare_loops(result: Comparison, schedule: Schedule, kernel: KernelFile) -> None:
    assert result.estimate is not None
    ours = {loop.key: loop for loop in result.estimate.loops}
    causes = {c["loop"]: c for c in result.point.get("ii_cause") or () if c.get("loop")}
    names = places_for(result.point, kernel)
    for loop in result.point.get("loops") or ():
        name = names.get(loop["name"])
        if name is None:
            continue
        try:
            found = ours.get(schedule.loop(name).loop.key)
        except HclError as error:
            result.remarks.append(f"loop {loop['name']}: {str(error).splitlines()[0]}")
            found = None
        while found is not None and found.mode == "flattened":
            # The report has one loop for the whole nest; ours is the innermost of it.
            inner = schedule.loop(found.key).loop.loops[0]
            found = ours.get(inner.key)
        depth = loop.get("iteration_latency")
        if loop.get("ii") is not None:
            result.loops.append((loop["name"], loop["ii"], found.ii if found else None))
        if isinstance(depth, int) and loop.get("ii") is not None:
            result.depths.append((loop["name"], depth, found.depth if found else None))
        if loop["name"] in causes and (loop.get("ii") or 1) > 1:
            said = str(causes[loop["name"]].get("cause", "")).replace("_", " ")
            mine = next(iter(found.ii_kinds), "") if found else ""
            result.causes.append((loop["name"], said, mine))


def run(points: Path, kernels: Path | Sequence[KernelFile]) -> list[Comparison]:
    """Compare every point of a file with the kernels of a folder, or with kernels that were read.

    Raises:
        HclError: there is no such folder.
        OSError: the points cannot be read.
    """
    files = read_kernels(kernels) if isinstance(kernels, Path) else kernels
    return [compare(point, kernel_of(point, files)) for point in read_points(points)]
