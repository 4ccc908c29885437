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
    "What is still off, as far as it is known:",
    "",
    "- Tier A, intervals: two loops of 57 are at 2 where the model finds 1: SHIFT_ACCUM_LOOP of",
    "  fir128-best in Vivado 2019, which reads completely cut arrays, and a border of stencil-3d",
    "  where the tool joins two loops. (fir loop-pipelining counts with the interval 2 that its",
    "  log names as asked for; the source beside it asks for 1.)",
    "- Tier B, intervals: 17 loops of 376. bicg and its twin bicg-1, 97 against 16: probably an",
    "  element of a completely cut array of the interface, chosen at run time, is written and",
    "  read back 32 times, 3 cycles each. bicg-heterocl, 7 against 4: the tool did not take the",
    "  adder made of logic although an interval was asked for, as it did elsewhere. adi",
    "  generate-9 and -10, 108 and 91 against 90 and 80. atax generate-11, two loops, 1 cycle",
    "  apart. doitgen generate-5, -13 and -16, correlation generate-1, trmm and syrk of",
    "  Prometheus: one loop each, of which is not known what the tool did. atax generate-24:",
    "  elements that a pipeline accumulates in stay in registers there (3 against 8), and a",
    "  dependence between banks is assumed (3 against 1).",
    "- Tier B, DSP: bicg and bicg-1 share one multiplier among 97 cycles, the model 64 among 16.",
    "  doitgen generate-5 and -16 likewise.",
    "- Tier B, BRAM: Stream-HLS 2mm and 3mm keep copies of the matrices that a stage reads again,",
    "  which the kernels here do not have (a third less); opt1 and opt3 keep sums in arrays.",
    "- Tier B, LUT: HLStrans' designs of arrays cut behind m_axi ports and of bodies unrolled by a",
    "  hundred report 10 to 50 times the model; what they hold is not in the reports.",
    "- Tier B, depth: reads of several words behind m_axi ports in the Vitis kernel flow take 74",
    "  states, the model 2 to 15; sums of floats 4 to 8 states less or more.",
    "",
    "How what the tool does in recurrences was found (Vitis 2022.2 and 2023.2), each from several",
    "kernels: a balanced sum of floats takes the carried value in among its terms (1 addition deep",
    "for 1 and 2 terms, 4 for 10, 16 and 25, 5 for 50: Stream-HLS gemm, gesummv, mvt, 2mm,",
    "Sisyphus atax and mvt); only those additions are made of logic, which the DSP counts of",
    "Stream-HLS gesummv and mvt show; without a stated interval none is (Sisyphus); chained",
    "additions cost a state more each unless two of their delays fit one (HLStrans atax, bicg).",
    "The places of the carried value are fitted on these points, six numbers of terms: for others",
    "the depth may be off by one addition.",
    "",
    "Tier C: intervals, latencies and memories are those of the reports; the sources of the",
    "designs for the Vivado flow are not stored, their tiles are read from partitions and trip",
    "counts. DSP of the bicg and atax designs for the kernel flow are half of what is reported:",
    "the tool computes the bank of each element with DSP blocks where banks are no power of two.",
    "LUT are too low for the same reason: the choice of a bank at run time is not counted.",
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
