"""Stages of a dataflow region: which there are, and why they cannot overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from hcl_explore.errors import NotApplicableError, ScheduleError, SourceSpan
from hcl_explore.ir.program import Access, Buffer, Call, Function, Loop, Program

Stage: TypeAlias = "Loop | Call"


def region_refusal(
    program: Program, primitive: str, owner: Loop | Function
) -> ScheduleError | None:
    """Why the stages of ``owner`` cannot overlap, or None."""
    span = program.sources.span(owner.place)
    where = f"loop '{owner.name}'" if isinstance(owner, Loop) else f"function '{owner.name}'"
    if owner.dataflow:
        return _refuse(
            primitive,
            f"{where} is already a dataflow region",
            span,
            "Leave this step out: its stages overlap already (`to` sees to that as well).",
        )
    stages = stages_of(owner)
    if len(stages) < 2:
        return _refuse(
            primitive,
            f"{where} has {len(stages)} stage{'s' * (len(stages) != 1)}: there is nothing to "
            "overlap",
            span,
            "Stages are loop nests and calls directly in the body.",
        )
    refusal = _loose_refusal(program, primitive, owner, stages)
    if refusal is not None:
        return refusal
    function = owner.function if isinstance(owner, Loop) else owner.name
    for buffer in program.functions[function].buffers:
        refusal = _buffer_refusal(program, primitive, owner, buffer, stages)
        if refusal is not None:
            return refusal
    return None


def new_stage_refusal(
    program: Program, primitive: str, inside: Loop | Function
) -> ScheduleError | None:
    """A dataflow region keeps its stages: what would add one to ``inside`` is refused."""
    if not inside.dataflow:
        return None
    return _refuse(
        primitive,
        f"it would add a stage to '{inside.name}', which is a dataflow region already",
        program.sources.span(inside.place),
        f"Apply {primitive} first, and dataflow then.",
    )


def _refuse(primitive: str, message: str, span: SourceSpan | None, advice: str) -> ScheduleError:
    return NotApplicableError(f"{primitive}: {message}", span=span, advice=advice)


def stages_of(owner: Loop | Function) -> list[Stage]:
    """The loop nests and calls directly in the body, in order."""
    stages: list[Stage] = [*owner.loops, *owner.calls]
    return sorted(stages, key=lambda stage: stage.position)


def _stage_name(stage: Stage) -> str:
    if isinstance(stage, Loop):
        return f"'{stage.op_name or stage.name}'"
    return f"the call of '{stage.callee}'"


def _loose_refusal(
    program: Program, primitive: str, owner: Loop | Function, stages: Sequence[Stage]
) -> ScheduleError | None:
    """Everything that touches memory must be in a stage, and no stage under a condition."""
    for access in owner.accesses:
        if not access.is_call:
            return _refuse(
                primitive,
                f"a statement outside the stages uses '{access.buffer.name}'",
                program.sources.span(access.place),
                "Move it into the loop or the kernel that needs it.",
            )
    for stage in stages:
        if stage.guards:
            return _refuse(
                primitive,
                f"{_stage_name(stage)} runs under a condition",
                program.sources.span(stage.place),
                "Put the condition inside the stage.",
            )
    return None


def _buffer_refusal(
    program: Program,
    primitive: str,
    owner: Loop | Function,
    buffer: Buffer,
    stages: Sequence[Stage],
) -> ScheduleError | None:
    writers = [stage for stage in stages if touches(stage, buffer, is_write=True)]
    others = [
        stage for stage in stages if stage not in writers and touches(stage, buffer, is_write=False)
    ]
    span = program.sources.span(buffer.place)
    if not writers:
        return None
    if len(writers) > 1:
        return _refuse(
            primitive,
            f"'{buffer.name}' is written by {len(writers)} stages, {_names(writers)}",
            span,
            "Merge these stages (merge, compute_at), so that one of them writes it.",
        )
    if not others:
        return None
    if not _is_inside(owner, buffer):
        return _refuse(
            primitive,
            f"'{buffer.name}' lives outside the region, but {_stage_name(writers[0])} writes it "
            f"and {_names(others)} read{'s' * (len(others) == 1)} it",
            span,
            "Hand the data on through an array declared inside the region.",
        )
    if len(others) > 1:
        return _refuse(
            primitive,
            f"'{buffer.name}' is read by {len(others)} stages, {_names(others)}",
            span,
            "Let the stage that writes it write one copy for each reader, or merge the readers.",
        )
    if others[0].position < writers[0].position:
        return _refuse(
            primitive,
            f"'{buffer.name}' is read by {_stage_name(others[0])} before {_stage_name(writers[0])} "
            "writes it: data would flow backward",
            span,
            "Leave the two stages out of the region, or merge them.",
        )
    return None


def _names(stages: Sequence[Stage]) -> str:
    return " and ".join(_stage_name(stage) for stage in stages)


def _is_inside(owner: Loop | Function, buffer: Buffer) -> bool:
    """Whether the array is new in each run of the region, and not handed out of it."""
    return buffer.kind == "local" and (not isinstance(owner, Loop) or owner in buffer.home)


def touches(stage: Stage, buffer: Buffer, *, is_write: bool) -> bool:
    """Whether the stage reads (or writes) the array."""
    return any(
        access.is_write == is_write and _belongs(access, stage) for access in buffer.accesses
    )


def _belongs(access: Access, stage: Stage) -> bool:
    return stage in access.loops if isinstance(stage, Loop) else access.op == stage.op
