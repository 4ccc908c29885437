"""Pragmas of Vitis and Vivado HLS -> schedule steps.

A pragma stands in C at a loop or names an array; here the loop is named in front of it. Accepted
forms, one a line:

    fir.cpp:29: #pragma HLS PIPELINE II=1          (``places`` maps "fir.cpp:29" or "29" to a loop)
    MAC: #pragma HLS UNROLL factor=4               (a loop's name, band, or entry of ``places``)
    #pragma HLS ARRAY_PARTITION variable=A cyclic factor=8 dim=2
    set_directive_pipeline -II 2 "dct_1d/DCT_Outer_Loop"
    set_directive_array_partition -type complete -dim 2 "dct" buf_2d_in
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hcl_explore.errors import ArgumentError, ScheduleError
from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.lang.partition import Partition
from hcl_explore.schedule.naming import find_buffer
from hcl_explore.schedule.schedule import Schedule
from hcl_explore.schedule.step import Step

_PRAGMA = re.compile(
    r"^\s*(?:(?P<place>[^#]*?):\s*)?#\s*pragma\s+HLS\s+(?P<body>.*?)(?://.*)?$", re.I
)
_DIRECTIVE = re.compile(r"^\s*set_directive_(?P<name>\w+)\s+(?P<rest>.*)$")
_KINDS = {kind.name.lower(): kind for kind in Partition}
_ORDER = {"array_partition": 0, "inline": 2, "dataflow": 3}
"""Inlining renames loops and may make stages, so it comes between the other two."""

_ABOUT_THE_TOOL = {
    "interface": "the interface is not part of the schedule",
    "loop_flatten": "perfect nests are flattened by themselves",
    "loop_tripcount": "trip counts come from the bounds",
    "stream": "streams are named in the kernel",
    "loop_merge": "merge loops with s.loop_fusion",
    "dependence": "dependences are computed exactly",
    "bind_op": "operators are bound by the tool",
    "bind_storage": "use s.bind_storage",
    "resource": "operators and memories are bound by the tool",
    "latency": "latency bounds are not modelled",
    "allocation": "operator limits are not modelled",
    "expression_balance": "not modelled",
    "top": "the kernel is the top",
}


@dataclass(frozen=True)
class Pragma:
    """One pragma: its name in lower case, where it stands, its options in lower case, its line."""

    name: str
    place: str
    options: Mapping[str, str]
    text: str


@dataclass
class PragmaReport:
    """What became of each pragma: the steps applied, and those left out with the reason."""

    steps: list[Step] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    not_pipelined: list[str] = field(default_factory=list)
    """Keys of loops with ``PIPELINE off``, for ``EstimateOptions.not_pipelined``."""


def parse_pragma(text: str) -> Pragma | None:
    """A pragma or Tcl directive; None for a line that holds neither."""
    match = _PRAGMA.match(text)
    if match is not None:
        words = re.sub(r"\s*=\s*", "=", match["body"].strip()).split()
        if not words:
            return None
        options = dict(_option(word) for word in words[1:])
        return Pragma(words[0].lower(), (match["place"] or "").strip(), options, text.strip())
    directive = _DIRECTIVE.match(text)
    if directive is None:
        return None
    options = {}
    positional = []
    words = shlex.split(directive["rest"])
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            has_value = bool(words) and not words[0].startswith("-") and "/" not in words[0]
            options[word[1:].lower()] = words.pop(0) if has_value else ""
        else:
            positional.append(word)
    place = positional[0] if positional else ""
    if directive["name"] == "array_partition" and len(positional) > 1:
        options["variable"] = positional[1]
    return Pragma(directive["name"].lower(), place.split("/")[-1], options, text.strip())


def pragmas_to_schedule(
    schedule: Schedule,
    pragmas: Iterable[str],
    *,
    places: Mapping[str, str | None] | None = None,
    arrays: Mapping[str, str | None] | None = None,
) -> PragmaReport:
    """Apply pragmas to a schedule, in their order; array partitions first, as the tool does, and
    dataflow last, when inlining has made its stages.

    Args:
        places: what a place in the C source is here: a loop's name or key (None: nothing; the
            pragma is left out).
        arrays: what a C array is called here (None: nothing; the pragma is left out).

    Raises:
        ScheduleError: a pragma names a loop or array that is not there, or cannot be applied.
    """
    report = PragmaReport()
    parsed = [pragma for text in pragmas if (pragma := parse_pragma(text)) is not None]
    for pragma in sorted(parsed, key=lambda pragma: _ORDER.get(pragma.name, 1)):
        _apply(schedule, pragma, dict(places or {}), dict(arrays or {}), report)
    return report


def _option(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    return key.lower(), value


def _apply(
    schedule: Schedule,
    pragma: Pragma,
    places: Mapping[str, str | None],
    arrays: Mapping[str, str | None],
    report: PragmaReport,
) -> None:
    if pragma.name == "array_partition":
        _partition(schedule, pragma, arrays, report)
    elif pragma.name in ("pipeline", "unroll", "dataflow"):
        place = _place(pragma, places)
        if place is None:
            report.ignored.append((pragma.text, "its place has no counterpart here"))
        elif pragma.name == "pipeline" and "off" in pragma.options:
            report.not_pipelined.append(schedule.loop(place).loop.key)
        else:
            report.steps.append(_loop_step(schedule, pragma, place))
    elif pragma.name == "inline":
        _inline(schedule, pragma, places, report)
    else:
        reason = _ABOUT_THE_TOOL.get(pragma.name)
        if reason is None:
            raise ArgumentError(
                f"there is no pragma '{pragma.name}' to apply: {pragma.text}",
                advice="Known: array_partition, pipeline, unroll, inline, dataflow; these are left "
                + f"out: {', '.join(_ABOUT_THE_TOOL)}",
            )
        report.ignored.append((pragma.text, reason))


def _inline(
    schedule: Schedule, pragma: Pragma, places: Mapping[str, str | None], report: PragmaReport
) -> None:
    function = _place(pragma, places)
    if "off" in pragma.options:
        report.ignored.append((pragma.text, "nothing is inlined that no step inlines"))
    elif function not in schedule.program.functions or function == schedule.top:
        report.ignored.append((pragma.text, "there is no such function to inline here"))
    else:
        report.steps.append(schedule.apply("inline", {"func": function}))


def _place(pragma: Pragma, places: Mapping[str, str | None]) -> str | None:
    place = pragma.place.removeprefix("loop ")
    for name in (pragma.place, place, place.rsplit(":", 1)[-1]):
        if name in places:
            return places[name]
    return place


def _loop_step(schedule: Schedule, pragma: Pragma, place: str) -> Step:
    if pragma.name == "dataflow":
        return schedule.apply("dataflow", {"region": place or None})
    if pragma.name == "unroll":
        return schedule.apply("unroll", {"axis": place, "factor": _number(pragma, "factor", 0)})
    arguments: dict[str, object] = {
        "axis": place,
        "initiation_interval": _number(pragma, "ii", 1),
        "rewind": "rewind" in pragma.options,
    }
    return schedule.apply("pipeline", arguments)


def _partition(
    schedule: Schedule,
    pragma: Pragma,
    arrays: Mapping[str, str | None],
    report: PragmaReport,
) -> None:
    variable = pragma.options.get("variable", "")
    if not variable:
        raise ArgumentError(f"the pragma names no array: {pragma.text}")
    target = arrays.get(variable, variable)
    if target is None:
        report.ignored.append((pragma.text, f"'{variable}' has no counterpart here"))
        return
    words = [pragma.options.get("type", "").lower(), *pragma.options]
    kind = next((_KINDS[word] for word in words if word in _KINDS), Partition.Complete)
    dim = _number(pragma, "dim", 1)
    factor = None if kind is Partition.Complete else _number(pragma, "factor", 0)
    # Partitioning an array partitions what callers and callees call it, so a pragma on each of them
    # is the usual way to write it in C and says it twice here.
    buffer = find_buffer(schedule.program, target)
    if PartitionedDim(dim, kind.value, factor) in buffer.partition:
        report.ignored.append((pragma.text, f"'{buffer.name}' is partitioned so already"))
        return
    arguments: dict[str, object] = {"target": target, "partition_type": kind.name, "dim": dim}
    if factor is not None:
        arguments["factor"] = factor
    report.steps.append(schedule.apply("partition", arguments))


def _number(pragma: Pragma, key: str, default: int) -> int:
    text = pragma.options.get(key, "")
    if not text:
        return default
    if not text.isdigit():
        raise ArgumentError(
            f"'{key}' of a pragma must be a number, not {text!r}: {pragma.text}",
            advice="Replace macros by their values.",
        )
    return int(text)


__all__ = ["Pragma", "PragmaReport", "ScheduleError", "parse_pragma", "pragmas_to_schedule"]
