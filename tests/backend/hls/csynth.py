"""``csynth.xml`` as the tool lays it out (see ``reports/``), for kernels of our own."""

from __future__ import annotations

from collections.abc import Mapping

Counts = Mapping[str, int]


def csynth_xml(
    top: str,
    *,
    latency: int,
    loops: Mapping[str, Counts],
    module: str | None = None,
    part: str = "xcu280-fsvh2892-2L-e",
    clock_ns: float = 4.0,
    version: str = "2022.1.2",
) -> str:
    """A report of ``top``; ``loops`` have TripCount, PipelineII, PipelineDepth and Latency."""
    entries = "".join(
        f"<{name}><Name>{name}</Name>"
        + "".join(f"<{tag}>{count}</{tag}>" for tag, count in counts.items())
        + f"</{name}>"
        for name, counts in loops.items()
    )
    return f"""<profile>
<ReportVersion><Version>{version}</Version></ReportVersion>
<UserAssignments><unit>ns</unit><Part>{part}</Part><TopModelName>{top}</TopModelName>
<TargetClockPeriod>{clock_ns:.2f}</TargetClockPeriod></UserAssignments>
<PerformanceEstimates><SummaryOfOverallLatency><unit>clock cycles</unit>
<Worst-caseLatency>{latency}</Worst-caseLatency><Interval-max>{latency + 1}</Interval-max>
</SummaryOfOverallLatency></PerformanceEstimates>
<AreaEstimates><Resources><BRAM_18K>4</BRAM_18K><DSP>10</DSP><FF>4000</FF><LUT>1000</LUT>
<URAM>0</URAM></Resources></AreaEstimates>
<ModuleInformation><Module><Name>{module or top}</Name><PerformanceEstimates>
<SummaryOfLoopLatency>{entries}</SummaryOfLoopLatency>
</PerformanceEstimates></Module></ModuleInformation>
</profile>
"""
