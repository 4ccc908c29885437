"""Every pragma that the emitter writes is one that Vitis HLS accepts.

The grammar is that of AMD UG1399, "Vitis High-Level Synthesis User Guide", chapter "HLS Pragmas":
for each pragma its options, which of them are required, and the values they take. ``page`` is the
page of the guide, under https://docs.amd.com/r/2023.2-English/ug1399-vitis-hls/; ``seen`` the
versions whose text of these options was read for this table, in whole or the part that is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hls_kernels import CASES, GEMM, Case
from mlir import ir

import hcl_explore as hcl
from hcl_explore.backend.hls import HlsOptions, emit
from hcl_explore.examples import Example
from hcl_explore.ir import attributes
from hcl_explore.ir.context import new_context
from hcl_explore.ir.printing import parse_module

INTEGER = re.compile(r"[0-9]+$")
POSITIVE = re.compile(r"[1-9][0-9]*$")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")


def one_of(*words: str) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(words)})$")


@dataclass(frozen=True)
class Grammar:
    """Options with a value (and whether they must be there), and options without one."""

    page: str
    seen: tuple[str, ...]
    options: dict[str, tuple[re.Pattern[str], bool]] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()


UG1399 = {
    "PIPELINE": Grammar(
        "pragma-HLS-pipeline",
        ("2022.2", "UG1448 2026.1: II, rewind, style"),
        {"II": (POSITIVE, False), "style": (one_of("stp", "frp", "flp"), False)},
        frozenset({"off", "rewind"}),
    ),
    "UNROLL": Grammar(
        "pragma-HLS-unroll",
        ("2025.2: set_directive_unroll",),
        {"factor": (POSITIVE, False)},
        frozenset({"skip_exit_check"}),
    ),
    "ARRAY_PARTITION": Grammar(
        "pragma-HLS-array_partition",
        ("2022.1", "2023.2", "2024.1"),
        {
            "variable": (NAME, True),
            "type": (one_of("cyclic", "block", "complete"), False),
            "factor": (POSITIVE, False),
            "dim": (INTEGER, False),
            "off": (one_of("true"), False),
        },
    ),
    "BIND_STORAGE": Grammar(
        "pragma-HLS-bind_storage",
        ("2025.2", "2026.1"),
        {
            "variable": (NAME, True),
            "type": (
                one_of(
                    "fifo",
                    "ram_1p",
                    "ram_1wnr",
                    "ram_2p",
                    "ram_s2p",
                    "ram_t2p",
                    "rom_1p",
                    "rom_2p",
                    "rom_np",
                ),
                True,
            ),
            "impl": (
                one_of("bram", "bram_ecc", "lutram", "uram", "uram_ecc", "srl", "memory", "auto"),
                False,
            ),
            "latency": (INTEGER, False),
        },
    ),
    "ARRAY_RESHAPE": Grammar(
        "pragma-HLS-array_reshape",
        ("2020.2", "2023.2", "2025.2"),
        {
            "variable": (NAME, True),
            "type": (one_of("cyclic", "block", "complete"), False),
            "factor": (POSITIVE, False),
            "dim": (INTEGER, False),
        },
    ),
    "DEPENDENCE": Grammar(
        "pragma-HLS-dependence",
        ("2022.2", "2025.2", "2026.1"),
        {"variable": (NAME, False), "distance": (POSITIVE, False)},
        frozenset({"inter", "intra", "RAW", "WAR", "WAW", "true", "false"}),
    ),
    "STREAM": Grammar(
        "pragma-HLS-stream",
        ("2021.2: variable, type, depth", "2024.1: variable, type, depth"),
        {
            "variable": (NAME, True),
            "type": (one_of("fifo", "pipo", "shared", "unsync"), False),
            "depth": (POSITIVE, False),
        },
    ),
    "DATAFLOW": Grammar(
        "pragma-HLS-dataflow",
        ("2021.2: Specifying Compiler-Created FIFO Depth",),
        flags=frozenset({"disable_start_propagation"}),
    ),
    "INLINE": Grammar(
        "pragma-HLS-inline", ("2021.1", "2023.2", "2024.1"), flags=frozenset({"off", "recursive"})
    ),
    "LOOP_TRIPCOUNT": Grammar(
        "pragma-HLS-loop_tripcount",
        ("2026.1",),
        {"min": (INTEGER, False), "max": (INTEGER, True), "avg": (INTEGER, False)},
    ),
    "INTERFACE": Grammar(
        "pragma-HLS-interface",
        ("2023.2: modes", "2025.2: modes, storage_type"),
        {
            "mode": (
                one_of(
                    "ap_none",
                    "ap_stable",
                    "ap_vld",
                    "ap_ack",
                    "ap_hs",
                    "ap_ovld",
                    "ap_memory",
                    "bram",
                    "ap_fifo",
                    "s_axilite",
                    "m_axi",
                    "axis",
                    "ap_ctrl_chain",
                    "ap_ctrl_hs",
                    "ap_ctrl_none",
                ),
                True,
            ),
            "port": (NAME, True),
            "bundle": (NAME, False),
            "offset": (one_of("off", "slave", "direct"), False),
            "depth": (POSITIVE, False),
            "storage_type": (one_of("ram_1p", "ram_2p", "ram_t2p", "rom_1p", "rom_2p"), False),
            "storage_impl": (one_of("auto", "bram", "uram"), False),
        },
    ),
}


def check_pragma(line: str) -> None:
    match = re.fullmatch(r"#pragma HLS ([A-Z_]+)((?: [^ ]+)*)", line)
    assert match, line
    grammar = UG1399[match[1]]
    seen = set()
    for word in match[2].split():
        option, equals, value = word.partition("=")
        assert option not in seen, line
        seen.add(option)
        if equals:
            assert grammar.options[option][0].match(value), line
        else:
            assert option in grammar.flags, line
    required = {option for option, (_, needed) in grammar.options.items() if needed}
    assert required <= seen, line
    if match[1] in ("ARRAY_PARTITION", "ARRAY_RESHAPE") and "type=complete" not in line:
        assert "factor" in seen, line


def pragmas(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip().startswith("#pragma")]


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case.dialect == "vitis"])
def test_pragmas_are_ones_that_vitis_accepts(name: str) -> None:
    lines = pragmas(CASES[name].code().text)
    assert lines
    for line in lines:
        check_pragma(line)


@pytest.mark.parametrize(
    "line",
    [
        "#pragma HLS PIPELINE II=0",
        "#pragma HLS ARRAY_PARTITION variable=A type=cyclic dim=1",
        "#pragma HLS ARRAY_PARTITION type=complete dim=1",
        "#pragma HLS BIND_STORAGE variable=A type=ram_2p impl=BRAM",
        "#pragma HLS INTERFACE m_axi port=A",
        "#pragma HLS UNROLL 4",
    ],
)
def test_the_grammar_refuses(line: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        check_pragma(line)


def emitted(
    schedule: Callable[[hcl.Schedule], None], text: str = GEMM, **options: str
) -> list[str]:
    return pragmas(Case(text, schedule, HlsOptions(**options)).code().text)  # type: ignore[arg-type]


def test_each_mark_of_the_schedule_becomes_its_pragma() -> None:
    def schedule(s: hcl.Schedule) -> None:
        s.pipeline("j", initiation_interval=2, rewind=True)
        s.unroll("k", factor=4)
        s.partition(s.C, dim=1, factor=4, partition_type=hcl.Partition.Block)
        s.partition(s.C, dim=2)

    lines = emitted(schedule)
    assert "#pragma HLS PIPELINE II=2 rewind" in lines
    assert "#pragma HLS UNROLL factor=4" in lines
    assert "#pragma HLS ARRAY_PARTITION variable=C_buf type=block factor=4 dim=1" in lines
    assert "#pragma HLS ARRAY_PARTITION variable=C_buf type=complete dim=2" in lines


def bound_arguments(interface: str) -> list[str]:
    """The pragmas of a kernel whose first two arguments are bound to a kind of memory."""
    module = parse_module(Case(GEMM).mlir(), new_context())
    function = module.body.operations[0].operation
    with module.context:
        for position, storage in enumerate(("URAM", "registers")):
            value = ir.StringAttr.get(storage)
            attributes.set_argument_attribute(function, position, attributes.STORAGE, value)
    return pragmas(emit(module, options=HlsOptions(interface=interface)).text)  # type: ignore[arg-type]


def test_an_array_bound_to_memory_is_copied_there_from_axi() -> None:
    lines = bound_arguments("m_axi")
    assert "#pragma HLS BIND_STORAGE variable=A_buf type=ram_2p impl=uram" in lines
    assert "#pragma HLS ARRAY_PARTITION variable=B_buf type=complete dim=0" in lines


def test_memory_behind_a_port_is_said_in_its_interface() -> None:
    lines = bound_arguments("ap_memory")
    port = "#pragma HLS INTERFACE mode=ap_memory port=A storage_type=ram_2p storage_impl=uram"
    assert port in lines
    assert "#pragma HLS ARRAY_PARTITION variable=B type=complete dim=0" in lines
    for line in lines:
        check_pragma(line)


def test_pragmas_stand_inside_the_loop_they_belong_to() -> None:
    text = Case(GEMM, lambda s: s.pipeline("j")).code().text.splitlines()
    at = text.index("#pragma HLS PIPELINE II=1")
    assert text[at - 1].lstrip().startswith("j: for (")


def test_variable_bounds_get_their_trip_counts() -> None:
    lines = pragmas(CASES["lu"].code().text)
    assert "#pragma HLS LOOP_TRIPCOUNT min=0 max=19" in lines
    assert not any("TRIPCOUNT" in line for line in pragmas(CASES["gemm"].code().text))


def test_a_bound_of_run_time_is_bounded_by_the_arrays() -> None:
    def trips(body: str, header: str = "range(n)") -> list[str]:
        text = (
            "def k(A: int32[8], B: int32[6, 12], n: int32, p: int32[1]):\n"
            f"    for i in {header}:\n        {body}\n"
        )
        return [line for line in pragmas(Case(text).code().text) if "TRIPCOUNT" in line]

    assert trips("A[i] = 1") == ["#pragma HLS LOOP_TRIPCOUNT min=0 max=8"]
    assert trips("B[i, 0] = A[i]") == ["#pragma HLS LOOP_TRIPCOUNT min=0 max=6"]
    assert trips("B[0, i] = 1", "range(2, p[0], 3)") == ["#pragma HLS LOOP_TRIPCOUNT min=0 max=4"]
    assert trips("A[i // 2] = 1") == []
    assert trips("if i < 8:\n            A[i] = 1") == []


# --- false dependences ------------------------------------------------------------------------

MIRROR = """
def mirror(A: int32[16], B: int32[16], n: int32[1]):
    for i in range(8):
        A[i] = A[15 - i] + 1
    for j in range(8):
        B[2 * j] = B[2 * j + 1]
