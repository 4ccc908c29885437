"""Steps of schedules, and patterns of steps that several examples share."""

from __future__ import annotations

from typing import TypeAlias

Step: TypeAlias = tuple[str, dict[str, object]]
Steps: TypeAlias = tuple[Step, ...]


def pipeline(axis: str, interval: int = 1) -> Step:
    """Start an iteration every ``interval`` cycles."""
    asked: dict[str, object] = {} if interval == 1 else {"initiation_interval": interval}
    return "pipeline", {"axis": axis, **asked}


def unroll(axis: str, factor: int = 0) -> Step:
    """``factor`` copies of the body; 0 for all."""
    return "unroll", {"axis": axis, "factor": factor}


def reorder(*axes: str) -> Step:
    return "reorder", {"axes": [*axes]}


def merge(first: str, second: str) -> Step:
    return "merge", {"first": first, "second": second}


def buffer_at(target: str, axis: str) -> Step:
    return "buffer_at", {"target": target, "axis": axis}


def complete(target: str, dim: int = 0) -> Step:
    """Registers: every element of a dimension (0: of all) in a bank of its own."""
    return "partition", {"target": target, "dim": dim}


def cyclic(factor: int, dim: int, *targets: str) -> Steps:
    """The arrays' elements dealt out to ``factor`` banks along a dimension."""
    return tuple(
        (
            "partition",
            {"target": target, "partition_type": "cyclic", "dim": dim, "factor": factor},
        )
        for target in targets
    )


def lanes(axis: str, factor: int, interval: int = 1) -> Steps:
    """A pipeline that takes ``factor`` iterations at a time."""
    return unroll(axis, factor), pipeline(axis, interval)


def side_by_side(axis: str, factor: int) -> Steps:
    """``factor`` iterations of an outer loop, which need nothing of each other, at a time."""
    return ("parallel", {"axis": axis}), unroll(axis, factor)


def window_buffer(target: str, row: str, column: str) -> Steps:
    """A line buffer of the rows that are read again, and from it a window of registers."""
    lines = f"{target}_reuse_{row}"
    return (
        ("reuse_at", {"target": target, "axis": row}),
        ("reuse_at", {"target": lines, "axis": column}),
        complete(lines, 1),
        complete(f"{lines}_{column}"),
    )
