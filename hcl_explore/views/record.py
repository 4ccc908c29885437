"""The Step record: the one wire format between Python and whatever shows a session.

Everything here is plain JSON data. A reader that meets a ``version`` other than ``RECORD_VERSION``
must refuse the file and say so.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from hcl_explore.errors import NoSuchStepError

RECORD_VERSION = 1

Status = Literal["verified", "failed", "pending", "not_run"]


class VerificationRecord(TypedDict):
    """Whether the program after this step was run beside the original, and what came out.

    ``detail`` is a sentence: "bit-exact on 3 random inputs", "max relative error 2.1e-7", …
    ``relative_error`` is the largest error as a part of the largest value of its array; None where
    no numbers with rounding were compared.
    """

    status: Status
    detail: str
    relative_error: float | None


class LoopRecord(TypedDict):
    """One loop of the tree.

    ``key`` is unique in the program ("gemm:mm.k.outer"); ``trip_count`` is None where it depends
    on run-time values; ``line`` is the source line.
    """

    key: str
    name: str
    band: str
    function: str
    trip_count: int | None
    bounds: str
    line: int | None
    pipeline_ii: int | None
    achieved_ii: int | None
    unroll: int | None
    parallel: bool
    dataflow: bool
    reduction: bool
    statements: list[str]
    children: list[LoopRecord]


class BufferRecord(TypedDict):
    """One array or scalar variable. ``partition`` reads "cyclic 8 on dim 2; complete on dim 1"."""

    key: str
    name: str
    function: str
    kind: Literal["argument", "result", "local", "constant"]
    dtype: str
    shape: list[int]
    bytes: int
    partition: str
    storage: str | None
    line: int | None


class OnChipCopyRecord(TypedDict):
    """An array of the interface that the HLS C++ holds on the chip, whole, in ``buffer``.

    ``bram18`` and ``uram`` are the blocks that takes (both 0: registers or LUTs); ``loads`` and
    ``stores`` whether it is filled before the run and written back after it; ``reason`` is a
    phrase ("partitioned").
    """

    port: str
    buffer: str
    bytes: int
    banks: int
    bram18: int
    uram: int
    loads: bool
    stores: bool
    reason: str


class GraphNodeRecord(TypedDict):
    """``kind`` decides the shape drawn; ``detail`` is the second line ("f32[32,32] · 4.0 KiB")."""

    id: str
    kind: Literal["input", "output", "buffer", "constant", "stream", "stage", "call", "task"]
    label: str
    detail: str
    cluster: str | None


class FifoRecord(TypedDict):
    """``tokens`` is None where it is not known."""

    name: str
    depth: int
    tokens: int | None


class GraphEdgeRecord(TypedDict):
    """``bytes`` is the size of the footprint moved along the edge, None where it is not known.
    ``fifos`` are the FIFOs between two tasks: name, depth, tokens of one run."""

    source: str
    target: str
    label: str
    bytes: int | None
    fifos: list[FifoRecord]


class GraphRecord(TypedDict):
    nodes: list[GraphNodeRecord]
    edges: list[GraphEdgeRecord]


class GraphDiffRecord(TypedDict):
    """Ids of nodes and "source->target" of edges that came, went, or carry other text."""

    added: list[str]
    removed: list[str]
    changed: list[str]


class LoopEstimateRecord(TypedDict):
    """Figures of one loop. Latencies in cycles. ``ii_reason`` names what bounds the II."""

    key: str
    name: str
    trip_count: int | None
    ii: int | None
    ii_reason: str
    depth: int | None
    latency_cycles: int | None


class EstimateRecord(TypedDict):
    """Figures of the whole design; None where the model cannot know, with the reason in ``notes``.

    ``latency_cycles`` and ``interval`` in clock cycles, ``bytes`` off-chip traffic,
    ``operational_intensity`` in operations per byte, ``attainable_gops`` and ``design_gops``
    in 1e9 operations per second.
    """

    device: str
    clock_mhz: float
    latency_cycles: int | None
    interval: int | None
    dsp: int | None
    bram18: int | None
    uram: int | None
    lut: int | None
    ff: int | None
    ops: int | None
    bytes: int | None
    operational_intensity: float | None
    attainable_gops: float | None
    design_gops: float | None
    achieved_gops: float | None
    loops: list[LoopEstimateRecord]
    notes: list[str]


class FindingRecord(TypedDict):
    """What a check before hardware found: its name, what is wrong, where, and what to do."""

    check: str
    message: str
    filename: str | None
    line: int | None
    remedy: str


class SpanRecord(TypedDict):
    """A function, loop or dataflow stage on the time axis: from cycle ``start`` to before ``end``
    in its first run. ``iterations`` begin ``interval`` cycles apart; a pipelined loop's run is
    ``fill``, ``steady`` and ``drain``, in cycles (0 elsewhere)."""

    name: str
    kind: Literal["function", "loop", "stage"]
    key: str
    mode: str
    start: int
    end: int
    iterations: int
    interval: int
    fill: int
    steady: int
    drain: int
    children: list[SpanRecord]


class TrafficRecord(TypedDict):
    """What one level of memory sees of one run: ``bytes`` moved both ways, ``footprint_bytes``
    different ones, ``intensity`` operations per byte moved, ``gb_per_s`` what the level delivers
    (off the chip the device's memory, else the ports of this design's banks; None: no limit)."""

    level: str
    is_off_chip: bool
    bytes: int
    footprint_bytes: int | None
    intensity: float | None
    gb_per_s: float | None
    arrays: list[str]


class MeasuredRecord(TypedDict):
    """One run of the compiled kernel on a core of this machine: ``seconds`` of the fastest run,
    ``gops`` what that makes of the operations, ``intensity`` operations per different byte of the
    arguments and results (None where that is not known)."""

    seconds: float
    gops: float | None
    intensity: float | None


class SimulatedTaskRecord(TypedDict):
    """One task of a simulated run. Times in cycles from its start; of these it waited
    ``stalled_full`` for room in a FIFO and ``stalled_empty`` for a token. ``state`` is ``done`` or
    what it waits for; ``parent`` the position of the region around it."""

    name: str
    parent: int | None
    start: int
    end: int
    stalled_full: int
    stalled_empty: int
    state: str
    line: int | None


class SimulatedFifoRecord(TypedDict):
    """One FIFO of a simulated run. ``producer`` and ``consumer`` are positions of tasks; the times
    are those of the first puts and gets."""

    name: str
    dtype: str
    depth: int
    tokens: int
    left: int
    highest_fill: int
    producer: int | None
    consumer: int | None
    stalled_full: int
    stalled_empty: int
    put_times: list[int]
    get_times: list[int]
    line: int | None


class SimulationRecord(TypedDict):
    """A run of a program of tasks. ``depths`` are those that were not the declared ones;
    ``failure`` says what went wrong (a deadlock, tokens left behind), and is empty elsewhere."""

    cycles: int
    depths: dict[str, int]
    failure: str
    tasks: list[SimulatedTaskRecord]
    fifos: list[SimulatedFifoRecord]


class RooflineRecord(TypedDict):
    """Ceilings of the device. ``bandwidths`` are [name, GB/s] of the memories off the chip,
    ``on_chip`` of all ports of its own memories; ``peaks`` are [name, GOP/s]."""

    bandwidths: list[tuple[str, float]]
    on_chip: list[tuple[str, float]]
    peaks: list[tuple[str, float]]


class CpuRecord(TypedDict):
    """Ceilings of one core of this machine's processor, as they were measured."""

    processor: str
    bandwidths: list[tuple[str, float]]
    peaks: list[tuple[str, float]]


