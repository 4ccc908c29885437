"""How good the estimates are: designs with published HLS reports, estimated and compared.

    python -m hcl_explore.accuracy [--points FILE] [--kernels DIR] [--json OUT] [--page OUT.md]

A point is a JSON line with the figures of a report and the design's directives as pragma text; a
kernel file holds the design in our language (benchmarks/qor/README.md describes both). The figures
go to the terminal, to JSON (tier -> metric -> mape, median, worst, …) and to docs/accuracy.md.
"""

from __future__ import annotations

import ast
import json
import math
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from hcl_explore.analysis.device import Device, device_of_part, load_device
from hcl_explore.analysis.estimate import Estimate, EstimateOptions, estimate
from hcl_explore.errors import HclError
from hcl_explore.lang import types
from hcl_explore.schedule.pragmas import PragmaReport, pragmas_to_schedule
from hcl_explore.schedule.schedule import Schedule, customize

_METRICS = ("latency_cycles", "interval", "dsp", "bram", "uram", "lut", "ff")
_OURS = {"bram": "bram18"}
_KERNEL_FLOW_AXI_LATENCY = 64
"""UG1399, "m_axi latency": the default of the Vitis kernel flow; 0 in the Vivado IP flow."""

LUT_FF_BAND = (0.5, 2.0)
"""The band around an estimate of LUT and FF in which the tool's figure should lie, as factors."""


@dataclass(frozen=True)
class KernelFile:
    """A kernel in our language, with what its names are called in the report.

    ``points`` are the ids of the points it expresses; ``loops`` maps a loop of the report, or a
    place of the C source that a pragma names, to a loop here (None: it has no counterpart);
    ``places`` does so for points by pattern, ``directives`` replaces their directives, and
    ``parameters`` are the numbers (and the names of types) that the kernel and its pragmas use.
    ``unsafe_math``: the design was made with floating-point sums that the tool may balance.
    """

    path: Path
    text: str
    points: tuple[str, ...]
    loops: Mapping[str, str | None]
    arrays: Mapping[str, str | None]
    trips: Mapping[str, int]
    namespace: Mapping[str, Any]
    directives: Mapping[str, Sequence[str]]
    missing: str
    parameters: Mapping[str, Mapping[str, int | str]]
    places: Mapping[str, Mapping[str, str | None]]
    unsafe_math: bool


@dataclass
class Comparison:
    """One point: figures reported and estimated; per loop the II, depth and cause."""

    point: Mapping[str, Any]
    figures: dict[str, tuple[float, float]] = field(default_factory=dict)
    loops: list[tuple[str, int, int | None]] = field(default_factory=list)
    depths: list[tuple[str, int, int | None]] = field(default_factory=list)
    causes: list[tuple[str, str, str]] = field(default_factory=list)
    missed: str = ""
    estimate: Estimate | None = None

    @property
    def tier(self) -> str:
        return str(self.point["tier"])[0]


# --- reading --------------------------------------------------------------------------------------


def read_points(path: Path) -> list[dict[str, Any]]:
    """The points of a JSON-lines file. Raises ``HclError`` with the line of a bad one."""
    points = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            point = json.loads(line)
        except json.JSONDecodeError as error:
            raise HclError(f"{path}:{number} is not JSON: {error}") from None
        if not isinstance(point, dict) or not {"id", "kernel", "tier"} <= point.keys():
            raise HclError(f"{path}:{number} is not a point: it needs id, kernel and tier")
        points.append(point)
    return points


def read_kernels(folder: Path) -> list[KernelFile]:
    """The kernel files of a folder. Only literals and functions are read; nothing is run."""
    return [_read_kernel(path) for path in sorted(folder.glob("*.py"))]


