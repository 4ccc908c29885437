"""Line matching for the side-by-side diff.

Lines are compared by a key that ignores indentation and the numbers of unnamed SSA values, since a
rewrite that wraps or unwraps a loop shifts both everywhere. Whether a renumbering is consistent is
checked afterwards (``diff.py``), so that swapped operands still show as a change.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

Pair = tuple[int, int]

# Above this product of lengths a gap without unique common lines is not searched any further:
# SequenceMatcher is quadratic there.
_SMALL_GAP = 250_000
_ALIGNABLE = 2_500

_SSA_NUMBER = re.compile(r"%(?:c)?\d+\b")
_WORD = re.compile(r"[%@#]?\w[\w.]*")


@lru_cache(maxsize=16384)
def line_key(line: str) -> str:
    """What of a line counts when lines are matched."""
    return _SSA_NUMBER.sub("%", line.strip())


def match_lines(before: Sequence[str], after: Sequence[str]) -> list[Pair]:
    """Index pairs of lines that correspond, increasing on both sides.

    Patience matching (lines that occur once on each side anchor the rest) with ``difflib`` in the
    gaps; the cost is linear in the length for texts that differ in places, and bounded for others.
    """
    left, right = [line_key(line) for line in before], [line_key(line) for line in after]
    pairs: list[Pair] = []
    gaps = [(0, len(left), 0, len(right))]
    while gaps:
        low_l, high_l, low_r, high_r = gaps.pop()
        while low_l < high_l and low_r < high_r and left[low_l] == right[low_r]:
            pairs.append((low_l, low_r))
            low_l, low_r = low_l + 1, low_r + 1
        while low_l < high_l and low_r < high_r and left[high_l - 1] == right[high_r - 1]:
            high_l, high_r = high_l - 1, high_r - 1
            pairs.append((high_l, high_r))
        if low_l == high_l or low_r == high_r:
            continue
        anchors = _anchors(left, right, (low_l, high_l, low_r, high_r))
        if anchors:
            for index_l, index_r in anchors:
                gaps.append((low_l, index_l, low_r, index_r))
                low_l, low_r = index_l, index_r
            gaps.append((low_l, high_l, low_r, high_r))
        elif (high_l - low_l) * (high_r - low_r) <= _SMALL_GAP:
            matcher = SequenceMatcher(None, left[low_l:high_l], right[low_r:high_r], autojunk=False)
            for block in matcher.get_matching_blocks():
                pairs += [(low_l + block.a + i, low_r + block.b + i) for i in range(block.size)]
    return sorted(pairs)


def _anchors(
    left: Sequence[str], right: Sequence[str], gap: tuple[int, int, int, int]
) -> list[Pair]:
    """The longest increasing run of lines that occur exactly once on each side of the gap."""
    low_l, high_l, low_r, high_r = gap
    counts_l, counts_r = Counter(left[low_l:high_l]), Counter(right[low_r:high_r])
    place_r = {right[i]: i for i in range(low_r, high_r) if counts_r[right[i]] == 1}
    unique = [
        (i, place_r[left[i]])
        for i in range(low_l, high_l)
        if counts_l[left[i]] == 1 and left[i] in place_r
    ]
    tails: list[int] = []
    tail_at: list[int] = []
    previous: list[int] = []
    for index, (_, target) in enumerate(unique):
        slot = bisect_left(tails, target)
        previous.append(tail_at[slot - 1] if slot else -1)
        if slot == len(tails):
            tails.append(target)
            tail_at.append(index)
        else:
            tails[slot], tail_at[slot] = target, index
    run: list[Pair] = []
    index = tail_at[-1] if tail_at else -1
    while index >= 0:
        run.append(unique[index])
        index = previous[index]
    return run[::-1]


def align_block(before: Sequence[str], after: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Pair the lines of a replaced block by how many words they share.

    Returns index pairs in order; None where a line stands alone. Blocks too large to align are
    listed as removed, then added.
    """
    count_l, count_r = len(before), len(after)
    if not count_l or not count_r or count_l * count_r > _ALIGNABLE:
        removed: list[tuple[int | None, int | None]] = [(i, None) for i in range(count_l)]
        return removed + [(None, j) for j in range(count_r)]
    likeness = [[_likeness(a, b) for b in after] for a in before]
    best = [[0.0] * (count_r + 1) for _ in range(count_l + 1)]
    for i in range(count_l - 1, -1, -1):
        for j in range(count_r - 1, -1, -1):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    rows: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < count_l and j < count_r:
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            rows.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            rows.append((i, None))
            i += 1
        else:
            rows.append((None, j))
            j += 1
    return rows + [(k, None) for k in range(i, count_l)] + [(None, k) for k in range(j, count_r)]


def _likeness(a: str, b: str) -> float:
    """Share of common words, 0 where the lines have too little in common to be paired."""
    words_a, words_b = _words(a), _words(b)
    if not words_a or not words_b:
        return 0.0
    share = 2 * len(words_a & words_b) / (len(words_a) + len(words_b))
    return share if share >= 0.4 else 0.0


@lru_cache(maxsize=16384)
def _words(line: str) -> frozenset[str]:
    return frozenset(_WORD.findall(line_key(line)))
