"""What passes between the widget and its kernel, in one typed file.

The browser sends *requests* and gets one *response* to each; Python sends *events* on its own when
the session changed, to every open view. The only synchronised trait is ``position``. The HTML of a
pane goes by message, when it is asked for, and is cached in the browser under the step's ``key``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, TypedDict

from hcl_explore.examples.example import Example
from hcl_explore.views.record import PrimitiveRecord, SessionRecord

ExportFormat = Literal["json", "script", "html"]


class SpanMessage(TypedDict):
    """A place in the kernel's source; lines and columns count from 1, the end is exclusive."""

    line: int
    column: int
    end_column: int | None


class ErrorMessage(TypedDict):
    """A refusal or a mistake. ``text`` is the whole message with source line and caret.

    ``remedy`` is what can be offered: apply all the same, or accept another rounding.
    """

    title: str
    text: str
    span: SpanMessage | None
    remedy: Literal["unchecked", "reassociate"] | None


class StepMessage(TypedDict):
    """A step for the step list; ``key`` names the program and all that led to it."""

    key: str
    call: str
    explanation: str


class OfferMessage(TypedDict):
    """The schedule that an example comes with: how many steps, and what is worth knowing of it."""

    steps: int
    remark: str


class StateMessage(TypedDict):
    """Everything but the panes. ``key`` names the whole history and the device."""

    key: str
    name: str
    filename: str
    kernel: str
    kernel_first_line: int
    device: str
    clock_mhz: float
    position: int
    redo: int
    steps: list[StepMessage]
    history: str
    palette: list[PrimitiveRecord]
    offer: OfferMessage | None


class PaneMessage(TypedDict):
    """One pane of one step."""

    step: int
    pane: str
    html: str


class Hello(TypedDict):
    """The answer to the first request of a view."""

    state: StateMessage
    pane: PaneMessage
    panes: list[dict[str, object]]
    kernels: list[tuple[str, str, str]]
    """The examples for the menu: name, summary, group."""
    devices: list[str]


class Advice(TypedDict):
    """A form as it stands: why it would be refused, the labels of what is still to be filled in,
    and the Python call that it stands for. ``choices`` maps the choices of each list to why they
    would be refused, or None."""

    reason: str | None
    missing: list[str]
    call_html: str
    choices: dict[str, dict[str, str | None]]


class Request(TypedDict):
    kind: Literal["request"]
    id: str
    method: str
    params: dict[str, object]


class Response(TypedDict, total=False):
    """``result`` or ``error``."""

    kind: Literal["response"]
    id: str
    result: object
    error: ErrorMessage


class StateEvent(TypedDict):
    """The session changed; ``pane`` is the pane that was asked for last, of the step now, unless it
    takes long to make."""

    kind: Literal["state"]
    state: StateMessage
    pane: PaneMessage | None


class BadgeEvent(TypedDict):
    """The verification of a step came to an end."""

    kind: Literal["badge"]
    step: int
    html: str


class SessionLike(Protocol):
    """What the explorer needs of a session."""

    @property
    def position(self) -> int: ...

    @property
    def schedule(self) -> Any: ...

    def record(self) -> SessionRecord: ...

    def palette(self) -> list[PrimitiveRecord]: ...

    def assembly(self, index: int) -> str: ...

    def measure(self, index: int) -> object: ...

    def simulate(self, index: int, *, depths: Mapping[str, int], smallest: bool) -> object: ...

    def load_report_text(self, text: str, name: str) -> object: ...

    def apply(
        self,
        primitive: str,
        arguments: Mapping[str, object],
        *,
        unchecked: bool = False,
        reassociate: bool = False,
    ) -> object: ...

    def why_not(
        self, primitive: str, arguments: Mapping[str, object], *, reassociate: bool = False
    ) -> str | None: ...

    def is_refused(self, primitive: str, arguments: Mapping[str, object]) -> bool: ...

    def call_preview(self, primitive: str, arguments: Mapping[str, object]) -> str: ...

    def undo(self) -> None: ...

    def redo(self) -> None: ...

    def goto(self, position: int) -> None: ...

    def remove(self, index: int) -> None: ...

    def edit(self, kernel_text: str) -> None: ...

    def kernels(self) -> list[tuple[str, str, str]]: ...

    def load_kernel(self, name: str) -> None: ...

    @property
    def example(self) -> Example | None: ...

    def apply_example_schedule(self) -> None: ...

    def set_device(self, device: str, clock_mhz: float) -> None: ...

    def observe(
        self, callback: Callable[[Literal["changed", "verification"], int], None]
    ) -> Callable[[], None]: ...

    def to_json(self) -> dict[str, Any]: ...

    def to_script(self) -> str: ...
