"""The palette: every primitive with its form, filled with what is now in the program."""

from __future__ import annotations

from hcl_explore.ir.program import Program
from hcl_explore.lang.memory import RESOURCES
from hcl_explore.schedule import naming
from hcl_explore.schedule.parameters import Parameter
from hcl_explore.schedule.primitive import primitives
from hcl_explore.views.record import ParameterRecord, PrimitiveRecord

_COMMON_TYPES = ("fixed(16, 8)", "fixed(8, 4)", "ufixed(8, 8)", "int16", "int8", "float16")


def palette(program: Program) -> list[PrimitiveRecord]:
    """One record per registered primitive that a form can be made for, in the registry's order."""
    loops = [naming.loop_name(program, loop) for loop in program.all_loops()]
    return [
        PrimitiveRecord(
            name=declared.name,
            group=declared.group,
            summary=declared.summary,
            law=declared.law,
            parameters=[_parameter(parameter, program, loops) for parameter in declared.parameters],
        )
        for declared in primitives().values()
        if declared.has_form
    ]


def _parameter(parameter: Parameter, program: Program, loops: list[str]) -> ParameterRecord:
    return ParameterRecord(
        name=parameter.name,
        kind=parameter.kind,  # type: ignore[typeddict-item]
        label=parameter.name.replace("_", " "),
        help=parameter.help,
        choices=_choices(parameter, program, loops),
        optional=parameter.is_optional,
        default=parameter.to_json(parameter.default, program) if parameter.is_optional else None,
        at_least=parameter.at_least,
    )


def _choices(parameter: Parameter, program: Program, loops: list[str]) -> list[str]:
    if parameter.kind in ("loop", "loops"):
        return list(loops)
    if parameter.kind == "buffer":
        return [naming.buffer_name(program, buffer) for buffer in program.all_buffers()]
    if parameter.kind == "function":
        return list(program.functions)
    if parameter.kind == "destination":
        bands = dict.fromkeys(loop.op_name or loop.band for loop in program.all_loops())
        return [*bands, *program.functions, *RESOURCES]
    if parameter.kind == "dtype":
        return list(_COMMON_TYPES)
    return [str(member.value) for member in parameter.choices]
