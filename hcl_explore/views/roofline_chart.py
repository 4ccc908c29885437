"""A roofline as SVG: ceilings, one point per step in order, the shown step set off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from hcl_explore.views.roofline_data import Bounds, Ceilings, Point, bounds, ticks
from hcl_explore.views.text import attribute, escape, format_gops

WIDTH, HEIGHT = 760, 430
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 18, 18, 46
# Points closer than this share one label.
_SAME_PLACE_PX = 14.0
# Of a ceiling's label: its line height, and the mean width of a character.
_LABEL_HEIGHT_PX = 15.0
_LABEL_CHARACTER_PX = 6.2
# Where the labels of neighbouring slopes stand on them, as fractions of their lengths.
_LABEL_PLACES = (0.06, 0.3, 0.5, 0.18)
# The same of what the memories of a design deliver: to the right of the design itself.
_PORTS_PLACES = (0.62, 0.5)


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


@dataclass(frozen=True)
class Chart:
    """What a roofline shows beside its ceilings and points.

    ``levels``: the shown design's own memories, as (name, operations per byte, 1e9 bytes per second
    or None). ``ghost``: a point to compare the shown one with, and what it is.
    """

    ceilings: Ceilings
    points: Sequence[Point]
    current: int
    levels: Sequence[tuple[str, float, float | None]] = ()
    ghost: tuple[Point, str] | None = None


@dataclass
class _Marked:
    """Lines, and the labels that belong to them."""

    lines: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def grouped(self, css: str) -> _Marked:
        lines, labels = (
            [f'<g class="{css}">', *parts, "</g>"] if parts else []
            for parts in (self.lines, self.labels)
        )
        return _Marked(lines, labels)


def chart_svg(chart: Chart, label: str) -> str:
    """The SVG element; an empty text where there is no peak or no bandwidth to scale by."""
    ghosts = [chart.ghost[0]] if chart.ghost else []
    area = bounds(chart.ceilings, [*chart.points, *ghosts], [level[1] for level in chart.levels])
    if area is None:
        return ""
    scale, points, current = _Scale(area), chart.points, chart.current
    # Labels come after the lines of all groups: nothing then crosses them.
    ceilings = _ceilings(chart.ceilings, scale)
    design = _design_ceiling(points, current, scale)
    ports = _ports(chart, scale)
    out = [
        f'<svg class="hx-roofline" viewBox="0 0 {WIDTH} {HEIGHT}" role="group"'
        f"{attribute('aria-label', label)}>",
        *_axes(scale),
        *ceilings.lines,
        *design.lines,
        *ports.lines,
        *ceilings.labels,
        *design.labels,
        *ports.labels,
        *_levels(chart, scale),
        *_path(points, scale),
        *_headroom(points, current, scale),
        *_ghost(chart.ghost, scale),
        *_points(points, current, scale),
        "</svg>",
    ]
    return "".join(out)


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


def _ceilings(ceilings: Ceilings, scale: _Scale) -> _Marked:
    out = _Marked()
    slopes = [(name, rate, "roof") for name, rate in ceilings.bandwidths]
    slopes = [
        (n, rate, c if rate == ceilings.top_rate else "roof is-inner") for n, rate, c in slopes
    ]
    slopes += [(name, rate, "roof is-near") for name, rate in ceilings.inner]
    for number, (name, rate, css) in enumerate(slopes):
        text = f"{name} {format_gops(rate)} GB/s"
        _slope(out, text, rate, css, ceilings.top_peak, _LABEL_PLACES[number % 4], scale)
    label_x, label_y = float(WIDTH - _RIGHT), -_LABEL_HEIGHT_PX
    for name, peak in sorted(ceilings.peaks, key=lambda entry: -entry[1]):
        x1 = scale.x(max(peak / ceilings.top_rate, scale.area.low_x))
        x2, y = WIDTH - _RIGHT, scale.y(peak)
        css = "roof" if peak == ceilings.top_peak else "roof is-inner"
        out.lines.append(f'<line class="{css}" x1="{x1:.1f}" y1="{y:.1f}" x2="{x2}" y2="{y:.1f}"/>')
        text = f"{name} {format_gops(peak)} GOP/s"
        # Where lines are close, the lower label moves to the left of the one above.
        if y - label_y >= _LABEL_HEIGHT_PX:
            label_x = x2 - 4
        out.labels.append(
            f'<text x="{label_x:.0f}" y="{y - 6:.1f}" text-anchor="end">{escape(text)}</text>'
        )
        label_x, label_y = label_x - _LABEL_CHARACTER_PX * len(text) - 10, y
    return out.grouped("ceilings")


def _slope(
    out: _Marked, text: str, rate: float, css: str, top: float, place: float, scale: _Scale
) -> None:
    """A line of constant bandwidth up to throughput ``top``, labelled at a fraction of its length;
    nothing where it lies outside of the picture."""
    low_x = max(scale.area.low_x, scale.area.low_y / rate)
    high_x = min(top / rate, scale.area.high_x)
    if high_x <= low_x:
        return
    x1, y1 = scale.x(low_x), scale.y(rate * low_x)
    x2, y2 = scale.x(high_x), scale.y(rate * high_x)
    out.lines.append(
        f'<line class="{css}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
    )
    if math.hypot(x2 - x1, y2 - y1) > _LABEL_CHARACTER_PX * len(text):
        x, y = x1 + place * (x2 - x1), y1 + place * (y2 - y1)
        out.labels.append(
            f'<text transform="translate({x:.1f} {y:.1f}) rotate({scale.diagonal_degrees:.1f}) '
            f'translate(0 -6)">{escape(text)}</text>'
        )


def _ports(chart: Chart, scale: _Scale) -> _Marked:
    """What the ports of the shown design's memories deliver."""
    out = _Marked()
    if _find(chart.points, chart.current) is None:
        return out
    for number, (name, _, rate) in enumerate(chart.levels):
        if rate:
            text = f"{name} of this design {format_gops(rate)} GB/s"
            place = _PORTS_PLACES[number % 2]
            _slope(out, text, rate, "ports", chart.ceilings.top_peak, place, scale)
    return out.grouped("levels")


