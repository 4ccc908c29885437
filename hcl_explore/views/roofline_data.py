"""What a roofline shows, independent of how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hcl_explore.views.record import EstimateRecord, RooflineRecord, StepRecord

# Space around the points and ridge points, as a factor.
_MARGIN = 3.0


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


def bounds(roofline: RooflineRecord, points: Sequence[Point]) -> Bounds | None:
    """A range that holds all points and every ridge point; None where there is nothing to scale."""
    peaks = [peak for _, peak in roofline["peaks"] if peak > 0]
    rates = [rate for _, rate in roofline["bandwidths"] if rate > 0]
    if not peaks or not rates:
        return None
    ridges = [max(peaks) / rate for rate in (max(rates), min(rates))]
    xs = [*ridges, *(point.intensity for point in points)]
    low_x, high_x = min(xs) / _MARGIN, max(xs) * _MARGIN
    ys = [max(peaks), *(point.achieved for point in points)]
    ys += [point.design for point in points if point.design]
    low_y = min(*ys, max(rates) * low_x) / _MARGIN
    return Bounds(low_x, high_x, low_y, max(ys) * _MARGIN)


def ticks(low: float, high: float) -> list[float]:
    """Round numbers within a logarithmic range: powers of ten, with 2 and 5 where there is room."""
    decades = math.log10(high / low)
    steps = (1,) if decades > 3.5 else (1, 3) if decades > 2 else (1, 2, 5)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    candidates = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    return [value for value in candidates if low <= value <= high]
