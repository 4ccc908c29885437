"""Which kernel file expresses a point, told by what is known before synthesis: the point's id and
kernel, the names and trip counts of its loops, and the places of its directives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import takewhile
from typing import Any

from hcl_explore.accuracy.design import build, places_for, uses_axi
from hcl_explore.accuracy.points import KernelFile
from hcl_explore.errors import HclError
from hcl_explore.ir.program import Loop
from hcl_explore.schedule.pragma_text import parse_pragma
from hcl_explore.schedule.schedule import Schedule


def kernel_of(point: Mapping[str, Any], kernels: Iterable[KernelFile]) -> KernelFile | None:
    """The file of the point's design; None if no file fits.

    It is a file whose ``POINTS`` fit the id, else one named like the id, variant or kernel, else
    that of a sibling, which comes with the pattern it was written for as ``sibling``: a file of the
    same kernel and the same kind of ports (m_axi or not) that has at least half of the point's
    loops with their trip counts or, where the report names none, shares the id's next word and has
    half of the directives' places. Of several files the one is taken that knows the most loops,
    then places, then trip counts, and then whose pattern agrees the longest with the id.
    """
    kernels = list(kernels)
    listed = [k for k in kernels if any(fnmatchcase(point["id"], p) for p in k.points)]
    if listed:
        return _best(point, listed)
    names = (point["id"], f"{point['kernel']}-{point.get('variant')}", point["kernel"])
    for name in names:
        for kernel in kernels:
            if kernel.path.stem == str(name).replace("-", "_") and not kernel.points:
                return kernel
    siblings = list(_siblings(point, kernels))
    return _best(point, siblings) if siblings else None


def loops_known(point: Mapping[str, Any], kernel: KernelFile) -> tuple[int, int]:
    """How many of the point's loops the file has a name for, and how many loops there are."""
    names = places_for(point, kernel)
    loops = [loop["name"] for loop in point.get("loops") or ()]
    return sum(name in names for name in loops), len(loops)


def other_trips(
    point: Mapping[str, Any], kernel: KernelFile, schedule: Schedule
) -> list[tuple[str, int, int]]:
    """Loops of which the report states other trip counts: name, iterations there, iterations here.

    A loop agrees also if its copies are left out, or those of loops around it are counted in, which
    the tool does that makes one loop of a nest.
    """
    places = places_for(point, kernel)
    differing = []
    for loop in point.get("loops") or ():
        name, stated = places.get(loop["name"]), loop.get("trip_count")
        if not name or not isinstance(stated, int):
            continue
        try:
            chain = schedule.loop(name).loop.chain
        except HclError:
            continue
        ours = chain[-1].trip_count
        if ours is not None and not _makes(stated, chain):
            differing.append((loop["name"], stated, ours))
    return differing


def _makes(stated: int, chain: Sequence[Loop]) -> bool:
    """Whether the innermost of a chain of loops, or a nest that ends with it, may be stated so."""
    least = most = 1
    for loop in reversed(chain):
        if loop.trip_count is None:
            return True
        copies = loop.unroll or 1
        least *= max(1, loop.trip_count // copies)
        most *= -(-loop.trip_count // copies)
        if least <= stated <= most:
            return True
    return False


def _siblings(point: Mapping[str, Any], kernels: Iterable[KernelFile]) -> Iterator[KernelFile]:
    family = str(point["kernel"]).replace("_", "-") + "-"
    for kernel in kernels:
        for pattern in kernel.points:
            if kernel.missing or not pattern.startswith(family):
                continue
            sibling = replace(kernel, sibling=pattern)
            known, loops = loops_known(point, sibling)
            if not _ports_agree(point, sibling):
                continue
            if loops and 2 * known >= loops and 2 * (known - _misfits(point, sibling)) >= loops:
                yield sibling
            shares_a_word = "-" in pattern[len(family) : _common(point, pattern)]
            if not loops and shares_a_word and _places(point, sibling) >= 0.5:
                yield sibling


def _ports_agree(point: Mapping[str, Any], sibling: KernelFile) -> bool:
    """Whether both are on m_axi ports or neither; a point off them may also have every loop of a
    file on them, those that read and write the ports, too."""
    stated = uses_axi(point.get("directives") or ())
    written = [text for texts in sibling.directives.values() for text in texts]
    if not written or uses_axi(written) == stated:
        return True
    return not stated and set(sibling.loops) <= {loop["name"] for loop in point.get("loops") or ()}


def _best(point: Mapping[str, Any], kernels: Sequence[KernelFile]) -> KernelFile:
    fits = [(loops_known(point, kernel)[0], _places(point, kernel)) for kernel in kernels]
    best = [kernel for kernel, fit in zip(kernels, fits, strict=True) if fit == max(fits)]
    if len(best) == 1:
        return best[0]
    return min(best, key=lambda k: (_misfits(point, k), -_common(point, k.sibling)))


def _common(point: Mapping[str, Any], pattern: str) -> int:
    """How many characters a pattern agrees with the id from its start on."""
    pairs = zip(point["id"], pattern, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _misfits(point: Mapping[str, Any], kernel: KernelFile) -> float:
    try:
        return len({name for name, *_ in other_trips(point, kernel, build(point, kernel)[0])})
    except HclError:
        return float("inf")


def _places(point: Mapping[str, Any], kernel: KernelFile) -> float:
    """The share of the places of the point's pragmas on loops that the file has a name for."""
    names = places_for(point, kernel)
    known = []
    for text in point.get("directives") or ():
        try:
            pragma = parse_pragma(text)
        except HclError:
            continue
        if pragma and pragma.place and not {"variable", "port"} & pragma.options.keys():
            known.append(pragma.place in names or pragma.place.rpartition(":")[2] in names)
    return sum(known) / len(known) if known else 1.0
