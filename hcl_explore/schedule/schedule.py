"""Schedule: a kernel, the steps applied to it, undo and redo. What ``hcl.customize`` returns."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import mlir.ir as ir

from hcl_explore.analysis.device import load_device
from hcl_explore.analysis.estimate import Estimate
from hcl_explore.analysis.graph import Graph
from hcl_explore.errors import (
    ArgumentError,
    HclError,
    KernelBoundsError,
    LegalityError,
    ScheduleError,
    UnknownNameError,
)
from hcl_explore.frontend import KernelSource, lower_with_sources, read_kernel
from hcl_explore.ir.context import new_context
from hcl_explore.ir.printing import ModuleLike, clone_module
from hcl_explore.ir.program import Program
from hcl_explore.ir.read_program import read_program
from hcl_explore.polyhedral.bounds import first_out_of_bounds
from hcl_explore.polyhedral.dependences import Dependence, dependences
from hcl_explore.polyhedral.endpoints import require_endpoints
from hcl_explore.schedule import naming
from hcl_explore.schedule.buildable import Buildable
from hcl_explore.schedule.handles import Band, BufferHandle, LoopHandle, Loops
from hcl_explore.schedule.lint import Finding, lint
from hcl_explore.schedule.parameters import Scope
from hcl_explore.schedule.primitive import Outcome, Primitive, PrimitiveInfo, info, primitives
from hcl_explore.schedule.primitive_methods import PrimitiveMethods
from hcl_explore.schedule.snapshot import Snapshot
from hcl_explore.schedule.step import Step
from hcl_explore.schedule.tasks import with_own_functions

if TYPE_CHECKING:
    from hcl_explore.backend.verify import Verification


@dataclass(frozen=True)
class Verdict:
    """Whether a primitive can be applied; where not, ``reason`` is what applying it would raise.

    Truthy when it can.
    """

    reason: ScheduleError | None

    def __bool__(self) -> bool:
        return self.reason is None

    def __str__(self) -> str:
        return "yes" if self.reason is None else str(self.reason)


class Schedule(PrimitiveMethods, Buildable):
    """A kernel under customisation.

    Every primitive of the registry is a method: ``s.split("k", 8)``. Arrays are attributes:
    ``s.A``. A refused primitive raises a ``ScheduleError`` and changes nothing.
    """

    def __init__(self, source: KernelSource) -> None:
        self.source = source
        self._context = new_context()
        module, self._sources = lower_with_sources(source, self._context)
        self._initial = Snapshot(module, self._sources)
        self._require_in_bounds(self._initial.program)
        require_endpoints(self._initial.program)
        self._steps: list[Step] = []
        self._position = 0
        self._observers: list[Callable[[], None]] = []

    def _require_in_bounds(self, program: Program) -> None:
        found = first_out_of_bounds(program)
        if found is not None:
            raise KernelBoundsError(
                found.message,
                span=self._sources.span(found.access.place),
                advice="Change the subscript, the loop's bounds or the array's shape.",
            )

    # --- the program now ----------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The kernel's name."""
        return self.source.name

    @property
    def top(self) -> str:
        """The name of the kernel's function in the module."""
        return self._initial.program.top

    @property
    def snapshot(self) -> Snapshot:
        """The program after the steps applied so far."""
        return self._steps[self._position - 1].after if self._position else self._initial

    @property
    def initial(self) -> Snapshot:
        """The program before any step."""
        return self._initial

    @property
    def program(self) -> Program:
        """The module's functions, loops, arrays and accesses as a read-only view."""
        return self.snapshot.program

    @property
    def module(self) -> ModuleLike:
        """The MLIR module. It is a snapshot: change it through primitives, not by hand."""
        return self.snapshot.module

    @property
    def ir(self) -> str:
        """The MLIR text with the kernel's own names."""
        return self.snapshot.text

    def get_loops(self, function: str | None = None) -> Loops:
        """The loops of the kernel (or of another function), by band and name.

        Raises:
            UnknownNameError: no such function.
        """
        name = self.top if function is None else function
        return Loops(self, naming.find_function(self.program, name).name)

    def loops(self, function: str | None = None) -> Loops:
        """Same as ``get_loops``."""
        return self.get_loops(function)

    def loop(self, name: str) -> LoopHandle:
        """A handle on the loop called ``name``.

        Raises:
            UnknownNameError, AmbiguousNameError: none or several loops are called so.
        """
        return LoopHandle(self, naming.find_loop(self.program, name).key)

    def buffer(self, name: str) -> BufferHandle:
        """A handle on the array called ``name``. Raises ``UnknownNameError``."""
        return BufferHandle(self, naming.find_buffer(self.program, name).key)

    def __getattr__(self, name: str) -> BufferHandle:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self.buffer(name)
        except UnknownNameError as error:
            near = difflib.get_close_matches(name, primitives(), n=1)
            hint = f"Did you mean the primitive '{near[0]}'? " if near else ""
            raise UnknownAttributeError(
                f"a schedule of {self.name} has no array and no method '{name}'",
                advice=f"{hint}{error.advice}",
            ) from None

    def __dir__(self) -> list[str]:
        buffers = [buffer.name for buffer in self.program.kernel.buffers]
        return sorted({*super().__dir__(), *buffers})

    def dependences(self, band: str | Band | LoopHandle | None = None) -> list[Dependence]:
        """Each dependence of a band (or of the whole kernel): kind, distance, carrying loop.

        ``band`` is its name, the band itself, or a loop, whose body is meant then.

        Raises:
            UnknownNameError: no such band.
            StaleHandleError: the handle is of another schedule, or what it names is gone.
        """
        if band is None:
            return dependences(self.program.kernel)
        if isinstance(band, str):
            return dependences(naming.find_band(self.program, band))
        found = self.program.loop(band.current_key(self))
        assert found is not None
        return dependences(found)

    # --- steps --------------------------------------------------------------------------------

    @property
    def history(self) -> tuple[Step, ...]:
        """The steps applied now, oldest first (undone ones are not among them)."""
        return tuple(self._steps[: self._position])

    @property
    def undone(self) -> tuple[Step, ...]:
        """The steps that ``redo`` would apply, next one first."""
        return tuple(self._steps[self._position :])

    def apply(
        self,
        primitive: str,
        arguments: Mapping[str, object],
        *,
        unchecked: bool = False,
        reassociate: bool = False,
    ) -> Step:
        """Apply a primitive by name, with its arguments as names, handles or plain data.

        ``unchecked`` applies it although legality was refused; ``reassociate`` allows changing the
        order of floating-point accumulations. Both mark the step only where they were needed.

        Raises:
            ScheduleError: refused; the schedule is as it was.
        """
        step, _ = self._apply(info(primitive), arguments, unchecked, reassociate)
        return step

    def _apply(
        self,
        declared: PrimitiveInfo,
        arguments: Mapping[str, object],
        unchecked: bool,
        reassociate: bool,
    ) -> tuple[Step, Outcome]:
        for flag, value in (("unchecked", unchecked), ("reassociate", reassociate)):
            if not isinstance(value, bool):
                raise ArgumentError(
                    f"{declared.name}: '{flag}' must be True or False, not {value!r}",
                    advice="These two are leave to override a refusal: nothing else stands for it.",
                )
        before = self.snapshot
        base = with_own_functions(before, arguments)
        resolved = declared.resolve(arguments, Scope(base.program, self, declared.name))
        was_unchecked, was_reassociated = self._admit(
            resolved, base.program, unchecked, reassociate
        )
        plain = declared.to_json(resolved, base.program)
        after, outcome = self._rewrite(declared, plain, base)
        marks: dict[str, object] = {}
        if was_reassociated:
            marks["reassociate"] = True
        if was_unchecked:
            marks["unchecked"] = True
        step = Step(
            primitive=declared.name,
            arguments=plain,
            call=declared.call_text(plain, **marks),
            explanation=resolved.explain(),
            before=before,
            after=after,
            forwarding=outcome.forwarding,
            unchecked=was_unchecked,
            reassociated=was_reassociated,
            allowed_error=resolved.allowed_error,
        )
        del self._steps[self._position :]
        self._steps.append(step)
        self._position += 1
        self._notify()
        return step, outcome

    def _admit(
        self,
        primitive: Primitive,
        program: Program,
        unchecked: bool,
        reassociate: bool,
    ) -> tuple[bool, bool]:
        """Whether legality had to be overridden, and whether reassociation was needed."""
        refusal = primitive.check(program, reassociate=False)
        is_unchecked, is_reassociated = primitive.marks
        if refusal is None:
            return is_unchecked, is_reassociated
        if reassociate and isinstance(refusal, LegalityError):
            refusal = primitive.check(program, reassociate=True)
            if refusal is None:
                return is_unchecked, True
        if unchecked and isinstance(refusal, LegalityError):
            return True, is_reassociated
        raise refusal

    def _rewrite(
        self, declared: PrimitiveInfo, plain: Mapping[str, object], before: Snapshot
    ) -> tuple[Snapshot, Outcome]:
        module = clone_module(before.module)
        program = read_program(module, self._sources)
        resolved = declared.resolve(plain, Scope(program, self, declared.name))
        outcome = resolved.apply(module, program)
        try:
            module.operation.verify()
        except ir.MLIRError as error:
            raise ScheduleError(
                f"{declared.name} made an invalid module; this is a fault of hcl_explore, and the "
                f"schedule is unchanged: {error}",
                advice="Please report it with the kernel and the steps.",
            ) from error
        return Snapshot(module, self._sources), outcome

    def can(self, primitive: str, *args: object, **kwargs: object) -> Verdict:
        """Whether ``s.<primitive>(*args, **kwargs)`` would be accepted; changes nothing."""
        reassociate = bool(kwargs.pop("reassociate", False))
        try:
            arguments = info(primitive).bind(args, kwargs)
        except ScheduleError as error:
            return Verdict(error)
        return self.judge(primitive, arguments, reassociate=reassociate)

    def judge(
        self, primitive: str, arguments: Mapping[str, object], *, reassociate: bool = False
    ) -> Verdict:
        """Whether ``apply`` would accept these arguments; changes nothing."""
        try:
            declared = info(primitive)
            program = with_own_functions(self.snapshot, arguments).program
            resolved = declared.resolve(arguments, Scope(program, self, primitive))
        except ScheduleError as error:
            return Verdict(error)
        return Verdict(resolved.check(program, reassociate=reassociate))

    def undo(self) -> Step:
        """Take the last step back. Raises ``ScheduleError`` if there is none."""
        if self._position == 0:
            raise ScheduleError("there is no step to undo")
        self._position -= 1
        self._notify()
        return self._steps[self._position]

    def redo(self) -> Step:
        """Apply the step that was undone last. Raises ``ScheduleError`` if there is none."""
        if self._position == len(self._steps):
            raise ScheduleError("there is no step to redo")
        self._position += 1
        self._notify()
        return self._steps[self._position - 1]

    def goto(self, position: int) -> None:
        """Undo or redo until ``position`` steps are applied.

        Raises:
            ScheduleError: there are not that many steps.
        """
        if not 0 <= position <= len(self._steps):
            raise ScheduleError(f"there are {len(self._steps)} steps, not {position}")
        if position != self._position:
            self._position = position
            self._notify()

    def fork(self, position: int | None = None) -> Schedule:
        """Another schedule of this kernel with the first ``position`` steps (None: those applied).

        The two share the snapshots, which nobody edits, and go on separately.
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._position = self._position if position is None else position
        other._steps = self._steps[: other._position]
        other._observers = []
        return other

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` after every step, undo and redo; returns what stops that."""
        self._observers.append(callback)
        return lambda: self._observers.remove(callback)

    def _notify(self) -> None:
        for callback in tuple(self._observers):
            callback()

    # --- consequences -------------------------------------------------------------------------

    def estimate(self, device: str = "u280", clock_mhz: float = 300.0) -> Estimate:
        """Latency, II, resources, traffic and roofline figures of the program now.

        Raises:
            DeviceError: unknown device, or a clock that it cannot run at.
        """
        return self.snapshot.estimate(load_device(device), clock_mhz)

    def lint(self, device: str = "u280", clock_mhz: float = 300.0) -> list[Finding]:
        """What is wrong with the program now, or will not do what was asked of it on that device.

        Checks: ``endpoints`` (a FIFO without its one producer and one consumer), ``deadlock``
        (tasks that wait for ever at these depths), ``leftover`` (tokens that nobody takes),
        ``unused`` (a stream that no token passes), ``shared-array`` (an array that one task writes
        while another one works on it), ``ports`` (an initiation interval that the memory ports do
        not allow). ``build`` gives each finding as a ``LintWarning``.
        """
        return lint(self.program, lambda: self.estimate(device, clock_mhz))

    def graph(self) -> Graph:
        """The dataflow graph of the program now."""
        return self.snapshot.graph

    def verify(self) -> Verification:
        """Run the program now beside the original one on random inputs, in the worker process.

        After steps that change values (``quantize``) the numeric error is measured and compared
        with what they allow.
        """
        # Not before it is asked for: it imports the CPU backend.
        from hcl_explore.backend.verify import compare

        return compare(
            self._initial.transport,
            self.snapshot.transport,
            self.top,
            exact=self.is_exact,
            allowed_error=self.allowed_error,
        )

    @property
    def is_exact(self) -> bool:
        """Whether every step so far keeps the result bit for bit."""
        return self.allowed_error is None and not any(step.reassociated for step in self.history)

    @property
    def allowed_error(self) -> float | None:
        """How much of the largest value results may differ by, all steps together; None if none
        changes values."""
        return _total_allowed(self.history)

    def reference(self, number: int) -> tuple[Snapshot, bool, float | None]:
        """What step ``number``, from 1, is verified against: a program, whether bit for bit, and
        the error allowed.

        A step that changes values is held against the original program; one after it against the
        program that it made.
        """
        steps = self.history[:number]
        if steps[-1].allowed_error is not None:
            return self._initial, False, _total_allowed(steps)
        changing = (i for i, step in enumerate(steps, 1) if step.allowed_error is not None)
        last = max(changing, default=0)
        program = steps[last - 1].after if last else self._initial
        return program, not any(step.reassociated for step in steps[last:]), None

    def __repr__(self) -> str:
        steps = "".join(f"\n  {step!r}" for step in self.history)
        return f"<schedule of {self.name}, {len(self.history)} steps>{steps}"


