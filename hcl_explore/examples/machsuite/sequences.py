"""MachSuite: searching, aligning and decoding sequences."""

from __future__ import annotations

import numpy as np

import hcl_explore.lang as hcl
from hcl_explore.examples.arrays import Array
from hcl_explore.examples.machsuite.example import machsuite
from hcl_explore.examples.steps import buffer_at, complete, cyclic, lanes, pipeline, reorder
from hcl_explore.lang import float64, index, int8, int32, uint8

DIAGONAL, UP, LEFT = 0, 1, 2
GAP, PADDING = ord("-"), ord("_")


def kmp(pattern: uint8[4], text: uint8[32411]) -> int32:
    # next[q] is the length of the longest proper prefix of the pattern that ends its first q + 1.
    next: int32[4] = 0
    k: int32 = 0
    for q in range(1, 4):
        while k > 0 and pattern[k] != pattern[q]:
            k = next[k - 1]
        if pattern[k] == pattern[q]:
            k += 1
        next[q] = k
    matches: int32 = 0
    matched: int32 = 0
    for i in hcl.grid(32411, name="search"):
        while matched > 0 and pattern[matched] != text[i]:
            matched = next[matched - 1]
        if pattern[matched] == text[i]:
            matched += 1
        if matched == 4:
            matches += 1
            matched = next[3]
    return matches


def nw(A: uint8[128], B: uint8[128]) -> (uint8[256], uint8[256]):
    # Scores: 1 for equal letters, -1 for unequal ones, -1 for a gap.
    score: int32[129, 129]
    came_from: int8[129, 129]
    for a in hcl.grid(129, name="first_row"):
        score[0, a] = -a
    for b in hcl.grid(129, name="first_column"):
        score[b, 0] = -b
    for b, a in hcl.grid(128, 128, name="fill"):
        diagonal: int32 = score[b, a] + (1 if A[a] == B[b] else -1)
        up: int32 = score[b, a + 1] - 1
        left: int32 = score[b + 1, a] - 1
        best: int32 = max(diagonal, up, left)
        score[b + 1, a + 1] = best
        came_from[b + 1, a + 1] = DIAGONAL if best == diagonal else UP if best == up else LEFT
    aligned_A: uint8[256] = PADDING
    aligned_B: uint8[256] = PADDING
    i: int32 = 128
    j: int32 = 128
    length: int32 = 0
    while i > 0 or j > 0:
        step: int8 = LEFT
        if i == 0:
            step = UP
        elif j > 0:
            step = came_from[j, i]
        aligned_A[length] = GAP
        aligned_B[length] = GAP
        if step != UP:
            i -= 1
            aligned_A[length] = A[i]
        if step != LEFT:
            j -= 1
            aligned_B[length] = B[j]
        length += 1
    return aligned_A, aligned_B


def viterbi(
    observed: uint8[140],
    initial: float64[64],
    transition: float64[64, 64],
    emission: float64[64, 64],
) -> uint8[140]:
    # Costs are negative logarithms of probabilities: the best path is the cheapest one.
    cost: float64[140, 64]
    origin: uint8[140, 64]
    for s in hcl.grid(64, name="start"):
        first: index = observed[0]
        cost[0, s] = initial[s] + emission[s, first]
    for t, s in hcl.grid(139, 64, name="steps"):
        token: index = observed[t + 1]
        least: float64 = cost[t, 0] + transition[0, s]
        best: uint8 = 0
        for p in range(1, 64):
            candidate: float64 = cost[t, p] + transition[p, s]
            if candidate < least:
                least = candidate
                best = p
        cost[t + 1, s] = least + emission[s, token]
        origin[t + 1, s] = best
    path: uint8[140]
    state: uint8 = 0
    for s in range(1, 64):
        if cost[139, s] < cost[139, state]:
            state = s
    path[139] = state
    for t in range(138, -1, -1):
        state = origin[t + 1, state]
        path[t] = state
    return path


# --- references ------------------------------------------------------------------------------


