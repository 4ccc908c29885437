"""Which kernel file a point gets, and the parameters that its directives decide."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hcl_explore.accuracy import KernelFile, compare, kernel_of, read_kernels, read_points
from hcl_explore.accuracy.design import build, directives_for
from hcl_explore.accuracy.parameters import evaluated
from hcl_explore.errors import HclError
from hcl_explore.lang import types

QOR = Path(__file__).parents[2] / "benchmarks" / "qor"
KNOWN = ("id", "kernel", "tier", "variant", "tool", "flow", "part", "clock_ns", "directives")
TILED = [
    "a.cpp:3: #pragma HLS array_partition variable=v1 cyclic dim=2 factor=5",
    "a.cpp:4: #pragma HLS array_partition variable=v2 complete dim=1",
    "a.cpp:5: #pragma HLS pipeline II=1",
]

KERNEL = """
def add_up(A: int32[{n}], B: int32[1]):
    total: int32 = 0
    for i in range({n}):
        total += A[i]
    B[0] = total


POINTS = ["sum-{source}-*"]
LOOPS = {{"{loop}": "i", "7": "i"}}
"""

POINT: dict[str, Any] = {
    "id": "sum-mine-fast-123456",
    "kernel": "sum",
    "tier": "A",
    "tool": "Vitis HLS",
    "part": "xcu55c-fsvh2892-2L-e",
    "clock_ns": 5.0,
    "directives": ["sum.cpp:7: #pragma HLS pipeline II=1"],
    "loops": [{"name": "sum", "ii": 1, "trip_count": 64}],
}


def kernels_in(folder: Path, **files: tuple[str, str, int]) -> list[KernelFile]:
    for name, (source, loop, n) in files.items():
        (folder / f"{name}.py").write_text(KERNEL.format(source=source, loop=loop, n=n))
    return read_kernels(folder)


def renamed(point: dict[str, Any]) -> dict[str, Any]:
    """The point as one of another number and hash, with nothing that the tool told but the names
    and trip counts of loops."""
    told = ("name", "trip_count")
    loops = [{key: loop.get(key) for key in told} for loop in point.get("loops") or ()]
    name = re.sub(r"(generate|bicg)-\d+-", r"\1-77-", point["id"])
    name = re.sub(r"-([0-9a-f]{6}|0001)$", "-fedcba", name)
    return {**{key: point[key] for key in KNOWN if key in point}, "id": name, "loops": loops}


def test_known_designs_are_found_under_other_ids() -> None:
    kernels = read_kernels(QOR / "kernels")
    for point in read_points(QOR / "points.jsonl"):
        kernel, other = kernel_of(point, kernels), kernel_of(renamed(point), kernels)
        assert kernel is not None
        assert other is not None
        assert other.path == kernel.path, point["id"]
        assert not kernel.sibling


@pytest.mark.parametrize("start", ["atax-streamhls-9024", "2mm-streamhls-9024", "adi-hlstrans-aug"])
def test_a_design_of_another_id_is_estimated_alike(start: str) -> None:
    kernels = read_kernels(QOR / "kernels")
    point = next(p for p in read_points(QOR / "points.jsonl") if p["id"].startswith(start))
    known = compare(point, kernel_of(point, kernels)).estimate
    other = compare(renamed(point), kernel_of(renamed(point), kernels)).estimate
    assert known is not None
    assert other is not None
    assert (other.latency_cycles, other.dsp) == (known.latency_cycles, known.dsp)


@pytest.mark.parametrize("name", ["atax", "bicg", "3mm"])
@pytest.mark.parametrize("level", ["opt1", "opt3"])
def test_kernels_written_for_no_known_point_can_be_built(name: str, level: str) -> None:
    kernels = read_kernels(QOR / "kernels")
    known = next(
        p
        for p in read_points(QOR / "points.jsonl")
        if p["id"].startswith(f"{name}-streamhls") and ("opt2" in p["id"]) == (level == "opt1")
    )
    point = {**renamed(known), "id": f"{name}-streamhls-2560-dsps-{level}-abcdef"}
    kernel = kernel_of(point, kernels)
    assert kernel is not None
    assert kernel.path.stem == f"streamhls_{name}_inner"
    assert build(point, kernel)[1].refused == []
    assert compare(point, kernel).missed == ""


def test_a_sibling_stands_in_and_is_named(tmp_path: Path) -> None:
    kernels = kernels_in(tmp_path, near=("other", "sum", 64), far=("third", "loop", 64))
    kernel = kernel_of(POINT, kernels)
    assert kernel is not None
    assert kernel.path.stem == "near"
    result = compare(POINT, kernel)
    assert not result.missed
    said = "taken for sum-other-* (near.py), which has 1 of its 1 loops"
    assert result.remarks == [f"no kernel of its own: {said}"]


def test_the_trip_counts_decide_between_siblings(tmp_path: Path) -> None:
    kernels = kernels_in(tmp_path, a_large=("big", "sum", 256), b_right=("fit", "sum", 64))
    kernel = kernel_of(POINT, kernels)
    assert kernel is not None
    assert kernel.path.stem == "b_right"
    result = compare(POINT, kernels[0])
    assert "loop sum makes 64 iterations in the report, 256 here" in result.remarks
    halved = {**POINT, "directives": ["sum.cpp:7: #pragma HLS unroll factor=4"]}
    assert compare(halved, kernels[0]).remarks == []


def test_a_kernel_with_other_loops_is_none(tmp_path: Path) -> None:
    kernels = kernels_in(tmp_path, other=("third", "loop", 64), listed=("mine-slow", "loop", 64))
    assert kernel_of(POINT, kernels) is None
    assert compare(POINT, None).missed == "not expressed in our language yet"
    kernels = kernels_in(tmp_path, listed=("mine", "loop", 64))
    assert compare(POINT, kernel_of(POINT, kernels)).remarks == [
        "listed.py has none of its 1 loops"
    ]


def test_without_loops_the_source_and_the_places_decide(tmp_path: Path) -> None:
    kernels = kernels_in(tmp_path, same=("mine-slow", "sum", 64), other=("yours-fast", "sum", 64))
    bare = {**POINT, "loops": []}
    kernel = kernel_of(bare, kernels)
    assert kernel is not None
    assert kernel.path.stem == "same"
    strange = {**bare, "directives": ["sum.cpp:9: #pragma HLS pipeline II=1"]}
    assert kernel_of(strange, kernels) is None
    assert kernel_of({**bare, "id": "sum-his-123456"}, kernels) is None


def test_parameters_are_read_from_partitions() -> None:
    texts: dict[str, int | str] = {
        "T": "float32",
        "TI": "factor(v1, 1)",
        "TJ": "factor(v1, 2)",
        "OUT": "40 // (TI * TJ) + 2",
    }
    values = evaluated(texts, TILED)
    assert values == {"T": types.float32, "TI": 1, "TJ": 5, "OUT": 10}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("factor(v2, 1)", "the directive states no factor: a.cpp:4"),
        ("UNKNOWN * 2", "'UNKNOWN * 2' is no type and no formula"),
        ("open('x')", "is no type and no formula"),
        ("2 ** 9", "is no type and no formula"),
        ("3 //", "'3 //' cannot be evaluated"),
        ("3 // 0", "'3 // 0' cannot be evaluated"),
    ],
)
def test_a_formula_that_gives_no_number_is_refused(text: str, reason: str) -> None:
    with pytest.raises(HclError, match=re.escape(reason)):
        evaluated({"N": text}, TILED)


def test_a_stand_in_has_the_trip_counts_and_the_ports_of_the_point(tmp_path: Path) -> None:
    kernels = kernels_in(tmp_path, large=("big", "sum", 256))
    assert kernel_of(POINT, kernels) is None
    kernels = kernels_in(tmp_path, large=("fit", "sum", 64))
    assert kernel_of(POINT, kernels) is not None
    path = tmp_path / "large.py"
    ported = 'DIRECTIVES = {"*": ["#pragma HLS interface m_axi port=A bundle=g"]}\n'
    path.write_text(path.read_text() + ported)
    assert kernel_of(POINT, read_kernels(tmp_path)) is None
    # Without a loop that only designs on m_axi ports have it fits, and is estimated off them.
    path.write_text(path.read_text().replace(', "7": "i"', ""))
    kernel = kernel_of(POINT, read_kernels(tmp_path))
    assert kernel is not None
    assert directives_for(POINT, kernel) == []
    on_ports = {**POINT, "directives": ["#pragma HLS interface m_axi port=A bundle=g"]}
    assert directives_for(on_ports, kernel) == on_ports["directives"]


@pytest.mark.parametrize("name", ["2mm", "bicg", "gemm", "gesummv", "mvt"])
def test_plain_kernels_written_for_no_known_point_can_be_built(name: str) -> None:
    kernels = read_kernels(QOR / "kernels")
    known = next(p for p in read_points(QOR / "points.jsonl") if p["id"].startswith("atax-vitis"))
    point = {**renamed(known), "id": f"{name}-vitis-abcdef", "kernel": name, "loops": []}
    kernel = kernel_of(point, kernels)
    assert kernel is not None
    assert kernel.path.stem.endswith(f"{name}_plain")
    result = compare(point, kernel)
    assert not result.missed
    assert result.remarks == []
