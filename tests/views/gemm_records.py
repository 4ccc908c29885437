"""Records of a gemm session written by hand: what the real session sends, without a compiler.

Five steps: split k, reorder, pipeline j, partition A, partition B. The figures are plausible, not
computed; no test here judges them.
"""

from __future__ import annotations

from typing import Any

from hcl_explore.views.record import (
    RECORD_VERSION,
    BufferRecord,
    EstimateRecord,
    FindingRecord,
    GraphDiffRecord,
    GraphRecord,
    LoopRecord,
    MeasuredRecord,
    OnChipCopyRecord,
    ParameterRecord,
    PrimitiveRecord,
    ReportRecord,
    SessionRecord,
    SimulationRecord,
    SpanRecord,
    StepRecord,
    TrafficRecord,
)

KERNEL = """def gemm(A: float32[32, 32], B: float32[32, 32]) -> float32[32, 32]:
    C: float32[32, 32] = 0.0
    for i, j, k in hcl.grid(32, 32, 32, name="mm"):
        C[i, j] += A[i, k] * B[k, j]
    return C
"""

FIRST_LINE = 4
LOOP_LINE, BODY_LINE, INIT_LINE = 6, 7, 5

CALLS: list[tuple[str, str, dict[str, object], str]] = [
    ("split", 's.split("k", 8)', {"axis": "k", "factor": 8}, "split k (32) into 4 × 8"),
    (
        "reorder",
        's.reorder("k.outer", "i", "j", "k.inner")',
        {"axes": ["k.outer", "i", "j", "k.inner"]},
        "run mm in the order k.outer, i, j, k.inner",
    ),
    (
        "pipeline",
        's.pipeline("j", initiation_interval=1)',
        {"axis": "j", "initiation_interval": 1},
        "start an iteration of j every cycle",
    ),
    (
        "partition",
        "s.partition(s.A, partition_type=hcl.Partition.Cyclic, dim=2, factor=8)",
        {"target": "A", "partition_type": "cyclic", "dim": 2, "factor": 8},
        "A in 8 banks along dimension 2",
    ),
    (
        "partition",
        "s.partition(s.B, partition_type=hcl.Partition.Cyclic, dim=1, factor=8)",
        {"target": "B", "partition_type": "cyclic", "dim": 1, "factor": 8},
        "B in 8 banks along dimension 1",
    ),
]

ORDERS = [["i", "j", "k"], ["i", "j", "k.outer", "k.inner"]] + [
    ["k.outer", "i", "j", "k.inner"]
] * 4
TRIPS = {"i": 32, "j": 32, "k": 32, "k.outer": 4, "k.inner": 8}


def _partitions(index: int) -> dict[str, str]:
    parts = {}
    if index >= 4:
        parts["A"] = "cyclic 8 on dim 2"
    if index >= 5:
        parts["B"] = "cyclic 8 on dim 1"
    return parts