class StepRecord(TypedDict):
    """One step of a session; step 0 is the kernel before any primitive.

    ``ir_links`` and ``hls_links`` hold, for each line of ``ir`` and ``hls``, the line of the kernel
    source it comes from, or None. ``forwarding`` maps each loop or buffer key of the program
    before to the keys it became (an empty list where it is gone). ``hint`` says why a directive
    changed no figure, and is empty elsewhere.
    """

    version: int
    index: int
    primitive: str | None
    call: str
    arguments: dict[str, object]
    explanation: str
    hint: str
    unchecked: bool
    reassociated: bool
    allowed_error: float | None
    """Of a step that changes values: the part of the largest value that results may differ by."""
    ir: str
    ir_links: list[int | None]
    hls: str
    hls_links: list[int | None]
    loops: list[LoopRecord]
    buffers: list[BufferRecord]
    copies: list[OnChipCopyRecord]
    graph: GraphRecord
    graph_diff: GraphDiffRecord
    estimate: EstimateRecord
    timeline: SpanRecord
    traffic: list[TrafficRecord]
    findings: list[FindingRecord]
    measured: MeasuredRecord | None
    simulation: SimulationRecord | None
    verification: VerificationRecord
    forwarding: dict[str, list[str]]


class FailedStepRecord(TypedDict):
    """A step of the history that no longer applies after the kernel was edited."""

    call: str
    primitive: str
    arguments: dict[str, object]
    error: str


