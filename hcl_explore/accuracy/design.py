"""The design of a point: its kernel with the point's parameters and directives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from hcl_explore.accuracy.parameters import evaluated
from hcl_explore.accuracy.points import KernelFile
from hcl_explore.schedule.merlin import is_merlin, merlin_to_schedule
from hcl_explore.schedule.pragmas import PragmaReport, pragmas_to_schedule
from hcl_explore.schedule.schedule import Schedule, customize


def places_for(point: Mapping[str, Any], kernel: KernelFile) -> dict[str, str | None]:
    """What the point's loops and the places of its directives are called in the kernel."""
    return {**kernel.loops, **_of_point(kernel.places, point, kernel, {})}


def directives_for(point: Mapping[str, Any], kernel: KernelFile) -> Sequence[str]:
    """The pragmas of the point's design: its own, or what the kernel has instead of them; of these
    ports on m_axi only if the point has such ports."""
    stated: Sequence[str] = point.get("directives") or ()
    directives: Sequence[str] = _of_point(kernel.directives, point, kernel, stated)
    if uses_axi(stated):
        return directives
    return [text for text in directives if not uses_axi([text])]


def uses_axi(directives: Sequence[str]) -> bool:
    """Whether pragmas put an array on an m_axi port."""
    return any("m_axi" in text for text in directives)


def build(point: Mapping[str, Any], kernel: KernelFile) -> tuple[Schedule, PragmaReport]:
    """The point's design as a schedule, and what became of its directives."""
    formulas = _of_point(kernel.parameters, point, kernel, {})
    parameters = evaluated(formulas, point.get("directives") or ())
    schedule = customize(kernel.text, namespace={**kernel.namespace, **parameters})
    directives = directives_for(point, kernel)
    places = places_for(point, kernel)
    if any(map(is_merlin, directives)):
        is_vitis = "Vitis" in str(point.get("tool"))
        report = merlin_to_schedule(
            schedule, directives, places, pipelines_first=is_vitis, lenient=True
        )
        return schedule, report
    report = pragmas_to_schedule(
        schedule,
        directives,
        places=places,
        arrays=kernel.arrays,
        macros={name: n for name, n in parameters.items() if isinstance(n, int)},
        unchecked=True,
        lenient=True,
    )
    return schedule, report


def _of_point(
    table: Mapping[str, Any], point: Mapping[str, Any], kernel: KernelFile, default: Any
) -> Any:
    """The entry of a table whose pattern fits the point, or the sibling that it is taken for;
    ``default`` without one."""
    called = kernel.sibling or point["id"]
    for pattern, entry in table.items():
        if called == pattern or fnmatchcase(called, pattern):
            return entry
    return default
