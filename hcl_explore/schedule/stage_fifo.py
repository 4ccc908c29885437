"""A FIFO in place of an array between two stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import mlir.ir as ir

from hcl_explore.errors import LegalityError, ScheduleError
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.fresh_names import fresh_name
from hcl_explore.ir.program import Access, Buffer, Call, Loop, Program
from hcl_explore.polyhedral.handover import Mismatch, handover_mismatch
from hcl_explore.schedule.fifo_end import End, ends
from hcl_explore.schedule.legality import not_applicable
from hcl_explore.schedule.stages import region_refusal, stages_of, touches
from hcl_explore.schedule.stream_rewrite import call_instead, declare_stream, settle_type


@dataclass(frozen=True)
class StageFifo:
    """``target`` between the stage that writes it and the one called ``consumer``."""

    program: Program
    target: Buffer
    consumer: str

    def refusal(self) -> ScheduleError | None:
        """Why a FIFO cannot stand for the array, or None."""
        found = self._candidates()
        if isinstance(found, ScheduleError):
            return found
        function = self.program.functions[self.target.function]
        if not function.dataflow:
            refusal = region_refusal(self.program, "to", function)
            if refusal is not None:
                return refusal
        mismatches = [(handover_mismatch(w.meeting, r.meeting), w, r) for w, r in found]
        if any(mismatch is None for mismatch, _, _ in mismatches):
            return None
        mismatch, write, read = mismatches[-1]
        assert mismatch is not None
        return self._explained(mismatch, write, read)

    def _candidates(self) -> list[tuple[End, End]] | ScheduleError:
        """The pairs of places where the array's elements may be put and taken."""
        target = self.target
        function = self.program.functions[target.function]
        if target.kind != "local" or target.home or not target.shape:
            return self._refuse(
                f"'{target.name}' is not an array that its function makes for its stages",
                "A FIFO can stand for a local array, declared outside of all loops.",
            )
        stages = stages_of(function)
        writers = [stage for stage in stages if touches(stage, target, is_write=True)]
        readers = [stage for stage in stages if touches(stage, target, is_write=False)]
        refusal = self._roles_refusal(writers, readers)
        if refusal is not None:
            return refusal
        puts = self._ends(writers[0], is_write=True)
        takes = self._ends(readers[0], is_write=False)
        if isinstance(puts, ScheduleError):
            return puts
        if isinstance(takes, ScheduleError):
            return takes
        return list(product(puts, takes))

    def _roles_refusal(
        self, writers: Sequence[Loop | Call], readers: Sequence[Loop | Call]
    ) -> ScheduleError | None:
        """A FIFO leads from one stage to one other, the one that was asked for."""
        name = self.target.name
        if not writers or not readers:
            return self._refuse(
                f"'{name}' is {'read' if writers else 'written'} by no stage",
                "A FIFO leads from a stage that writes the array to one that reads it.",
            )
        if len(writers) > 1:
            return self._refuse(
                f"'{name}' is written by {len(writers)} stages ({_names(writers)})",
                "A FIFO has one producer. An initial value is a stage too: declare the array "
                "without one, and set it where it is accumulated; or merge the stages (merge, "
                "compute_at).",
            )
        if writers[0] in readers:
            return self._refuse(
                f"'{name}' is written and read by the same stage, {_stage_name(writers[0])}",
                "A FIFO leads from one stage to a later one: accumulate in a buffer of the stage "
                "(buffer_at), or split the stage (distribute).",
            )
        if len(readers) > 1:
            return self._refuse(
                f"'{name}' is read by {len(readers)} stages ({_names(readers)})",
                f"A FIFO has one consumer: let {_stage_name(writers[0])} write an array of its own "
                "for each reader, and send each of these; or merge the readers (merge).",
            )
        if _stage_name(readers[0]) != self.consumer and not _holds(readers[0], self.consumer):
            return self._refuse(
                f"'{name}' is read by {_stage_name(readers[0])}, not by '{self.consumer}'",
                f'Use dst="{_stage_name(readers[0])}".',
            )
        return None

    def _ends(self, stage: Loop | Call, *, is_write: bool) -> list[End] | ScheduleError:
        buffer = self.target
        if isinstance(stage, Call):
            callers = [c for f in self.program.functions.values() for c in f.all_calls()]
            if sum(call.callee == stage.callee for call in callers) > 1:
                return self._refuse(
                    f"'{stage.callee}' is called several times",
                    "A function whose argument becomes a stream can have one caller: inline it.",
                )
            callee = self.program.functions[stage.callee]
            place = stage.arguments.index(buffer) if buffer in stage.arguments else None
            if place is None:
                return self._refuse(
                    f"'{buffer.name}' is a result of '{stage.callee}'",
                    "Inline the call first.",
                )
            buffer = next(b for b in callee.buffers if b.argument_position == place)
        accesses = [
            access
            for access in buffer.accesses
            if not isinstance(stage, Loop) or stage in access.loops
        ]
        verb = "writes" if is_write else "reads"
        if any(access.is_call for access in accesses):
            return self._refuse(
                f"{_stage_name(stage)} hands '{buffer.name}' to another function",
                "Inline that call first.",
            )
        if any(access.is_write != is_write for access in accesses):
            return self._refuse(
                f"{_stage_name(stage)} both writes and reads '{buffer.name}'",
                "Accumulate in a buffer of the stage (buffer_at), or split the stage (distribute).",
            )
        return ends(stage, buffer, accesses) or self._refuse(
            f"{_stage_name(stage)} {verb} '{buffer.name}' in {len(accesses)} places "
            f"({', '.join(dict.fromkeys(map(_element, accesses)))})",
            "Write each element in one place: choose between values before."
            if is_write
            else "A FIFO hands each element out once: keep a window of them (reuse_at), or a copy "
            "of the array (buffer_at).",
        )

    def _explained(self, mismatch: Mismatch, write: End, read: End) -> ScheduleError:
        name = self.target.name
        element = f"{name}[{', '.join(map(str, mismatch.element))}]"
        other = f"{name}[{', '.join(map(str, mismatch.other))}]"
        reason = {
            "written twice": f"{element} is written more than once",
            "read twice": f"{element} is read more than once",
            "unread": f"{element} is written, but never read",
            "unwritten": f"{element} is read, but never written",
            "order": f"{element} is written before {other}, and read after it",
            "undecided": "the order of its accesses cannot be decided: they are not affine, or too "
            "intricate",
        }[mismatch.kind]
        law = "a FIFO hands each element on once, in order"
        lines = [f"to({name}) is illegal: {reason}, but {law}"]
        for end in (write, read):
            place = end.meeting.place
            if place is not None:
                text = self.program.sources.line(place).strip()
                lines.append(f"  {place.filename}:{place.line}   {text}")
        advice = {
            "order": "Reorder the loops of one of the two stages.",
            "read twice": "Keep what is read again in the consumer: reuse_at or buffer_at.",
            "written twice": "Accumulate in a buffer of the producer: buffer_at.",
        }.get(mismatch.kind, "Let both stages run over the same elements.")
        return LegalityError("\n".join(lines), advice=advice)

    def _refuse(self, message: str, advice: str) -> ScheduleError:
        return not_applicable(self.program, self.target, f"to: {message}", advice)

    def rewrite(self, depth: int) -> None:
        """Put the FIFO in the array's place, and let the stages overlap."""
        found = self._candidates()
        assert isinstance(found, list)
        both = next(
            pair for pair in found if handover_mismatch(pair[0].meeting, pair[1].meeting) is None
        )
        function = self.program.functions[self.target.function].op
        alloc = self.target.value.owner.operation
        stream = declare_stream(self.target, self.target.name, (), depth, ir.InsertionPoint(alloc))
        for end in both:
            here = (
                _hand_in(end, self.target.value, stream) if isinstance(end.stage, Call) else stream
            )
            end.use(here)
        for end in both:
            if isinstance(end.stage, Call):
                settle_type(self.program.functions[end.stage.callee].op)
        alloc.erase()
        attrs.set_flag(function, attrs.DATAFLOW)
        _name_calls(function)


