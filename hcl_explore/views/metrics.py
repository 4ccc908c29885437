"""The figures of a step, their change since the last one, and what bounds each loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hcl_explore.views.record import EstimateRecord, LoopEstimateRecord, StepRecord
from hcl_explore.views.text import (
    MISSING,
    attribute,
    escape,
    format_bytes,
    format_count,
    format_gops,
)

Good = Literal["less", "more"]


@dataclass(frozen=True)
class Metric:
    """A field of the estimate: how it is called and written, and which direction is better."""

    field: str
    label: str
    unit: str
    good: Good
    kind: Literal["count", "bytes", "rate"] = "count"

    def format(self, value: float | None) -> str:
        if value is None:
            return MISSING
        if self.kind == "rate":
            return format_gops(value)
        return format_bytes(int(value)) if self.kind == "bytes" else format_count(int(value))


METRICS = (
    Metric("latency_cycles", "Latency", "cycles", "less"),
    Metric("interval", "Interval", "cycles", "less"),
    Metric("achieved_gops", "Throughput", "GOP/s", "more", "rate"),
    Metric("attainable_gops", "Attainable on the device", "GOP/s", "more", "rate"),
    Metric("design_gops", "This design's operators", "GOP/s", "more", "rate"),
    Metric("operational_intensity", "Operational intensity", "op/byte", "more", "rate"),
    Metric("ops", "Operations", "", "less"),
    Metric("bytes", "Off-chip traffic", "", "less", "bytes"),
    Metric("dsp", "DSP", "", "less"),
    Metric("bram18", "BRAM (18 Kb)", "", "less"),
    Metric("uram", "URAM", "", "less"),
    Metric("lut", "LUT", "", "less"),
    Metric("ff", "FF", "", "less"),
)


def value_of(estimate: EstimateRecord, field: str) -> float | None:
    """A figure of the estimate by its field name."""
    value: float | None = estimate[field]  # type: ignore[literal-required]
    return value


def metrics_html(steps: Sequence[StepRecord], index: int) -> str:
    """The metrics of step ``index`` against the step before, and its loops."""
    estimate = steps[index]["estimate"]
    before = steps[index - 1]["estimate"] if index else None
    rows = "".join(_metric_row(metric, estimate, before) for metric in METRICS)
    milliseconds = _time_text(estimate)
    return (
        f'<p class="hx-note">Estimated for <b>{escape(estimate["device"])}</b> at '
        f"{estimate['clock_mhz']:g} MHz{milliseconds}.</p>"
        '<table class="hx-table hx-metrics"><caption>Design</caption><thead><tr>'
        '<th scope="col">Figure</th><th scope="col" class="num">Now</th>'
        '<th scope="col" class="num">Before</th><th scope="col">Change</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{_notes(estimate)}{_loops(estimate, before)}"
    )


def _time_text(estimate: EstimateRecord) -> str:
    cycles = estimate["latency_cycles"]
    if cycles is None or estimate["clock_mhz"] <= 0:
        return ""
    microseconds = cycles / estimate["clock_mhz"]
    if microseconds >= 1000:
        return f": one call takes {microseconds / 1000:,.3g} ms"
    return f": one call takes {microseconds:.3g} µs"


def _metric_row(metric: Metric, now: EstimateRecord, before: EstimateRecord | None) -> str:
    value = value_of(now, metric.field)
    old = value_of(before, metric.field) if before is not None else None
    unit = f' <span class="unit">{metric.unit}</span>' if metric.unit and value is not None else ""
    return (
        f'<tr><th scope="row">{metric.label}</th><td class="num">{metric.format(value)}{unit}</td>'
        f'<td class="num">{metric.format(old)}</td><td>{_change(metric, value, old)}</td></tr>'
    )


def _change(metric: Metric, value: float | None, old: float | None) -> str:
    """The change in words and sign, so that colour is never the only carrier."""
    if value is None or old is None:
        return '<span class="delta">–</span>'
    if value == old:
        return '<span class="delta">same</span>'
    less = value < old
    better = less == (metric.good == "less")
    arrow = "▼" if less else "▲"
    if old and value:
        ratio = old / value if less else value / old
        size = f"{ratio:,.3g}× {'less' if less else 'more'}" if ratio >= 1.095 else _percent(ratio)
    else:
        size = f"{'−' if less else '+'}{metric.format(abs(value - old))}"
    css, word = ("is-better", "better") if better else ("is-worse", "worse")
    return f'<span class="delta {css}">{arrow} {size} <span class="verdict">{word}</span></span>'


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):.2g} %"


def latency_change(steps: Sequence[StepRecord], index: int) -> str:
    """The change of latency in a few words for the step list, or nothing."""
    if not index:
        return ""
    now = steps[index]["estimate"]["latency_cycles"]
    old = steps[index - 1]["estimate"]["latency_cycles"]
    if now is None or old is None or now == old or not now or not old:
        return ""
    ratio = old / now if now < old else now / old
    if ratio < 1.005:
        return ""
    return f"{ratio:,.3g}× {'faster' if now < old else 'slower'}"


def _notes(estimate: EstimateRecord) -> str:
    if not estimate["notes"]:
        return ""
    items = "".join(f"<li>{escape(note)}</li>" for note in estimate["notes"])
    return f'<ul class="hx-notes">{items}</ul>'


def _loops(estimate: EstimateRecord, before: EstimateRecord | None) -> str:
    if not estimate["loops"]:
        return ""
    known = {loop["key"]: loop for loop in before["loops"]} if before else {}
    # Tasks of one region often name their loops alike.
    of_several = len({_function(loop) for loop in estimate["loops"]}) > 1
    rows = "".join(
        _loop_row(loop, known.get(loop["key"]), f"{_function(loop)}:" if of_several else "")
        for loop in estimate["loops"]
    )
    return (
        '<table class="hx-table hx-loops"><caption>Loops</caption><thead><tr>'
        '<th scope="col">Loop</th><th scope="col" class="num">Trips</th>'
        '<th scope="col" class="num">II</th><th scope="col" class="num">Depth</th>'
        '<th scope="col" class="num">Latency</th><th scope="col">What bounds the II</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _function(loop: LoopEstimateRecord) -> str:
    return loop["key"].partition(":")[0]


def _loop_row(loop: LoopEstimateRecord, old: LoopEstimateRecord | None, function: str) -> str:
    ii = format_count(loop["ii"])
    if old is not None and None not in (old["ii"], loop["ii"]) and old["ii"] != loop["ii"]:
        ii = f'<span class="was">{format_count(old["ii"])} →</span> {ii}'
    return (
        f"<tr{attribute('data-loop-row', loop['key'])}>"
        f'<th scope="row"><code><span class="dim">{escape(function)}</span>'
        f"{escape(loop['name'])}</code></th>"
        f'<td class="num">{format_count(loop["trip_count"])}</td><td class="num">{ii}</td>'
        f'<td class="num">{format_count(loop["depth"])}</td>'
        f'<td class="num">{format_count(loop["latency_cycles"])}</td>'
        f'<td class="why">{escape(loop["ii_reason"]) or MISSING}</td></tr>'
    )
