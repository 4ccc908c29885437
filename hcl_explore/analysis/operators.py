"""Operators of a device family: what one costs, and how many cycles it takes, at a clock.

The figures are data (``operators/*.toml``, each with its source); this file only looks them up. A
figure that the data do not hold is taken from the nearest entry, and the ``note`` says so.
"""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hcl_explore.analysis.toml import DataFile, read_packaged, read_path

FLOAT_KINDS = frozenset({"fadd", "fsub", "fmul", "fdiv", "fsqrt", "fexp", "fcmp", "frecip"})
CONVERSIONS = frozenset({"fpext", "fptrunc", "sitofp", "fptosi"})
_LOGIC = {"add": "add", "icmp": "compare", "select": "select", "gate": "gate", "shift": "shift"}
_STAND_INS = {"flog": "fexp", "fsin": "fexp", "fcos": "fexp", "ftanh": "fexp", "fpow": "fexp"}
_STAND_INS |= {"ferf": "fexp", "fptosi": "sitofp"}
VIVADO_UNCERTAINTY = 0.125
"""UG902, set_clock_uncertainty: the default share of the period that Vivado HLS keeps free."""
_RELATIVE_MATCH = 0.03
_FILLED_STATE = 0.9


@dataclass(frozen=True, slots=True)
class Operator:
    """One functional unit at one clock.

    ``latency`` counts the registers inside, so it occupies ``latency + 1`` states; ``delay_ns`` is
    the combinational delay in each of them. ``note`` says where a figure is not of this operator.
    """

    kind: str
    latency: int
    delay_ns: float
    dsp: int
    lut: int | None
    ff: int | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class MemoryCore:
    """How a memory answers: ``latency`` cycles, the data ``delay_ns`` into the last of them."""

    kind: str
    latency: int
    delay_ns: float


@dataclass(frozen=True, slots=True)
class _Point:
    period_ns: float
    latency: int
    dsp: int
    lut: int | None
    ff: int | None
    delay_ns: float | None