def _hand_in(end: End, array: ir.Value, stream: ir.Value) -> ir.Value:
    """Let the call of a stage hand it the stream instead of the array."""
    assert isinstance(end.stage, Call)
    call = end.stage.op
    operands = [stream if operand == array else operand for operand in call.operands]
    call_instead(call, end.stage.callee, operands)
    argument = end.buffer.value
    argument.set_type(stream.type)
    return argument


def _name_calls(function: ir.Operation) -> None:
    """Every task of a region has a name."""
    taken: list[str] = []
    for view in function.regions[0].blocks[0].operations:
        call = view.operation
        if call.name == "func.call" and attrs.BUFFER_NAME not in call.attributes:
            callee = ir.FlatSymbolRefAttr(call.attributes["callee"]).value
            name = fresh_name(callee, taken)
            attrs.set_text(call, attrs.BUFFER_NAME, name)
            taken.append(name)


def _stage_name(stage: Loop | Call) -> str:
    return (stage.op_name or stage.band) if isinstance(stage, Loop) else stage.callee


def _names(stages: Sequence[Loop | Call]) -> str:
    return ", ".join(map(_stage_name, stages))


def _element(access: Access) -> str:
    subscripts = ["?"] if access.subscripts is None else map(str, access.subscripts)
    return f"{access.buffer.name}[{', '.join(subscripts)}]"


def _holds(stage: Loop | Call, name: str) -> bool:
    """Whether ``name`` is a loop of the stage."""
    return isinstance(stage, Loop) and any(loop.name == name for loop in stage.subtree())
