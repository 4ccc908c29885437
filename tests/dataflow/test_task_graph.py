"""The graph of dataflow programs: tasks, FIFOs with depth and tokens, arrays."""

from __future__ import annotations

import dataflow_programs as programs

import hcl_explore as hcl
from hcl_explore.session.session import Session


def test_tasks_are_nodes_and_fifos_are_edges() -> None:
    graph = hcl.customize(programs.matrix_vector).graph()
    tasks = [node.label for node in graph.nodes if node.kind == "task"]
    assert tasks == ["load", "pe_0", "pe_1", "pe_2", "pe_3"]
    labels = {(e.source, e.target): e.label for e in graph.edges if e.fifos}
    assert labels["matrix_vector:pe_1", "matrix_vector:pe_2"] == "xs[2] · depth 2 · 8 tokens"
    assert len(labels) == 4
    clusters = {node.cluster for node in graph.nodes}
    assert clusters == {"load", "pe_at_0", "pe_3", "matrix_vector"}


def test_tokens_of_blocks_and_of_nested_regions() -> None:
    (edge,) = [e for e in hcl.customize(programs.blocks).graph().edges if e.fifos]
    assert (edge.fifos[0].tokens, edge.bytes) == (programs.N, programs.N * programs.K * 4)
    graph = hcl.customize(programs.nested).graph()
    assert [e.fifos[0].tokens for e in graph.edges if e.fifos] == [programs.N] * 3
    ends = {(e.source, e.target) for e in graph.edges if not e.fifos and "doubling:" in e.source}
    assert ("doubling:source", "doubling:double") in ends
    assert ("doubling:target", "doubling:double") not in ends


def test_a_stream_in_a_loop_of_unknown_length() -> None:
    (edge,) = [e for e in hcl.customize(programs.polling).graph().edges if e.fifos]
    assert (edge.source, edge.target) == ("polling:send", "polling:receive")


def test_the_record_and_its_picture_hold_the_fifos() -> None:
    session = Session(programs.feedback)
    graph = session.step_record(0)["graph"]
    fifos = [fifo["name"] for edge in graph["edges"] for fifo in edge["fifos"]]
    assert sorted(fifos) == ["back", "forth"]


def test_memories_stand_with_their_arrays() -> None:
    text = """
@df.region()
def top(A: int32[8] @ hcl.Memory("HBM", 3), B: int32[8]):
    fifo: Stream[int32, 2]
    @df.kernel(mapping=[1], args=[A])
    def send(a: int32[8]):
        for i in range(8):
            fifo.put(a[i])
    @df.kernel(mapping=[1], args=[B])
    def receive(b: int32[8]):
        for i in range(8):
            b[i] = fifo.get()
"""
    s = hcl.customize(text)
    s.partition(s.B, factor=2, partition_type=hcl.Partition.Cyclic)
    details = {node.id: node.detail for node in s.graph().nodes}
    assert details["top:A"] == "int32[8] · 32 B · HBM[3]"
    assert details["top:B"] == "int32[8] · 32 B · cyclic 2 on dim 1"
