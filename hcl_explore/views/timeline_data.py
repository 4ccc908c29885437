"""What a latency timeline shows, independent of how it is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hcl_explore.views.record import SpanRecord
from hcl_explore.views.text import format_count

# Rows beyond this are left out: nobody reads so many, and a page holds one timeline per step.
MAX_ROWS = 200
_SUFFIXES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


@dataclass(frozen=True)
class Row:
    """One span on the time axis, in clock cycles from the start of the kernel.

    ``first`` is its first run, ``repeats`` from that to the end of the last run within one run of
    what is around it, ``period`` how far apart those runs are, and ``last`` the end of its last run
    of all.
    """

    span: SpanRecord
    depth: int
    period: int
    repeats: int
    last: int

    @property
    def start(self) -> int:
        return self.span["start"]

    @property
    def end(self) -> int:
        return self.span["end"]

    @property
    def cycles(self) -> int:
        return self.end - self.start

    @property
    def phases(self) -> tuple[tuple[str, int, int], ...]:
        """(phase, start, end) of fill, steady state and drain; of other spans just the run."""
        span = self.span
        if not span["fill"] + span["steady"] + span["drain"]:
            return (("run", self.start, self.end),)
        filled = self.start + span["fill"]
        drains = self.end - span["drain"]
        phases = (
            ("fill", self.start, filled),
            ("steady", filled, drains),
            ("drain", drains, self.end),
        )
        return tuple(phase for phase in phases if phase[2] > phase[1])

    @property
    def rhythm(self) -> str:
        """How its iterations follow each other: "4,096 × II 2"."""
        span = self.span
        times = format_count(span["iterations"])
        if span["kind"] == "function" or span["mode"] in ("call", "flattened"):
            return ""
        if span["mode"] == "pipelined":
            return f"{times} × II {format_count(span['interval'])}"
        if span["iterations"] <= 1:
            return ""
        return f"{times} × {format_count(span['interval'])} cycles"

    @property
    def story(self) -> str:
        """A sentence for the tooltip."""
        parts = [f"cycles {self.start:,} to {self.end:,}: {self.cycles:,}"]
        parts += [f"{name} {end - at:,}" for name, at, end in self.phases if name != "run"]
        if self.rhythm:
            parts.append(self.rhythm)
        if self.last > self.end:
            parts.append(f"the first run is drawn solid; the last one ends at {self.last:,}")
        return ", ".join(parts)


def timeline_rows(root: SpanRecord) -> list[Row]:
    """The spans in preorder, up to ``MAX_ROWS``."""
    rows: list[Row] = []
    for row in _rows(root, 0, 0, 1, 0):
        if len(rows) == MAX_ROWS:
            break
        rows.append(row)
    return rows


def _rows(span: SpanRecord, depth: int, period: int, times: int, later: int) -> Iterator[Row]:
    """``times`` and ``period``: of the runs within one run of the parent; ``later``: by how much
    the last run of the parent begins after its first."""
    repeats = span["end"] + (times - 1) * period
    yield Row(span, depth, period if times > 1 else 0, repeats, repeats + later)
    own = span["mode"] not in ("flattened", "pipelined")
    inner_times, inner_period = (span["iterations"], span["interval"]) if own else (1, 0)
    inner_later = later + (times - 1) * period
    for child in span["children"]:
        yield from _rows(child, depth + 1, inner_period, inner_times, inner_later)


def cycle_ticks(low: float, high: float, most: int = 6) -> list[int]:
    """About ``most`` round cycle numbers from ``low`` to ``high``, a step of 1, 2 or 5 times a
    power of ten apart."""
    span = max(high - low, 1.0)
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 1 else 1.0
    step = next(int(unit * power) for unit in (1, 2, 5, 10) if unit * power >= rough)
    first = math.ceil(low / step) * step
    return list(range(first, math.floor(high) + 1, step))


def short_count(value: int) -> str:
    """A number of cycles for an axis: "16.8 M"."""
    for size, suffix in _SUFFIXES:
        if value >= size:
            return f"{value / size:.4g} {suffix}"
    return str(value)