def _levels(chart: Chart, scale: _Scale) -> list[str]:
    """The shown design at each of its own memories: the same throughput, another intensity."""
    point = _find(chart.points, chart.current)
    if point is None:
        return []
    out = ['<g class="levels">']
    y = scale.y(point.achieved)
    for name, intensity, _ in chart.levels:
        x = scale.x(intensity)
        story = f"{name}: {format_gops(intensity)} operations per byte"
        out.append(
            f'<g class="level"><title>{escape(story)}</title>'
            f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z"/>'
            f'<text x="{x:.1f}" y="{y - 10:.1f}" text-anchor="middle">{escape(name)}</text></g>'
        )
    return [*out, "</g>"] if len(out) > 1 else []


def _ghost(ghost: tuple[Point, str] | None, scale: _Scale) -> list[str]:
    if ghost is None:
        return []
    point, what = ghost
    x, y = scale.x(point.intensity), scale.y(point.achieved)
    return [
        f'<g class="ghost"><title>{escape(what)}</title><circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
        f'<text x="{x + 9:.1f}" y="{y + 4:.1f}">{escape(what)}</text></g>'
    ]


def _design_ceiling(points: Sequence[Point], current: int, scale: _Scale) -> _Marked:
    """What the operators of the shown step's design could do if they never waited."""
    point = _find(points, current)
    if point is None or not point.design:
        return _Marked()
    y = scale.clip_y(point.design)
    line = f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    label = (
        f'<text x="{WIDTH - _RIGHT - 4}" y="{y - 6:.1f}" text-anchor="end">'
        f"this design's own operators {format_gops(point.design)} GOP/s</text>"
    )
    return _Marked([line], [label]).grouped("design")


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
