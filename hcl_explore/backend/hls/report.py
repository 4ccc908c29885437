"""What an HLS tool reported of a design, from its report files.

Three formats of Vivado HLS 2018 to Vitis HLS 2024: ``csynth.xml``; the report of one function
(``gemm_csynth.rpt``); the summary over all functions (``csynth.rpt``). The names of the fields are
those of the estimate, so that the two can be shown side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hcl_explore.errors import ReportError

# What a report of a design of this size may take at most; the largest seen are 2 MB.
MAX_BYTES = 256 << 20


@dataclass(frozen=True)
class LoopReport:
    """One loop as the tool reported it: ``name`` is its label (of flattened loops, all labels
    joined), ``parent`` the loop or function around it. Counts are the worst case; None where the
    tool does not know. ``depth`` is the latency of one iteration."""

    name: str
    parent: str
    trip_count: int | None
    ii: int | None
    depth: int | None
    latency_cycles: int | None
    pipelined: bool


@dataclass(frozen=True)
class Report:
    """A synthesis report. Figures are the worst case; None where the tool gives none.

    ``latency_cycles`` and ``interval`` in cycles, clocks in nanoseconds, ``bram18`` in blocks of
    18 kbit. ``available`` are the totals of the part, by the names of the fields.
    """

    tool: str
    version: str
    top: str
    part: str | None
    clock_target_ns: float | None
    clock_estimate_ns: float | None
    latency_cycles: int | None
    interval: int | None
    dsp: int | None
    bram18: int | None
    uram: int | None
    lut: int | None
    ff: int | None
    available: dict[str, int]
    loops: tuple[LoopReport, ...]


def load_report(path: str | Path) -> Report:
    """Read a report file, whatever its format.

    Raises:
        ReportError: there is no such file, it is cut off, or it is no report of a known tool.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ReportError(f"{path.name} is too large for a report")
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ReportError(f"{path} cannot be read: {error.strerror}") from error
    return parse_report(text, path.name)


def parse_report(text: str, name: str = "the report") -> Report:
    """Read the text of a report. ``name`` is what error messages call it."""
    from hcl_explore.backend.hls.report_text import parse_function, parse_summary
    from hcl_explore.backend.hls.report_xml import parse_xml

    head = text[:4000]
    if "<profile" in head:
        return parse_xml(text, name)
    if "Synthesis Summary Report of" in head:
        return parse_summary(text, name)
    if "HLS Report for" in head:
        return parse_function(text, name)
    raise ReportError(
        f"{name} is no synthesis report of Vivado HLS or Vitis HLS",
        advice="Give csynth.xml, csynth.rpt or <function>_csynth.rpt from the folder syn/report.",
    )


def truncated(name: str, missing: str) -> ReportError:
    """The error for a report that ends too early."""
    return ReportError(
        f"{name} is cut off or of an unknown version: it has no {missing}",
        advice="Run csynth_design again, or copy the file again.",
    )