def _total_allowed(steps: Sequence[Step]) -> float | None:
    """The errors of several steps add up."""
    errors = [step.allowed_error for step in steps if step.allowed_error is not None]
    return sum(errors) if errors else None


class UnknownAttributeError(UnknownNameError, AttributeError):
    """``s.name`` is neither an array nor a method (an AttributeError too, for ``hasattr``)."""


def _method(declared: PrimitiveInfo) -> Callable[..., Any]:
    def call(self: Schedule, *args: object, **kwargs: object) -> Any:
        unchecked: Any = kwargs.pop("unchecked", False)
        reassociate: Any = kwargs.pop("reassociate", False)
        arguments = declared.bind(args, kwargs)
        _, outcome = self._apply(declared, arguments, unchecked, reassociate)
        handles: list[LoopHandle | BufferHandle] = [LoopHandle(self, k) for k in outcome.loops]
        handles += [BufferHandle(self, key) for key in outcome.buffers]
        return tuple(handles) if len(handles) > 1 else handles[0] if handles else None

    call.__name__ = call.__qualname__ = declared.name
    call.__doc__ = declared.method_doc
    call.__signature__ = declared.method_signature  # type: ignore[attr-defined]
    return call


for _name, _declared in primitives().items():
    for _spelling in (_name, *_declared.cls.aliases):
        setattr(PrimitiveMethods, _spelling, _method(_declared))


def customize(
    kernel: Callable[..., Any] | str | KernelSource,
    *,
    namespace: Mapping[str, object] | None = None,
    instantiate: Sequence[object] | None = None,
) -> Schedule:
    """Start a schedule on a kernel given as a function, or as its text.

    ``namespace`` adds to the names found around it; ``instantiate`` gives the values of its type
    parameters, in their order.

    Raises:
        KernelError: the kernel cannot be compiled; the message shows the line.
    """
    if isinstance(kernel, KernelSource):
        return Schedule(kernel)
    return Schedule(read_kernel(kernel, namespace=namespace, instantiate=instantiate))


__all__ = ["HclError", "Schedule", "Verdict", "customize"]