class FigureRecord(TypedDict):
    """One figure estimated and reported; None where a side does not know it. ``error`` is
    (estimate - report) / report, None where it cannot be told."""

    name: str
    estimate: int | None
    report: int | None
    error: float | None


class LoopComparisonRecord(TypedDict):
    """One loop estimated and reported: trip_count, ii, depth, latency_cycles. ``keys`` are the
    loops of the program that it stands for (several where the tool flattened them, none where the
    program has no such loop); ``in_report`` is false for a loop that the report does not list."""

    name: str
    keys: list[str]
    in_report: bool
    figures: list[FigureRecord]


class ReportRecord(TypedDict):
    """A synthesis report beside the estimate of the program after ``steps`` steps, which is made
    for ``device`` at ``clock_mhz``. ``figures`` are latency_cycles, interval, dsp, bram18, uram,
    lut and ff."""

    file: str
    steps: int
    device: str
    clock_mhz: float
    tool: str
    version: str
    top: str
    part: str | None
    figures: list[FigureRecord]
    loops: list[LoopComparisonRecord]
    notes: list[str]


class ParameterRecord(TypedDict):
    """One field of a primitive's form. ``kind`` picks the control; ``choices`` are what is now in
    the program (or the members of an enumeration); ``optional`` fields start at ``default``. A list
    takes ``at_least`` so many."""

    name: str
    kind: Literal[
        "loop", "loops", "buffer", "function", "integer", "integers", "boolean", "choice",
        "dtype", "number", "destination", "text", "values",
    ]  # fmt: skip
    label: str
    help: str
    choices: list[str]
    optional: bool
    default: object
    at_least: int


class PrimitiveRecord(TypedDict):
    """A primitive as the palette shows it; ``group`` is the heading it stands under."""

    name: str
    group: str
    summary: str
    law: str
    parameters: list[ParameterRecord]


class SessionRecord(TypedDict):
    """Everything a face of the session needs to draw itself."""

    version: int
    name: str
    kernel: str
    kernel_first_line: int
    filename: str
    device: str
    clock_mhz: float
    roofline: RooflineRecord
    cpu: CpuRecord | None
    """None until a step is measured on this machine's processor."""
    steps: list[StepRecord]
    position: int
    redo: int
    failed: list[FailedStepRecord]
    reports: list[ReportRecord]


def step_record(record: SessionRecord, index: int) -> StepRecord:
    """Step ``index``; 0 is the program as written. Raises ``NoSuchStepError``."""
    steps = record["steps"]
    if not 0 <= index < len(steps):
        raise NoSuchStepError(
            f"there is no step {index}", advice=f"The session has steps 0 to {len(steps) - 1}."
        )
    return steps[index]