def _ir(index: int) -> tuple[str, list[int | None]]:
    partitions = _partitions(index)
    lines: list[tuple[str, int | None]] = []

    def argument(name: str) -> str:
        extra = ""
        if name in partitions:
            dim = partitions[name][-1]
            extra = f', hcl.partition = [{{dim = {dim} : i32, kind = "cyclic", factor = 8 : i32}}]'
        return f'%{name}: memref<32x32xf32> {{hcl.dtype = "float32", hcl.name = "{name}"{extra}}}'

    lines.append(('module attributes {hcl.top = "gemm"} {', None))
    lines.append(
        (
            f"  func.func @gemm({argument('A')}, {argument('B')}) -> "
            '(memref<32x32xf32> {hcl.dtype = "float32"}) {',
            FIRST_LINE,
        )
    )
    lines.append(
        ('    %C = memref.alloc() {hcl.dtype = "float32", name = "C"} : memref<32x32xf32>', 5)
    )
    lines.append(("    %cst = arith.constant 0.000000e+00 : f32", INIT_LINE))
    for depth, name in enumerate(("C_d0", "C_d1")):
        lines.append((f"{'  ' * (depth + 2)}affine.for %{name} = 0 to 32 {{", INIT_LINE))
    lines.append(("        affine.store %cst, %C[%C_d0, %C_d1] : memref<32x32xf32>", INIT_LINE))
    lines.append(('      } {loop_name = "C_d1"}', INIT_LINE))
    lines.append(('    } {loop_name = "C_d0", op_name = "init_C"}', INIT_LINE))
    order = ORDERS[index]
    for depth, name in enumerate(order):
        pad = "  " * (depth + 2)
        lines.append((f"{pad}affine.for %{name} = 0 to {TRIPS[name]} {{", LOOP_LINE))
    k = "%k" if index == 0 else "%k.outer * 8 + %k.inner"
    pad = "  " * (len(order) + 2)
    lines += [
        (f"{pad}%0 = affine.load %A[%i, {k}] : memref<32x32xf32>", BODY_LINE),
        (f"{pad}%1 = affine.load %B[{k}, %j] : memref<32x32xf32>", BODY_LINE),
        (f"{pad}%2 = arith.mulf %0, %1 : f32", BODY_LINE),
        (f"{pad}%3 = affine.load %C[%i, %j] : memref<32x32xf32>", BODY_LINE),
        (f"{pad}%4 = arith.addf %3, %2 : f32", BODY_LINE),
        (f"{pad}affine.store %4, %C[%i, %j] : memref<32x32xf32>", BODY_LINE),
    ]
    for depth, name in reversed(list(enumerate(order))):
        extra = ', op_name = "mm"' if depth == 0 else ""
        if index >= 3 and name == "j":
            extra += ", pipeline_ii = 1 : i32"
        lines.append((f'{"  " * (depth + 2)}}} {{loop_name = "{name}"{extra}}}', LOOP_LINE))
    lines += [("    return %C : memref<32x32xf32>", 8), ("  }", None), ("}", None)]
    return "\n".join(text for text, _ in lines), [link for _, link in lines]


def _hls(index: int) -> tuple[str, list[int | None]]:
    lines: list[tuple[str, int | None]] = [
        ("#include <cstdint>", None),
        ("", None),
        ('extern "C" {', None),
        ("void gemm(float A[32][32], float B[32][32], float C[32][32]) {", FIRST_LINE),
    ]
    for name, text in _partitions(index).items():
        lines.append(
            (
                f"  #pragma HLS array_partition variable={name} cyclic factor=8 dim={text[-1]}",
                FIRST_LINE,
            )
        )
    lines += [
        ("  init_C_d0: for (int d0 = 0; d0 < 32; d0++) {", INIT_LINE),
        ("    init_C_d1: for (int d1 = 0; d1 < 32; d1++) {", INIT_LINE),
        ("      C[d0][d1] = 0.0f;", INIT_LINE),
        ("    }", INIT_LINE),
        ("  }", INIT_LINE),
    ]
    order = ORDERS[index]
    for depth, name in enumerate(order):
        pad, v = "  " * (depth + 1), name.replace(".", "_")
        text = f"{pad}mm_{v}: for (int {v} = 0; {v} < {TRIPS[name]}; {v}++) {{"
        lines.append((text, LOOP_LINE))
        if index >= 3 and name == "j":
            lines.append((f"{pad}#pragma HLS pipeline II=1", LOOP_LINE))
    k = "k" if index == 0 else "k_outer * 8 + k_inner"
    pad = "  " * (len(order) + 1)
    lines.append((f"{pad}C[i][j] += A[i][{k}] * B[{k}][j];  // gemm.py:7", BODY_LINE))
    for depth in range(len(order) - 1, -1, -1):
        lines.append((f"{'  ' * (depth + 1)}}}", LOOP_LINE))
    lines += [("}", None), ('}  // extern "C"', None)]
    return "\n".join(text for text, _ in lines), [link for _, link in lines]


