"""Drawing steps: arguments for any primitive of the registry, by the kinds of its parameters."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from hcl_explore.ir.program import Loop, Program
from hcl_explore.schedule import naming
from hcl_explore.schedule.parameters import Parameter
from hcl_explore.schedule.primitive import PrimitiveInfo, primitives
from hcl_explore.schedule.schedule import Schedule

# Above its minimum: small sizes have small factors, and larger ones are there to be refused.
_INTEGER_SPAN = 5
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
        buffers = list(program.all_buffers())
        # Much is allowed only for arrays that nobody outside knows.
        local = [buffer for buffer in buffers if buffer.kind == "local" and buffer.shape]
        chosen = local if local and rng.random() < 0.5 else buffers
        return naming.buffer_name(program, rng.choice(chosen)) if chosen else None
    if parameter.kind == "function":
        return rng.choice(list(program.functions))
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
        drawn = [
            b for b in program.all_buffers() if naming.buffer_name(program, b) in so_far.values()
        ]
        users = {a.loops[0].band for buffer in drawn for a in buffer.accesses if a.loops}
        return rng.choice(sorted({*users, *program.functions}))
    if parameter.choices:
        return str(rng.choice(parameter.choices).value)
    return None


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
    # Primitives that take two loops need them close to each other.
    before = [_loop_called(program, value) for value in so_far.values()]
    near = [loop for other in before if other is not None for loop in _near(other, program)]
    chosen = rng.choice(near if near and rng.random() < 0.8 else loops)
    if parameter.takes_band and rng.random() < 0.2:
        chosen = chosen.chain[0]
        if chosen.band:
            return chosen.band
    return naming.loop_name(program, chosen)


def _loop_called(program: Program, name: object) -> Loop | None:
    return next((x for x in program.all_loops() if naming.loop_name(program, x) == name), None)


def _near(loop: Loop, program: Program) -> list[Loop]:
    """The loops around ``loop``, those inside it, and those beside the outermost of them."""
    roots = [other for other in program.all_loops() if other.parent is None]
    return [*loop.chain[:-1], *list(loop.subtree())[1:], *(r for r in roots if r not in loop.chain)]


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
    return rng.randint(least, most if parameter.maximum is None else min(most, parameter.maximum))


def _draw_integers(
    rng: random.Random, parameter: Parameter, program: Program, so_far: Mapping[str, object]
) -> list[int]:
    """As many as there are loops, or the extents of an array in another shape."""
    for buffer in program.all_buffers():
        if naming.buffer_name(program, buffer) in so_far.values() and rng.random() < 0.8:
            return _other_shape(rng, buffer.shape)
    count = next((len(value) for value in so_far.values() if isinstance(value, list)), None)
    count = count or rng.randint(1, 2)
    return [_draw_integer(rng, parameter) for _ in range(count)]


def _other_shape(rng: random.Random, shape: Sequence[int]) -> list[int]:
    elements = 1
    for extent in shape:
        elements *= extent
    first = rng.choice([size for size in range(1, elements + 1) if elements % size == 0])
    return [elements] if first == elements else [first, elements // first]
