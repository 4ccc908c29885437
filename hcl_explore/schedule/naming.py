"""Names as users type them <-> loops, bands, buffers and functions of a program.

A loop is written ``k`` where only one loop of the kernel is called so, else ``band.k``; a loop of
another function is written ``function:k`` or ``function:band.k``. Buffers likewise, without bands.
Where two statements under one loop use the same variable, the second loop is called ``k_1``, and
``band.k`` with the second statement's name means it; if that statement has a name of its own, the
loop is shown as ``k``, as it was written. Plain ``k`` is the first of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from weakref import WeakKeyDictionary

from hcl_explore.errors import AmbiguousNameError, UnknownNameError
from hcl_explore.ir.program import Buffer, Function, Loop, Program
from hcl_explore.schedule.tasks import is_task_of, task_called, tasks, tasks_alike

_NUMBER = re.compile(r"_\d+(?=\.|$)")
_UNNAMED = re.compile(r"S_\w+_\d+")


def find_loop(program: Program, text: str) -> Loop:
    """The loop that ``text`` names.

    Raises:
        UnknownNameError: none; the message lists the nearest names.
        AmbiguousNameError: several; the message lists them with their source lines.
    """
    function, name = _function_part(program, text)
    candidates = _names(function).matches(name)
    if len(candidates) > 1:
        raise AmbiguousNameError(
            f"{len(candidates)} loops are called '{text}': {_list_loops(program, candidates)}",
            advice="Write the band before the name, for example "
            f"'{loop_name(program, candidates[0])}'.",
        )
    if not candidates:
        raise UnknownNameError(
            f"no loop '{text}' in {function.name}",
            advice=_elsewhere(program, name, _matches_in)
            + _suggest(text, (loop_name(program, loop) for loop in function.all_loops()), "Loops"),
        )
    return candidates[0]


def find_band(program: Program, text: str) -> Loop:
    """The first loop of the band that ``text`` names.

    Raises:
        UnknownNameError: no band has that name.
    """
    function, name = _function_part(program, text)
    bands = [loop for loop in function.all_loops() if loop.op_name is not None]
    for loop in bands:
        if loop.op_name == name:
            return loop
    raise UnknownNameError(
        f"no band '{text}' in {function.name}",
        advice=_elsewhere(program, name, _matches_in)
        + _suggest(text, (loop.op_name or "" for loop in bands), "Bands"),
    )


def has_band(program: Program, text: str) -> bool:
    """Whether ``find_band`` finds a band called ``text``."""
    function, name = _function_part(program, text)
    return any(loop.op_name == name for loop in function.all_loops())


def find_buffer(program: Program, text: str) -> Buffer:
    """The buffer that ``text`` names.

    Raises:
        UnknownNameError: none; the message lists what there is.
    """
    function, name = _function_part(program, text)
    for buffer in function.buffers:
        if buffer.name == name:
            return buffer
    raise UnknownNameError(
        f"no array '{text}' in {function.name}",
        advice=_elsewhere(program, name, _has_array)
        + _suggest(text, (buffer.name for buffer in function.buffers), "Arrays"),
    )


def find_function(program: Program, text: str) -> Function:
    """The function called ``text``, or that of the task called so.

    Raises:
        UnknownNameError: neither.
        AmbiguousNameError: several tasks, or the tasks of a kernel called so do not share one
            function.
    """
    if text in program.functions:
        return program.functions[text]
    task = task_called(program, text)
    if task is not None:
        return program.functions[task.callee]
    several = tasks_alike(program, text)
    if several:
        raise AmbiguousNameError(
            f"{len(several)} tasks are called '{text}': {', '.join(several)}",
            advice=f"Write the region before the name, for example '{several[0]}'.",
        )
    alike = {call.callee: name for name, call in tasks(program) if is_task_of(name, text)}
    if len(alike) > 1:
        raise AmbiguousNameError(
            f"the tasks of '{text}' have {len(alike)} functions: {', '.join(alike)}",
            advice="Name one of these functions, or a single task, for example "
            f"'{next(iter(alike.values()))}'.",
        )
    known = dict.fromkeys((*program.functions, *(name for name, _ in tasks(program))))
    raise UnknownNameError(f"no function '{text}'", advice=_suggest(text, known, "Functions"))


def loop_name(program: Program, loop: Loop) -> str:
    """The shortest text that ``find_loop`` takes for ``loop``."""
    prefix = "" if loop.function == program.top else f"{loop.function}:"
    names = _names(program.functions[loop.function])
    shown = shown_name(loop)
    written = [] if shown == loop.name else [f"{_statement(loop).op_name}.{shown}"]
    for name in (shown, *written, loop.name, *reversed(_qualified_names(loop))):
        if names.matches(name) == [loop]:
            return prefix + name
    return prefix + f"{loop.band}.{loop.name}"


def band_name(program: Program, loop: Loop) -> str | None:
    """The name that the user gave to what begins with ``loop``; None where it has none, or a loop
    is called so too."""
    name = loop.op_name
    if name is None or _UNNAMED.fullmatch(name):
        return None
    function = program.functions[loop.function]
    if any(other.name == name for other in function.all_loops()):
        return None
    return name if loop.function == program.top else f"{loop.function}:{name}"


def shown_name(loop: Loop) -> str:
    """The loop's name under its statement: as it was written, although another statement under
    the same outer loop uses that name as well."""
    written = _written_name(loop)
    if written == loop.name:
        return loop.name
    statement = _statement(loop)
    band = statement.chain[0]
    if statement is band or loop_in(statement, written) is not loop:
        return loop.name
    # A split keeps the name's first part.
    first = written.partition(".")[0]
    is_taken = any(other.name.partition(".")[0] == first for other in band.subtree())
    return written if is_taken else loop.name


def buffer_name(program: Program, buffer: Buffer) -> str:
    """The shortest text that ``find_buffer`` takes for ``buffer``."""
    return buffer.name if buffer.function == program.top else buffer.key


class _Names:
    """The loops of a function by what they may be called, in the order in which that counts: plain,
    as it is shown, with a statement's name before it, and so as it was written."""

    def __init__(self, function: Function) -> None:
        loops = list(function.all_loops())
        self._called: list[dict[str, list[Loop]]] = [{}, {}, {}, {}]
        for loop in loops:
            names = ([loop.name], [shown_name(loop)], _qualified_names(loop), _written_names(loop))
            for called, own in zip(self._called, names, strict=True):
                for name in dict.fromkeys(own):
                    called.setdefault(name, []).append(loop)

    def matches(self, name: str) -> list[Loop]:
        """The loops called ``name``."""
        return next((called[name] for called in self._called if name in called), [])


