"""Directives of the Merlin compiler -> schedule steps.

A Merlin design is its source with ACCEL pragmas whose placeholders are given values:

    __PARA__L3=4            run 4 iterations of the loop at L3 in parallel
    __PIPE__L0='flatten'    pipeline the loop at L0, all loops inside it unrolled
    __PIPE__L1=''           coarse-grained pipeline (overlaps copies with computing)
    __TILE__L1=8            copy to the chip what 8 iterations of the loop at L1 use
    L3: #pragma ACCEL PARALLEL FACTOR=4     the same in C, the loop named in front of it

What Merlin does by itself is done here too: it pipelines innermost loops, cuts arrays so that what
runs in parallel has a port each, and at least so that a word of 512 bits is written at once
(its generated code, UCLA-VAST/GNN-DSE dse_database/merlin_prj). And what it does not do, as the
cycles of its designs show (HLSyn, the points of tier D; docs/accuracy.md says which):

* A factor on a loop that carries a dependence, or a sum that is not recognised as a reduction,
  gains nothing; the loop runs in whole chunks of that many iterations.
* A tile limits the factor of its loop, and is copied anew each time.
* Of a loop with other loops in it, copies are made around the whole nest only: those of a loop
  inside another one work off the chip, one access after the other. Where the loop is to be
  pipelined too, or a loop in it has bounds that vary, there are none.
* Loops without a parallel directive of their own are not unrolled by 'flatten' around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hcl_explore.analysis.options import CopiedLoop
from hcl_explore.errors import ArgumentError, HclError, NotApplicableError
from hcl_explore.ir.program import Buffer, Loop
from hcl_explore.lang.partition import Partition
from hcl_explore.polyhedral.dependences import carried_dependences
from hcl_explore.schedule.merlin_dependences import (
    read_elsewhere,
    serial_reason,
)
from hcl_explore.schedule.pragma_notes import WITHOUT_EFFECT
from hcl_explore.schedule.pragma_text import parse_pragma
from hcl_explore.schedule.pragmas import PragmaReport
from hcl_explore.schedule.schedule import Schedule

_DIRECTIVE = re.compile(r"^__(?P<name>PARA|PIPE|TILE)__(?P<label>\w+)=(?P<value>.*)$")
_ACCEL = re.compile(r"#\s*pragma\s+ACCEL\s", re.I)
_ACCEL_NAMES = {"accel_parallel": "PARA", "accel_pipeline": "PIPE", "accel_tile": "TILE"}
_BUS_BITS = 512
_MOST_BANKS = 1024
"""Banks an array is cut into at most; fitted on two designs of gemm-ncubed (v18 cfc486, v20 4a740e:
4096 elements, 256 of them read at once, in 3 cycles)."""


def is_merlin(directive: str) -> bool:
    """Whether a directive is one of Merlin's."""
    return _ACCEL.search(directive) is not None or _read(directive) is not None


def _read(directive: str) -> re.Match[str] | None:
    """The parts of a directive; of a pragma in C, those of the placeholder that says the same."""
    match = _DIRECTIVE.match(directive.strip())
    pragma = None if match is not None else parse_pragma(directive)
    if pragma is None or pragma.name not in _ACCEL_NAMES:
        return match
    options = [*pragma.options.items()]
    factor = pragma.options.get("factor", "")
    words = [word for word, value in options if not value]
    value = factor or (words[0] if words else "")
    return _DIRECTIVE.match(f"__{_ACCEL_NAMES[pragma.name]}__{pragma.place}={value}")


def merlin_to_schedule(
    schedule: Schedule,
    directives: Iterable[str],
    places: Mapping[str, str | None],
    *,
    pipelines_first: bool = False,
    lenient: bool = False,
) -> PragmaReport:
    """Apply a Merlin design's directives; ``places`` says which loop each label names.

    ``pipelines_first``: a coarse-grained pipeline of a loop excludes parallel copies of it, as in
    the releases on top of Vitis. ``lenient``: a directive that would be an error is left out.

    Raises (unless ``lenient``):
        ArgumentError: a directive cannot be read, or its label is not in ``places``.
        ScheduleError: a label names a loop that is not there.
    """
    importer = _Importer(schedule, places, pipelines_first)
    importer.run(list(directives), lenient=lenient)
    return importer.report


