"""Names of tasks: ``gemm_0_1`` is one task, ``gemm`` the function that several tasks share.

A primitive on one task that shares its function gives it a function of its own first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import mlir.ir as ir

from hcl_explore.errors import ArgumentError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import clone_module
from hcl_explore.ir.program import Call, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.schedule.snapshot import Snapshot


def tasks(program: Program) -> Iterator[tuple[str, Call]]:
    """The tasks of all regions by their names.

    Where several regions have a task called so, or a function that is not its own is, its name has
    that of its region before it: ``inner_gemm_0_1``.
    """
    found = list(_tasks(program))
    regions = Counter(plain for _, plain, _ in found)
    for region, plain, call in found:
        is_taken = plain in program.functions and call.callee != plain
        yield (plain if regions[plain] == 1 and not is_taken else f"{region}_{plain}"), call


def _tasks(program: Program) -> Iterator[tuple[str, str, Call]]:
    """The tasks of all regions: the region, the task's name in it, and its call."""
    for function in program.functions.values():
        if function.dataflow:
            for call in function.all_calls():
                name = attrs.text(call.op, attrs.BUFFER_NAME)
                if name is not None:
                    yield function.name, name, call


def task_called(program: Program, text: str) -> Call | None:
    """The task that ``text`` names, or None; ``loader_0`` is also ``loader``, if there is one, and
    the region's name may always stand before the task's."""
    known = dict(tasks(program))
    plain = text.removesuffix("_0")
    found = known.get(text) or (known.get(plain) if plain != text else None)
    if found is not None:
        return found
    calls = (call for region, name, call in _tasks(program) if f"{region}_{name}" == text)
    return next(calls, None)


def tasks_alike(program: Program, text: str) -> list[str]:
    """The names of the tasks that are called ``text`` in their regions."""
    pairs = zip(tasks(program), _tasks(program), strict=True)
    return [name for (name, _), (_, plain, _) in pairs if plain == text]


def is_task_of(name: str, kernel: str) -> bool:
    """Whether ``name`` is that of a task of a mapped kernel: ``gemm_0_1`` of ``gemm``."""
    position = name.removeprefix(f"{kernel}_")
    return position != name and all(part.isdigit() for part in position.split("_"))


def with_own_functions(before: Snapshot, arguments: Mapping[str, object]) -> Snapshot:
    """``before``, where each task that ``arguments`` name has a function that it shares with no
    other one."""
    if not isinstance(arguments, Mapping):
        raise ArgumentError(
            f"the arguments of a primitive must be given by name, not as {arguments!r}",
            advice='Pass a dict: s.apply("split", {"axis": "i", "factor": 8}).',
        )
    if not _sharing(before.program, arguments):
        return before
    module = clone_module(before.module)
    give_own_functions(read_program(module, before.sources), arguments)
    return Snapshot(module, before.sources)


def give_own_functions(program: Program, arguments: Mapping[str, object]) -> bool:
    """Do so in the module of ``program``, which has to be read again if this is true."""
    sharing = _sharing(program, arguments)
    for name, call in sharing.items():
        original = program.functions[call.callee].op
        own = original.clone(ir.InsertionPoint(original)).operation
        attrs.set_text(own, "sym_name", name)
        call.op.attributes["callee"] = ir.FlatSymbolRefAttr.get(name, own.context)
    return bool(sharing)


def _sharing(program: Program, arguments: Mapping[str, object]) -> dict[str, Call]:
    """The tasks that ``arguments`` name and whose function is also that of others."""
    found = {}
    for text in _texts(list(arguments.values())):
        name = text.partition(":")[0]
        call = None if name in program.functions else task_called(program, name)
        if call is not None and _sharers(program, call.callee) > 1:
            found[name] = call
    return found


def _sharers(program: Program, function: str) -> int:
    """How many tasks run ``function``."""
    return sum(call.callee == function for _, _, call in _tasks(program))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
