"""The roofline as SVG: device ceilings, one point per step in order, the shown step set off."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hcl_explore.views.record import RooflineRecord, StepRecord
from hcl_explore.views.roofline_data import (
    Bounds,
    Point,
    bounds,
    roofline_points,
    ticks,
    why_no_point,
)
from hcl_explore.views.text import attribute, escape, format_gops

WIDTH, HEIGHT = 760, 430
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 18, 18, 46
# Points closer than this share one label.
_SAME_PLACE_PX = 14.0
# Of a ceiling's label: its line height, and the mean width of a character.
_LABEL_HEIGHT_PX = 15.0
_LABEL_CHARACTER_PX = 6.2


class _Scale:
    """Logarithmic data coordinates to pixels."""

    def __init__(self, area: Bounds) -> None:
        self.area = area
        self._log_x, self._log_y = math.log(area.low_x), math.log(area.low_y)
        self._per_x = (WIDTH - _LEFT - _RIGHT) / (math.log(area.high_x) - self._log_x)
        self._per_y = (HEIGHT - _TOP - _BOTTOM) / (math.log(area.high_y) - self._log_y)

    def x(self, value: float) -> float:
        return _LEFT + (math.log(value) - self._log_x) * self._per_x

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - (math.log(value) - self._log_y) * self._per_y

    def clip_y(self, value: float) -> float:
        return min(max(self.y(value), _TOP), HEIGHT - _BOTTOM)

    @property
    def diagonal_degrees(self) -> float:
        """The angle at which a line of constant bandwidth rises."""
        return -math.degrees(math.atan2(self._per_y, self._per_x))


def roofline_svg(roofline: RooflineRecord, steps: Sequence[StepRecord], current: int) -> str:
    """The roofline with every step's point; ``current`` is set off and tells its distance."""
    points = roofline_points(steps)
    area = bounds(roofline, points)
    if area is None:
        return '<p class="hx-empty">The device file gives no peak or no bandwidth.</p>'
    scale = _Scale(area)
    out = [
        f'<svg class="hx-roofline" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" '
        'aria-label="roofline: throughput over operational intensity, one point per step">',
        *_axes(scale),
        *_ceilings(roofline, scale),
        *_design_ceiling(points, current, scale),
        *_path(points, scale),
        *_headroom(points, current, scale),
        *_points(points, current, scale),
        "</svg>",
    ]
    return f'<div class="hx-roof">{"".join(out)}{_caption(points, steps, current)}</div>'


