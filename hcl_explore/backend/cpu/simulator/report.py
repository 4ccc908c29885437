"""A trace as text."""

from __future__ import annotations

from collections.abc import Sequence

from hcl_explore.backend.cpu.simulator.trace import Trace

_MOST_ROWS = 40


def format_report(trace: Trace, top: str) -> str:
    """The tasks and FIFOs of a run as two tables, cycles and tokens; the busiest of many."""
    leaves = [task for task in trace.tasks if not _is_region(trace, task.name)]
    tasks = [
        (
            task.name,
            task.state,
            f"{task.start:,}",
            f"{task.end:,}",
            f"{task.busy:,}",
            f"{task.stalled_empty:,}",
            f"{task.stalled_full:,}",
        )
        for task in leaves
    ]
    fifos = [
        (
            fifo.name,
            _name(trace, fifo.producer),
            _name(trace, fifo.consumer),
            f"{fifo.tokens:,}",
            f"{fifo.depth:,}",
            f"{fifo.highest_fill:,}",
            f"{fifo.stalled_empty:,}",
            f"{fifo.stalled_full:,}",
        )
        for fifo in trace.fifos
    ]
    task_header = ("task", "state", "start", "end", "busy", "waits: empty", "waits: full")
    fifo_header = (
        *("FIFO", "from", "to", "tokens", "depth"),
        *("highest fill", "waits: empty", "waits: full"),
    )
    lines = [
        f"{top}: {trace.cycles:,} cycles, {len(leaves)} tasks, {len(fifos)} FIFOs",
        "",
        *_table(task_header, tasks, 2),
    ]
    if fifos:
        lines += ["", *_table(fifo_header, fifos, 3)]
    return "\n".join(lines)


def _is_region(trace: Trace, name: str) -> bool:
    position = next(i for i, task in enumerate(trace.tasks) if task.name == name)
    return any(task.parent == position for task in trace.tasks)


def _name(trace: Trace, position: int | None) -> str:
    return "?" if position is None else trace.tasks[position].name


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], left_aligned: int) -> list[str]:
    shown = rows[:_MOST_ROWS]
    widths = [max(map(len, column)) for column in zip(header, *shown, strict=True)]
    lines = [
        "  ".join(
            text.ljust(width) if column < left_aligned else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, *shown)
    ]
    if len(rows) > len(shown):
        lines.append(f"… and {len(rows) - len(shown)} more")
    return lines
