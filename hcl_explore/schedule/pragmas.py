"""Pragmas of Vitis and Vivado HLS -> schedule steps.

A pragma stands in C at a loop or names an array; here the loop is named in front of it. Accepted
forms, one a line:

    fir.cpp:29: #pragma HLS PIPELINE II=1          (``places`` maps "fir.cpp:29" or "29" to a loop)
    MAC: #pragma HLS UNROLL factor=4               (a loop's name, band, or entry of ``places``)
    #pragma HLS ARRAY_PARTITION variable=A cyclic factor=8 dim=2
    set_directive_pipeline -II 2 "dct_1d/DCT_Outer_Loop"
    set_directive_array_partition -type complete -dim 2 "dct" buf_2d_in
    config_compile -pipeline_loops 0

What the tool would ignore with a warning (a loop to be pipelined inside another one) is left out
with the reason; what says how the tool is to behave goes to ``PragmaReport.estimate_options``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hcl_explore.analysis.options import CopiedLoop, EstimateOptions
from hcl_explore.errors import ArgumentError, HclError, NotApplicableError, ScheduleError
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.program import Loop
from hcl_explore.lang.partition import Partition
from hcl_explore.lang.storage import Storage
from hcl_explore.schedule.naming import find_buffer
from hcl_explore.schedule.pragma_notes import SETTINGS_WITHOUT_EFFECT, WITHOUT_EFFECT
from hcl_explore.schedule.pragma_text import Pragma, parse_pragma
from hcl_explore.schedule.schedule import Schedule
from hcl_explore.schedule.step import Step

_KINDS = {kind.name.lower(): kind for kind in Partition}
_ORDER = {"array_partition": 0, "array_reshape": 0, "inline": 2, "dataflow": 3}
"""Inlining renames loops and may make stages, so it comes between the other two."""

_FALSE = frozenset({"0", "false", "off"})
_MEMORY_CORE = re.compile(r"^(?:ram|rom)_(?P<ports>\w+?)(?:_(?P<impl>bram|uram|lutram|auto))?$")
_KINDS_OF_STORAGE = {
    "bram": Storage.BRAM,
    "uram": Storage.URAM,
    "lutram": Storage.LUTRAM,
    "registers": Storage.Registers,
}


@dataclass
class PragmaReport:
    """What became of each pragma: the steps applied, and those left out with the reason
    (``ignored``); ``refused`` are those that a lenient import leaves out for an error.

    ``not_pipelined`` and ``not_flattened`` are keys of loops with ``off``, ``any_interval`` of
    those pipelined without a word of the interval; ``bundles`` the m_axi bundle of each array
    argument that has one; ``fifos`` the depth of each array that is a stream; ``single_port`` the
    keys of arrays in memories with one port; ``settings`` what ``config_…`` lines set among the
    options of the estimate; the others what Merlin makes of reductions, tiles and factors.
    """

    steps: list[Step] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    not_pipelined: list[str] = field(default_factory=list)
    not_flattened: list[str] = field(default_factory=list)
    bundles: dict[str, str] = field(default_factory=dict)
    fifos: dict[str, int] = field(default_factory=dict)
    not_interleaved: list[str] = field(default_factory=list)
    copied_loops: list[CopiedLoop] = field(default_factory=list)
    chunks: dict[str, int] = field(default_factory=dict)
    independent: list[str] = field(default_factory=list)
    any_interval: list[str] = field(default_factory=list)
    single_port: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def estimate_options(self, options: EstimateOptions | None = None) -> EstimateOptions:
        """``options`` with what the pragmas say of the tool and of the interface."""
        return replace(
            options or EstimateOptions(),
            not_pipelined=tuple(self.not_pipelined),
            not_flattened=tuple(self.not_flattened),
            bundles=tuple(self.bundles.items()),
            fifos=tuple(self.fifos.items()),
            not_interleaved=tuple(self.not_interleaved),
            copied_loops=tuple(self.copied_loops),
            chunks=tuple(self.chunks.items()),
            independent=tuple(self.independent),
            any_interval=tuple(self.any_interval),
            single_port=tuple(self.single_port),
            **self.settings,
        )


def pragmas_to_schedule(
    schedule: Schedule,
    pragmas: Iterable[str],
    *,
    places: Mapping[str, str | None] | None = None,
    arrays: Mapping[str, str | None] | None = None,
    macros: Mapping[str, int] | None = None,
    unchecked: bool = False,
    lenient: bool = False,
) -> PragmaReport:
    """Apply pragmas to a schedule: array partitions first, as the tool does, then loops from the
    outside in, and dataflow last, when inlining has made its stages.

    Args:
        places: what a place in the C source is here: a loop's name or key (None: nothing; the
            pragma is left out).
        arrays: what a C array is called here (None: nothing; the pragma is left out).
        macros: numbers that pragmas call by a name.
        unchecked: apply what the tool accepts although it is not proved legal here.
        lenient: leave out what would be an error, with the error as the reason.

    Lines that hold no pragma are left out, too.

    Raises (unless ``lenient``):
        ScheduleError: a pragma names a loop or array that is not there, or cannot be applied.
        ArgumentError: a pragma is unknown, or not complete.
    """
    importer = _Importer(
        schedule, dict(places or {}), dict(arrays or {}), dict(macros or {}), unchecked
    )
    ordered = []
    for text in pragmas:
        try:
            pragma = parse_pragma(text)
            if pragma is not None:
                ordered.append((importer.order(pragma), pragma))
            elif text.strip():
                importer.report.ignored.append((text.strip(), "this is no pragma"))
        except HclError as error:
            if not lenient:
                raise
            importer.report.refused.append((text.strip(), _first_line(error)))
    for _, pragma in sorted(ordered, key=lambda entry: entry[0]):
        try:
            importer.apply(pragma)
        except HclError as error:
            if not lenient:
                raise
            importer.report.refused.append((pragma.text, _first_line(error)))
    return importer.report


def _first_line(error: HclError) -> str:
    return str(error).splitlines()[0]


class _Importer:
    def __init__(
        self,
        schedule: Schedule,
        places: Mapping[str, str | None],
        arrays: Mapping[str, str | None],
        macros: Mapping[str, int],
        unchecked: bool,
    ) -> None:
        self.schedule = schedule
        self.places = places
        self.arrays = arrays
        self.macros = macros
        self.unchecked = unchecked
        self.report = PragmaReport()

    def order(self, pragma: Pragma) -> tuple[int, int]:
        """Pipelines before what they unroll inside them, outer loops before inner ones."""
        rank = _ORDER.get(pragma.name, 1)
        place = self._place(pragma) if pragma.name in ("pipeline", "unroll") else None
        depth = len(self.schedule.loop(place).loop.chain) if place else 0
        return rank, 2 * depth + (pragma.name == "unroll")

    def apply(self, pragma: Pragma) -> None:
        handler = {
            "array_partition": self._partition,
            "array_reshape": self._reshape,
            "bind_storage": self._storage,
            "resource": self._storage,
            "interface": self._interface,
            "stream": self._stream,
            "inline": self._inline,
            "pipeline": self._on_a_loop,
            "unroll": self._on_a_loop,
            "loop_flatten": self._on_a_loop,
            "dataflow": self._dataflow,
        }.get(pragma.name)
        if handler is not None:
            handler(pragma)
            return
        if pragma.name.startswith("config_"):
            self._config(pragma)
            return
        reason = WITHOUT_EFFECT.get(pragma.name)
        if reason is None:
            raise ArgumentError(
                f"there is no pragma '{pragma.name}' to apply: {pragma.text}",
                advice="Known: array_partition, array_reshape, bind_storage, interface, stream, "
                "pipeline, unroll, loop_flatten, inline, dataflow; these are left out: "
                + ", ".join(WITHOUT_EFFECT),
            )
        self._leave_out(pragma, reason)

    def _leave_out(self, pragma: Pragma, reason: str) -> None:
        self.report.ignored.append((pragma.text, reason))

    def _place(self, pragma: Pragma) -> str | None:
        place = pragma.place.removeprefix("loop ")
        for name in (pragma.place, place, place.rsplit(":", 1)[-1]):
            if name in self.places:
                return self.places[name]
        return place

    def _apply(self, primitive: str, arguments: Mapping[str, object]) -> Step:
        return self.schedule.apply(primitive, arguments, unchecked=self.unchecked)

    def _config(self, pragma: Pragma) -> None:
        """A setting of the tool: what the estimate knows of it goes to its options."""
        reason = SETTINGS_WITHOUT_EFFECT.get(pragma.name)
        if reason is None:
            raise ArgumentError(f"there is no setting '{pragma.name}': {pragma.text}")
        settings = self.report.settings
        before = dict(settings)
        if pragma.name == "config_compile":
            if "pipeline_loops" in pragma.options:
                threshold = pragma.number("pipeline_loops", 0, self.macros)
                settings["auto_pipeline"] = threshold > 0
                settings["pipeline_threshold"] = threshold
            if "unsafe_math_optimizations" in pragma.options:
                settings["unsafe_math"] = pragma.options["unsafe_math_optimizations"] not in _FALSE
        elif pragma.name == "config_interface" and "m_axi_latency" in pragma.options:
            settings["axi_latency"] = pragma.number("m_axi_latency", 0, self.macros)
        elif pragma.name == "config_array_partition":
            is_off = pragma.options.get("throughput_driven", "") == "off"
            if is_off or pragma.options.get("auto_partition_threshold", "") == "0":
                settings["auto_partition"] = False
        if settings == before:
            self._leave_out(pragma, reason)

    # --- loops and functions ------------------------------------------------------------------

    def _on_a_loop(self, pragma: Pragma) -> None:
        place = self._place(pragma)
        if place is None:
            self._leave_out(pragma, "its place has no counterpart here")
            return
        if pragma.name == "loop_flatten":
            if pragma.is_off:
                self.report.not_flattened.append(self.schedule.loop(place).loop.key)
            else:
                self._leave_out(pragma, "perfect nests are flattened by themselves")
            return
        loop = self.schedule.loop(place).loop
        if pragma.is_off:
            if pragma.name == "pipeline":
                self.report.not_pipelined.append(loop.key)
            else:
                self._leave_out(pragma, "nothing is unrolled that no step unrolls")
            return
        around = next((o for o in loop.chain[:-1] if o.pipeline_ii is not None), None)
        if around is not None:
            self._leave_out(pragma, f"unrolled inside '{around.name}', which is pipelined")
            return
        self._loop_step(pragma, loop)

    def _loop_step(self, pragma: Pragma, loop: Loop) -> None:
        arguments: dict[str, object] = {"axis": loop.key}
        if pragma.name == "unroll":
            arguments["factor"] = pragma.number("factor", 0, self.macros)
        else:
            arguments["initiation_interval"] = pragma.number("ii", 1, self.macros)
            arguments["rewind"] = "rewind" in pragma.options
            if "ii" not in pragma.options:
                self.report.any_interval.append(loop.key)
        try:
            self.report.steps.append(self._apply(pragma.name, arguments))
        except NotApplicableError as refusal:
            self._leave_out(pragma, str(refusal).splitlines()[0])

    def _dataflow(self, pragma: Pragma) -> None:
        place = self._place(pragma)
        if place is None:
            self._leave_out(pragma, "its place has no counterpart here")
        else:
            step = self._apply("dataflow", {"region": place or None})
            self.report.steps.append(step)

    def _inline(self, pragma: Pragma) -> None:
        function = self._place(pragma)
        if pragma.is_off:
            self._leave_out(pragma, "nothing is inlined that no step inlines")
        elif function not in self.schedule.program.functions or function == self.schedule.top:
            self._leave_out(pragma, "there is no such function to inline here")
        else:
            self.report.steps.append(self._apply("inline", {"func": function}))

    # --- arrays -------------------------------------------------------------------------------

    def _array(self, pragma: Pragma, key: str) -> str | None:
        """What the array of a pragma is called here; None where it has no counterpart."""
        variable = pragma.options.get(key, "")
        if not variable:
            raise ArgumentError(f"the pragma names no array: {pragma.text}")
        target = self.arrays.get(variable, variable)
        if target is None:
            self._leave_out(pragma, f"'{variable}' has no counterpart here")
            return None
        return self._key_of(target)

    def _key_of(self, target: str) -> str:
        """The key of an array: of the kernel, or of the one function that has it."""
        named = [b for b in self.schedule.program.all_buffers() if b.name == target]
        in_kernel = [b for b in named if b.function == self.schedule.top]
        found = in_kernel or named
        return found[0].key if len(found) == 1 else target

    def _partition(self, pragma: Pragma) -> None:
        target = self._array(pragma, "variable")
        if target is None:
            return
        kind = self._kind(pragma)
        dim = pragma.number("dim", 1, self.macros)
        factor = None if kind is Partition.Complete else pragma.number("factor", 0, self.macros)
        if factor == 1:
            self._leave_out(pragma, "a factor of 1 cuts nothing")
            return
        # Partitioning an array partitions what callers and callees call it, so a pragma on each of
        # them is the usual way to write it in C and says it twice here.
        buffer = find_buffer(self.schedule.program, target)
        if PartitionedDim(dim, kind.value, factor) in buffer.partition:
            self._leave_out(pragma, f"'{buffer.name}' is partitioned so already")
            return
        arguments: dict[str, object] = {"target": target, "partition_type": kind.name, "dim": dim}
        if factor is not None:
            arguments["factor"] = factor
        self.report.steps.append(self._apply("partition", arguments))

    def _kind(self, pragma: Pragma) -> Partition:
        words = [pragma.options.get("type", "").lower(), *pragma.options]
        return next((_KINDS[word] for word in words if word in _KINDS), Partition.Complete)

    def _reshape(self, pragma: Pragma) -> None:
        """Neighbours along a dimension become one wide word; all of them where it is complete."""
        target = self._array(pragma, "variable")
        if target is None:
            return
        kind = self._kind(pragma)
        if kind is Partition.Block:
            self._leave_out(pragma, "only neighbours make a word here: cyclic, or complete")
            return
        buffer = find_buffer(self.schedule.program, target)
        named = pragma.number("dim", 1, self.macros)
        for dim in range(1, len(buffer.shape) + 1) if named == 0 else (named,):
            factor = pragma.number("factor", 0, self.macros)
            if kind is Partition.Complete:
                factor = buffer.shape[dim - 1] if dim <= len(buffer.shape) else 0
            if factor < 2:
                self._leave_out(pragma, f"a factor of {factor} makes no words")
            elif PartitionedDim(dim, "cyclic", factor, packed=True) in buffer.partition:
                self._leave_out(pragma, f"'{buffer.name}' is reshaped so already")
            else:
                arguments = {"target": target, "factor": factor, "dim": dim}
                self.report.steps.append(self._apply("pack", arguments))

    def _storage(self, pragma: Pragma) -> None:
        """``BIND_STORAGE``, or ``RESOURCE`` (its old name) with a core that is a memory."""
        ports = pragma.options.get("type", "").lower()
        impl = pragma.options.get("impl", "").lower()
        if pragma.name == "resource":
            core = _MEMORY_CORE.match(pragma.options.get("core", "").lower())
            if core is None:
                self._leave_out(pragma, "operators are bound by the tool")
                return
            ports, impl = core["ports"], core["impl"] or ""
        target = self._array(pragma, "variable")
        if target is None:
            return
        has_one_port = ports.removeprefix("ram_").removeprefix("rom_") == "1p"
        if has_one_port:
            self.report.single_port.append(find_buffer(self.schedule.program, target).key)
        kind = _KINDS_OF_STORAGE.get(impl)
        if kind is not None:
            try:
                arguments = {"target": target, "impl": kind.name}
                self.report.steps.append(self._apply("bind_storage", arguments))
            except NotApplicableError as refusal:
                self._leave_out(pragma, _first_line(refusal))
        elif not has_one_port:
            self._leave_out(pragma, "the tool chooses the memory")

    def _interface(self, pragma: Pragma) -> None:
        if "1p" in pragma.options.get("storage_type", "").lower().split("_"):
            target = self._array(pragma, "port")
            if target is not None:
                self.report.single_port.append(find_buffer(self.schedule.program, target).key)
            return
        mode = pragma.options.get("mode", "").lower()
        if mode != "m_axi" and "m_axi" not in pragma.options:
            self._leave_out(pragma, "only m_axi interfaces and memories with one port count")
            return
        target = self._array(pragma, "port")
        if target is not None:
            buffer = find_buffer(self.schedule.program, target)
            self.report.bundles[buffer.name] = pragma.options.get("bundle", "") or "gmem"

    def _stream(self, pragma: Pragma) -> None:
        target = self._array(pragma, "variable")
        if target is not None:
            buffer = find_buffer(self.schedule.program, target)
            self.report.fifos[buffer.key] = pragma.number("depth", 2, self.macros)


__all__ = ["Pragma", "PragmaReport", "ScheduleError", "parse_pragma", "pragmas_to_schedule"]