def loop(name: str, band: str, index: int, children: list[LoopRecord], **extra: Any) -> LoopRecord:
    trips = TRIPS.get(name, 32)
    record = LoopRecord(
        key=f"gemm:{band}.{name}",
        name=name,
        band=band,
        function="gemm",
        trip_count=trips,
        bounds=f"0 to {trips}",
        line=INIT_LINE if band == "init_C" else LOOP_LINE,
        pipeline_ii=1 if index >= 3 and name == "j" else None,
        achieved_ii=_achieved(index) if name == "j" and index >= 3 else None,
        unroll=0 if index >= 3 and name == "k.inner" else None,
        parallel=False,
        dataflow=False,
        reduction=name.startswith("k"),
        statements=[],
        children=children,
    )
    record.update(extra)  # type: ignore[typeddict-item]
    return record


def _achieved(index: int) -> int:
    return {3: 4, 4: 4, 5: 1}[index]


def _loops(index: int) -> list[LoopRecord]:
    inner = loop("C_d1", "init_C", index, [], statements=["C[C_d0, C_d1] = 0.0"])
    nest: list[LoopRecord] = []
    for name in reversed(ORDERS[index]):
        statements = [] if nest else ["C[i, j] += A[i, k] * B[k, j]"]
        nest = [loop(name, "mm", index, nest, statements=statements)]
    return [loop("C_d0", "init_C", index, [inner]), *nest]


def _buffers(index: int) -> list[BufferRecord]:
    partitions = _partitions(index)
    kinds = {"A": "argument", "B": "argument", "C": "result"}
    return [
        BufferRecord(
            key=f"gemm:{name}",
            name=name,
            function="gemm",
            kind=kind,  # type: ignore[typeddict-item]
            dtype="float32",
            shape=[32, 32],
            bytes=4096,
            partition=partitions.get(name, ""),
            storage="BRAM" if name == "C" else None,
            line=FIRST_LINE if kind == "argument" else INIT_LINE,
        )
        for name, kind in kinds.items()
    ]


def _graph(index: int) -> GraphRecord:
    partitions = _partitions(index)

    def detail(name: str) -> str:
        text = "float32[32,32] · 4 KiB"
        return f"{text}\n{partitions[name]}" if name in partitions else text

    def node(identity: str, kind: str, label: str, text: str) -> Any:
        return {"id": identity, "kind": kind, "label": label, "detail": text, "cluster": None}

    return GraphRecord(
        nodes=[
            node("A", "input", "A", detail("A")),
            node("B", "input", "B", detail("B")),
            node("init_C", "stage", "init_C", "1,024 iterations"),
            node("mm", "stage", "mm", "32,768 iterations"),
            node("C", "output", "C", detail("C")),
        ],
        edges=[
            {"source": "A", "target": "mm", "label": "", "bytes": 4096},
            {"source": "B", "target": "mm", "label": "", "bytes": 4096},
            {"source": "init_C", "target": "C", "label": "", "bytes": 4096},
            {"source": "C", "target": "mm", "label": "", "bytes": 4096},
            {"source": "mm", "target": "C", "label": "", "bytes": 4096},
        ],
    )


LATENCY = [229_380, 196_612, 198_660, 17_422, 17_422, 5_134]
RESOURCES = [
    (5, 6, 1210, 1480),
    (5, 6, 1290, 1535),
    (5, 6, 1302, 1541),
    (10, 6, 2110, 2890),
    (10, 10, 2333, 2990),
    (40, 18, 6120, 7802),
]


