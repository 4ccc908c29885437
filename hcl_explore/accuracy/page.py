"""The accuracy page and its scatter plots."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TypeAlias

from hcl_explore.accuracy.compare import Comparison
from hcl_explore.accuracy.figures import LUT_FF_BAND, error_of, ranks_by_kernel, summary

Tiers: TypeAlias = "Mapping[str, Mapping[str, Mapping[str, float | int]]]"

_WHY = (
    "Why goals are missed, as far as it is known:",
    "",
    "- Tier B counts points that are not expressed with 100 %; they are listed below with the",
    "  reason. Of the others, most of the error is in designs whose intervals come from what the",
    "  tool could not prove (conflicts of banks that it takes for possible, registers chosen at",
    "  run time) and from stages that the tool overlaps and the model runs one after the other.",
    "- Tier D: Merlin decides by itself what it copies to the chip and whether it applies a",
    "  factor at all. Designs where it does what was asked are within a few per cent; where it",
    "  gives up, a design is slower than without the directive, by up to two orders of magnitude,",
    "  and nothing in the point says so.",
    "- Tier A, intervals: two shift registers for which Vivado 2018 and 2019 keep an interval of 2",
    "  although a partition leaves ports enough, and a stencil whose two loops it merges.",
)


def table(tiers: Tiers) -> list[str]:
    """The summary as Markdown rows."""
    rows = ["| tier | metric | figures |", "| --- | --- | --- |"]
    for tier, metrics in tiers.items():
        for metric, figures in metrics.items():
            shown = ", ".join(f"{key} {_number(value)}" for key, value in figures.items())
            rows.append(f"| {tier} | {metric} | {shown} |")
    return rows


_GOALS = {
    "A": (
        ("latency_cycles", "mape", 5, "<="),
        ("latency_cycles", "median", 1, "<="),
        ("ii_exact", "share", 95, ">="),
        ("depth_within_2", "share", 80, ">="),
        ("dsp", "mape", 10, "<="),
        ("bram", "mape", 15, "<="),
        ("uram", "mape", 15, "<="),
        ("lut_in_band", "share", 80, ">="),
        ("ff_in_band", "share", 80, ">="),
    ),
    "B": (("latency_cycles", "mape", 15, "<="), ("ii_exact", "share", 90, ">=")),
    "D": (("rank_correlation", "mean", 0.85, ">="),),
}
"""What the estimates are meant to reach, per tier."""


def goals(tiers: Tiers) -> list[str]:
    """The goals as Markdown rows: what is asked, what is reached."""
    rows = ["| tier | goal | reached | met |", "| --- | --- | ---: | --- |"]
    for tier, wanted in _GOALS.items():
        for metric, figure, limit, relation in wanted:
            reached = tiers.get(tier, {}).get(metric, {}).get(figure)
            if reached is None:
                continue
            is_met = reached <= limit if relation == "<=" else reached >= limit
            sign = "at most" if relation == "<=" else "at least"
            rows.append(
                f"| {tier} | {metric} {figure} {sign} {limit:g} | {reached:.2f} "
                f"| {'yes' if is_met else 'no'} |"
            )
    return rows


def scatter_plots(comparisons: Sequence[Comparison]) -> dict[str, str]:
    """An SVG for each tier, by file name: latencies of the reports against the estimates."""
    plots = {}
    for tier in sorted({c.tier for c in comparisons}):
        pairs = [
            (c.point["id"], *c.figures["latency_cycles"])
            for c in comparisons
            if c.tier == tier and "latency_cycles" in c.figures
        ]
        pairs = [(name, r, o) for name, r, o in pairs if r > 0 and o > 0]
        if pairs:
            plots[f"accuracy-{tier.lower()}.svg"] = _scatter(tier, pairs)
    return plots


def _scatter(tier: str, pairs: Sequence[tuple[str, float, float]]) -> str:
    """Both axes logarithmic and alike; on the diagonal the estimate is right."""
    size, edge = 420, 50
    values = [math.log10(v) for _, *both in pairs for v in both]
    low, high = math.floor(min(values)), math.ceil(max(values) + 1e-9)
    scale = (size - 2 * edge) / max(high - low, 1)

    def x(value: float) -> float:
        return edge + (value - low) * scale

    def y(value: float) -> float:
        return size - edge - (value - low) * scale

    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{size}" height="{size}" fill="white"/>',
        f'<text x="{size / 2}" y="20" text-anchor="middle">Tier {tier}: latency in cycles</text>',
        f'<text x="{size / 2}" y="{size - 12}" text-anchor="middle">report</text>',
        f'<text x="14" y="{size / 2}" transform="rotate(-90 14 {size / 2})" '
        'text-anchor="middle">estimate</text>',
        f'<line x1="{x(low)}" y1="{y(low)}" x2="{x(high)}" y2="{y(high)}" stroke="#999"/>',
    ]
    for power in range(low, high + 1):
        rows.append(
            f'<text x="{x(power):.1f}" y="{size - edge + 16}" text-anchor="middle">1e{power}</text>'
            f'<text x="{edge - 6}" y="{y(power) + 4:.1f}" text-anchor="end">1e{power}</text>'
            f'<path d="M{x(power):.1f} {y(low)}V{y(high)}M{x(low)} {y(power):.1f}H{x(high)}" '
            'stroke="#eee" fill="none"/>'
        )
    for name, reported, ours in pairs:
        rows.append(
            f'<circle cx="{x(math.log10(reported)):.1f}" cy="{y(math.log10(ours)):.1f}" r="3.5" '
            f'fill="#1f77b4" fill-opacity="0.6"><title>{escape(name)}: {_number(reported)}, '
            f"ours {_number(ours)}</title></circle>"
        )
    return "\n".join([*rows, "</svg>"]) + "\n"


def page(comparisons: Sequence[Comparison]) -> str:
    """docs/accuracy.md: goals, the summary, ranks, then every point with what is off."""
    tiers = summary(comparisons)
    ranks = ranks_by_kernel([c for c in comparisons if c.tier == "D"])
    lines = [
        "# Accuracy of the estimates",
        "",
        "Generated by `python -m hcl_explore.accuracy`; do not edit. Errors in percent; a point",
        "that is not expressed counts with 100 %, `_expressed` leaves it out. LUT and FF are",
        f"in band where the report lies within {LUT_FF_BAND[0]:g} to {LUT_FF_BAND[1]:g} times",
        "the estimate. Tiers: A small hand-written nests, B generated code with dataflow and",
        "m_axi, C textually unrolled code, D Merlin designs (ranking only).",
        "",
        "## Goals",
        "",
        *goals(tiers),
        "",
        *_WHY,
        "",
        "## Figures",
        "",
        *table(tiers),
        "",
        *(f"![{name}]({name})" for name in scatter_plots(comparisons)),
        "",
        "Rank correlation of latencies per kernel, tier D: "
        + ", ".join(f"{kernel} {rank:.2f}" for kernel, rank in sorted(ranks.items())),
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
