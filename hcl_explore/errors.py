"""Every exception a user can meet, in one tree.

A message has up to four parts, printed in this order: what is wrong, the source line with a
caret, what is in scope, and what to do. A Python traceback from our internals, or an MLIR
diagnostic, reaching the user is a bug.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SourceSpan:
    """A place in the user's kernel source.

    ``line`` and ``column`` count from 1, as editors show them; ``end_column`` is exclusive.
    ``text`` is the whole source line without its newline.
    """

    filename: str
    line: int
    column: int = 1
    end_column: int | None = None
    text: str = ""

    def render(self) -> str:
        """The ``file:line`` header, the line, and a caret under the offending part."""
        header = f"  {self.filename}:{self.line}"
        if not self.text:
            return header
        stripped = self.text.lstrip()
        indent = len(self.text) - len(stripped)
        start = max(self.column - 1 - indent, 0)
        end = self.end_column if self.end_column is not None else self.column + 1
        width = min(max(end - self.column, 1), max(len(stripped) - start, 1))
        return f"{header}\n    {stripped}\n    {' ' * start}{'^' * width}"


class HclError(Exception):
    """Base of all errors of hcl_explore.

    ``message`` says what is wrong in one sentence, ``span`` where, ``advice`` what to do.
    """

    def __init__(
        self, message: str, *, span: SourceSpan | None = None, advice: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.advice = advice

    def __str__(self) -> str:
        parts = [self.message]
        if self.span is not None:
            parts.append(self.span.render())
        if self.advice:
            parts.append(self.advice)
        return "\n".join(parts)

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in a notebook: the message, without the frames of our internals."""
        return [f"{type(self).__name__}: {self}"]


# --- the kernel as written -----------------------------------------------------------------


class KernelError(HclError):
    """The kernel source cannot be compiled."""


class KernelSyntaxError(KernelError):
    """The text is not Python, or uses a construct that a kernel cannot contain."""


class KernelTypeError(KernelError):
    """An expression, an assignment or an annotation has the wrong type."""


class KernelShapeError(KernelError):
    """Array shapes do not fit each other or the number of subscripts."""


class KernelBoundsError(KernelError):
    """An access is proved to leave its array; the message names an offending iteration."""


class KernelScopeError(KernelError):
    """A name is unknown, used outside its block, or shadows a loop variable."""


class KernelRecursionError(KernelError):
    """A kernel calls itself, directly or through others."""


class KernelStreamError(KernelError):
    """A stream of a region lacks its one producer or its one consumer."""


# --- schedules -----------------------------------------------------------------------------


class ScheduleError(HclError):
    """A schedule primitive was refused; the schedule is as it was before the call."""


class UnknownNameError(ScheduleError):
    """No loop, band, buffer or function has that name; the nearest ones are suggested."""


class AmbiguousNameError(ScheduleError):
    """Several loops carry that name; the candidates are listed with their source lines."""


class ArgumentError(ScheduleError):
    """An argument of a primitive has the wrong type or is out of its range."""


class StaleHandleError(ScheduleError):
    """A handle belongs to another schedule, or its loop is no longer in the program."""


class NotApplicableError(ScheduleError):
    """The primitive does not fit the program's structure here (not a perfect nest, …)."""


class LegalityError(ScheduleError):
    """The rewrite would change the program's result; the message shows two iterations."""

    @classmethod
    def later(cls, find: Callable[[], LegalityError]) -> LegalityError:
        """An error whose text is that of the one that ``find`` gives, asked when it is read."""
        error = cls.__new__(cls)
        error._find = find
        return error

    _find: Callable[[], LegalityError]

    def __getattr__(self, name: str) -> Any:
        # Python asks only for what is not there yet.
        if name not in ("message", "span", "advice"):
            raise AttributeError(name)
        found = self._find()
        HclError.__init__(self, found.message, span=found.span, advice=found.advice)
        return getattr(self, name)


# --- running and emitting ------------------------------------------------------------------


class BuildError(HclError):
    """A module cannot be compiled or emitted for the chosen target."""


class EmitError(BuildError):
    """The HLS emitter meets something it cannot express."""


class IpError(BuildError):
    """A C++ function cannot be wrapped (no such file or function, ports that do not match), or
    does not compile."""


class ReportError(HclError):
    """A synthesis report cannot be read: it is cut off, or not one of the known formats."""


class ProjectError(BuildError):
    """An HLS project cannot be written or run."""


class CallError(HclError):
    """A built kernel was called with the wrong number, shape or dtype of arguments."""


class RunError(HclError):
    """Compiled code crashed, ran out of time or out of bounds in its worker process."""


class AssertionFailedError(RunError):
    """An ``assert`` of the kernel did not hold while it ran; the message ends with its text."""


class DeadlockError(RunError):
    """The tasks of a dataflow program wait for each other; the message names the circle."""


class RunTimeoutError(RunError):
    """Compiled code was stopped because it ran longer than its time limit."""


# --- sessions, devices, command line ---------------------------------------------------------


class SessionError(HclError):
    """A saved session cannot be read, or does not reproduce."""


class NoSuchStepError(SessionError):
    """A step is asked for that the session does not have."""


class DeviceError(HclError):
    """An unknown device, a bad device file, or a clock outside the family's range."""