"""


def test_a_false_dependence_is_told_where_it_is_proved() -> None:
    def schedule(s: hcl.Schedule) -> None:
        s.pipeline("i")
        s.pipeline("j")

    text = Case(MIRROR, schedule).code().text
    lines = text.splitlines()
    for array, loop in (("A", "i"), ("B", "j")):
        at = lines.index(f"#pragma HLS DEPENDENCE variable={array} inter false")
        assert lines[at - 2].lstrip().startswith(f"{loop}: for (")
    catapult = Case(MIRROR, schedule, dialect="catapult").code().text
    assert "// no iteration touches an element of A that another writes" in catapult


@pytest.mark.parametrize(
    "statement",
    [
        "A[i] = A[13 - i] + 1",  # at i = 6 and 7 the same element
        "A[i] = A[i - 1 + 1] + A[7]",  # read by all, written by one
        "A[n[0]] = A[i]",  # not affine
        "A[i % 4] = A[8 + i]",  # written twice
        "A[8] = A[i]",
    ],
)
def test_a_dependence_that_is_there_or_not_decided_is_not_denied(statement: str) -> None:
    text = f"def k(A: int32[16], n: int32[1]):\n    for i in range(8):\n        {statement}\n"
    assert "DEPENDENCE" not in Case(text, lambda s: s.pipeline("i")).code().text


def test_it_holds_for_the_loops_flattened_with_it_too() -> None:
    carried = """
def k(A: int32[4, 16]):
    for t, i in hcl.grid(4, 8, name="b"):
        A[0, i] = A[t, 8 + i]
"""
    assert "DEPENDENCE" not in Case(carried, lambda s: s.pipeline("i")).code().text
    free = carried.replace("A[0, i]", "A[t, i]")
    assert "DEPENDENCE variable=A" in Case(free, lambda s: s.pipeline("i")).code().text


def test_nothing_is_said_of_arrays_that_need_no_word() -> None:
    assert "DEPENDENCE" not in Case(GEMM, lambda s: s.pipeline("j")).code().text


# --- every example ------------------------------------------------------------------------------


@pytest.mark.parametrize("example", hcl.examples.list(), ids=lambda example: example.name)
def test_every_example_is_emitted_with_known_pragmas(example: Example) -> None:
    schedule = hcl.customize(example.kernel)
    codes = [schedule.build("vhls"), schedule.build("catapult")]
    for primitive, arguments in example.schedule:
        schedule.apply(primitive, arguments)
    codes += [schedule.build("vhls"), schedule.build("catapult")]
    for code in codes:
        assert code.loops
        if code.dialect == "vitis":
            for line in pragmas(code.text):
                check_pragma(line)