def _estimate(index: int) -> EstimateRecord:
    dsp, bram, lut, ff = RESOURCES[index]
    seconds = LATENCY[index] / 300e6
    rows = []
    for name in ["C_d0", "C_d1", *ORDERS[index]]:
        pipelined = index >= 3 and name == "j"
        band = "init_C" if name.startswith("C_") else "mm"
        rows.append(
            {
                "key": f"gemm:{band}.{name}",
                "name": name,
                "trip_count": TRIPS.get(name, 32),
                "ii": _achieved(index) if pipelined else None,
                "ii_reason": (
                    ""
                    if not pipelined
                    else "8 reads of B per iteration, 2 ports; partition B cyclic by 4 on dim 1"
                    if index < 5
                    else "meets the interval asked for"
                ),
                "depth": 18 if pipelined else None,
                "latency_cycles": LATENCY[index] if name == ORDERS[index][0] else 34,
            }
        )
    return EstimateRecord(
        device="u280",
        clock_mhz=300.0,
        latency_cycles=LATENCY[index],
        interval=LATENCY[index] + 1,
        dsp=dsp,
        bram18=bram,
        uram=0,
        lut=lut,
        ff=ff,
        ops=65536,
        bytes=12288,
        operational_intensity=65536 / 12288,
        attainable_gops=2400.0,
        design_gops=0.6 * dsp / 5,
        achieved_gops=65536 / seconds / 1e9,
        loops=rows,  # type: ignore[typeddict-item]
        notes=["LUT and FF are within ±25 %."],
    )


def span(name: str, key: str, mode: str, start: int, end: int, **extra: Any) -> SpanRecord:
    record = SpanRecord(
        name=name,
        kind="loop",
        key=key,
        mode=mode,
        start=start,
        end=end,
        iterations=1,
        interval=0,
        fill=0,
        steady=0,
        drain=0,
        children=[],
    )
    record.update(extra)  # type: ignore[typeddict-item]
    return record


def _timeline(index: int) -> SpanRecord:
    """The kernel: a pipelined initialisation, then 32 runs of a pipelined loop."""
    total = LATENCY[index]
    period = (total - 1026) // 32
    inner = span("j", "gemm:mm.j", "pipelined", 1026, 1026 + period - 2, iterations=64, interval=2)
    inner.update({"fill": 8, "steady": period - 18, "drain": 8})
    outer = span("i", "gemm:mm.i", "sequential", 1026, total, iterations=32, interval=period)
    outer["children"] = [inner]
    first = span("C_d0", "gemm:init_C.C_d0", "pipelined", 0, 1025, iterations=1024, interval=1)
    first.update({"fill": 1, "steady": 1023, "drain": 1})
    return span("gemm", "gemm", "call", 0, total, kind="function", children=[first, outer])


COPIES: list[OnChipCopyRecord] = [
    {
        "port": "A",
        "buffer": "A_local",
        "bytes": 4096,
        "banks": 8,
        "bram18": 8,
        "uram": 0,
        "loads": True,
        "stores": False,
        "reason": "partitioned",
    }
]

REPORT = ReportRecord(
    file="csynth.xml",
    steps=3,
    device="u280",
    clock_mhz=300.0,
    tool="Vitis HLS",
    version="2023.1",
    top="gemm",
    part="xcu280-fsvh2892-2L-e",
    figures=[
        {"name": "latency_cycles", "estimate": 8704, "report": 8704, "error": 0.0},
        {"name": "dsp", "estimate": 10, "report": 14, "error": -4 / 14},
        {"name": "lut", "estimate": 2110, "report": 2180, "error": -70 / 2180},
        {"name": "uram", "estimate": 0, "report": None, "error": None},
    ],
    loops=[
        {
            "name": "mm_i_mm_j",
            "keys": ["gemm:mm.i", "gemm:mm.j"],
            "in_report": True,
            "figures": [{"name": "ii", "estimate": 8, "report": 16, "error": -0.5}],
        },
        {
            "name": "k.inner",
            "keys": ["gemm:mm.k.inner"],
            "in_report": False,
            "figures": [{"name": "ii", "estimate": 1, "report": None, "error": None}],
        },
    ],
    notes=["the report names no clock; estimated at 300 MHz"],
)

