"""Names of tasks: ``gemm_0_1`` is one task, ``gemm`` the function that several tasks share.

A primitive on one task that shares its function gives it a function of its own first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import mlir.ir as ir

from hcl_explore.errors import ArgumentError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.printing import clone_module
from hcl_explore.ir.program import Call, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.schedule.snapshot import Snapshot


def tasks(program: Program) -> Iterator[tuple[str, Call]]:
    """The tasks of all regions by their names."""
    for function in program.functions.values():
        if function.dataflow:
            for call in function.all_calls():
                name = attrs.text(call.op, attrs.BUFFER_NAME)
                if name is not None:
                    yield name, call


def task_called(program: Program, text: str) -> Call | None:
    """The task that ``text`` names, or None; ``loader_0`` is also ``loader``, if there is one."""
    known = dict(tasks(program))
    plain = text.removesuffix("_0")
    return known.get(text) or (known.get(plain) if plain != text else None)


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
    shared = {}
    for text in _texts(list(arguments.values())):
        name = text.partition(":")[0]
        call = task_called(before.program, name)
        if call is not None and name not in before.program.functions:
            others = [other for _, other in tasks(before.program) if other.callee == call.callee]
            if len(others) > 1:
                shared[name] = call
    if not shared:
        return before
    module = clone_module(before.module)
    program = read_program(module, before.sources)
    for name in shared:
        call = task_called(program, name)
        assert call is not None
        original = program.functions[call.callee].op
        own = original.clone(ir.InsertionPoint(original)).operation
        attrs.set_text(own, "sym_name", name)
        call.op.attributes["callee"] = ir.FlatSymbolRefAttr.get(name, own.context)
    return Snapshot(module, before.sources)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
