"""Report files of HLS tools, whatever their format.

Three formats of Vivado HLS 2018 to Vitis HLS 2024: ``csynth.xml``; the report of one function
(``gemm_csynth.rpt``); the summary over all functions (``csynth.rpt``).
"""

from __future__ import annotations

from pathlib import Path

from hcl_explore.backend.hls.report import Report
from hcl_explore.backend.hls.report_text import parse_function, parse_summary
from hcl_explore.backend.hls.report_xml import parse_xml
from hcl_explore.errors import ReportError

# What a report of a design of this size may take at most; the largest seen are 2 MB.
MAX_BYTES = 256 << 20


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
    """Read the text of a report. ``name`` is what error messages call it.

    Raises:
        ReportError: the text is cut off, or no report of a known tool.
    """
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