class _Importer:
    def __init__(
        self, schedule: Schedule, places: Mapping[str, str | None], pipelines_first: bool
    ) -> None:
        self.schedule = schedule
        self.places = places
        self.pipelines_first = pipelines_first
        self.report = PragmaReport()
        self.copies: dict[str, int] = {}
        """Parallel copies of each loop, by its key."""
        self.flattened: list[str] = []
        self.coarse: list[str] = []
        self.named = {
            schedule.loop(place).loop.key for place in places.values() if place is not None
        }
        """Loops with a directive."""
        self.tiles: dict[str, int] = {}

    def run(self, directives: list[str], *, lenient: bool) -> None:
        for text in directives:
            try:
                self._note(text)
            except HclError as error:
                if not lenient:
                    raise
                self.report.refused.append((text, str(error).splitlines()[0]))
        self._dependences()
        self._tiles()
        self._coarse_copies()
        self._pipelines(self.flattened)
        self._unrolls()
        self._partitions()

    def _note(self, text: str) -> None:
        match = _read(text)
        if match is None:
            pragma = parse_pragma(text)
            reason = WITHOUT_EFFECT.get(pragma.name) if pragma is not None else None
            if reason is None:
                raise ArgumentError(f"this is no directive of Merlin: {text}")
            self.report.ignored.append((text, reason))
            return
        loop = self._loop(match["label"], text)
        value = match["value"].strip("'\"")
        if loop is not None and match["name"] == "PIPE" and value == "":
            self.coarse.append(loop.key)
        elif loop is None or value in ("", "off", "1", "NA"):
            self.report.ignored.append((text, "it asks for nothing that is a step here"))
        elif match["name"] == "TILE":
            self._tile(loop, value, text)
        elif match["name"] == "PARA":
            self._parallel_factor(loop, value, text)
        elif value == "flatten":
            self._flatten(loop, text)
        else:
            raise ArgumentError(
                f"there is no pipeline '{value}': {text}", advice="Use 'flatten', '' or 'off'."
            )

    def _parallel_factor(self, loop: Loop, value: str, text: str) -> None:
        factor = self._number("parallel factor", value, text)
        if refusal := serial_reason(loop):
            self.report.ignored.append((text, refusal))
            self.report.not_interleaved.append(loop.key)
            self.report.chunks[loop.key] = factor
        else:
            self.copies[loop.key] = min(factor, loop.trip_count or factor)

    def _tile(self, loop: Loop, value: str, text: str) -> None:
        """A tile of all iterations is none."""
        size = self._number("tile", value, text)
        if loop.trip_count is None or size < loop.trip_count:
            self.tiles[loop.key] = size
        else:
            self.report.ignored.append((text, "the loop has no more iterations"))

    def _number(self, what: str, value: str, text: str) -> int:
        if not (value.isascii() and value.isdigit()):
            raise ArgumentError(f"a {what} must be a number: {text}")
        return int(value)

    def _flatten(self, loop: Loop, text: str) -> None:
        """All inside is to be unrolled: where a loop there has no parallel directive that says so,
        or no constant trip count, nothing is."""
        for inner in loop.subtree():
            if inner is not loop and (inner.key not in self.named or inner.trip_count is None):
                what = f"{inner.name} cannot be unrolled: no directive, or no constant trip count"
                self.report.ignored.append((text, what))
                return
        self.flattened.append(loop.key)

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

    def _dependences(self) -> None:
        """What Merlin tells the tool below it of dependences: loops without any are marked so, and
        stay apart from loops around them that have one."""
        for loop in self.schedule.program.all_loops():
            carried = carried_dependences(loop)
            if not carried:
                self.report.independent.append(loop.key)
            if loop.reduction and read_elsewhere(loop):
                self.report.not_interleaved.append(loop.key)
            if loop.loops and not all(one.is_reduction for one in carried):
                self.report.not_flattened.append(loop.key)

    def _tiles(self) -> None:
        """A tile is copied as a whole, so that no more of its loop runs in parallel."""
        for key, size in self.tiles.items():
            self.copies[key] = min(self.copies.get(key, 1), size)
            self.report.copied_loops.append(CopiedLoop(key, size))

    def _coarse_copies(self) -> None:
        """Take back the copies of whole loops that come to nothing."""
        for key, copies in list(self.copies.items()):
            loop = self.schedule.loop(key).loop
            kept = [i for i in loop.subtree() if i is not loop and not self._is_gone(i)]
            if copies == 1 or not kept or key in self.flattened:
                continue
            is_pipelined = key in self.coarse
            if any(inner.trip_count is None for inner in kept):
                self._take_back(loop, copies, "the bounds of a loop inside it vary")
            elif is_pipelined and self.pipelines_first:
                self._take_back(loop, copies, "its coarse-grained pipeline comes first")
            elif loop.parent is not None and not is_pipelined:
                self._take_back(loop, copies, "it is inside another loop, off the chip")
                innermost = (inner for inner in kept if not inner.loops)
                self.report.copied_loops += [CopiedLoop(inner.key, 1) for inner in innermost]

    def _take_back(self, loop: Loop, copies: int, why: str) -> None:
        del self.copies[loop.key]
        self.report.ignored.append((f"{copies} copies of {loop.name}", why))

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
            copies = reach = 1
            for variable, factor in access.subscripts[dim - 1].terms:
                if isinstance(variable, Loop) and self._parallel(variable) > 1:
                    copies *= self._parallel(variable)
                    reach = max(reach, abs(factor) * self._parallel(variable))
            most = max(most, copies, reach)
        return min(most, _MOST_BANKS)
