"""The roofline as a matplotlib figure, for papers and slides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from hcl_explore.errors import DeviceError
from hcl_explore.views.record import SessionRecord
from hcl_explore.views.roofline_data import (
    Bounds,
    Ceilings,
    Point,
    bounds,
    cpu_ceilings,
    device_ceilings,
    measured_points,
    roofline_points,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GREY, _LIGHT, _POINTS = "0.25", "0.6", "#2171b5"
_LABEL_POINTS = 7
_PANEL_INCHES = (5.0, 3.4)
# Points closer than this, in decades of both axes, share a label.
_SAME_PLACE = 0.06
# Slopes whose bandwidths differ by less than this factor share a label.
_CLOSE_SLOPES = 1.7

_Slope: TypeAlias = tuple[
    str, float, float, float
]  # label, bandwidth, and where it begins and ends


def roofline_figure(record: SessionRecord) -> Figure:
    """A figure apart from pyplot's global state, with the number of each step beside its point; a
    second panel beside it where steps were measured on this machine's processor.

    Save it with ``figure.savefig("roofline.pdf")``.

    Raises:
        DeviceError: the record's device has no peak or no bandwidth.
    """
    from matplotlib.figure import Figure

    cpu = record["cpu"]
    panels = 2 if cpu is not None else 1
    figure = Figure(figsize=(_PANEL_INCHES[0] * panels, _PANEL_INCHES[1]), layout="constrained")
    axes = figure.add_subplot(1, panels, 1)
    title = f"{record['name']} on {record['device']} at {record['clock_mhz']:g} MHz, estimated"
    points = roofline_points(record["steps"])
    if not _panel(axes, device_ceilings(record["roofline"]), points, title):
        raise DeviceError(
            f"device {record['device']} has no peak or no bandwidth to draw",
            advice="Give its file a peak and a bandwidth, or choose another device.",
        )
    if cpu is not None:
        title = f"{record['name']} on one core of {cpu['processor']}, measured"
        measured = measured_points(record["steps"])
        beside = figure.add_subplot(1, panels, 2)
        _panel(beside, cpu_ceilings(cpu), measured, title)
    return figure


def _panel(axes: Axes, ceilings: Ceilings, points: Sequence[Point], title: str) -> bool:
    """Draw one roofline; False where there is nothing to scale by."""
    area = bounds(ceilings, points)
    if area is None:
        return False
    axes.set(
        xscale="log",
        yscale="log",
        xlim=(area.low_x, area.high_x),
        ylim=(area.low_y, area.high_y),
        xlabel="operational intensity (operations/byte)",
        ylabel="throughput (GOP/s)",
    )
    axes.set_title(title, fontsize=8)
    axes.grid(color="0.92", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=_LABEL_POINTS)
    axes.xaxis.label.set_fontsize(8)
    axes.yaxis.label.set_fontsize(8)
    _slopes(axes, ceilings, area)
    _peaks(axes, ceilings, area)
    xs, ys = [p.intensity for p in points], [p.achieved for p in points]
    axes.plot(xs, ys, marker="o", markersize=4, linewidth=0.8, color=_POINTS)
    _labels(axes, points)
    return True


def _slopes(axes: Axes, ceilings: Ceilings, area: Bounds) -> None:
    for rates, style, width in ((ceilings.inner, ":", 0.8), (ceilings.bandwidths, "-", 1.0)):
        drawn = []
        for name, rate in sorted(rates, key=lambda entry: -entry[1]):
            low = max(area.low_x, area.low_y / rate)
            ridge = min(ceilings.top_peak / rate, area.high_x)
            if ridge > low:
                colour = _GREY if rate == ceilings.top_rate else _LIGHT
                axes.plot(
                    [low, ridge], [rate * low, rate * ridge], style, color=colour, linewidth=width
                )
                drawn.append((f"{name} {_rate(rate)} GB/s", rate, low, ridge))
        for number, (text, rate, low, ridge) in enumerate(_together(drawn)):
            x = low * (ridge / low) ** (0.04 + 0.2 * number)
            _along(axes, text, x, rate)


def _together(slopes: Sequence[_Slope]) -> list[_Slope]:
    """The labels of slopes, fastest first: those too close for two lines of text share one, at the
    fastest of them."""
    labels: list[_Slope] = []
    last = math.inf
    for text, rate, low, ridge in slopes:
        if last / rate < _CLOSE_SLOPES:
            labels[-1] = (f"{labels[-1][0]}, {text}", *labels[-1][1:])
        else:
            labels.append((text, rate, low, ridge))
        last = rate
    return labels


def _along(axes: Axes, text: str, x: float, rate: float) -> None:
    """Text on the slope of a bandwidth, beginning at ``x``."""
    axes.text(
        x,
        1.12 * rate * x,
        text,
        fontsize=_LABEL_POINTS,
        color=_GREY,
        rotation=math.degrees(math.atan(rate)),
        rotation_mode="anchor",
        transform_rotates_text=True,
        clip_on=True,
    )


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _peaks(axes: Axes, ceilings: Ceilings, area: Bounds) -> None:
    previous = math.inf
    place = area.high_x / 1.1
    for name, peak in sorted(ceilings.peaks, key=lambda entry: -entry[1]):
        start = max(peak / ceilings.top_rate, area.low_x)
        axes.plot([start, area.high_x], [peak, peak], color=_GREY, linewidth=1)
        # Lines that lie close get their labels side by side.
        crowded = math.log10(previous / peak) < 0.045 * math.log10(area.high_y / area.low_y)
        place = place / (area.high_x / area.low_x) ** 0.27 if crowded else area.high_x / 1.1
        axes.annotate(
            f"{name} {_rate(peak)} GOP/s",
            (place, peak),
            xytext=(0, 2),
            textcoords="offset points",
            fontsize=_LABEL_POINTS,
            color=_GREY,
            horizontalalignment="right",
        )
        previous = peak


def _labels(axes: Axes, points: Sequence[Point]) -> None:
    """The steps' numbers; one label for steps at the same place."""
    groups: list[list[Point]] = []
    for point in points:
        for group in groups:
            if _is_near(group[0], point):
                group.append(point)
                break
        else:
            groups.append([point])
    for group in groups:
        axes.annotate(
            ", ".join(str(point.step) for point in group),
            (group[0].intensity, group[0].achieved),
            xytext=(4, -8),
            textcoords="offset points",
            fontsize=_LABEL_POINTS,
        )


def _is_near(one: Point, other: Point) -> bool:
    distance = math.hypot(
        math.log10(one.intensity / other.intensity), math.log10(one.achieved / other.achieved)
    )
    return distance < _SAME_PLACE
