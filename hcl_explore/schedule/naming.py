"""Names as users type them <-> loops, bands, buffers and functions of a program.

A loop is written ``k`` where only one loop of the kernel is called so, else ``band.k``; a loop of
another function is written ``function:k`` or ``function:band.k``. Buffers likewise, without bands.
Where two statements under one loop use the same variable, the second loop is called ``k_1``, and
``band.k`` with the second statement's name means it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from hcl_explore.errors import AmbiguousNameError, UnknownNameError
from hcl_explore.ir.program import Buffer, Function, Loop, Program
from hcl_explore.schedule.tasks import is_task_of, task_called, tasks

_NUMBER = re.compile(r"_\d+(?=\.|$)")


def find_loop(program: Program, text: str) -> Loop:
    """The loop that ``text`` names.

    Raises:
        UnknownNameError: none; the message lists the nearest names.
        AmbiguousNameError: several; the message lists them with their source lines.
    """
    function, name = _function_part(program, text)
    loops = list(function.all_loops())
    candidates = [loop for loop in loops if loop.name == name]
    if not candidates:
        candidates = [loop for loop in loops if name in _qualified_names(loop)]
    if not candidates:
        candidates = [loop for loop in loops if name in _written_names(loop)]
    if len(candidates) > 1:
        raise AmbiguousNameError(
            f"{len(candidates)} loops are called '{text}': {_list_loops(program, candidates)}",
            advice="Write the band before the name, for example "
            f"'{loop_name(program, candidates[0])}'.",
        )
    if not candidates:
        raise UnknownNameError(
            f"no loop '{text}' in {function.name}",
            advice=_suggest(text, (loop_name(program, loop) for loop in loops), "Loops"),
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
        advice=_suggest(text, (loop.op_name or "" for loop in bands), "Bands"),
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
        advice=_suggest(text, (buffer.name for buffer in function.buffers), "Arrays"),
    )


def find_function(program: Program, text: str) -> Function:
    """The function called ``text``, or that of the task called so.

    Raises:
        UnknownNameError: neither.
        AmbiguousNameError: the tasks of a kernel called so do not share one function.
    """
    if text in program.functions:
        return program.functions[text]
    task = task_called(program, text)
    if task is not None:
        return program.functions[task.callee]
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
    loops = list(program.functions[loop.function].all_loops())
    for name in (loop.name, *reversed(_qualified_names(loop))):
        matches = [o for o in loops if o.name == name] or [
            o for o in loops if name in _qualified_names(o)
        ]
        if matches == [loop]:
            return prefix + name
    return prefix + f"{loop.band}.{loop.name}"


def buffer_name(program: Program, buffer: Buffer) -> str:
    """The shortest text that ``find_buffer`` takes for ``buffer``."""
    return buffer.name if buffer.function == program.top else buffer.key


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


def _suggest(text: str, names: Iterable[str], what: str) -> str:
    known = list(dict.fromkeys(names))
    near = difflib.get_close_matches(text, known, n=1, cutoff=0.6)
    listing = f"{what} here: {', '.join(known) or 'none'}."
    return f"Did you mean '{near[0]}'? {listing}" if near else listing
