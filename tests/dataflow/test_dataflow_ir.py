"""Regions, tasks and streams in the IR."""

from __future__ import annotations

from typing import Any

import dataflow_programs as programs
import pytest
from mlir import ir

from hcl_explore.frontend import lower, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.ir.printing import print_module


def ir_of(kernel: Any, **options: Any) -> str:
    return print_module(lower(read_kernel(kernel, **options), new_context()))


def test_a_region_makes_its_stream_and_calls_its_tasks() -> None:
    text = ir_of(programs.producer_consumer)
    region = text[text.index("func.func @producer_consumer") :].splitlines()
    assert region[0].endswith("attributes {dataflow} {")
    assert [line.split("(")[0].strip() for line in region[1:5]] == [
        '%fifo = "hcl.make_stream"',
        "call @producer",
        "call @consumer",
        "return",
    ]
    assert "depth = 4 : i32" in region[1] and 'hcl.dtype = "float32"' in region[1]
    assert '{name = "consumer"}' in region[3]
    assert '"hcl.put"(%fifo, %1) : (!hcl.stream<f32, []>, f32) -> ()' in text
    assert '%0 = "hcl.get"(%fifo) : (!hcl.stream<f32, []>) -> f32' in text


def test_tasks_share_a_function_where_their_conditions_fall_out_alike() -> None:
    text = ir_of(programs.matrix_vector)
    assert "func.func @pe_at_0(%p: index {" in text and "func.func @pe_3(%p: index {" in text
    assert "hcl.extent = 4 : i32" in text and "hcl.pid = 0 : i32" in text
    calls = [line.split("(")[0].split("@")[1] for line in text.splitlines() if "call @" in line]
    assert calls == ["load", "pe_at_0", "pe_at_0", "pe_at_0", "pe_3"]
    assert text.count('"hcl.put"(%xs') == 2  # the loader's and that of all elements but the last
    names = [f'name = "pe_{number}"' for number in range(4)]
    assert all(name in text for name in names)


def test_blocks_are_arrays() -> None:
    text = ir_of(programs.blocks)
    assert "!hcl.stream<tensor<8xf32>, []>" in text
    assert '"hcl.get_block"(%rows, %row)' in text
    assert "memref<8xf32>) -> ()" in text


def test_regions_in_regions() -> None:
    text = ir_of(programs.nested)
    assert text.count("attributes {dataflow}") == 2
    assert 'call @doubling(%first, %second) {name = "doubling"}' in text
    assert 'call @doubling(%second, %third) {name = "doubling_1"}' in text


def test_streams_in_ordinary_kernels() -> None:
    text = ir_of(programs.local_stream)
    assert "call @fill(%fifo, %A)" in text


@pytest.mark.parametrize("kernel", [programs.matrix_vector, programs.nested])
def test_every_operation_knows_its_source_line(kernel: Any) -> None:
    module = lower(read_kernel(kernel), new_context())
    unknown = []

    def visit(op: Any) -> Any:
        if "loc(unknown)" in str(op.location) and op.name != "builtin.module":
            unknown.append(op.name)
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    assert unknown == []
