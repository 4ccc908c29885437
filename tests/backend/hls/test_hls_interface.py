"""How the kernel meets the outside: modes, transfers, banks, and what is held on the chip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hls_kernels import CASES, GEMM, INT_GEMM
from mlir import ir
from test_hls_pragmas import check_pragma, pragmas

import hcl_explore as hcl
from hcl_explore.backend.hls import HlsCode, HlsOptions, emit
from hcl_explore.backend.hls.csim import build_csim
from hcl_explore.backend.hls.project_files import ProjectOptions, connectivity_text
from hcl_explore.errors import BuildError, EmitError, ProjectError
from hcl_explore.ir import attributes

SCALE = """
def scale(A: float32[8, 4], B: float32[4], factor: float32) -> float32[8, 4]:
    C: float32[8, 4]
    for i, j in hcl.grid(8, 4, name="s"):
        C[i, j] = A[i, j] * factor + B[j]
    return C
"""


def code_of(text: str = SCALE, **options: Any) -> HlsCode:
    code = hcl.customize(text).build("vhls", **options)
    assert isinstance(code, HlsCode)
    for line in pragmas(code.text):
        check_pragma(line)
    return code


def modes(code: HlsCode) -> dict[str, str]:
    return {port.name: port.mode for port in code.parameters}


def test_streams_are_fifos_where_each_element_is_used_once_in_order() -> None:
    code = code_of(transfer={"A": "stream", "C": "stream"})
    assert modes(code) == {"A": "axis", "B": "m_axi", "factor": "s_axilite", "C": "axis"}
    assert "#pragma HLS INTERFACE mode=axis port=A" in code.text
    code = code_of(interface="ap_memory", transfer={"A": "stream"})
    assert modes(code) == {"A": "ap_fifo", "B": "ap_memory", "factor": "ap_none", "C": "ap_memory"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("for i in range(8):\n        C[i] = A[7 - i]", "loop 'i' does not walk through it"),
        ("for i in range(8):\n        C[i] = A[i] + A[i]", "accessed in 2 places"),
        ("for i in range(7):\n        C[i] = A[i + 1]", "7 of its 8 elements .* from number 1 on"),
        ("for i, j in hcl.grid(8, 2):\n        C[i] = A[i]", "loop 'j' does not walk"),
        ("for j, i in hcl.grid(2, 4):\n        C[4 * j + i] = A[4 * j + i]", None),
        ("for i in range(0, 8, 2):\n        C[i] = A[i]", "4 of its 8|loop 'i' does not walk"),
        ("for i in range(8):\n        if i > 2:\n            C[i] = A[i]", "under a condition"),
        ("for i in range(8):\n        C[i] = A[(i * i) % 8]", "not affine"),
        ("for i in range(7):\n        C[i] = A[i] + A[i + 1]", "accessed in 2 places"),
        ("C[0] = 1", "never accessed"),
    ],
)
def test_only_ordered_accesses_make_a_stream(body: str, reason: str | None) -> None:
    text = f"def k(A: int32[8], C: int32[8]):\n    {body}\n"
    if reason is None:
        assert modes(code_of(text, transfer={"A": "stream"}))["A"] == "axis"
        return
    with pytest.raises(EmitError, match=f"'A' cannot be streamed: .*({reason})") as caught:
        code_of(text, transfer={"A": "stream"})
    assert "transfer='burst'" in (caught.value.advice or "")


def test_ap_fifo_asks_it_of_every_array() -> None:
    with pytest.raises(EmitError, match="'B' cannot be streamed: loop 'i'"):
        code_of(interface="ap_fifo")
    code = code_of(interface="ap_fifo", transfer={"B": "burst"})
    assert modes(code) == {"A": "ap_fifo", "B": "ap_memory", "factor": "ap_none", "C": "ap_fifo"}


def test_s_axilite_for_arrays() -> None:
    code = code_of(interface="s_axilite")
    assert set(modes(code).values()) == {"s_axilite"}
    assert "#pragma HLS INTERFACE mode=s_axilite port=return" in code.text


def partitioned(transfer: Mapping[str, str] | str | None) -> HlsCode:
    s = hcl.customize(GEMM)
    s.partition(s.A, dim=2, factor=4, partition_type=hcl.Partition.Block)
    return s.build("vhls", transfer=transfer)  # type: ignore[no-any-return, arg-type]


def test_a_copy_is_made_where_it_is_asked_for_or_needed() -> None:
    assert [c.port for c in partitioned(None).copies] == ["A"]
    assert [c.port for c in partitioned({"B": "copy"}).copies] == ["A", "B"]
    assert [c.reason for c in partitioned("copy").copies] == ["transfer='copy'"] * 3
    burst = partitioned({"A": "burst"})
    assert burst.copies == () and "ARRAY_PARTITION" not in burst.text
    assert "// A stays off chip: without effect: block 4 on dim 2" in burst.text


def test_a_copy_states_its_bytes_and_blocks() -> None:
    copy = partitioned(None).copies[0]
    assert (copy.bytes, copy.banks, copy.bram18, copy.uram) == (4096, 4, 4, 0)
    text = "A is held on chip: 4096 bytes in 4 banks, 4 BRAM18 (partitioned)"
    assert str(copy) == text and f"  // {text}\n" in partitioned(None).text


def test_small_banks_take_no_blocks() -> None:
    copy = CASES["int_gemm"].code().copies[0]
    assert copy.bram18 == 0 and "registers or LUTs" in str(copy)


@pytest.mark.parametrize(
    ("target", "transfer"), [("vhls", "copy"), ("vhls", "burst"), ("catapult", "copy")]
)
def test_transfers_compute_the_same(target: str, transfer: str) -> None:
    s = hcl.customize(INT_GEMM)
    s.partition(s.A, dim=2)
    rng = np.random.default_rng(5)
    A, B = (rng.integers(-9, 9, (16, 16)).astype(np.int8) for _ in range(2))
    C = rng.integers(-9, 9, (16, 16)).astype(np.int32)
    expected = C - A.astype(np.int32) @ B.astype(np.int32)
    s.build(target, mode="csim", transfer=transfer)(A, B, C)  # type: ignore[arg-type]
    np.testing.assert_array_equal(C, expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"interface": "axi"}, "no interface 'axi'"),
        ({"transfer": {"A": "dma"}}, "transfer of 'A' cannot be 'dma'"),
        ({"transfer": {"D": "copy"}}, "no array 'D' at its interface"),
        ({"transfer": {"factor": "copy"}}, "no array 'factor'"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(EmitError, match=re.escape(message)):
        code_of(**options)


def test_options_of_hls_are_refused_for_the_cpu() -> None:
    with pytest.raises(BuildError, match="options of the HLS targets"):
        hcl.customize(SCALE).build(interface="ap_memory")


def test_catapult_has_no_streams_here() -> None:
    with pytest.raises(EmitError, match="cannot be streamed in catapult"):
        hcl.customize(SCALE).build("catapult", transfer={"A": "stream"})


# --- off-chip banks ---------------------------------------------------------------------------


def placed() -> HlsCode:
    """SCALE with A in bank 3 of HBM and B in bank 1 of DDR."""
    schedule = hcl.customize(SCALE)
    module = schedule.snapshot.module
    function = module.body.operations[0].operation
    with module.context:
        number = ir.IntegerAttr.get(ir.IntegerType.get_signless(32), 3)
        attributes.set_argument_attribute(function, 0, attributes.BANK, number)
        name = ir.StringAttr.get("DDR[1]")
        attributes.set_argument_attribute(function, 1, attributes.BANK, name)
    return emit(module, options=HlsOptions())


def test_arrays_of_one_bank_share_a_bundle() -> None:
    bundles = {port.name: (port.bundle, port.bank) for port in placed().ports}
    assert bundles["A"] == ("gmem_HBM_3", "HBM[3]")
    assert bundles["B"] == ("gmem_DDR_1", "DDR[1]")
    assert bundles["C"] == ("gmem0", None)


def test_connectivity_keeps_the_users_banks() -> None:
    lines = connectivity_text(placed(), ProjectOptions(banks=2)).splitlines()
    assert lines[2:] == [
        "sp=scale_1.A:HBM[3]",
        "sp=scale_1.B:DDR[1]",
        "sp=scale_1.C:HBM[0]",
    ]
    lines = connectivity_text(placed(), ProjectOptions(memory=None)).splitlines()
    assert lines[2:] == ["sp=scale_1.A:HBM[3]", "sp=scale_1.B:DDR[1]"]


def test_a_bank_that_is_not_there(tmp_path: Path) -> None:
    text = SCALE.replace("B: float32[4]", "B: float32[4] @ hcl.Memory(bank=32)")
    with pytest.raises(ProjectError, match=r"'B' is placed in HBM\[32\], but there are 32 banks"):
        hcl.customize(text).build("vitis_hls", project=tmp_path / "prj", mode="write")
    assert not (tmp_path / "prj").exists()


def test_streams_are_left_to_connect() -> None:
    text = connectivity_text(code_of(transfer={"A": "stream"}), ProjectOptions())
    assert "# connect the stream: sc=other_1.out:scale_1.A" in text


# --- links and errors -------------------------------------------------------------------------


def test_lines_of_another_file_are_no_lines_of_the_kernel() -> None:
    text = (
        "def k(A: float32[4, 4], B: float32[4, 4]) -> float32[4, 4]:\n    return hcl.matmul(A, B)\n"
    )
    code = code_of(text)
    library = [
        link
        for line, link in zip(code.text.splitlines(), code.links, strict=False)
        if "kernels.py" in line
    ]
    assert library and set(library) == {None}
    assert set(code.links) == {None, 1, 2}


def test_a_compile_error_shows_the_line_of_a_kernel_given_as_text() -> None:
    code = code_of()
    broken = replace(code, text=code.text.replace("* factor", "* nonsense"))
    with pytest.raises(BuildError, match="'nonsense' was not declared") as caught:
        build_csim(broken)
    assert caught.value.span is not None
    assert caught.value.span.text == "        C[i, j] = A[i, j] * factor + B[j]"
