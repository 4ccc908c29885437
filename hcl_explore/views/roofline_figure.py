"""The roofline as a matplotlib figure, for papers and slides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hcl_explore.views.record import SessionRecord
from hcl_explore.views.roofline_data import bounds, roofline_points

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def roofline_figure(
    record: SessionRecord, *, size: tuple[float, float] = (5.0, 3.4), labels: bool = True
) -> Figure:
    """A figure of ``size`` inches, apart from pyplot's global state.

    ``labels`` writes the number of each step beside its point. Save it with
    ``figure.savefig("roofline.pdf")``.

    Raises:
        ValueError: the record's device has no peak or no bandwidth.
    """
    from matplotlib.figure import Figure

    points = roofline_points(record["steps"])
    area = bounds(record["roofline"], points)
    if area is None:
        raise ValueError(f"device {record['device']} has no peak or no bandwidth to draw")
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.add_subplot()
    axes.set(
        xscale="log",
        yscale="log",
        xlim=(area.low_x, area.high_x),
        ylim=(area.low_y, area.high_y),
        xlabel="operational intensity (operations/byte)",
        ylabel="throughput (GOP/s)",
    )
    axes.set_title(f"{record['name']} on {record['device']} at {record['clock_mhz']:g} MHz")
    top_peak = max(peak for _, peak in record["roofline"]["peaks"])
    top_rate = max(rate for _, rate in record["roofline"]["bandwidths"])
    for name, rate in record["roofline"]["bandwidths"]:
        ridge = top_peak / rate
        axes.plot([area.low_x, ridge], [rate * area.low_x, top_peak], color="0.35", linewidth=1)
        axes.annotate(
            f"{name} {rate:g} GB/s",
            (area.low_x * 1.15, max(rate * area.low_x * 1.4, area.low_y * 1.2)),
            fontsize=7,
            color="0.35",
        )
    for name, peak in record["roofline"]["peaks"]:
        axes.plot([peak / top_rate, area.high_x], [peak, peak], color="0.35", linewidth=1)
        axes.annotate(
            f"{name} {peak:g} GOP/s",
            (area.high_x / 1.1, peak * 1.1),
            fontsize=7,
            color="0.35",
            horizontalalignment="right",
        )
    xs, ys = [p.intensity for p in points], [p.achieved for p in points]
    axes.plot(xs, ys, marker="o", markersize=4, linewidth=0.8, color="C0")
    if labels:
        for point in points:
            axes.annotate(
                str(point.step),
                (point.intensity, point.achieved),
                xytext=(4, -8),
                textcoords="offset points",
                fontsize=7,
            )
    return figure
