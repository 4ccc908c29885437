"""``csynth.xml``."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from hcl_explore.backend.hls.report import LoopReport, Report, truncated
from hcl_explore.errors import ReportError

# The tool renamed the DSP entry with the families it supports.
_RESOURCES = {
    "BRAM_18K": "bram18",
    "DSP": "dsp",
    "DSP48E": "dsp",
    "FF": "ff",
    "LUT": "lut",
    "URAM": "uram",
}


def parse_xml(text: str, name: str) -> Report:
    """The report in the text of a ``csynth.xml``."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ReportError(f"{name} declares entities, which no report of the tools does")
    start = text.find("<profile")
    try:
        root = ElementTree.fromstring(text[start:])
    except ElementTree.ParseError as error:
        raise truncated(name, f"complete XML ({error})") from error
    version = _need(root, "ReportVersion/Version", name)
    resources = _resources(root, "AreaEstimates/Resources")
    latency = root.find("PerformanceEstimates/SummaryOfOverallLatency")
    if latency is None or not resources:
        raise truncated(name, "latency" if latency is None else "resources")
    top = _need(root, "UserAssignments/TopModelName", name)
    return Report(
        tool="Vivado HLS" if int(version.split(".")[0]) < 2020 else "Vitis HLS",
        version=version,
        top=top,
        part=_text(root, "UserAssignments/Part"),
        clock_target_ns=_float(_text(root, "UserAssignments/TargetClockPeriod")),
        clock_estimate_ns=_float(
            _text(root, "PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod")
        ),
        latency_cycles=_integer(latency.findtext("Worst-caseLatency")),
        interval=_integer(latency.findtext("Interval-max")),
        dsp=resources.get("dsp"),
        bram18=resources.get("bram18"),
        uram=resources.get("uram"),
        lut=resources.get("lut"),
        ff=resources.get("ff"),
        available=_resources(root, "AreaEstimates/AvailableResources"),
        loops=tuple(_all_loops(root, top)),
    )


def _all_loops(root: ElementTree.Element, top: str) -> Iterator[LoopReport]:
    """The loops of every function where the report lists them, else those of the top."""
    modules = root.findall("ModuleInformation/Module")
    if not modules:
        summary = root.find("PerformanceEstimates/SummaryOfLoopLatency")
        if summary is not None:
            yield from _loops(summary, top)
    for module in modules:
        summary = module.find("PerformanceEstimates/SummaryOfLoopLatency")
        if summary is not None:
            yield from _loops(summary, module.findtext("Name") or top)


def _loops(summary: ElementTree.Element, parent: str) -> Iterator[LoopReport]:
    for element in summary:
        if element.find("TripCount") is None and element.find("Latency") is None:
            continue
        name = element.findtext("Name") or element.tag
        ii = _integer(element.findtext("PipelineII"))
        depth = element.findtext("PipelineDepth") or element.findtext("IterationLatency")
        yield LoopReport(
            name=name,
            parent=parent,
            trip_count=_worst(element.find("TripCount")),
            ii=ii,
            depth=_integer(depth) if depth else _worst(element.find("IterationLatency")),
            latency_cycles=_worst(element.find("Latency")),
            pipelined=ii is not None,
        )
        yield from _loops(element, name)


def _worst(element: ElementTree.Element | None) -> int | None:
    """A count, or the larger end of ``<range><min/><max/></range>``."""
    if element is None:
        return None
    largest = element.findtext("range/max") or element.findtext("max")
    return _integer(largest if largest is not None else element.text)


def _resources(root: ElementTree.Element, path: str) -> dict[str, int]:
    found = {}
    for element in root.findall(f"{path}/*"):
        count = _integer(element.text)
        if element.tag in _RESOURCES and count is not None:
            found[_RESOURCES[element.tag]] = count
    return found


def _need(root: ElementTree.Element, path: str, name: str) -> str:
    text = _text(root, path)
    if not text:
        raise truncated(name, path.rpartition("/")[2])
    return text


def _text(root: ElementTree.Element, path: str) -> str | None:
    text = root.findtext(path)
    return text.strip() if text else None


def _integer(text: str | None) -> int | None:
    """A count; None for ``?``, ``undef``, ``-`` and for nothing."""
    text = (text or "").strip()
    return int(text) if text.isdigit() else None


def _float(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
