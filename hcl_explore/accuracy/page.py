"""The accuracy page and its scatter plots."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TypeAlias

from hcl_explore.accuracy.compare import Comparison
from hcl_explore.accuracy.figures import LUT_FF_BAND, error_of, ranks_by_kernel, summary

Tiers: TypeAlias = "Mapping[str, Mapping[str, Mapping[str, float | int]]]"

_WHY = (
    "Why goals are missed, as far as it is known:",
    "",
    "- Tier A, intervals: three loops of 57 are at 2 where the model finds 1: two FIR loops in",
    "  Vivado 2018 and 2019 that read a completely cut array (MAC of loop-pipelining,",
    "  SHIFT_ACCUM_LOOP of fir128-best) and a border of stencil-3d where the tool joins two loops.",
    "- Tier B, intervals: 22 of the 60 wrong ones are loops of three points that have no kernel",
    "  here (below). Of the others:",
    "  Stream-HLS opt3, five loops of gemm, gesummv and mvt: the reports say 16 whatever the tile",
    "  (10, 16 or 25 sums), the model 6, the latency of one addition; opt1 of 2mm, two loops: 4",
    "  against 6. Which addition the tool took there cannot be told from the report.",
    "  adi generate-9 and -10, four loops: half of what is reported or less. bicg-1, its twin and",
    "  bicg-heterocl, four loops: 97 and 7, against 16 and 4. bicg-9, four loops: 10 against 9.",
    "  atax generate-1, -2, -11, -18 and -21, nine loops: up to 3 cycles apart, or loops that the",
    "  tool keeps and the model unrolls. What the tool did in these is not known. The rest differ",
    "  one or two a point.",
    "",
    "How tier D is modelled: Merlin's reports give cycles only, and nothing says what it did. What",
    "it does was found by holding cycles of designs that differ in one directive against each",
    "other, and is kept where it has a reason and holds for several kernels. It was found on these",
    "same points: for other designs of Merlin the ranks will be lower.",
    "",
    "- A tile is copied to the chip and back each time, a burst for each run of elements side by",
    "  side (bicg e4c41d, atax 435a41, trmm-opt 036fb9: latencies 9 to 51 % off); a tile of all",
    "  iterations is none (trmm-opt 558a9c, e0a261).",
    "- A factor gains nothing on a loop that carries a dependence, on a sum not marked as a",
    "  reduction, on one of two sums in a loop, or on an array that is also read elsewhere in it",
    "  (gemm-p, gesummv, jacobi-1d, bicg, trmm); the loop then runs in whole chunks of that",
    "  factor, counted from 0 (seidel-2d: 1.8 % more for a factor of 2, the model 1.7 %).",
    "- Copies of a loop that stands inside another one and holds a loop work off the chip, 64",
    "  cycles an access (gemm-ncubed 1f66d3, 2mm 23f587 and ee087a, symm 9a7540).",
    "- On top of Vitis a coarse-grained pipeline excludes copies of its loop (trmm a5f2d2, symm",
    "  93eb58, gemm-ncubed eff210; against it: symm b3fd7a, twice as fast as the model says).",
    "- A flatten leaves loops as they are that have no directive (doitgen 68f11f: one point) or no",
    "  constant bounds (correlation). An array is cut into 1024 banks at most (gemm-ncubed).",
    "- The clock is not stated: 4 ns for 2018, 5 ns for 2020 give the 14 and 6 cycles a term that",
    "  plain sums take there.",
    "",
    "What is still off by more than 5 times: parts of rows that SDx 2018 copies more slowly",
    "(gemm-p c79569, gemver 50e28d); gemm-p 740a74 likewise; designs of mvt and gemver with 400",
    "rows, whose matrix does not fit on the chip; factors that do not divide the loop (mvt 79f325",
    "and f93519); stencil-3d bbef79, whose rows are copied while others compute; tiles copied too",
    "often (gemm-p-large 254e80, syrk a78f3a); doitgen bc5352, where Vitis unrolls a loop by",
    "itself; trmm-opt 43c9a2; symm 01d10f and 9a7540.",
    "Resources of tier D are not modelled: Merlin's copies, wide ports and functions are left out.",
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
    for title, rows in (
        ("Not expressed", not_expressed(comparisons)),
        ("Assumptions, and directives left out", remarks(comparisons)),
    ):
        lines += ["", f"## {title}", "", *rows] if rows else []
    return "\n".join(lines) + "\n"


def not_expressed(comparisons: Sequence[Comparison]) -> list[str]:
    """Why points were missed, as a Markdown list: a reason with its points."""
    return _listed((f"{c.tier}: {c.missed}", c) for c in comparisons if c.missed)


def remarks(comparisons: Sequence[Comparison]) -> list[str]:
    """What was assumed or left out in points that were estimated, likewise."""
    return _listed((remark, c) for c in comparisons if not c.missed for remark in c.remarks)


def _listed(entries: Iterable[tuple[str, Comparison]]) -> list[str]:
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for reason, c in entries:
        reasons[reason].append(str(c.point["id"]))
    return [f"- {reason} ({len(ids)}): {', '.join(ids)}" for reason, ids in reasons.items()]


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
