"""What a roofline shows, independent of how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hcl_explore.views.record import (
    CpuRecord,
    EstimateRecord,
    RooflineRecord,
    StepRecord,
    TrafficRecord,
)

# Space around the points and ridge points, as a factor.
_MARGIN = 3.0


@dataclass(frozen=True)
class Ceilings:
    """(name, 1e9 operations per second) of each peak; (name, 1e9 bytes per second) of each memory
    that points are held against, and of those nearer to the operators."""

    peaks: Sequence[tuple[str, float]]
    bandwidths: Sequence[tuple[str, float]]
    inner: Sequence[tuple[str, float]] = ()

    @property
    def top_peak(self) -> float:
        return max((peak for _, peak in self.peaks), default=0.0)

    @property
    def top_rate(self) -> float:
        return max((rate for _, rate in self.bandwidths), default=0.0)


def device_ceilings(roofline: RooflineRecord) -> Ceilings:
    """What the device can do, with all the ports of the memories on its chip."""
    return Ceilings(roofline["peaks"], roofline["bandwidths"], roofline["on_chip"])


def cpu_ceilings(cpu: CpuRecord) -> Ceilings:
    """What one core can do: its main memory comes last, the caches are nearer."""
    return Ceilings(cpu["peaks"], cpu["bandwidths"][-1:], cpu["bandwidths"][:-1])


@dataclass(frozen=True)
class Point:
    """One step: operations per byte, and 1e9 operations per second (achieved, and the ceilings)."""

    step: int
    call: str
    intensity: float
    achieved: float
    attainable: float | None
    design: float | None


@dataclass(frozen=True)
class Bounds:
    """The drawn range of both logarithmic axes."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float


def roofline_points(steps: Sequence[StepRecord]) -> list[Point]:
    """The steps whose estimate knows intensity and throughput; the others have no point."""
    points: list[Point] = []
    for step in steps:
        estimate = step["estimate"]
        intensity, achieved = estimate["operational_intensity"], estimate["achieved_gops"]
        if intensity is None or achieved is None or intensity <= 0 or achieved <= 0:
            continue
        points.append(
            Point(
                step["index"],
                step["call"],
                intensity,
                achieved,
                estimate["attainable_gops"],
                estimate["design_gops"],
            )
        )
    return points


def measured_points(steps: Sequence[StepRecord]) -> list[Point]:
    """The steps that were measured on this machine's processor."""
    points = []
    for step in steps:
        measured = step["measured"]
        if measured is not None and measured["gops"] and measured["intensity"]:
            gops, intensity = measured["gops"], measured["intensity"]
            points.append(Point(step["index"], step["call"], intensity, gops, None, None))
    return points


def level_points(step: StepRecord) -> list[tuple[TrafficRecord, float]]:
    """The levels of memory of a step's design with their operational intensity."""
    return [
        (level, level["intensity"])
        for level in step["traffic"]
        if level["intensity"] and not level["is_off_chip"]
    ]


def why_no_point(estimate: EstimateRecord) -> str:
    """Why a step has no point, in the estimate's own words where it gives any."""
    missing = [
        words
        for field, words in (
            ("operational_intensity", "operational intensity"),
            ("achieved_gops", "throughput"),
        )
        if not estimate[field]  # type: ignore[literal-required]
    ]
    reason = f" {' '.join(estimate['notes'])}" if estimate["notes"] else ""
    return f"The {' and '.join(missing)} of this step is not known.{reason}"


def bounds(
    ceilings: Ceilings, points: Sequence[Point], intensities: Sequence[float] = ()
) -> Bounds | None:
    """A range that holds all points, further ``intensities`` and every ridge point of the highest
    peak; None where there is nothing to scale."""
    peaks = [peak for _, peak in ceilings.peaks if peak > 0]
    rates = [rate for _, rate in ceilings.bandwidths if rate > 0]
    if not peaks or not rates:
        return None
    all_rates = [*rates, *(rate for _, rate in ceilings.inner)]
    ridges = [max(peaks) / rate for rate in (max(all_rates), min(all_rates))]
    xs = [*ridges, *intensities, *(point.intensity for point in points)]
    low_x, high_x = min(xs) / _MARGIN, max(xs) * _MARGIN
    ys = [max(peaks), *(point.achieved for point in points)]
    ys += [point.design for point in points if point.design]
    # The slope of the main memory is in sight at the left edge, but not at the cost of the rest.
    low_y = min(*ys, max(max(rates) * low_x, min(ys) / 30)) / _MARGIN
    return Bounds(low_x, high_x, low_y, max(ys) * _MARGIN)


def ticks(low: float, high: float) -> list[float]:
    """Round numbers within a logarithmic range: powers of ten, with 2 and 5 where there is room."""
    decades = math.log10(high / low)
    steps = (1,) if decades > 3.5 else (1, 3) if decades > 2 else (1, 2, 5)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    candidates = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    return [value for value in candidates if low <= value <= high]