SIMULATION = SimulationRecord(
    cycles=24,
    depths={"fifo": 2},
    failure="",
    tasks=[
        {
            "name": name,
            "parent": None if name == "top" else 0,
            "start": start,
            "end": end,
            "stalled_full": full,
            "stalled_empty": empty,
            "state": "done",
            "line": 3,
        }
        for name, start, end, full, empty in (
            ("top", 0, 24, 0, 0),
            ("produce", 0, 20, 5, 0),
            ("consume", 0, 24, 0, 6),
        )
    ],
    fifos=[
        {
            "name": "fifo",
            "dtype": "float32",
            "depth": 2,
            "tokens": 4,
            "left": 0,
            "highest_fill": 2,
            "producer": 1,
            "consumer": 2,
            "stalled_full": 5,
            "stalled_empty": 6,
            "put_times": [2, 3, 9, 15],
            "get_times": [8, 14, 20, 22],
            "line": 4,
        }
    ],
)

FINDINGS: list[FindingRecord] = [
    {
        "check": "ports",
        "message": "loop 'j' is asked to start an iteration every 1 cycle",
        "filename": "gemm.py",
        "line": 6,
        "remedy": "8 reads of A per iteration, 2 ports",
    }
]

MEASURED: dict[int, MeasuredRecord] = {
    0: {"seconds": 32e-6, "gops": 2.048, "intensity": 5.33},
    2: {"seconds": 8e-6, "gops": 8.192, "intensity": 5.33},
}


def _traffic(index: int) -> list[TrafficRecord]:
    """Off the chip the three arrays, and from step 3 on a buffer of C in BRAM."""
    moved = 12288 if index >= 3 else 401408
    levels = [_level("HBM2", moved, 460.0, ["A", "B", "C"], footprint=12288, is_off_chip=True)]
    if index >= 3:
        levels.append(_level("BRAM", 262144, 2.4, ["C_buf"], footprint=4096))
    return [*levels, _level("registers", 524288, None, ["A", "B", "C"], footprint=12288)]


def _level(
    name: str,
    moved: int,
    rate: float | None,
    arrays: list[str],
    *,
    footprint: int,
    is_off_chip: bool = False,
) -> TrafficRecord:
    return TrafficRecord(
        level=name,
        is_off_chip=is_off_chip,
        bytes=moved,
        footprint_bytes=footprint,
        intensity=65536 / moved,
        gb_per_s=rate,
        arrays=arrays,
    )


FORWARDING: list[dict[str, list[str]]] = [
    {},
    {"gemm:mm.k": ["gemm:mm.k.outer", "gemm:mm.k.inner"]},
    {},
    {},
    {},
    {},
]


def step_record(index: int) -> StepRecord:
    primitive, call, arguments, explanation = (
        CALLS[index - 1]
        if index
        else (None, "s = hcl.customize(gemm)", {}, "the kernel as written")
    )
    ir, ir_links = _ir(index)
    hls, hls_links = _hls(index)
    changed = {4: ["A"], 5: ["B"]}.get(index, [])
    return StepRecord(
        version=RECORD_VERSION,
        index=index,
        primitive=primitive,
        call=call,
        arguments=dict(arguments),
        explanation=explanation,
        hint="changes nothing: Vitis pipelines 'j' by itself" if index == 3 else "",
        unchecked=False,
        reassociated=index == 2,
        allowed_error=0.05 if index == 3 else None,
        ir=ir,
        ir_links=ir_links,
        hls=hls,
        hls_links=hls_links,
        loops=_loops(index),
        buffers=_buffers(index),
        copies=COPIES if index >= 3 else [],
        graph=_graph(index),
        graph_diff=GraphDiffRecord(added=[], removed=[], changed=changed),
        estimate=_estimate(index),
        timeline=_timeline(index),
        traffic=_traffic(index),
        findings=FINDINGS if index == 3 else [],
        measured=MEASURED.get(index),
        simulation=SIMULATION if index == 4 else None,
        verification={
            "status": "not_run" if index == 0 else "pending" if index == 5 else "verified",
            "detail": "max relative error 1.2e-6 on 3 random inputs",
            "relative_error": 1.2e-6 if index == 2 else None,
        },
        forwarding=FORWARDING[index],
    )


