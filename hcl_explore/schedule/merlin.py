"""Directives of the Merlin compiler -> schedule steps.

A Merlin design is its source with ACCEL pragmas whose placeholders are given values:

    __PARA__L3=4            run 4 iterations of the loop at L3 in parallel
    __PIPE__L0='flatten'    pipeline the loop at L0, all loops inside it unrolled
    __PIPE__L1=''           coarse-grained pipeline (overlaps copies with computing: no step here)
    __TILE__L1=8            tile of what is copied to the chip (no step here)

What Merlin does by itself is done here too: it pipelines innermost loops, cuts arrays so that what
runs in parallel has a port each, and at least so that a word of 512 bits is written at once
(its generated code, UCLA-VAST/GNN-DSE dse_database/merlin_prj).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hcl_explore.errors import ArgumentError, NotApplicableError
from hcl_explore.ir.program import Buffer, Loop
from hcl_explore.lang.partition import Partition
from hcl_explore.schedule.pragmas import PragmaReport
from hcl_explore.schedule.schedule import Schedule

_DIRECTIVE = re.compile(r"^__(?P<name>PARA|PIPE|TILE)__(?P<label>\w+)=(?P<value>.*)$")
_BUS_BITS = 512


def is_merlin(directive: str) -> bool:
    """Whether a directive is one of Merlin's."""
    return _DIRECTIVE.match(directive.strip()) is not None


def merlin_to_schedule(
    schedule: Schedule, directives: Iterable[str], places: Mapping[str, str | None]
) -> PragmaReport:
    """Apply a Merlin design's directives; ``places`` says which loop each label names.

    Raises:
        ArgumentError: a directive cannot be read, or its label is not in ``places``.
        ScheduleError: a label names a loop that is not there.
    """
    importer = _Importer(schedule, places)
    importer.run(list(directives))
    return importer.report


class _Importer:
    def __init__(self, schedule: Schedule, places: Mapping[str, str | None]) -> None:
        self.schedule = schedule
        self.places = places
        self.report = PragmaReport()
        self.copies: dict[str, int] = {}
        """Parallel copies of each loop, by its key."""

    def run(self, directives: list[str]) -> None:
        flattened: list[str] = []
        for text in directives:
            match = _DIRECTIVE.match(text.strip())
            if match is None:
                raise ArgumentError(f"this is no directive of Merlin: {text}")
            loop = self._loop(match["label"], text)
            value = match["value"].strip("'\"")
            if loop is None or match["name"] == "TILE" or value in ("", "off", "1", "NA"):
                self.report.ignored.append((text, "it asks for nothing that is a step here"))
            elif match["name"] == "PARA":
                if not value.isdigit():
                    raise ArgumentError(f"a parallel factor must be a number: {text}")
                self.copies[loop.key] = min(int(value), loop.trip_count or int(value))
            elif value == "flatten":
                flattened.append(loop.key)
            else:
                raise ArgumentError(
                    f"there is no pipeline '{value}': {text}", advice="Use 'flatten', '' or 'off'."
                )
        self._pipelines(flattened)
        self._unrolls()
        self._partitions()

    def _loop(self, label: str, text: str) -> Loop | None:
        if label not in self.places:
            known = ", ".join(sorted(self.places))
            raise ArgumentError(f"no loop is known at {label}: {text}", advice=f"Known: {known}")
        place = self.places[label]
        return None if place is None else self.schedule.loop(place).loop

    def _step(self, primitive: str, arguments: dict[str, object]) -> None:
        try:
            self.report.steps.append(self.schedule.apply(primitive, arguments))
        except NotApplicableError as refusal:
            self.report.ignored.append((f"{primitive} {arguments}", str(refusal).splitlines()[0]))

    def _pipelines(self, flattened: list[str]) -> None:
        """The loops asked for, outermost first, then every loop that no pipeline holds and inside
        which none is left once what runs in parallel is unrolled."""
        asked = sorted(flattened, key=lambda key: len(self.schedule.loop(key).loop.chain))
        for key in asked:
            loop = self.schedule.loop(key).loop
            if not any(outer.pipeline_ii is not None for outer in loop.chain):
                self._step("pipeline", {"axis": key})
        for loop in list(self.schedule.program.all_loops()):
            if any(outer.pipeline_ii is not None for outer in loop.chain):
                continue
            inner = [other for other in loop.subtree() if other is not loop]
            if all(map(self._is_gone, inner)) and not self._is_gone(loop):
                self._step("pipeline", {"axis": loop.key})

    def _is_gone(self, loop: Loop) -> bool:
        """Whether all iterations of a loop run in parallel."""
        return self.copies.get(loop.key, 1) == loop.trip_count

    def _unrolls(self) -> None:
        for key, copies in self.copies.items():
            loop = self.schedule.loop(key).loop
            around = loop.chain[:-1]
            if copies > 1 and not any(outer.pipeline_ii is not None for outer in around):
                factor = 0 if copies == loop.trip_count else copies
                self._step("unroll", {"axis": key, "factor": factor})

    def _parallel(self, loop: Loop) -> int:
        """Iterations of a loop that run side by side."""
        if any(outer.pipeline_ii is not None for outer in loop.chain[:-1]):
            return loop.trip_count or 1
        return self.copies.get(loop.key, 1)

    def _partitions(self) -> None:
        for buffer in list(self.schedule.program.kernel.buffers):
            if not buffer.shape:
                continue
            for dim, extent in enumerate(buffer.shape, 1):
                banks = self._banks(buffer, dim)
                if dim == len(buffer.shape):
                    banks = max(banks, _BUS_BITS // buffer.bits)
                if banks >= extent:
                    self._step("partition", {"target": buffer.key, "dim": dim})
                elif banks > 1:
                    arguments = {"target": buffer.key, "dim": dim, "factor": banks}
                    self._step("partition", {**arguments, "partition_type": Partition.Cyclic.name})

    def _banks(self, buffer: Buffer, dim: int) -> int:
        most = 1
        for access in buffer.accesses:
            if access.subscripts is None:
                continue
            copies = 1
            for variable in access.subscripts[dim - 1].variables():
                if isinstance(variable, Loop):
                    copies *= self._parallel(variable)
            most = max(most, copies)
        return most
