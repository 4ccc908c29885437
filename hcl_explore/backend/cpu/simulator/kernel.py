"""A compiled dataflow program: what a ``CpuKernel`` is, and what its last run was like."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

from hcl_explore.backend.cpu import invoke
from hcl_explore.backend.cpu.kernel import CpuKernel
from hcl_explore.backend.cpu.process import Unit
from hcl_explore.backend.cpu.protocol import Message
from hcl_explore.backend.cpu.signature import Signature
from hcl_explore.backend.cpu.simulator.depths import DepthAdvice, advise
from hcl_explore.backend.cpu.simulator.diagnosis import deadlock, failure, full_streams
from hcl_explore.backend.cpu.simulator.report import format_report
from hcl_explore.backend.cpu.simulator.sites import Sites
from hcl_explore.backend.cpu.simulator.trace import Trace, fifo_name, read_trace
from hcl_explore.errors import CallError, DeadlockError, RunError
from hcl_explore.ir.locations import Sources
from hcl_explore.polyhedral.depths import enough_depths

_MOST_TOKENS_AGAIN = 100_000
"""A run of more tokens than this is not repeated to find depths that end a deadlock."""


class DataflowKernel(CpuKernel):
    """Runs its tasks beside each other with FIFOs of their declared depths.

    A call raises ``DeadlockError`` where the tasks wait for each other, ``RunError`` where tokens
    are left over; ``trace`` then still tells what happened until there. The array arguments are
    changed only by a run that ends well. Two calls on equal arguments give equal traces.
    """

    def __init__(
        self,
        unit: Unit,
        signature: Signature,
        sites: Sites,
        timeout_s: float,
        sources: Sources | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        super().__init__(unit, signature, timeout_s, sources, quiet=quiet)
        self._sites = sites
        self._trace: Trace | None = None

    @property
    def trace(self) -> Trace:
        """What the last call was like. Raises ``RunError`` before the first one."""
        if self._trace is None:
            raise RunError(
                f"{self.signature.name} has not run yet", advice="Call it, then ask for its trace."
            )
        return self._trace

    def report(self) -> str:
        """The last call as a table of tasks and a table of FIFOs."""
        return format_report(self.trace, self.signature.name)

    def __call__(self, *arguments: object) -> Any:
        return self.run(*arguments)

    def run(self, *arguments: object, depths: Mapping[str, int] | None = None) -> Any:
        """Call it with other depths: ``depths`` maps FIFOs (``"fifo[0, 1]"``) or whole arrays of
        them (``"fifo"``) to how deep they are in this run.

        Raises ``CallError`` for an unknown FIFO or a depth below 1, and what a call raises.
        """
        chosen = depths or {}
        try:
            return self._run(arguments, chosen)
        except DeadlockError:
            stuck = self.trace
            if not full_streams(stuck) or sum(f.tokens for f in stuck.fifos) > _MOST_TOKENS_AGAIN:
                raise
            enough = self._enough(arguments, chosen, stuck)
            self._trace = stuck
            sources = self._sources or Sources()
            raise deadlock(stuck, self.signature.name, sources, enough) from None

    def _enough(
        self, arguments: tuple[object, ...], depths: Mapping[str, int], stuck: Trace
    ) -> dict[str, int]:
        """Depths that let a run with ``depths``, which was stuck, come to its end."""

        def run(deeper: Mapping[str, int]) -> set[str] | None:
            try:
                self._run(copy.deepcopy(arguments), {**depths, **deeper})
            except DeadlockError:
                return full_streams(self.trace)
            except RunError:
                return set()  # tokens are left over: depth only puts the error off
            return None

        declared: dict[str, int] = {}
        for fifo in stuck.fifos:
            declared[fifo.declaration] = max(fifo.depth, declared.get(fifo.declaration, 1))
        return enough_depths(run, declared, full_streams(stuck))

    def _run(self, arguments: tuple[object, ...], depths: Mapping[str, int]) -> Any:
        name = self.signature.name

        def inspect(simulation: Message) -> None:
            self._trace = trace = read_trace(simulation, self._sites, name)
            error = failure(trace, simulation["outcome"], name, self._sources or Sources())
            if error is not None:
                raise error

        return invoke.call(
            self._unit,
            self.signature,
            arguments,
            self.timeout_s,
            self._sources,
            quiet=self._quiet,
            depths=self._numbered(depths),
            inspect=inspect,
        )

    def advise_depths(self, *arguments: object) -> DepthAdvice:
        """The smallest depths of its FIFOs that cost no cycle, for a call with ``arguments``, which
        are not changed.

        Raises ``DeadlockError`` where no depth prevents it, and what a call raises.
        """
        before = self._trace

        def simulate(depths: Mapping[str, int]) -> Trace:
            self._run(copy.deepcopy(arguments), depths)
            return self.trace

        try:
            return advise(simulate, {site.name: site.depth for site in self._sites.streams})
        finally:
            self._trace = before

    def _numbered(self, depths: Mapping[str, int]) -> list[tuple[int, int, int]]:
        """(site, number, depth) of each FIFO that ``depths`` names; single ones win over arrays."""
        by_name: dict[str, list[tuple[int, int]]] = {}
        for site, stream in enumerate(self._sites.streams):
            for number in range(math.prod(stream.shape)):
                by_name.setdefault(stream.name, []).append((site, number))
                if stream.shape:
                    by_name.setdefault(fifo_name(stream, number), []).append((site, number))
        chosen: dict[tuple[int, int], int] = {}
        for name, depth in sorted(depths.items(), key=lambda item: "[" in item[0]):
            if name not in by_name:
                raise CallError(
                    f"{self.signature.name} has no FIFO {name}",
                    advice="It has " + ", ".join(stream.name for stream in self._sites.streams),
                )
            if isinstance(depth, bool) or not isinstance(depth, int) or depth < 1:
                raise CallError(
                    f"the depth of {name} must be a positive integer, not {depth!r}",
                    advice="A FIFO holds at least one token.",
                )
            chosen.update((key, depth) for key in by_name[name])
        return [(site, number, depth) for (site, number), depth in chosen.items()]