def _read_kernel(path: Path) -> KernelFile:
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text, str(path))
    except SyntaxError as error:
        raise HclError(f"{path}:{error.lineno} is not Python: {error.msg}") from None
    functions = []
    settings: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            functions.append(ast.get_source_segment(text, node) or "")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                settings[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                raise HclError(f"{path}:{node.lineno}: only literals can stand here") from None
    return KernelFile(
        path,
        "\n\n\n".join(functions),
        tuple(settings.get("POINTS", ())),
        settings.get("LOOPS", {}),
        settings.get("ARRAYS", {}),
        settings.get("TRIPS", {}),
        {name: _constant(*spec) for name, spec in settings.get("CONSTANTS", {}).items()},
        settings.get("DIRECTIVES", {}),
        settings.get("MISSING", ""),
        settings.get("PARAMETERS", {}),
        settings.get("PLACES", {}),
        bool(settings.get("UNSAFE_MATH", False)),
    )


def _constant(kind: str, *spec: int) -> np.ndarray[Any, Any]:
    """A table: ``cosine n``, ``sine n``, or integers from ``low`` to ``high`` in a shape."""
    if kind in ("cosine", "sine"):
        angles = 2 * np.pi * np.arange(spec[0]) / spec[0]
        return (np.cos if kind == "cosine" else np.sin)(angles).astype(np.float32)
    low, high, *shape = spec
    return np.linspace(low, high, math.prod(shape)).astype(np.int32).reshape(shape)


def kernel_of(point: Mapping[str, Any], kernels: Iterable[KernelFile]) -> KernelFile | None:
    """The file that lists the point, else one named like its id, variant or kernel."""
    kernels = list(kernels)
    for kernel in kernels:
        if any(fnmatchcase(point["id"], pattern) for pattern in kernel.points):
            return kernel
    names = (point["id"], f"{point['kernel']}-{point.get('variant')}", point["kernel"])
    for name in names:
        for kernel in kernels:
            if kernel.path.stem == str(name).replace("-", "_") and not kernel.points:
                return kernel
    return None


# --- comparing ------------------------------------------------------------------------------------


def compare(point: Mapping[str, Any], kernel: KernelFile | None) -> Comparison:
    """Build the point's design, estimate it, and set the figures side by side."""
    result = Comparison(point)
    if kernel is None or kernel.missing:
        result.missed = kernel.missing if kernel else "not expressed in our language yet"
        return result
    try:
        device = device_for(point)
        schedule, report = build(point, kernel)
        figures = estimate(
            schedule.snapshot.program,
            device,
            1000.0 / (point.get("clock_ns") or 4.0),
            options=report.estimate_options(options_for(point, kernel)),
        )
    except HclError as error:
        result.missed = str(error).splitlines()[0]
        return result
    result.estimate = figures
    for metric in _METRICS:
        reported = point.get(metric)
        ours = getattr(figures, _OURS.get(metric, metric))
        if reported is not None and ours is not None:
            result.figures[metric] = (float(reported), float(ours))
    _compare_loops(result, schedule, kernel)
    return result


def device_for(point: Mapping[str, Any]) -> Device:
    """The device of the point's part; a U200-class device where it names none (tier D)."""
    part = point.get("part")
    device = device_of_part(part) if part else load_device("u200")
    if device is None:
        raise HclError(f"no device file for part {part}")
    return device


def options_for(point: Mapping[str, Any], kernel: KernelFile) -> EstimateOptions:
    """How the point's tool behaves, from its name and flow."""
    is_vitis = "Vitis" in str(point.get("tool", "Vitis"))
    is_kernel_flow = str(point.get("flow", "")).startswith("Vitis Kernel")
    return EstimateOptions(
        tool="vitis" if is_vitis else "vivado",
        assumed_trips=tuple(kernel.trips.items()),
        unsafe_math=kernel.unsafe_math,
        varying_trips="most",
        axi_latency=_KERNEL_FLOW_AXI_LATENCY if is_kernel_flow else 0,
    )


def build(point: Mapping[str, Any], kernel: KernelFile) -> tuple[Schedule, PragmaReport]:
    """The point's design as a schedule, and what became of its directives."""
    parameters = {
        name: getattr(types, value) if isinstance(value, str) else value
        for name, value in _of_point(kernel.parameters, point, {}).items()
    }
    schedule = customize(kernel.text, namespace={**kernel.namespace, **parameters})
    directives = _of_point(kernel.directives, point, point.get("directives") or ())
    report = pragmas_to_schedule(
        schedule,
        directives,
        places={**kernel.loops, **_of_point(kernel.places, point, {})},
        arrays=kernel.arrays,
        macros={name: n for name, n in parameters.items() if isinstance(n, int)},
        unchecked=True,
    )
    return schedule, report


def _of_point(table: Mapping[str, Any], point: Mapping[str, Any], default: Any) -> Any:
    """The entry of a table whose pattern fits the point's id; ``default`` without one."""
    for pattern, entry in table.items():
        if fnmatchcase(point["id"], pattern):
            return entry
    return default


def _compare_loops(result: Comparison, schedule: Schedule, kernel: KernelFile) -> None:
    assert result.estimate is not None
    ours = {loop.key: loop for loop in result.estimate.loops}
    causes = {c["loop"]: c for c in result.point.get("ii_cause") or () if c.get("loop")}
    for loop in result.point.get("loops") or ():
        name = kernel.loops.get(loop["name"])
        if name is None:
            continue
        try:
            found = ours.get(schedule.loop(name).loop.key)
        except HclError as error:
            result.missed = str(error).splitlines()[0]
            return
        while found is not None and found.mode == "flattened":
            # The report has one loop for the whole nest; ours is the innermost of it.
            inner = schedule.loop(found.key).loop.loops[0]
            found = ours.get(inner.key)
        if found is None:
            continue
        depth = loop.get("iteration_latency")
        if loop.get("ii") is not None:
            result.loops.append((loop["name"], loop["ii"], found.ii))
        if isinstance(depth, int) and loop.get("ii") is not None:
            result.depths.append((loop["name"], depth, found.depth))
        if loop["name"] in causes and (loop.get("ii") or 1) > 1:
            said = causes[loop["name"]]["cause"].replace("_", " ")
            mine = next(iter(found.ii_kinds), "")
            result.causes.append((loop["name"], said, mine))


# --- figures --------------------------------------------------------------------------------------


def error_of(reported: float, ours: float) -> float:
    """Absolute relative error; a figure of 0 is compared with at least 1."""
    return abs(ours - reported) / max(abs(reported), 1.0)


def summary(comparisons: Sequence[Comparison]) -> dict[str, dict[str, dict[str, float | int]]]:
    """tier -> metric -> figures. A point that could not be estimated counts with 100 % error in
    ``mape`` and as a miss in ``share``; ``mape_expressed`` leaves it out."""
    tiers: dict[str, dict[str, dict[str, float | int]]] = {}
    for tier in sorted({c.tier for c in comparisons}):
        of_tier = [c for c in comparisons if c.tier == tier]
        missed = [c for c in of_tier if c.missed]
        metrics: dict[str, dict[str, float | int]] = {
            "points": {"all": len(of_tier), "missed": len(missed)}
        }
        for metric in _METRICS:
            errors = [error_of(*c.figures[metric]) for c in of_tier if metric in c.figures]
            lost = sum(1 for c in missed if c.point.get(metric) is not None)
            if errors or lost:
                metrics[metric] = _spread(errors, lost)
        for metric in ("lut", "ff"):
            pairs = [c.figures[metric] for c in of_tier if metric in c.figures]
            lost = sum(1 for c in missed if c.point.get(metric) is not None)
            inside = sum(
                LUT_FF_BAND[0] * ours <= reported <= LUT_FF_BAND[1] * ours
                for reported, ours in pairs
            )
            if pairs or lost:
                metrics[f"{metric}_in_band"] = _share(inside, len(pairs), lost)
        lost_loops = sum(len(c.point.get("ii") or ()) for c in missed)
        loops = [pair for c in of_tier for pair in c.loops]
        depths = [pair for c in of_tier for pair in c.depths]
        causes = [triple for c in of_tier for triple in c.causes]
        if loops or lost_loops:
            exact = sum(reported == ours for _, reported, ours in loops)
            metrics["ii_exact"] = _share(exact, len(loops), lost_loops)
        if depths or lost_loops:
            close = sum(ours is not None and abs(r - ours) <= 2 for _, r, ours in depths)
            metrics["depth_within_2"] = _share(close, len(depths), lost_loops)
        if causes:
            same = sum(_same_cause(said, mine) for _, said, mine in causes)
            metrics["ii_cause"] = _share(same, len(causes), 0)
        ranks = _ranks(of_tier)
        if ranks:
            metrics["rank_correlation"] = {
                "mean": statistics.mean(ranks),
                "worst": min(ranks),
                "count": len(ranks),
            }
        tiers[tier] = metrics
    return tiers


def _same_cause(said: str, mine: str) -> bool:
    return (said == "memory ports") == (mine == "memory ports")


def _spread(errors: Sequence[float], lost: int) -> dict[str, float | int]:
    every = [*errors, *[1.0] * lost]
    figures: dict[str, float | int] = {
        "mape": 100 * statistics.mean(every),
        "median": 100 * statistics.median(every),
        "worst": 100 * max(every),
        "count": len(every),
    }
    if errors:
        figures["mape_expressed"] = 100 * statistics.mean(errors)
        figures["median_expressed"] = 100 * statistics.median(errors)
    return figures


def _share(good: int, count: int, lost: int) -> dict[str, float | int]:
    figures: dict[str, float | int] = {
        "share": 100 * good / max(count + lost, 1),
        "good": good,
        "count": count + lost,
    }
    if count:
        figures["share_expressed"] = 100 * good / count
    return figures


def _ranks(comparisons: Iterable[Comparison]) -> list[float]:
    """Spearman's rank correlation of latencies, per kernel (and tool) with at least 3 points."""
    groups: defaultdict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for c in comparisons:
        if "latency_cycles" in c.figures:
            groups[c.point["kernel"], str(c.point.get("variant"))].append(
                c.figures["latency_cycles"]
            )
    found = [spearman(pairs) for pairs in groups.values() if len(pairs) >= 3]
    return [rank for rank in found if rank is not None]


def spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Rank correlation, ties by mean rank; None where one side does not vary."""
    left, right = (_rank([pair[side] for pair in pairs]) for side in (0, 1))
    if len(set(left)) < 2 or len(set(right)) < 2:
        return None
    return float(np.corrcoef(left, right)[0, 1])


def _rank(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    return [statistics.mean(i for i, v in enumerate(order) if v == value) for value in values]


# --- output ---------------------------------------------------------------------------------------


def table(tiers: Mapping[str, Mapping[str, Mapping[str, float | int]]]) -> list[str]:
    """The summary as Markdown rows."""
    rows = ["| tier | metric | figures |", "| --- | --- | --- |"]
    for tier, metrics in tiers.items():
        for metric, figures in metrics.items():
            shown = ", ".join(f"{key} {_number(value)}" for key, value in figures.items())
            rows.append(f"| {tier} | {metric} | {shown} |")
    return rows


def page(comparisons: Sequence[Comparison]) -> str:
    """docs/accuracy.md: the summary, then every point with what is off."""
    lines = [
        "# Accuracy of the estimates",
        "",
        "Generated by `python -m hcl_explore.accuracy`; do not edit. Errors in percent; a point",
        "that is not expressed counts with 100 %, `_expressed` leaves it out. LUT and FF are",
        f"in band where the report lies within {LUT_FF_BAND[0]:g} to {LUT_FF_BAND[1]:g} times",
        "the estimate. Tiers: A small hand-written nests, B generated code with dataflow and",
        "m_axi, C textually unrolled code, D Merlin designs (ranking only).",
        "",
        *table(summary(comparisons)),
        "",
        "## Point by point",
        "",
        "| point | latency: report | ours | error | off |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for c in comparisons:
        if c.missed:
            continue
        reported, ours = c.figures.get("latency_cycles", (math.nan, math.nan))
        error = "" if math.isnan(reported) else f"{100 * error_of(reported, ours):.2f} %"
        lines.append(
            f"| {c.point['id']} | {_number(reported)} | {_number(ours)} | {error} "
            f"| {'; '.join(_off(c))} |"
        )
    lines += ["", "## Not expressed", ""]
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for c in comparisons:
        if c.missed:
            reasons[f"{c.tier}: {c.missed}"].append(c.point["id"])
    lines += [f"- {reason} ({len(ids)}): {', '.join(ids)}" for reason, ids in reasons.items()]
    return "\n".join(lines) + "\n"


def _off(c: Comparison) -> Iterator[str]:
    for name, reported, ours in c.loops:
        if reported != ours:
            yield f"II of {name} {reported}, ours {ours}"
    for name, reported_depth, depth in c.depths:
        if depth is None or abs(reported_depth - depth) > 2:
            yield f"depth of {name} {reported_depth}, ours {depth}"
    for metric in ("dsp", "bram", "uram"):
        if metric in c.figures and error_of(*c.figures[metric]) > 0.1:
            theirs, estimated = c.figures[metric]
            yield f"{metric.upper()} {_number(theirs)}, ours {_number(estimated)}"


def _number(value: float | int) -> str:
    if isinstance(value, float) and math.isnan(value):
        return "-"
    return str(int(value)) if float(value).is_integer() else f"{value:.2f}"


def run(points: Path, kernels: Path) -> list[Comparison]:
    """Compare every point of a file."""
    files = read_kernels(kernels)
    return [compare(point, kernel_of(point, files)) for point in read_points(points)]


def main(
    points: Annotated[Path, typer.Option(help="points, one JSON object a line")] = Path(
        "benchmarks/qor/points.jsonl"
    ),
    kernels: Annotated[Path, typer.Option(help="folder of kernels in our language")] = Path(
        "benchmarks/qor/kernels"
    ),
    json_out: Annotated[Path | None, typer.Option("--json", help="write the figures here")] = None,
    page_out: Annotated[Path | None, typer.Option("--page", help="write the page here")] = None,
) -> None:
    """Estimate designs with known HLS reports and print how far off the estimates are."""
    try:
        comparisons = run(points, kernels)
    except (HclError, OSError) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    tiers = summary(comparisons)
    typer.echo("\n".join(table(tiers)))
    if json_out is not None:
        json_out.write_text(json.dumps(tiers, indent=1) + "\n", encoding="utf-8")
    if page_out is not None:
        page_out.write_text(page(comparisons), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
