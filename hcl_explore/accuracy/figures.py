"""Figures over many comparisons: mean errors, shares, ranks."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from hcl_explore.accuracy.compare import METRICS, Comparison

LUT_FF_BAND = (0.5, 2.0)
"""The band around an estimate of LUT and FF in which the tool's figure should lie, as factors."""


def error_of(reported: float, ours: float) -> float:
    """Absolute relative error; a figure of 0 is compared with at least 1."""
    return abs(ours - reported) / max(abs(reported), 1.0)


def summary(comparisons: Sequence[Comparison]) -> dict[str, dict[str, dict[str, float | int]]]:
    """tier -> metric -> figures. A point that could not be estimated counts with 100 % error in
    ``mape`` and as a miss in ``share``; ``mape_expressed`` leaves it out."""
    tiers: dict[str, dict[str, dict[str, float | int]]] = {}
    for tier in sorted({c.tier for c in comparisons}):
        of_tier = [c for c in comparisons if c.tier == tier]
        missed = [c for c in of_tier if c.missed]
        metrics: dict[str, dict[str, float | int]] = {
            "points": {"all": len(of_tier), "missed": len(missed)}
        }
        for metric in METRICS:
            errors = [error_of(*c.figures[metric]) for c in of_tier if metric in c.figures]
            lost = sum(1 for c in missed if c.point.get(metric) is not None)
            if errors or lost:
                metrics[metric] = _spread(errors, lost)
        for metric in ("lut", "ff"):
            pairs = [c.figures[metric] for c in of_tier if metric in c.figures]
            lost = sum(1 for c in missed if c.point.get(metric) is not None)
            inside = sum(
                LUT_FF_BAND[0] * ours <= reported <= LUT_FF_BAND[1] * ours
                for reported, ours in pairs
            )
            if pairs or lost:
                metrics[f"{metric}_in_band"] = _share(inside, len(pairs), lost)
        lost_loops = sum(len(c.point.get("ii") or ()) for c in missed)
        loops = [pair for c in of_tier for pair in c.loops]
        depths = [pair for c in of_tier for pair in c.depths]
        causes = [triple for c in of_tier for triple in c.causes]
        if loops or lost_loops:
            exact = sum(reported == ours for _, reported, ours in loops)
            metrics["ii_exact"] = _share(exact, len(loops), lost_loops)
        if depths or lost_loops:
            close = sum(ours is not None and abs(r - ours) <= 2 for _, r, ours in depths)
            metrics["depth_within_2"] = _share(close, len(depths), lost_loops)
        if causes:
            same = sum(_same_cause(said, mine) for _, said, mine in causes)
            metrics["ii_cause"] = _share(same, len(causes), 0)
        ranks = _ranks(of_tier)
        if ranks:
            metrics["rank_correlation"] = {
                "mean": statistics.mean(ranks),
                "worst": min(ranks),
                "count": len(ranks),
            }
        tiers[tier] = metrics
    return tiers


def _same_cause(said: str, mine: str) -> bool:
    return (said == "memory ports") == (mine == "memory ports")


def _spread(errors: Sequence[float], lost: int) -> dict[str, float | int]:
    every = [*errors, *[1.0] * lost]
    figures: dict[str, float | int] = {
        "mape": 100 * statistics.mean(every),
        "median": 100 * statistics.median(every),
        "worst": 100 * max(every),
        "count": len(every),
    }
    if errors:
        figures["mape_expressed"] = 100 * statistics.mean(errors)
        figures["median_expressed"] = 100 * statistics.median(errors)
    return figures


def _share(good: int, count: int, lost: int) -> dict[str, float | int]:
    figures: dict[str, float | int] = {
        "share": 100 * good / max(count + lost, 1),
        "good": good,
        "count": count + lost,
    }
    if count:
        figures["share_expressed"] = 100 * good / count
    return figures


def _ranks(comparisons: Iterable[Comparison]) -> list[float]:
    """Spearman's rank correlation of latencies, per kernel with at least 2 points."""
    return list(ranks_by_kernel(comparisons).values())


def ranks_by_kernel(comparisons: Iterable[Comparison]) -> dict[str, float]:
    """The rank correlation of the latencies of each kernel that has different ones."""
    groups: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for c in comparisons:
        if "latency_cycles" in c.figures:
            groups[c.point["kernel"]].append(c.figures["latency_cycles"])
    found = {kernel: spearman(pairs) for kernel, pairs in groups.items() if len(pairs) >= 2}
    return {kernel: rank for kernel, rank in found.items() if rank is not None}


def spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Rank correlation of (reported, ours), ties by mean rank; None where the reports do not vary,
    0 where only ours do not: they then tell nothing apart."""
    left, right = (_rank([pair[side] for pair in pairs]) for side in (0, 1))
    if len(set(left)) < 2:
        return None
    if len(set(right)) < 2:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def _rank(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    return [statistics.mean(i for i, v in enumerate(order) if v == value) for value in values]
