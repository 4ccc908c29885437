"""MachSuite: sorting 2048 integers."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import cyclic, pipeline, unroll
from hcl_explore.lang import int32, uint32


def merge(source: int32[2048], target: int32[2048], start: int32, middle: int32, stop: int32):
    left: int32 = start
    right: int32 = middle
    for k in range(start, stop):
        take_left: int32 = 0
        if left < middle:
            take_left = 1
            if right < stop and source[right] < source[left]:
                take_left = 0
        if take_left == 1:
            target[k] = source[left]
            left += 1
        else:
            target[k] = source[right]
            right += 1


def sort_merge(A: int32[2048]):
    work: int32[2048]
    width: int32 = 1
    runs: int32 = 1024
    while runs > 0:
        for run in range(runs):
            merge(A, work, 2 * width * run, 2 * width * run + width, 2 * width * (run + 1))
        for i in hcl.grid(2048, name="copy_back"):
            A[i] = work[i]
        width = width << 1
        runs = runs >> 1


def radix_pass(source: uint32[2048], target: uint32[2048], shift: int32):
    # Each of 512 blocks of 4 counts its digits; the sums of the counts, digit by digit and block by
    # block within a digit, say where each block puts its elements. The sums are made in two
    # levels: in each of 128 groups of 16, then over the groups.
    bucket: int32[2048] = 0
    for block, i in hcl.grid(512, 4, name="count"):
        digit: int32 = (source[4 * block + i] >> shift) & 3
        bucket[512 * digit + block] += 1
    group: int32[128]
    for g in hcl.grid(128, name="local_sums"):
        for i in range(1, 16):
            bucket[16 * g + i] += bucket[16 * g + i - 1]
    group[0] = 0
    for g in range(1, 128):
        group[g] = group[g - 1] + bucket[16 * g - 1]
    for g, i in hcl.grid(128, 16, name="all_sums"):
        bucket[16 * g + i] += group[g]
    for block, i in hcl.grid(512, 4, name="move"):
        # From the last element of a block to the first: sums are ends of buckets.
        value: uint32 = source[4 * block + 3 - i]
        place: int32 = 512 * ((value >> shift) & 3) + block
        bucket[place] -= 1
        target[bucket[place]] = value


def sort_radix(A: uint32[2048]):
    work: uint32[2048]
    for step in range(8):
        radix_pass(A, work, 4 * step)
        radix_pass(work, A, 4 * step + 2)


def _sort(A: Array) -> None:
    A.sort()


EXAMPLES = (
    machsuite(
        sort_merge,
        "merge sort, bottom up",
        lambda rng: (rng.integers(-(2**31), 2**31, 2048, dtype=np.int32),),
        _sort,
        schedule=(*cyclic(2, 1, "A", "work"), unroll("i", 4)),
        remark="Copying back is four times as fast; a merge decides element by element.",
    ),
    machsuite(
        sort_radix,
        "radix sort, two bits at a time",
        lambda rng: (rng.integers(0, 2**32, 2048, dtype=np.uint32),),
        _sort,
        schedule=(
            *cyclic(16, 1, "radix_pass:bucket"),
            unroll("radix_pass:bucket_d0", 16),
            pipeline("radix_pass:local_sums.g"),
        ),
        remark="Counting and moving wait for the counters, whose places depend on the data.",
    ),
)
