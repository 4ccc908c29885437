"""How deep FIFOs must be: the smallest depths that a program runs at full speed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hcl_explore.backend.cpu.simulator.trace import Trace
from hcl_explore.errors import DeadlockError, RunError

FIRST_TRIAL = 16
DEEPEST_TRIAL = 1 << 16


@dataclass(frozen=True)
class AdvisedDepth:
    """One declaration of a stream, or of an array of them: its depth now, and the smallest that
    costs no cycle while the other FIFOs have theirs."""

    name: str
    declared: int
    advised: int


@dataclass(frozen=True)
class DepthAdvice:
    """``cycles`` with the advised depths, which is as fast as with FIFOs of any depth;
    ``declared_cycles`` with the declared ones, None where they deadlock."""

    cycles: int
    declared_cycles: int | None
    depths: tuple[AdvisedDepth, ...]

    def as_dict(self) -> dict[str, int]:
        """The advised depth of each declaration, as ``DataflowKernel.run`` takes them."""
        return {each.name: each.advised for each in self.depths}

    def __str__(self) -> str:
        now = "deadlock" if self.declared_cycles is None else f"{self.declared_cycles:,} cycles"
        rows = [f"as declared: {now}; as advised: {self.cycles:,} cycles"]
        for each in self.depths:
            change = "" if each.advised == each.declared else f" (declared {each.declared})"
            rows.append(f"{each.name}: depth {each.advised}{change}")
        return "\n".join(rows)


def advise(
    simulate: Callable[[Mapping[str, int]], Trace], declared: Mapping[str, int]
) -> DepthAdvice:
    """Find the depths. ``simulate`` runs the program with depths by declaration; ``declared`` are
    those of its source.

    Deep FIFOs first, until none of them ever makes a put wait; then each as shallow as it can be
    without a cycle lost, found by bisection, since more depth never makes a program slower.
    Raises ``DeadlockError`` where no depth helps, ``RunError`` where none up to 65,536 is enough.
    """
    free = _without_waiting(simulate, declared)
    depths = dict.fromkeys(declared, 1)
    for fifo in free.fifos:
        depths[fifo.declaration] = max(depths[fifo.declaration], fifo.highest_fill)
    for name in declared:
        low, high = 1, depths[name]
        while low < high:
            middle = (low + high) // 2
            if _cycles(simulate, {**depths, name: middle}) == free.cycles:
                high = middle
            else:
                low = middle + 1
        depths[name] = low
    return DepthAdvice(
        free.cycles,
        _cycles(simulate, declared),
        tuple(AdvisedDepth(name, declared[name], depths[name]) for name in declared),
    )


def _without_waiting(
    simulate: Callable[[Mapping[str, int]], Trace], declared: Mapping[str, int]
) -> Trace:
    """A run in which no put waits."""
    depth = max(FIRST_TRIAL, *declared.values())
    while depth <= DEEPEST_TRIAL:
        try:
            trace = simulate(dict.fromkeys(declared, depth))
        except DeadlockError:
            # Only a full FIFO can be helped by depth.
            if depth * 2 > DEEPEST_TRIAL:
                raise
        else:
            if not any(fifo.stalled_full for fifo in trace.fifos):
                return trace
        depth *= 2
    raise RunError(
        f"puts still wait for room in FIFOs {DEEPEST_TRIAL:,} deep",
        advice="A task takes tokens more slowly than another makes them: depth cannot help.",
    )


def _cycles(
    simulate: Callable[[Mapping[str, int]], Trace], depths: Mapping[str, int]
) -> int | None:
    try:
        return simulate(depths).cycles
    except DeadlockError:
        return None
