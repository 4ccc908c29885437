"""MachSuite: breadth-first search of a graph of 256 nodes and 4096 edges."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import cyclic, unroll
from hcl_explore.lang import int8, int32


def bfs_bulk(first: int32[257], edges: int32[4096], start: int32) -> (int8[256], int32[10]):
    # The edges of node n are those from first[n] up to first[n + 1]; level 127 means not reached.
    level: int8[256] = 127
    counts: int32[10] = 0
    level[start] = 0
    counts[0] = 1
    horizon: int32 = 0
    while horizon < 9 and counts[horizon] > 0:
        found: int32 = 0
        for n in hcl.grid(256, name="nodes"):
            if level[n] == horizon:
                for e in range(first[n], first[n + 1]):
                    if level[edges[e]] == 127:
                        level[edges[e]] = horizon + 1
                        found += 1
        horizon += 1
        counts[horizon] = found
    return level, counts


def bfs_queue(first: int32[257], edges: int32[4096], start: int32) -> (int8[256], int32[10]):
    level: int8[256] = 127
    counts: int32[10] = 0
    queue: int32[256]
    level[start] = 0
    counts[0] = 1
    queue[0] = start
    head: int32 = 0
    tail: int32 = 1
    while head < tail:
        n: int32 = queue[head]
        head += 1
        next_level: int8 = level[n] + 1
        if next_level < 10:
            for e in range(first[n], first[n + 1]):
                if level[edges[e]] == 127:
                    level[edges[e]] = next_level
                    counts[next_level] += 1
                    queue[tail] = edges[e]
                    tail += 1
    return level, counts


def _bfs(first: Array, edges: Array, start: int) -> tuple[Array, Array]:
    adjacent = np.zeros((256, 256), bool)
    adjacent[np.repeat(np.arange(256), np.diff(first)), edges] = True
    level = np.full(256, 127)
    level[start] = 0
    for horizon in range(9):
        level[adjacent[level == horizon].any(axis=0) & (level == 127)] = horizon + 1
    return level, np.bincount(level, minlength=128)[:10]


def _graph(rng: np.random.Generator) -> tuple[Array, Array, int]:
    """Nodes on a ring with edges to near ones, so that the search has several levels."""
    sources = np.sort(rng.integers(0, 256, 4096))
    targets = (sources + rng.integers(-18, 19, 4096)) % 256
    first = np.searchsorted(sources, np.arange(257)).astype(np.int32)
    return first, targets.astype(np.int32), int(rng.integers(0, 256))


EXAMPLES = (
    machsuite(
        bfs_bulk,
        "breadth-first search, all nodes in every round",
        _graph,
        _bfs,
        schedule=(*cyclic(8, 1, "level"), unroll("level_d0", 8)),
        remark="Only the start: what the search reads next depends on what it has just found.",
    ),
    machsuite(
        bfs_queue,
        "breadth-first search with a queue",
        _graph,
        _bfs,
        schedule=(*cyclic(8, 1, "level"), unroll("level_d0", 8)),
        remark="Only the start: what the search reads next depends on what it has just found.",
    ),
)
