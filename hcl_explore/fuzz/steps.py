"""Drawing steps: arguments for any primitive of the registry, by the kinds of its parameters."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from hcl_explore.ir.program import Buffer, Loop, Program
from hcl_explore.schedule import naming
from hcl_explore.schedule.parameters import Parameter
from hcl_explore.schedule.primitive import PrimitiveInfo, primitives
from hcl_explore.schedule.schedule import Schedule

# Above its minimum: small sizes have small factors, and larger ones are there to be refused.
_INTEGER_SPAN = 5
_MEMORIES = ("URAM", "LUTRAM", "HBM[1]", "DDR[0]")
_DTYPES = ("int8", "uint8", "int24", "float16", "float32", "fixed(12, 5)", "ufixed(10, 6)")


def draw_arguments(
    rng: random.Random, declared: PrimitiveInfo, schedule: Schedule
) -> dict[str, object] | None:
    """Random arguments for a primitive; None where the program has nothing to offer."""
    return _draw_for(rng, declared, schedule.program)


def _draw_for(
    rng: random.Random, declared: PrimitiveInfo, program: Program
) -> dict[str, object] | None:
    arguments: dict[str, object] = {}
    for parameter in declared.parameters:
        if parameter.is_optional and rng.random() < 0.5:
            continue
        value = _draw_value(rng, parameter, program, arguments)
        if value is not None:
            arguments[parameter.name] = value
        elif not parameter.is_optional:
            return None
    return arguments


def _draw_value(
    rng: random.Random, parameter: Parameter, program: Program, so_far: Mapping[str, object]
) -> object | None:
    if parameter.kind == "loop":
        return _draw_loop(rng, parameter, program, so_far)
    if parameter.kind == "loops":
        return _draw_loops(rng, parameter, program)
    if parameter.kind == "buffer":
        return _draw_buffer(rng, program)
    if parameter.kind == "function":
        called = [name for name in program.functions if name != program.top]
        return rng.choice(called if called and rng.random() < 0.8 else list(program.functions))
    if parameter.kind == "integer":
        return _draw_integer(rng, parameter)
    if parameter.kind == "integers":
        return _draw_integers(rng, parameter, program, so_far)
    if parameter.kind == "boolean":
        return rng.random() < 0.5
    if parameter.kind == "schedules":
        return _draw_schedules(rng, program)
    if parameter.kind == "dtype":
        return rng.choice(_DTYPES)
    if parameter.kind == "destination":
        return _draw_destination(rng, program, so_far)
    if parameter.choices:
        return str(rng.choice(parameter.choices).value)
    return None


def _draw_buffer(rng: random.Random, program: Program) -> str | None:
    """Often one that nobody outside knows, or that is new in each iteration: much is allowed only
    for those."""
    buffers = list(program.all_buffers())
    local = [buffer for buffer in buffers if buffer.kind == "local" and buffer.shape]
    private = [buffer for buffer in local if buffer.home]
    chosen = rng.choice([pool for pool in (buffers, local, private) if pool] or [[]])
    return naming.buffer_name(program, rng.choice(chosen)) if chosen else None


def _buffers_called(program: Program, so_far: Mapping[str, object]) -> list[Buffer]:
    return [b for b in program.all_buffers() if naming.buffer_name(program, b) in so_far.values()]


def _draw_destination(
    rng: random.Random, program: Program, so_far: Mapping[str, object]
) -> str | None:
    if rng.random() < 0.1:
        return rng.choice(_MEMORIES)
    readers = [a for b in _buffers_called(program, so_far) for a in b.accesses if not a.is_write]
    stages = [a.loops[0].op_name or a.loops[0].band for a in readers if a.loops]
    called = [call.callee for b in _buffers_called(program, so_far) for call in b.calls]
    return rng.choice(sorted({*stages, *called}) or sorted(program.functions))


def _draw_schedules(rng: random.Random, program: Program) -> list[dict[str, list[str]]] | None:
    """A few calls for one of the functions that the kernel calls."""
    callees = [function for function in program.functions.values() if function != program.kernel]
    if not callees:
        return None
    callee = rng.choice(callees)
    alone = Program(callee.name, {callee.name: callee}, program.sources)
    choices = [declared for declared in primitives().values() if declared.has_form]
    calls = []
    for declared in rng.sample(choices, rng.randint(1, 2)):
        arguments = _draw_for(rng, declared, alone)
        if arguments is not None:
            calls.append(declared.call_text(arguments))
    return [{callee.name: calls}]


def _draw_loop(
    rng: random.Random, parameter: Parameter, program: Program, so_far: Mapping[str, object]
) -> str | None:
    if parameter.takes_function and rng.random() < 0.4:
        return rng.choice(list(program.functions))
    loops = list(program.all_loops())
    if not loops:
        return None
    # What is drawn together has to do with each other: two loops, an array and a loop.
    before = [_loop_called(program, value) for value in so_far.values()]
    near = [pool for other in before if other is not None for pool in _near(other, program)]
    users = [a.loops for b in _buffers_called(program, so_far) for a in b.accesses if a.loops]
    pools = [pool for pool in (*near, *users) if pool] or [
        loops,
        [loop for loop in loops if loop.loops and loop.only_loop is None] or loops,
        [loop for loop in loops if _following(loop, program)] or loops,
    ]
    chosen = rng.choice(rng.choice(pools) if rng.random() < 0.9 else loops)
    if parameter.takes_band and rng.random() < 0.2:
        chosen = chosen.chain[0]
        if chosen.band:
            return chosen.band
    return naming.loop_name(program, chosen)


def _loop_called(program: Program, name: object) -> Loop | None:
    return next((x for x in program.all_loops() if naming.loop_name(program, x) == name), None)


def _near(loop: Loop, program: Program) -> list[Sequence[Loop]]:
    """The loops around ``loop``, those inside it, the one that follows it, and those in there."""
    following = _following(loop, program)
    inside = [inner for other in following for inner in other.subtree()]
    return [loop.chain[:-1], list(loop.subtree())[1:], following, inside]


def _following(loop: Loop, program: Program) -> list[Loop]:
    """The loop that comes next in the same block, if there is one."""
    around = loop.parent or program.functions[loop.function]
    beside = sorted(around.loops, key=lambda other: other.position)
    return beside[beside.index(loop) + 1 :][:1]


def _draw_loops(rng: random.Random, parameter: Parameter, program: Program) -> list[str] | None:
    loops = list(program.all_loops())
    if not loops:
        return None
    nest = list(rng.choice(loops).chain)
    chosen = rng.sample(nest, min(len(nest), rng.randint(parameter.at_least, 3)))
    if rng.random() < 0.6:
        chosen.sort(key=lambda loop: loop.depth)
    return [naming.loop_name(program, loop) for loop in chosen]


def _draw_integer(rng: random.Random, parameter: Parameter) -> int:
    least = parameter.minimum or 0
    most = least + _INTEGER_SPAN
    if parameter.maximum is not None:
        most = min(most, parameter.maximum)
    return min(rng.randint(least, most), rng.randint(least, most))


def _draw_integers(
    rng: random.Random, parameter: Parameter, program: Program, so_far: Mapping[str, object]
) -> list[int]:
    """As many as there are loops, the extents of an array in another shape, or the first places
    in a nest."""
    for buffer in _buffers_called(program, so_far):
        if rng.random() < 0.8:
            return _other_shape(rng, buffer.shape)
    if parameter.minimum == 0 and rng.random() < 0.8:
        return list(range(rng.randint(1, 2)))
    count = next((len(value) for value in so_far.values() if isinstance(value, list)), None)
    count = count or rng.randint(1, 2)
    return [_draw_integer(rng, parameter) for _ in range(count)]


def _other_shape(rng: random.Random, shape: Sequence[int]) -> list[int]:
    elements = 1
    for extent in shape:
        elements *= extent
    first = rng.choice([size for size in range(1, elements + 1) if elements % size == 0])
    return [elements] if first == elements else [first, elements // first]