_KNOWN: WeakKeyDictionary[Function, _Names] = WeakKeyDictionary()


def _names(function: Function) -> _Names:
    """The names of a function, which is never edited."""
    known = _KNOWN.get(function)
    if known is None:
        known = _KNOWN[function] = _Names(function)
    return known


def _qualified_names(loop: Loop) -> list[str]:
    """``band.loop`` for the band and every named statement around the loop, outermost first."""
    names = [f"{loop.band}.{loop.name}"]
    names += [f"{outer.op_name}.{loop.name}" for outer in loop.chain if outer.op_name]
    return list(dict.fromkeys(names))


def loop_in(statement: Loop, name: str) -> Loop | None:
    """The loop called ``name`` under a named statement: so now, or where it was written."""
    loops = list(statement.subtree())
    for known in (lambda loop: loop.name, _written_name):
        found = [loop for loop in loops if known(loop) == name]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _statement(loop: Loop) -> Loop:
    """The loop that the nearest named statement around ``loop`` begins with; else its band's."""
    chain = loop.chain
    return next((outer for outer in reversed(chain) if outer.op_name is not None), chain[0])


def _written_name(loop: Loop) -> str:
    """The name without the number that told it from a loop of another statement."""
    return _NUMBER.sub("", loop.name, count=1)


def _written_names(loop: Loop) -> list[str]:
    written = _written_name(loop)
    return [f"{outer.op_name}.{written}" for outer in loop.chain if outer.op_name]


def _function_part(program: Program, text: str) -> tuple[Function, str]:
    function, colon, name = text.partition(":")
    if not colon:
        return program.kernel, text
    return find_function(program, function), name


def _list_loops(program: Program, loops: Sequence[Loop]) -> str:
    return ", ".join(
        f"'{loop_name(program, loop)}'" + (f" (line {loop.place.line})" if loop.place else "")
        for loop in loops
    )


def _elsewhere(program: Program, name: str, holds: Callable[[Function, str], bool]) -> str:
    """A hint at the function that has what was looked for in another one."""
    for function in program.functions.values():
        if holds(function, name):
            prefix = "" if function is program.kernel else f"{function.name}:"
            return f"Did you mean '{prefix}{name}'? "
    return ""


def _matches_in(function: Function, name: str) -> bool:
    is_band = any(loop.op_name == name for loop in function.all_loops())
    return is_band or bool(_names(function).matches(name))


def _has_array(function: Function, name: str) -> bool:
    return any(buffer.name == name for buffer in function.buffers)


def _suggest(text: str, names: Iterable[str], what: str) -> str:
    known = list(dict.fromkeys(names))
    near = difflib.get_close_matches(text, known, n=1, cutoff=0.6)
    listing = f"{what} here: {', '.join(known) or 'none'}."
    return f"Did you mean '{near[0]}'? {listing}" if near else listing