def session_record(position: int = 5) -> SessionRecord:
    return SessionRecord(
        version=RECORD_VERSION,
        name="gemm",
        kernel=KERNEL,
        kernel_first_line=FIRST_LINE,
        filename="gemm.py",
        device="u280",
        clock_mhz=300.0,
        roofline={
            "bandwidths": [("HBM2", 460.0), ("DDR4", 38.4)],
            "on_chip": [("BRAM", 10886.4), ("URAM", 5184.0)],
            "peaks": [("float32", 541.0), ("int8", 5400.0)],
        },
        cpu={
            "processor": "a processor",
            "bandwidths": [("L1", 250.0), ("L2", 150.0), ("DRAM", 20.0)],
            "peaks": [("float32", 120.0), ("float64", 60.0)],
        },
        steps=[step_record(index) for index in range(6)],
        position=position,
        redo=5 - position,
        failed=[],
        reports=[REPORT],
    )


def _parameter(name: str, kind: str, text: str, **extra: Any) -> ParameterRecord:
    record = ParameterRecord(
        name=name,
        kind=kind,  # type: ignore[typeddict-item]
        label=name.replace("_", " "),
        help=text,
        choices=[],
        optional=False,
        default=None,
        at_least=2 if kind == "loops" else 1,
    )
    record.update(extra)
    return record


def palette(index: int) -> list[PrimitiveRecord]:
    loops = ["C_d0", "C_d1", *ORDERS[index]]
    buffers = ["A", "B", "C"]

    def axis(text: str) -> ParameterRecord:
        return _parameter("axis", "loop", text, choices=loops)

    def axes(text: str) -> ParameterRecord:
        return _parameter("axes", "loops", text, choices=loops)

    def factor(text: str, **extra: Any) -> ParameterRecord:
        return _parameter("factor", "integer", text, **extra)

    def primitive(
        name: str, group: str, summary: str, law: str, *parameters: ParameterRecord
    ) -> PrimitiveRecord:
        return PrimitiveRecord(
            name=name, group=group, summary=summary, law=law, parameters=list(parameters)
        )

    always = "Always legal: every iteration runs once, in the same order."
    kinds = ["complete", "block", "cyclic"]
    return [
        primitive(
            "split",
            "Loops",
            "Split a loop into an outer and an inner one.",
            always,
            axis("the loop to split"),
            factor("trip count of the inner loop"),
        ),
        primitive(
            "reorder",
            "Loops",
            "Change the order of the loops of a nest.",
            "Legal if every dependence still points forward.",
            axes("the loops, outermost first"),
        ),
        primitive("fuse", "Loops", "Make one loop of several.", always, axes("the loops")),
        primitive(
            "tile",
            "Loops",
            "Split several loops and move the inner ones inside.",
            "Legal if the band is fully permutable.",
            axes("the loops to tile"),
            _parameter("factors", "integers", "one tile size per loop"),
        ),
        primitive(
            "unroll",
            "Loops",
            "Repeat the body of a loop in hardware.",
            always,
            axis("the loop to unroll"),
            factor("copies of the body; 0 for all", optional=True, default=0),
        ),
        primitive(
            "pipeline",
            "Pipelines",
            "Start an iteration before the last has ended.",
            "Always legal; dependences bound the interval.",
            axis("the loop to pipeline"),
            _parameter(
                "initiation_interval",
                "integer",
                "cycles between the starts of two iterations",
                optional=True,
                default=1,
            ),
            _parameter(
                "rewind", "boolean", "overlap with the next call", optional=True, default=False
            ),
        ),
        primitive(
            "partition",
            "Memory",
            "Lay an array out in several banks.",
            "Always legal: only where the elements lie changes.",
            _parameter("target", "buffer", "the array", choices=buffers),
            _parameter(
                "partition_type",
                "choice",
                "how elements are dealt out",
                choices=kinds,
                optional=True,
                default="complete",
            ),
            _parameter("dim", "integer", "dimension, from 1; 0 for all", optional=True, default=0),
            factor("number of banks", optional=True, default=0),
        ),
    ]
