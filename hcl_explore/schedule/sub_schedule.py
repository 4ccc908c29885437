"""Schedules of callees: which function of a kernel one belongs to, and its steps as calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import mlir.ir as ir

from hcl_explore.errors import ArgumentError, NotApplicableError, ScheduleError
from hcl_explore.frontend import KernelSource, instantiate_kernel, lower_with_sources
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.context import new_context
from hcl_explore.ir.printing import print_operation
from hcl_explore.ir.program import Call, Function, Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.schedule import naming
from hcl_explore.schedule.calls import ScheduleCall, parse_call
from hcl_explore.schedule.parameters import Parameter
from hcl_explore.schedule.primitive import info
from hcl_explore.schedule.step import Step
from hcl_explore.schedule.tasks import tasks

_SYMBOL = re.compile(r"@[\w$.]+")
_TASK = re.compile(r"( call @[^\n]*\) \{)name = \"\w+\"(, )?")


class HasProgram(Protocol):
    """A state of a schedule."""

    @property
    def program(self) -> Program: ...


@dataclass(frozen=True)
class SubSchedule:
    """The steps of another schedule, as they were when this was made.

    ``kernel`` is its kernel's name, ``program`` that kernel before any step and ``source`` its
    text. Once it is known which function of the caller it is for, that is ``function``, and
    arguments that name other functions use the caller's names. ``earlier`` are the steps that the
    caller has taken by then.
    """

    kernel: str
    calls: tuple[ScheduleCall, ...]
    function: str | None = None
    program: Program | None = None
    source: KernelSource | None = None
    earlier: tuple[Step, ...] = ()

    def to_json(self) -> dict[str, list[str]]:
        """The calls for its function: what ``read_sub_schedules`` takes back."""
        return {self.function or self.kernel: [call.text for call in self.calls]}


def read_sub_schedules(value: object, wrong: Callable[[], ScheduleError]) -> list[SubSchedule]:
    """The sub-schedules that a user's argument stands for: a schedule, several, or a mapping from
    functions to calls, as a step of ``compose`` records it.

    Raises:
        ArgumentError: it is none of these (``wrong``), or a call cannot be read.
    """
    if isinstance(value, SubSchedule):
        return [value]
    if isinstance(value, (list, tuple)):
        return [sub for item in value for sub in read_sub_schedules(item, wrong)]
    if isinstance(value, Mapping):
        found = []
        for function, calls in value.items():
            if not isinstance(function, str) or not isinstance(calls, (list, tuple)):
                raise wrong()
            if not all(isinstance(call, str) for call in calls):
                raise wrong()
            parsed = tuple(parse_call(call) for call in calls)
            found.append(SubSchedule(function, parsed, function))
        return found
    if not (hasattr(value, "history") and hasattr(value, "initial") and hasattr(value, "source")):
        raise wrong()
    schedule: Any = value
    calls = tuple(
        ScheduleCall(info(step.primitive), step.arguments, step.reassociated, step.unchecked)
        for step in schedule.history
    )
    source: KernelSource = schedule.source
    return [SubSchedule(source.name, calls, None, schedule.initial.program, source)]


def settle(
    sub: SubSchedule,
    caller: Program,
    now: Program,
    *,
    id: str | None,
    instantiate: Sequence[object] | None,
) -> list[SubSchedule]:
    """``sub`` for each function of ``caller``, a kernel before any step, that its kernel is.

    A function is that kernel if its body is; with ``instantiate``, if it is the body that these
    values of the type parameters give. So are functions that tasks got of their own by ``now``.
    ``id`` leaves one of several functions or tasks.

    Raises:
        NotApplicableError: it calls none that fits; the message says which there are.
        ArgumentError: ``id`` is none of them.
    """
    if sub.program is None:
        return [sub]
    kernel = sub.program if instantiate is None else _instance(sub, instantiate)
    if _same(kernel.kernel, kernel, caller.kernel, caller):
        raise NotApplicableError(
            f"compose: '{sub.kernel}' is the kernel itself",
            advice="Compose schedules of kernels that it calls.",
        )
    fitting = [
        function.name
        for function in caller.functions.values()
        if function is not caller.kernel and _same(kernel.kernel, kernel, function, caller)
    ]
    if not fitting:
        raise _mismatch(sub, kernel, caller)
    own = _functions_of_tasks(caller, now, fitting)
    functions = {**{name: name for name in fitting}, **own.functions}
    if id is None:
        return [_settled(sub, kernel, caller, *item) for item in functions.items()]
    known = {**own.tasks, **functions}
    chosen = [id] if id in known else [name for name in known if name.endswith(f"_{id}")]
    if len(chosen) != 1:
        raise ArgumentError(
            f"compose: id {id!r} is {'several' if chosen else 'none'} of the functions and tasks "
            f"made of '{sub.kernel}'",
            advice=f"Those of its types are: {', '.join(known)}.",
        )
    return [_settled(sub, kernel, caller, chosen[0], known[chosen[0]])]


@dataclass(frozen=True)
class _Own:
    """The tasks that run some functions of a program before any step, and the functions that they
    have got of their own since then; each with the original function."""

    tasks: dict[str, str]
    functions: dict[str, str]


def _functions_of_tasks(caller: Program, now: Program, originals: Sequence[str]) -> _Own:
    before = {name: call.callee for name, call in tasks(caller) if call.callee in originals}
    functions = {
        call.callee: before[name]
        for name, call in tasks(now)
        if name in before and call.callee not in caller.functions
    }
    return _Own(before, functions)


def _settled(
    sub: SubSchedule, kernel: Program, caller: Program, function: str, original: str
) -> SubSchedule:
    """``sub`` for ``function``, which is ``original`` of the caller before any step."""
    names = {sub.program.top if sub.program else sub.kernel: function}
    inner_tasks, outer_tasks = (
        {call: name for name, call in tasks(program)} for program in (kernel, caller)
    )
    pairs = list(_paired_calls(kernel, kernel.kernel, caller, caller.functions[original]))
    for inner, outer in pairs:
        names.setdefault(inner.callee, outer.callee)
    for inner, outer in pairs:
        if inner in inner_tasks:
            names.setdefault(inner_tasks[inner], outer_tasks[outer])
    calls = tuple(
        replace(call, arguments=_renamed(call, lambda text, _: _with_callee(text, names), names))
        for call in sub.calls
    )
    return SubSchedule(sub.kernel, calls, function)


def _with_callee(text: str, names: Mapping[str, str]) -> str:
    function, colon, rest = text.partition(":")
    return f"{names.get(function, function)}:{rest}" if colon else text


def qualified(call: ScheduleCall, function: str, program: Program) -> dict[str, object]:
    """The arguments of ``call`` with the names of loops and arrays as ``program`` has them."""

    def here(text: str, kind: str) -> str:
        inside = f"{function}:{text}"
        if ":" in text or (kind == "destination" and not naming.has_band(program, inside)):
            return text  # a destination may be a memory
        return inside

    return _renamed(call, here, dict.fromkeys(program.functions, ""))


def _renamed(
    call: ScheduleCall, name: Callable[[str, str], str], functions: Mapping[str, str]
) -> dict[str, object]:
    """The arguments with ``name`` applied to loops, arrays and destinations, each with its kind;
    names in ``functions`` that stand for functions become what it says (nothing: they stay)."""

    def one(parameter: Parameter, value: object) -> object:
        if isinstance(value, (list, tuple)):
            return [one(parameter, item) for item in value]
        if isinstance(value, Mapping):
            return {functions.get(key) or key: calls for key, calls in value.items()}
        if not isinstance(value, str):
            return value
        is_function = parameter.kind in ("function", "destination") or parameter.takes_function
        if is_function and value in functions:
            return functions[value] or value
        return value if parameter.kind == "function" else name(value, parameter.kind)

    kinds = ("loop", "loops", "buffer", "function", "destination", "schedules")
    named = {p.name: p for p in call.declared.parameters if p.kind in kinds}
    return {
        key: one(named[key], value) if key in named else value
        for key, value in call.arguments.items()
    }


def _instance(sub: SubSchedule, instantiate: Sequence[object]) -> Program:
    assert sub.source is not None
    source = instantiate_kernel(sub.source, instantiate)
    module, sources = lower_with_sources(source, new_context())
    return read_program(module, sources)


def _same(first: Function, one: Program, second: Function, other: Program) -> bool:
    """Whether two functions are the same program, whatever the module calls them."""
    if len(first.buffers) != len(second.buffers) or first.place is None != second.place is None:
        return False
    texts = [_anonymous(function.op) for function in (first, second)]
    if texts[0] != texts[1]:
        return False
    calls = zip(first.all_calls(), second.all_calls(), strict=True)
    return all(
        _same(one.functions[mine.callee], one, other.functions[theirs.callee], other)
        for mine, theirs in calls
        if mine.callee in one.functions and theirs.callee in other.functions
    )


def _anonymous(function: ir.Operation) -> str:
    """The text with symbols numbered in the order of their appearance."""
    numbers: dict[str, str] = {}
    text = print_operation(function)
    if attrs.DATAFLOW in function.attributes:
        text = _TASK.sub(r"\1", text)  # tasks are called after their functions
    return _SYMBOL.sub(lambda match: numbers.setdefault(match.group(), f"@{len(numbers)}"), text)


def _not_called(sub: SubSchedule, caller: Program) -> NotApplicableError:
    callees = [name for name in caller.functions if name != caller.top]
    return NotApplicableError(
        f"compose: '{caller.top}' does not call '{sub.kernel}'",
        span=caller.sources.span(caller.kernel.place),
        advice=f"Kernels it calls: {', '.join(callees) or 'none'}.",
    )


def _mismatch(sub: SubSchedule, kernel: Program, caller: Program) -> NotApplicableError:
    """Why no function is the kernel of ``sub``: other types, another function, or none."""
    others = [
        function
        for function in caller.functions.values()
        if function is not caller.kernel and function.place == kernel.kernel.place
    ]
    if others:
        return NotApplicableError(
            f"compose: the schedule is of {signature(kernel.kernel)}, but '{caller.top}' calls "
            + " and ".join(signature(function) for function in others),
            span=caller.sources.span(kernel.kernel.place),
            advice=f"'{others[0].name}' is handed one FIFO of an array there: give the steps for "
            f'it, s.compose({{"{others[0].name}": [...]}}).'
            if any(map(_takes_subscripts, others))
            else "Schedule the kernel with these types (hcl.customize(..., instantiate=[...])), "
            "or pass instantiate=[...] to compose.",
        )
    for function in caller.functions.values():
        if function.name == sub.kernel and function is not caller.kernel:
            return NotApplicableError(
                f"compose: '{caller.top}' calls another '{sub.kernel}' than the one that was "
                "scheduled",
                span=caller.sources.span(function.place),
                advice="Schedule the very function that is called (after a change, both kernels "
                "must be read anew).",
            )
    return _not_called(sub, caller)


def _takes_subscripts(function: Function) -> bool:
    """Whether it is handed single FIFOs of arrays."""
    arguments = range(len(function.op.regions[0].blocks[0].arguments))
    fields = (attrs.argument_attributes(function.op, number) for number in arguments)
    return any(found is not None and attrs.FIFO_INDEX in found for found in fields)


def signature(function: Function) -> str:
    """``gemm(A: float32[8, 8]) -> float32[8]``, for messages."""
    kinds = ir.FunctionType(ir.TypeAttr(function.op.attributes["function_type"]).value)
    parts = []
    for position, kind in enumerate(kinds.inputs):
        fields = attrs.argument_attributes(function.op, position)
        name, dtype = (
            ir.StringAttr(fields[key]).value if fields is not None and key in fields else "?"
            for key in (attrs.ARGUMENT_NAME, attrs.DTYPE)
        )
        parts.append(f"{name}: {dtype}{_shape(kind)}")
    results = []
    if "res_attrs" in function.op.attributes:
        for kind, fields in zip(
            kinds.results, ir.ArrayAttr(function.op.attributes["res_attrs"]), strict=True
        ):
            results.append(f"{ir.StringAttr(ir.DictAttr(fields)[attrs.DTYPE]).value}{_shape(kind)}")
    arrow = f" -> {', '.join(results)}" if results else ""
    return f"{function.name}({', '.join(parts)}){arrow}"


def _shape(kind: ir.Type) -> str:
    return f"[{', '.join(map(str, kind.shape))}]" if isinstance(kind, ir.MemRefType) else ""


def _paired_calls(
    kernel: Program, mine: Function, caller: Program, theirs: Function
) -> Iterator[tuple[Call, Call]]:
    """The calls in ``mine`` and in what it calls, each with that of ``theirs``, the same program
    in ``caller``."""
    reached = set()
    for inner, outer in zip(mine.all_calls(), theirs.all_calls(), strict=True):
        yield inner, outer
        if inner.callee in kernel.functions and inner.callee not in reached:
            reached.add(inner.callee)
            callees = kernel.functions[inner.callee], caller.functions[outer.callee]
            yield from _paired_calls(kernel, callees[0], caller, callees[1])
