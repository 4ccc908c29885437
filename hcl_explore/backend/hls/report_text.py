"""The printed reports: ``<function>_csynth.rpt`` of one function, ``csynth.rpt`` of all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hcl_explore.backend.hls.report import LoopReport, Report, truncated

_NAMES = {"BRAM_18K": "bram18", "BRAM": "bram18", "DSP": "dsp", "DSP48E": "dsp", "FF": "ff"}
_NAMES.update({"LUT": "lut", "URAM": "uram"})


def parse_function(text: str, name: str) -> Report:
    """The report of one function."""
    header = re.search(r"== (\w+ HLS) Report for '([^']+)'", text)
    version = re.search(r"\* Version: +([0-9][0-9.]*)", text)
    if header is None or version is None:
        raise truncated(name, "header")
    timing = re.search(r"\|ap_clk +\| *([0-9.]+)(?: ns)? *\| *([0-9.]+)", text)
    latency = _latency_row(text)
    if latency is None:
        raise truncated(name, "latency table")
    used, available = _utilization(text)
    if not used:
        raise truncated(name, "utilization table")
    return Report(
        tool=header[1],
        version=version[1],
        top=header[2],
        part=_part(text),
        clock_target_ns=float(timing[1]) if timing else None,
        clock_estimate_ns=float(timing[2]) if timing else None,
        latency_cycles=_integer(latency[1]),
        interval=_integer(latency[-2]),
        dsp=used.get("dsp"),
        bram18=used.get("bram18"),
        uram=used.get("uram"),
        lut=used.get("lut"),
        ff=used.get("ff"),
        available=available,
        loops=tuple(_function_loops(text, header[2])),
    )


def _latency_row(text: str) -> list[str] | None:
    """The cells of the first row of the latency summary: min and max latency, (the same in time
    units since 2020,) min and max interval, pipeline type."""
    start = text.find("+ Latency:")
    if start < 0:
        return None
    for line in text[start:].splitlines()[1:12]:
        cells = _cells(line)
        if len(cells) >= 5 and re.match(r"\d+$|\?$", cells[0]):
            return cells
    return None


def _utilization(text: str) -> tuple[dict[str, int], dict[str, int]]:
    """What the design takes and what the part has."""
    start = text.find("== Utilization Estimates")
    columns: list[str] = []
    used: dict[str, int] = {}
    available: dict[str, int] = {}
    for line in text[start:].splitlines() if start >= 0 else ():
        cells = _cells(line)
        if not cells:
            continue
        if cells[0] == "Name" and not columns:
            columns = [_NAMES.get(cell, "") for cell in cells]
        elif cells[0] in ("Total", "Available"):
            target = used if cells[0] == "Total" else available
            for column, cell in zip(columns, cells, strict=False):
                count = _integer(cell)
                if column and count is not None:
                    target.setdefault(column, count)
        if available:
            break
    return used, available


def _function_loops(text: str, top: str) -> Iterator[LoopReport]:
    """Rows of the loop table: nesting is shown by leading signs (``- i``, ``+ j``, ``++ k``)."""
    start = text.find("* Loop:")
    end = text.find("== Utilization Estimates")
    parents: list[str] = []
    for line in text[start:end].splitlines() if start >= 0 else ():
        match = re.match(r"\s*\|(\s*)(-|\++) (\S+)\s*\|(.*)\|\s*$", line)
        if match is None:
            continue
        depth = 0 if match[2] == "-" else len(match[2])
        cells = [cell.strip() for cell in match[4].split("|")]
        if len(cells) < 7:
            continue
        parents = [*parents[:depth], match[3]]
        yield LoopReport(
            name=match[3],
            parent=parents[depth - 1] if depth else top,
            trip_count=_worst(cells[5]),
            ii=_integer(cells[3]),
            depth=_worst(cells[2]),
            latency_cycles=_integer(cells[1]),
            pipelined=cells[6] == "yes",
        )


def parse_summary(text: str, name: str) -> Report:
    """The report over all functions."""
    header = re.search(r"Synthesis Summary Report of '([^']+)'", text)
    version = re.search(r"\* Version: +([0-9][0-9.]*)", text)
    rows = list(_summary_rows(text))
    if header is None or version is None:
        raise truncated(name, "header")
    ends = text.find("=====", text.find("Performance & Resource Estimates"))
    if not rows or ends < 0:  # the next section begins behind the table
        raise truncated(name, "table of estimates" if not rows else "end of that table")
    first = rows[0][2]
    used = {key: _integer(first[key].split(" ")[0]) for key in _NAMES.values() if key in first}
    return Report(
        tool="Vitis HLS",
        version=version[1],
        top=header[1],
        part=_part(text),
        clock_target_ns=None,
        clock_estimate_ns=None,
        latency_cycles=_integer(first["latency"]),
        interval=_integer(first["interval"]),
        # A dash in this table is a zero.
        dsp=used.get("dsp") or 0,
        bram18=used.get("bram18") or 0,
        uram=used.get("uram") or 0,
        lut=used.get("lut") or 0,
        ff=used.get("ff") or 0,
        available={},
        loops=tuple(_summary_loops(rows)),
    )


_COLUMNS = ("issue", "slack", "latency", "time", "depth", "interval", "trips", "pipelined")


def _summary_rows(text: str) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Indentation, label (``+ module`` or ``o loop``) and cells of each row."""
    start = text.find("Performance & Resource Estimates")
    resources: list[str] = []
    for line in text[start:].splitlines() if start >= 0 else ():
        if "Pipelined" in line:
            resources = [_NAMES.get(cell, "") for cell in _cells(line)[len(_COLUMNS) + 1 :]]
        match = re.match(r"\s*\|( *)([+o]) ?([^|]*)\|(.*)$", line)
        if match:
            cells = [cell.strip() for cell in match[4].split("|")]
            row = dict(zip((*_COLUMNS, *resources), cells, strict=False))
            label = f"{match[2]} {match[3].strip().rstrip('*')}"
            yield len(match[1]), label, row
        elif line.startswith("====="):
            return


def _summary_loops(rows: list[tuple[int, str, dict[str, str]]]) -> Iterator[LoopReport]:
    around: list[tuple[int, str]] = []
    for indent, label, row in rows:
        while around and around[-1][0] >= indent:
            around.pop()
        name = label[2:].strip()
        if label.startswith("o"):
            yield LoopReport(
                name=name,
                parent=around[-1][1] if around else "",
                trip_count=_worst(row["trips"]),
                ii=_integer(row["interval"]) if row["pipelined"] == "yes" else None,
                depth=_worst(row["depth"]),
                latency_cycles=_integer(row["latency"]),
                pipelined=row["pipelined"] == "yes",
            )
        around.append((indent, name))


def _part(text: str) -> str | None:
    match = re.search(r"\* Target device: +(\S+)", text)
    return match[1] if match else None


def _cells(line: str) -> list[str]:
    stripped = line.strip()
    if not stripped.startswith("|"):
        return []
    return [cell.strip() for cell in stripped.strip("|").split("|")]


def _worst(text: str) -> int | None:
    """A count, or the larger end of a range such as ``3 ~ 7``."""
    return _integer(text.rpartition("~")[2].strip())


def _integer(text: str) -> int | None:
    return int(text) if text.isdigit() else None