def _kmp(pattern: Array, text: Array) -> int:
    windows = np.lib.stride_tricks.sliding_window_view(text, 4)
    return int((windows == pattern).all(axis=1).sum())


def _nw(A: Array, B: Array) -> tuple[Array, Array]:
    score = np.zeros((129, 129), int)
    score[0], score[:, 0] = -np.arange(129), -np.arange(129)
    match = np.where(B[:, None] == A, 1, -1)
    for total in range(128 + 127):
        b = np.arange(max(0, total - 127), min(127, total) + 1)
        a = total - b
        best = np.maximum(score[b, a] + match[b, a], score[b, a + 1] - 1)
        score[b + 1, a + 1] = np.maximum(best, score[b + 1, a] - 1)
    one, other = [], []
    a = b = 128
    while a or b:
        if a and b and score[b, a] == score[b - 1, a - 1] + match[b - 1, a - 1]:
            a, b = a - 1, b - 1
            one.append(A[a])
            other.append(B[b])
        elif b and score[b, a] == score[b - 1, a] - 1:
            b -= 1
            one.append(GAP)
            other.append(B[b])
        else:
            a -= 1
            one.append(A[a])
            other.append(GAP)
    padding = [PADDING] * (256 - len(one))
    return np.array(one + padding), np.array(other + padding)


def _viterbi(observed: Array, initial: Array, transition: Array, emission: Array) -> Array:
    cost = initial + emission[:, observed[0]]
    origins = []
    for token in observed[1:]:
        candidates = cost[:, None] + transition
        origins.append(candidates.argmin(axis=0))
        cost = candidates.min(axis=0) + emission[:, token]
    path = [cost.argmin()]
    for origin in reversed(origins):
        path.append(origin[path[-1]])
    return np.array(path[::-1])


# --- inputs ----------------------------------------------------------------------------------


def _letters(rng: np.random.Generator, alphabet: str, length: int) -> Array:
    return rng.choice(np.frombuffer(alphabet.encode(), np.uint8), length)


def _mutated(rng: np.random.Generator) -> tuple[Array, Array]:
    """Two sequences with common parts."""
    one = _letters(rng, "acgt", 128)
    other = np.delete(np.concatenate((_letters(rng, "acgt", 9), one)), rng.permutation(128)[:9])
    changed = rng.random(128) < 0.1
    return one, np.where(changed, _letters(rng, "acgt", 128), other)


def _chain(rng: np.random.Generator) -> tuple[Array, ...]:
    transition, emission = -np.log(rng.dirichlet(np.full(64, 0.3) + 1e-3, (2, 64)) + 1e-9)
    initial = -np.log(rng.dirichlet(np.ones(64)))
    return rng.integers(0, 64, 140, dtype=np.uint8), initial, transition, emission


EXAMPLES = (
    machsuite(
        kmp,
        "how often a word of four letters occurs, by Knuth, Morris and Pratt",
        lambda rng: (_letters(rng, "ab", 4), _letters(rng, "ab", 32411)),
        _kmp,
        schedule=(complete("pattern"), complete("next")),
        remark=(
            "How far to go back in the pattern is known only after a comparison: the text is "
            "read letter by letter."
        ),
    ),
    machsuite(
        nw,
        "alignment of two sequences by Needleman and Wunsch",
        _mutated,
        _nw,
        schedule=(
            ("skew", {"axis": "fill.a", "by": "fill.b"}),
            reorder("fill.a", "fill.b"),
            *lanes("fill.b", 8, interval=2),
            *cyclic(8, 1, "score", "came_from"),
            complete("A"),
            complete("B"),
        ),
        remark="The cells of an antidiagonal need nothing of each other: eight at a time.",
    ),
    machsuite(
        viterbi,
        "the likeliest states of a hidden Markov model",
        _chain,
        _viterbi,
        schedule=(
            buffer_at("cost", "steps.t"),
            *cyclic(32, 2, "cost"),
            complete("transition", 1),
            pipeline("steps.s", interval=2),
        ),
        remark=(
            "The costs of a step are gathered in a memory of their own: writing them never meets "
            "reading those of the step before, from 32 banks."
        ),
    ),
)