class Operators:
    """The operators of a family at one clock; every answer is computed once."""

    def __init__(self, tables: Tables, period_ns: float, tool: str = "vitis") -> None:
        self.tables = tables
        self.combinational_mac = tool == "vivado"
        self.wide_multiplier_dsp = 4 if tool == "vivado" else 3
        uncertainty = VIVADO_UNCERTAINTY if tool == "vivado" else None
        self.period_ns = period_ns
        share = tables.uncertainty if uncertainty is None else uncertainty
        self.budget_ns = period_ns * (1.0 - share)
        self.register_mux_ns = tables.register_mux_ns
        self.fifo_ns = tables.fifo_ns
        self._found: dict[tuple[Any, ...], Operator] = {}

    def get(self, kind: str, bits: int, other: int = 0, *, fastest: bool = False) -> Operator:
        """The operator of ``kind`` for operands of ``bits`` (and, for ``mul``, ``other``) bits.

        ``fastest`` picks the implementation of least latency, as the tool does for an operation on
        the recurrence that bounds a pipeline.
        """
        key = (kind, bits, other, fastest)
        operator = self._found.get(key)
        if operator is None:
            operator = self._found[key] = self._find(kind, bits, other, fastest)
        return operator

    def register_read_ns(self, choices: int) -> float:
        """The delay of choosing one of so many registers: none for a fixed one, then a level of
        multiplexers for each factor of 4."""
        return self.register_mux_ns * math.log(choices, 4) if choices > 1 else 0.0

    def memory(self, kind: str) -> MemoryCore:
        return self.tables.memories[kind]

    # --- finding ------------------------------------------------------------------------------

    def _find(self, kind: str, bits: int, other: int, fastest: bool) -> Operator:
        if kind in _LOGIC:
            return self._logic(kind, bits)
        if kind == "mul":
            return self._multiplier(max(bits, other), min(bits, other or bits))
        if kind == "div":
            return self._divider(bits)
        if kind in ("mac_mul", "mac_add"):
            return self._multiply_add(kind)
        return self._tabulated(kind, bits, fastest)

    def _logic(self, kind: str, bits: int) -> Operator:
        delay = _interpolate(self.tables.logic[_LOGIC[kind]], bits)
        latency = 0
        # A carry chain longer than a clock period is cut into stages.
        while delay / (latency + 1) > self.budget_ns and latency < 16:
            latency += 1
        lut = {"add": bits + 7, "icmp": bits // 2 + 4, "select": bits, "gate": bits}.get(kind)
        if lut is None:
            lut = bits * max(1, math.ceil(math.log2(max(bits, 2)))) // 2
        return Operator(kind, latency, delay / (latency + 1), 0, lut, latency * bits)

    def _multiplier(self, wide: int, narrow: int) -> Operator:
        stages = next(
            (s for w, n, s in self.tables.multiply_stages if wide <= w and narrow <= n),
            self.tables.multiply_stages[-1][2],
        )
        latency = next((n for n, d in enumerate(stages) if d <= self.budget_ns), len(stages) - 1)
        dsp = self.tables.multiplier_dsp(wide, narrow)
        if dsp == 3 and latency > 0:
            # Vivado HLS gives a multiplier of 32 bits with registers a fourth block.
            dsp = self.wide_multiplier_dsp
        if dsp == 0:
            lut = max(wide * narrow * 5 // 8, 10)
            return Operator("mul", latency, stages[latency], 0, lut, latency * (wide + narrow))
        lut = 6 if dsp == 1 else 20 if latency == 0 else 50
        ff = 0 if latency == 0 else 165 if dsp > 1 else 0
        return Operator("mul", latency, stages[latency], dsp, lut, ff)

    def _multiply_add(self, kind: str) -> Operator:
        """The two halves of a DSP block that multiplies and adds; only the first counts it."""
        mac = self.tables.multiply_add
        is_mul = kind == "mac_mul"
        prefix = "" if is_mul else "add_"
        whole = mac["combinational_ns"] + mac["add_combinational_ns"]
        if self.combinational_mac and whole <= self.budget_ns:
            return Operator(kind, 0, mac[f"{prefix}combinational_ns"], int(is_mul), 0, 0)
        latency, delay = int(mac[f"{prefix}latency"]), mac[f"{prefix}delay_ns"]
        return Operator(kind, latency, delay, int(is_mul), 0, 0)

    def fits_multiply_add(self, bits: int, other: int, result: int) -> bool:
        """Whether a product and a sum fit one DSP block."""
        wide, narrow = self.tables.tile
        return max(bits, other) <= wide and min(bits, other) <= narrow and result <= 48

    def _divider(self, bits: int) -> Operator:
        t = self.tables
        latency = bits + t.divider_extra_latency
        return Operator(
            "div",
            latency,
            self.budget_ns * _FILLED_STATE,
            0,
            round(bits * t.divider_lut_per_bit),
            round(bits * t.divider_ff_per_bit),
        )

    def _tabulated(self, kind: str, bits: int, fastest: bool) -> Operator:
        wanted = kind
        notes = []
        width = {16: "float16", 32: "float32", 64: "float64"}.get(bits, "float32")
        choices = self.tables.implementations(kind, width)
        if not choices and kind in _STAND_INS:
            kind = _STAND_INS[kind]
            choices = self.tables.implementations(kind, width)
            notes.append(f"{wanted} has no entry: taken as {kind}")
        if not choices and width != "float32":
            choices = self.tables.implementations(kind, "float32")
            notes.append(f"{kind} on {width} has no entry: taken from float32")
        if not choices and width == "float32":
            choices = self.tables.implementations(kind, "float64")
            notes.append(f"{kind} on {width} has no entry: taken from float64")
        if not choices:
            notes.append(f"{wanted} is unknown to the {self.tables.family} data: taken as fadd")
            choices = self.tables.implementations("fadd", "float32")
        points = [self._nearest(points) for points in choices]
        # Outside recurrences the tool prefers the implementation that uses DSP blocks.
        point = (
            min(points, key=lambda p: p.latency)
            if fastest
            else max(points, key=lambda p: (p.dsp, -p.latency))
        )
        if abs(point.period_ns - self.period_ns) > _RELATIVE_MATCH * self.period_ns:
            notes.append(f"{wanted}: the figures are of {point.period_ns:g} ns")
        delay = point.delay_ns
        if delay is None or delay > self.budget_ns:
            # Cores are cut so that their stages fill the clock period they were made for.
            delay = self.budget_ns * _FILLED_STATE
        return Operator(
            wanted, point.latency, delay, point.dsp, point.lut, point.ff, "; ".join(notes)
        )

    def _nearest(self, points: Sequence[_Point]) -> _Point:
        return min(points, key=lambda p: abs(math.log(p.period_ns / self.period_ns)))


_MULTIPLY_ADD = (
    *("latency", "delay_ns", "add_latency", "add_delay_ns"),
    *("combinational_ns", "add_combinational_ns"),
)


class Tables:
    """The data of a family, checked when read."""

    def __init__(self, file: DataFile) -> None:
        data = file.data
        self.family = file.text(data, "family")
        clock, logic = _table(file, "clock"), _table(file, "logic")
        uncertainty = file.positive(clock, "uncertainty")
        if uncertainty is None or uncertainty >= 1:
            raise file.error("'uncertainty' must be a share below 1", "uncertainty")
        self.uncertainty = uncertainty
        self.has_uram = bool(data.get("has_uram", False))
        self.logic = {name: _curve(file, logic, name) for name in _LOGIC.values()}
        self.register_mux_ns = file.positive(logic, "register_mux") or 0.0
        self.memories = {core.kind: core for core in _memory_cores(file)}
        self.multiply_stages = _multiply_stages(file)
        multipliers = _table(file, "multiplier_dsp")
        self._multipliers = [
            _whole(file, row, "table", 3) for row in _list(file, multipliers, "table")
        ]
        self.tile = _whole(file, data.get("multiplier_bits"), "multiplier_bits", 2)
        mac = _table(file, "multiply_add")
        self.multiply_add = {key: _number(file, mac, key) for key in _MULTIPLY_ADD}
        self._lut_bits: int = self.multiply_stages[0][0]
        self.fifo_ns = file.positive(_table(file, "fifo"), "delay_ns") or 0.0
        axi = _table(file, "axi")
        self.axi_request = int(_number(file, axi, "request"))
        self.axi_response = int(_number(file, axi, "response"))
        divider = _table(file, "divider")
        self.divider_extra_latency = int(_number(file, divider, "extra_latency"))
        self.divider_lut_per_bit = _number(file, divider, "lut_per_bit")
        self.divider_ff_per_bit = _number(file, divider, "ff_per_bit")
        self._points = _operator_points(file)

    def implementations(self, kind: str, width: str) -> list[list[_Point]]:
        return self._points.get((kind, width), [])

    def multiplier_dsp(self, wide: int, narrow: int) -> int:
        """DSP blocks of a ``wide`` by ``narrow`` multiplier: of the smallest tabulated one that
        holds it, else by tiling."""
        if wide <= self._lut_bits or narrow <= 1:
            return 0
        if wide <= self.tile[0] and narrow <= self.tile[1]:
            return 1
        holding = [dsp for w, n, dsp in self._multipliers if wide <= w <= wide + 4 and n >= narrow]
        tiles = math.ceil(wide / (self.tile[0] - 1)) * math.ceil(narrow / (self.tile[1] - 1))
        return min([tiles, *holding])


@functools.cache
def operator_tables(family: str) -> Tables:
    """The data of a family of ``operators/``, or of the TOML file at that path.

    Raises:
        DeviceError: the file is not as it should be, with the line and the reason.
    """
    if family.endswith(".toml"):
        return Tables(read_path(Path(family)))
    return Tables(read_packaged("operators", family))


@functools.lru_cache(maxsize=64)
def operators_at(family: str, period_ns: float, tool: str = "vitis") -> Operators:
    """The operators of ``family`` at a clock period in ns, as ``tool`` makes them."""
    return Operators(operator_tables(family), period_ns, tool)


def _interpolate(curve: Sequence[tuple[float, float]], bits: int) -> float:
    position = bisect.bisect_left(curve, (bits, -1.0))
    if position == 0:
        return curve[0][1]
    if position == len(curve):
        (x0, y0), (x1, y1) = curve[-2], curve[-1]
    else:
        (x0, y0), (x1, y1) = curve[position - 1], curve[position]
    return y0 + (y1 - y0) * (bits - x0) / (x1 - x0) if x1 > x0 else y1


def _table(file: DataFile, key: str) -> Mapping[str, Any]:
    value = file.data.get(key)
    if not isinstance(value, dict):
        raise file.error(f"a [{key}] table is missing", key)
    return value


def _number(file: DataFile, table: Mapping[str, Any], key: str) -> float:
    """A field that must be a number of at least 0."""
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise file.error(f"'{key}' must be a number of at least 0, not {value!r}", key)
    return float(value)


def _list(file: DataFile, table: Mapping[str, Any], key: str) -> list[Any]:
    value = table.get(key)
    if not isinstance(value, list) or not value:
        raise file.error(f"'{key}' must be a list", key)
    return value


def _whole(file: DataFile, value: object, key: str, length: int, number: int = 0) -> list[int]:
    """A list of so many integers."""
    if (
        not isinstance(value, list)
        or len(value) != length
        or not all(isinstance(item, int) for item in value)
    ):
        raise file.error(f"'{key}' must hold {length} integers, not {value!r}", key, number)
    return value


def _multiply_stages(file: DataFile) -> list[tuple[int, int, tuple[float, ...]]]:
    """Of each size of multiplier its greatest operands and the delay at each number of stages."""
    found = []
    for number, entry in enumerate(file.tables("multiply")):
        wide, narrow = _whole(file, entry.get("max_bits"), "max_bits", 2, number)
        delays = entry.get("stage_delays_ns")
        if not isinstance(delays, list) or not all(isinstance(d, (int, float)) for d in delays):
            raise file.error("'stage_delays_ns' must be a list of ns", "stage_delays_ns", number)
        found.append((wide, narrow, tuple(float(delay) for delay in delays)))
    if not found:
        raise file.error("a [[multiply]] table is missing", "multiply")
    return found


def _curve(file: DataFile, logic: Mapping[str, Any], name: str) -> list[tuple[float, float]]:
    rows = logic.get(name)
    if not isinstance(rows, list) or len(rows) < 2 or any(len(row) != 2 for row in rows):
        raise file.error(f"'{name}' must list two or more [bits, ns]", name)
    return sorted((float(bits), float(delay)) for bits, delay in rows)


def _memory_cores(file: DataFile) -> list[MemoryCore]:
    cores = []
    for number, entry in enumerate(file.tables("memory")):
        latency = file.count(entry, "latency", number)
        delay = file.positive(entry, "delay_ns", number)
        if latency is None or delay is None:
            raise file.error("a memory needs 'latency' and 'delay_ns'", "memory", number)
        cores.append(MemoryCore(file.text(entry, "kind", number), latency, delay))
    return cores


def _operator_points(file: DataFile) -> dict[tuple[str, str], list[list[_Point]]]:
    found: dict[tuple[str, str], list[list[_Point]]] = {}
    for number, entry in enumerate(file.tables("operator")):
        key = (file.text(entry, "op", number), file.text(entry, "type", number))
        file.text(entry, "source", number)
        points = []
        for row in entry.get("points", []):
            latency, dsp = file.count(row, "latency"), file.count(row, "dsp")
            period = file.positive(row, "period_ns")
            if latency is None or dsp is None or period is None:
                raise file.error("a point needs period_ns, latency and dsp", "op", number)
            points.append(
                _Point(
                    period,
                    latency,
                    dsp,
                    file.count(row, "lut"),
                    file.count(row, "ff"),
                    file.positive(row, "delay_ns"),
                )
            )
        if not points:
            raise file.error(f"operator '{key[0]}' has no points", "op", number)
        found.setdefault(key, []).append(points)
    return found
