"""Every pragma that the emitter writes is one that Vitis HLS accepts.

The grammar is that of AMD UG1399, "Vitis HLS User Guide", chapter "HLS Pragmas" (2023.2): for each
pragma its options, which of them are required, and the values they take.
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

    options: dict[str, tuple[re.Pattern[str], bool]] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()


UG1399 = {
    "PIPELINE": Grammar(
        {"II": (POSITIVE, False), "style": (one_of("stp", "frp", "flp"), False)},
        frozenset({"off", "rewind"}),
    ),
    "UNROLL": Grammar({"factor": (POSITIVE, False)}, frozenset({"skip_exit_check"})),
    "ARRAY_PARTITION": Grammar(
        {
            "variable": (NAME, True),
            "type": (one_of("cyclic", "block", "complete"), False),
            "factor": (POSITIVE, False),
            "dim": (INTEGER, False),
        }
    ),
    "BIND_STORAGE": Grammar(
        {
            "variable": (NAME, True),
            "type": (
                one_of(
                    "fifo", "ram_1p", "ram_1wnr", "ram_2p", "ram_s2p", "ram_t2p", "rom_1p",
                    "rom_2p", "rom_np",
                ),
                True,
            ),
            "impl": (
                one_of("bram", "bram_ecc", "lutram", "uram", "uram_ecc", "srl", "memory", "auto"),
                False,
            ),
            "latency": (INTEGER, False),
        }
    ),
    "DATAFLOW": Grammar(flags=frozenset({"disable_start_propagation"})),
    "INLINE": Grammar(flags=frozenset({"off", "recursive"})),
    "LOOP_TRIPCOUNT": Grammar(
        {"min": (INTEGER, False), "max": (INTEGER, True), "avg": (INTEGER, False)}
    ),
    "INTERFACE": Grammar(
        {
            "mode": (
                one_of(
                    "ap_none", "ap_stable", "ap_vld", "ap_ack", "ap_hs", "ap_ovld", "ap_memory",
                    "bram", "ap_fifo", "s_axilite", "m_axi", "axis", "ap_ctrl_chain",
                    "ap_ctrl_hs", "ap_ctrl_none",
                ),
                True,
            ),
            "port": (NAME, True),
            "bundle": (NAME, False),
            "offset": (one_of("off", "slave", "direct"), False),
            "depth": (POSITIVE, False),
            "storage_type": (one_of("ram_1p", "ram_2p", "ram_t2p", "rom_1p", "rom_2p"), False),
            "storage_impl": (one_of("auto", "bram", "uram"), False),
        }
    ),
}  # fmt: skip


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
    if match[1] == "ARRAY_PARTITION" and "type=complete" not in line:
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
