"""The roofline pane: the design on the device, level by level, and the kernel on this processor."""

from __future__ import annotations

from collections.abc import Sequence

from hcl_explore.views.record import SessionRecord, StepRecord, TrafficRecord
from hcl_explore.views.roofline_chart import Chart, chart_svg
from hcl_explore.views.roofline_data import (
    cpu_ceilings,
    device_ceilings,
    level_points,
    measured_points,
    roofline_points,
    why_no_point,
)
from hcl_explore.views.text import MISSING, escape, format_bytes, format_gops

_LABEL = "roofline: throughput over operational intensity, one point per step"


def device_html(record: SessionRecord, steps: Sequence[StepRecord], current: int) -> str:
    """The device's ceilings, every step's point, and the shown step's levels of memory."""
    points = roofline_points(steps)
    step = steps[current]
    levels = [(lv["level"], x, lv["gb_per_s"]) for lv, x in level_points(step)]
    chart = Chart(device_ceilings(record["roofline"]), points, current, levels)
    svg = chart_svg(chart, _LABEL)
    if not svg:
        return '<p class="hx-empty">The device file gives no peak or no bandwidth.</p>'
    return f'<div class="hx-roof">{svg}{_caption(step, points)}</div>{_levels_table(step)}'


def _caption(step: StepRecord, points: Sequence[object]) -> str:
    estimate = step["estimate"]
    achieved, intensity = estimate["achieved_gops"], estimate["operational_intensity"]
    if not achieved or not intensity or not points:
        return f'<p class="hx-note">{escape(why_no_point(estimate))}</p>'
    text = (
        f"Step {step['index']} runs at <b>{format_gops(achieved)} GOP/s</b> and does "
        f"<b>{format_gops(intensity)}</b> operations per byte of off-chip traffic."
    )
    attainable = estimate["attainable_gops"]
    if attainable:
        text += (
            f" The device could attain {format_gops(attainable)} GOP/s there: "
            f"{format_gops(100 * achieved / attainable)} % is used."
        )
    return f'<p class="hx-note">{text}</p>'


def _levels_table(step: StepRecord) -> str:
    if not step["traffic"]:
        return ""
    rows = "".join(_level_row(level) for level in step["traffic"])
    return (
        '<table class="hx-table hx-levels"><caption>Levels of memory in this step</caption>'
        '<thead><tr><th scope="col">Level</th><th scope="col" class="num">Moved</th>'
        '<th scope="col" class="num">Different data</th>'
        '<th scope="col" class="num">Operations per byte</th>'
        '<th scope="col" class="num">Delivers</th>'
        '<th scope="col" class="num">Takes at least</th><th scope="col">Arrays</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _level_row(level: TrafficRecord) -> str:
    rate = level["gb_per_s"]
    least = f"{level['bytes'] / rate / 1000:,.3g} µs" if rate else MISSING
    delivers = f"{format_gops(rate)} GB/s" if rate else MISSING
    return (
        f'<tr><th scope="row">{escape(level["level"])}</th>'
        f'<td class="num">{format_bytes(level["bytes"])}</td>'
        f'<td class="num">{format_bytes(level["footprint_bytes"])}</td>'
        f'<td class="num">{format_gops(level["intensity"])}</td>'
        f'<td class="num">{delivers}</td><td class="num">{least}</td>'
        f"<td><code>{escape(', '.join(level['arrays']))}</code></td></tr>"
    )


def processor_html(record: SessionRecord, steps: Sequence[StepRecord], current: int) -> str:
    """The measured ceilings of one core, the measured steps, and the shown step's estimate on the
    device beside them; before anything was measured, what would be shown."""
    buttons = (
        '<p class="hx-measure"><button type="button" class="hx-button" data-measure="step">'
        "Measure this step</button> "
        '<button type="button" class="hx-button" data-measure="all">Measure all steps</button>'
        "</p>"
    )
    cpu = record["cpu"]
    if cpu is None:
        return (
            '<p class="hx-note">Not measured. The kernel, compiled for this machine, is run on one '
            "core and held against what that core can do. The first time its own peak and its "
            f"memories are measured too, which takes some seconds.</p>{buttons}"
        )
    points = measured_points(steps)
    modelled = next((p for p in roofline_points(steps) if p.step == current), None)
    ghost = (modelled, f"estimate on {record['device']}") if modelled else None
    svg = chart_svg(Chart(cpu_ceilings(cpu), points, current, ghost=ghost), f"measured {_LABEL}")
    return f'<div class="hx-roof">{svg}{_measured(cpu["processor"], steps[current])}</div>{buttons}'


def _measured(processor: str, step: StepRecord) -> str:
    name = f"one core of {escape(processor)}"
    measured, estimate = step["measured"], step["estimate"]
    if measured is None:
        return f'<p class="hx-note">Step {step["index"]} was not measured on {name}.</p>'
    text = f"Step {step['index']} takes <b>{_duration(measured['seconds'])}</b> on {name}"
    if measured["gops"]:
        text += f": <b>{format_gops(measured['gops'])} GOP/s</b>"
    cycles = estimate["latency_cycles"]
    if cycles:
        seconds = cycles / estimate["clock_mhz"] / 1e6
        text += f". The estimate on {escape(estimate['device'])} is {_duration(seconds)}"
    return (
        f'<p class="hx-note">{text}. The fastest of several runs; operations per byte are counted '
        "by the different bytes of the arguments and results, as if the caches kept them.</p>"
    )


def _duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