def _axes(scale: _Scale) -> list[str]:
    area = scale.area
    out = ['<g class="axes">']
    for value in ticks(area.low_x, area.high_x):
        x = scale.x(value)
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>')
        out.append(
            f'<text x="{x:.1f}" y="{HEIGHT - _BOTTOM + 16}" text-anchor="middle">'
            f"{format_gops(value)}</text>"
        )
    for value in ticks(area.low_y, area.high_y):
        y = scale.y(value)
        out.append(f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(
            f'<text x="{_LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{format_gops(value)}</text>'
        )
    middle_x, middle_y = (_LEFT + WIDTH - _RIGHT) / 2, (_TOP + HEIGHT - _BOTTOM) / 2
    out.append(
        f'<text class="name" x="{middle_x:.0f}" y="{HEIGHT - 8}" text-anchor="middle">'
        "operational intensity (operations per byte)</text>"
        f'<text class="name" transform="translate(14 {middle_y:.0f}) rotate(-90)" '
        'text-anchor="middle">throughput (GOP/s)</text></g>'
    )
    return out


def _ceilings(roofline: RooflineRecord, scale: _Scale) -> list[str]:
    area = scale.area
    top_peak = max(peak for _, peak in roofline["peaks"])
    top_rate = max(rate for _, rate in roofline["bandwidths"])
    out = ['<g class="ceilings">']
    for name, rate in roofline["bandwidths"]:
        low_x = max(area.low_x, area.low_y / rate)
        high_x = min(top_peak / rate, area.high_x)
        x1, y1 = scale.x(low_x), scale.y(rate * low_x)
        x2, y2 = scale.x(high_x), scale.y(rate * high_x)
        css = "roof" if rate == top_rate else "roof is-inner"
        out.append(f'<line class="{css}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')
        at = 0.06 if rate == top_rate else 0.3
        x, y = x1 + at * (x2 - x1), y1 + at * (y2 - y1)
        out.append(
            f'<text transform="translate({x:.1f} {y:.1f}) rotate({scale.diagonal_degrees:.1f}) '
            f'translate(0 -6)">{escape(name)} {format_gops(rate)} GB/s</text>'
        )
    label_x, label_y = float(WIDTH - _RIGHT), -_LABEL_HEIGHT_PX
    for name, peak in sorted(roofline["peaks"], key=lambda entry: -entry[1]):
        x1, x2, y = scale.x(max(peak / top_rate, area.low_x)), WIDTH - _RIGHT, scale.y(peak)
        css = "roof" if peak == top_peak else "roof is-inner"
        out.append(f'<line class="{css}" x1="{x1:.1f}" y1="{y:.1f}" x2="{x2}" y2="{y:.1f}"/>')
        text = f"{name} {format_gops(peak)} GOP/s"
        # Where lines are close, the lower label moves to the left of the one above.
        if y - label_y >= _LABEL_HEIGHT_PX:
            label_x = x2 - 4
        out.append(
            f'<text x="{label_x:.0f}" y="{y - 6:.1f}" text-anchor="end">{escape(text)}</text>'
        )
        label_x, label_y = label_x - _LABEL_CHARACTER_PX * len(text) - 10, y
    out.append("</g>")
    return out


def _design_ceiling(points: Sequence[Point], current: int, scale: _Scale) -> list[str]:
    """What the operators of the shown step's design could do if they never waited."""
    point = _find(points, current)
    if point is None or not point.design:
        return []
    y = scale.clip_y(point.design)
    return [
        f'<g class="design"><line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT + 6}" y="{y - 6:.1f}">this design\'s own operators '
        f"{format_gops(point.design)} GOP/s</text></g>"
    ]


def _headroom(points: Sequence[Point], current: int, scale: _Scale) -> list[str]:
    point = _find(points, current)
    if point is None or not point.attainable or point.attainable <= point.achieved:
        return []
    x = scale.x(point.intensity)
    low, high = scale.y(point.achieved), scale.clip_y(point.attainable)
    return [f'<line class="headroom" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>']


def _path(points: Sequence[Point], scale: _Scale) -> list[str]:
    if len(points) < 2:
        return []
    places = " ".join(
        f"{scale.x(point.intensity):.1f},{scale.y(point.achieved):.1f}" for point in points
    )
    return [f'<polyline class="path" points="{places}"/>']


def _points(points: Sequence[Point], current: int, scale: _Scale) -> list[str]:
    groups: list[tuple[float, float, list[Point]]] = []
    for point in points:
        x, y = scale.x(point.intensity), scale.y(point.achieved)
        for group_x, group_y, members in groups:
            if math.hypot(x - group_x, y - group_y) < _SAME_PLACE_PX:
                members.append(point)
                break
        else:
            groups.append((x, y, [point]))
    out = []
    # The shown step is drawn last, so that nothing covers it.
    for point in sorted(points, key=lambda point: point.step == current):
        x, y = scale.x(point.intensity), scale.y(point.achieved)
        shown = point.step == current
        out.append(
            f'<g class="pt{" is-current" if shown else ""}" data-step="{point.step}" tabindex="0" '
            f'role="button"{attribute("aria-label", f"step {point.step}")}>'
            f"<title>{escape(_describe(point))}</title>"
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if shown else 4.5}"/></g>'
        )
    for x, y, members in groups:
        near_edge = x > WIDTH - _RIGHT - 60
        place = f'x="{x - 9:.1f}" text-anchor="end"' if near_edge else f'x="{x + 9:.1f}"'
        css = "lb is-current" if any(m.step == current for m in members) else "lb"
        out.append(f'<text class="{css}" {place} y="{y + 15:.1f}">{_ranges(members)}</text>')
    return out


def _ranges(members: Sequence[Point]) -> str:
    """ "0–2, 5" for steps 0, 1, 2 and 5."""
    runs: list[list[int]] = []
    for step in sorted(member.step for member in members):
        if runs and step == runs[-1][-1] + 1:
            runs[-1].append(step)
        else:
            runs.append([step])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _find(points: Sequence[Point], step: int) -> Point | None:
    return next((point for point in points if point.step == step), None)


def _describe(point: Point) -> str:
    text = (
        f"step {point.step}: {point.call}\n{format_gops(point.achieved)} GOP/s at "
        f"{format_gops(point.intensity)} operations per byte"
    )
    if point.attainable:
        text += f"\nattainable here: {format_gops(point.attainable)} GOP/s"
    return text


def _caption(points: Sequence[Point], steps: Sequence[StepRecord], current: int) -> str:
    point = _find(points, current)
    if point is None:
        step = next(step for step in steps if step["index"] == current)
        return f'<p class="hx-note">{escape(why_no_point(step["estimate"]))}</p>'
    text = (
        f"Step {current} runs at <b>{format_gops(point.achieved)} GOP/s</b> and does "
        f"<b>{format_gops(point.intensity)}</b> operations per byte of off-chip traffic."
    )
    if point.attainable:
        share = 100 * point.achieved / point.attainable
        text += (
            f" The device could attain {format_gops(point.attainable)} GOP/s there: "
            f"{format_gops(share)} % is used."
        )
    return f'<p class="hx-note">{text}</p>'
