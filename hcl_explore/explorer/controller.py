"""Requests of the browser -> calls on the session -> responses. Knows nothing of widgets.

A mistake of the user's is answered with an ``ErrorMessage``; it never raises out of here.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Literal

from hcl_explore.analysis.device import device_names
from hcl_explore.errors import HclError, LegalityError, SessionError
from hcl_explore.explorer.advice import advise, survey
from hcl_explore.explorer.protocol import (
    BadgeEvent,
    ErrorMessage,
    Hello,
    OfferMessage,
    PaneMessage,
    Response,
    SessionLike,
    SpanMessage,
    StateEvent,
    StateMessage,
    StepMessage,
)
from hcl_explore.views.history import badge_html, history_html
from hcl_explore.views.page import session_page
from hcl_explore.views.panes import PANES, assembly_html, pane_list, render_pane
from hcl_explore.views.record import SessionRecord

# The one pane that no record holds: it takes LLVM's tools, and is made only when looked at.
ASSEMBLY = "assembly"

logger = logging.getLogger(__name__)

Send = Callable[[Mapping[str, Any]], None]
Params = Mapping[str, Any]


class Controller:
    """One per widget; serves any number of open views of it."""

    def __init__(self, session: SessionLike, send: Send) -> None:
        self.session = session
        self._send = send
        self._pane = PANES[0].id
        self._handlers: dict[str, Callable[[Params], object]] = {
            "hello": self._hello,
            "pane": self._show_pane,
            "apply": self._apply,
            "undo": lambda _: self.session.undo(),
            "redo": lambda _: self.session.redo(),
            "goto": lambda params: self.session.goto(int(params["position"])),
            "remove": lambda params: self.session.remove(int(params["index"])),
            "edit": lambda params: self.session.edit(str(params["text"])),
            "load_kernel": lambda params: self.session.load_kernel(str(params["name"])),
            "apply_example_schedule": lambda _: self.session.apply_example_schedule(),
            "set_device": self._set_device,
            "advise": self._advise,
            "survey": self._survey,
            "export": self._export,
            "measure": self._measure,
            "simulate": self._simulate,
            "load_report": self._load_report,
        }

    # --- from the browser -------------------------------------------------------------------

    def handle(self, request: Mapping[str, Any]) -> None:
        """Answer one request, with its result or an error."""
        response = Response(kind="response", id=str(request.get("id", "")))
        try:
            handler = self._handlers.get(str(request.get("method")))
            if handler is None:
                raise SessionError(f"the explorer knows no request '{request.get('method')}'")
            response["result"] = handler(request.get("params") or {})
        except HclError as error:
            response["error"] = self._error(error, request)
        except Exception as error:  # a fault of ours must not leave the browser waiting
            logger.exception("request %r failed", request.get("method"))
            response["error"] = ErrorMessage(
                title="This is a fault of hcl_explore",
                text=f"{type(error).__name__}: {error}\n"
                "The session is as it was. Please report this with the kernel and the steps.",
                span=None,
                remedy=None,
            )
        self._send(response)

    def _error(self, error: HclError, request: Mapping[str, Any]) -> ErrorMessage:
        span = None
        if error.span is not None:
            span = SpanMessage(
                line=error.span.line,
                column=error.span.column,
                end_column=error.span.end_column,
            )
        remedy = self._remedy(error, request)
        title = _TITLES.get(type(error).__name__, "Refused")
        if remedy == "reassociate":
            title = "Refused: it would change the rounding"
        return ErrorMessage(title=title, text=str(error), span=span, remedy=remedy)

    def _remedy(
        self, error: HclError, request: Mapping[str, Any]
    ) -> Literal["unchecked", "reassociate"] | None:
        if request.get("method") != "apply" or not isinstance(error, LegalityError):
            return None
        params = request["params"]
        only_rounding = (
            self.session.why_not(params["primitive"], params["arguments"], reassociate=True) is None
        )
        return "reassociate" if only_rounding else "unchecked"

    def _hello(self, params: Params) -> Hello:
        self._pane = str(params["pane"])
        record = self.session.record()
        return Hello(
            state=self.state(record),
            pane=self._render(record, record["position"]),
            panes=[*pane_list(), {"id": ASSEMBLY, "title": "Assembly", "views": []}],
            kernels=self.session.kernels(),
            devices=device_names(),
        )

    def _show_pane(self, params: Params) -> PaneMessage:
        self._pane = str(params["pane"])
        return self._render(self.session.record(), int(params["step"]))

    def _render(self, record: SessionRecord, step: int) -> PaneMessage:
        if self._pane == ASSEMBLY:
            html = assembly_html(self.session.assembly(step))
        else:
            html = render_pane(record, step, self._pane)
        return PaneMessage(step=step, pane=self._pane, html=html)

    def _apply(self, params: Params) -> None:
        self.session.apply(
            str(params["primitive"]),
            params["arguments"],
            unchecked=bool(params.get("unchecked")),
            reassociate=bool(params.get("reassociate")),
        )

    def _set_device(self, params: Params) -> None:
        self.session.set_device(str(params["device"]), float(params["clock_mhz"]))

    def _measure(self, params: Params) -> None:
        for step in params["steps"]:
            self.session.measure(int(step))

    def _simulate(self, params: Params) -> None:
        self.session.simulate(
            int(params["step"]),
            depths=params.get("depths") or {},
            smallest=bool(params.get("smallest")),
        )

    def _load_report(self, params: Params) -> None:
        self.session.load_report_text(str(params["text"]), str(params["name"]))

    def _advise(self, params: Params) -> object:
        return advise(self.session, str(params["primitive"]), params["arguments"])

    def _survey(self, params: Params) -> dict[str, str | None]:
        return survey(self.session, params.get("loop"), params.get("buffer"))

    def _export(self, params: Params) -> dict[str, str]:
        record = self.session.record()
        kind = params["format"]
        if kind == "json":
            text, ending, mime = json.dumps(self.session.to_json(), indent=1), "json", "json"
        elif kind == "script":
            text, ending, mime = self.session.to_script(), "py", "x-python"
        else:
            return {
                "filename": f"{record['name']}.html",
                "mime": "text/html",
                "text": session_page(record),
            }
        return {"filename": f"{record['name']}.{ending}", "mime": f"text/{mime}", "text": text}

    # --- to the browser -----------------------------------------------------------------------

    def send_state(self) -> None:
        """Tell every view that the session changed."""
        record = self.session.record()
        pane = None if self._pane == ASSEMBLY else self._render(record, record["position"])
        self._send(StateEvent(kind="state", state=self.state(record), pane=pane))

    def send_badge(self, index: int) -> None:
        """Tell every view how the verification of a step ended."""
        steps = self.session.record()["steps"]
        if index < len(steps):
            html = badge_html(steps[index]["verification"])
            self._send(BadgeEvent(kind="badge", step=index, html=html))

    def state(self, record: SessionRecord) -> StateMessage:
        """The state that views draw themselves from."""
        digest = hashlib.sha256(
            repr((record["kernel"], record["device"], record["clock_mhz"])).encode()
        )
        steps: list[StepMessage] = []
        for step in record["steps"]:
            digest.update(repr(step["call"]).encode())
            steps.append(
                StepMessage(
                    key=digest.hexdigest()[:16],
                    call=step["call"],
                    explanation=step["explanation"],
                )
            )
        found_out = [(step["measured"], step["simulation"]) for step in record["steps"]]
        digest.update(repr((record["position"], found_out, record["reports"])).encode())
        return StateMessage(
            key=digest.hexdigest()[:16],
            name=record["name"],
            filename=record["filename"],
            kernel=record["kernel"],
            kernel_first_line=record["kernel_first_line"],
            device=record["device"],
            clock_mhz=record["clock_mhz"],
            position=record["position"],
            redo=record["redo"],
            steps=steps,
            history=history_html(record, editable=True),
            palette=self.session.palette(),
            offer=self._offer(record),
        )

    def _offer(self, record: SessionRecord) -> OfferMessage | None:
        """The schedule of the example, as long as no step was made."""
        example = self.session.example
        if example is None or not example.schedule or len(record["steps"]) > 1:
            return None
        return OfferMessage(steps=len(example.schedule), remark=example.remark)


_TITLES = {
    "LegalityError": "Refused: it would change the result",
    "NotApplicableError": "Refused: it does not fit this program",
    "ArgumentError": "Refused: an argument does not fit",
    "UnknownNameError": "Refused: unknown name",
    "AmbiguousNameError": "Refused: ambiguous name",
    "KernelSyntaxError": "The kernel cannot be read",
    "KernelTypeError": "The kernel has a type error",
    "KernelShapeError": "The shapes do not fit",
    "KernelBoundsError": "An access is out of bounds",
    "KernelScopeError": "A name is out of scope",
    "KernelRecursionError": "A kernel calls itself",
    "KernelError": "The kernel cannot be compiled",
    "DeviceError": "The device cannot be used",
    "CallError": "That does not fit",
    "ReportError": "The report cannot be used",
    "SessionError": "That did not work",
}
