"""The anywidget: a comm around the controller.

* All compiler work happens in the session; all drawing in ``views`` and the browser.
* The session may change behind the widget's back (a schedule method called in a cell): the widget
  observes it, and every open view follows.
* Under the widget lies the session as a page, which shows where there is no kernel (see
  ``saved_output.py``).
* Verification ends in another thread; what it reports is sent from the kernel's own event loop,
  so that nothing reads the session from two threads at once.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import anywidget
import traitlets
from IPython.core.display import HTML
from IPython.display import display

from hcl_explore.explorer.controller import Controller
from hcl_explore.explorer.protocol import SessionLike
from hcl_explore.explorer.saved_output import SavedOutput
from hcl_explore.views.graph import warm_up
from hcl_explore.views.page import session_iframe

_STATIC = Path(__file__).parent / "static"
_WITHOUT_KERNEL = "The explorer needs a running kernel. Below is the session as it was saved."


class Explorer(anywidget.AnyWidget):  # type: ignore[misc]
    """The explorer of one session. ``session`` is what it shows; ``schedule`` its schedule."""

    _esm = _STATIC / "explorer.js"
    _css = _STATIC / "explorer.css"

    position = traitlets.Int(0, help="How many steps are applied.").tag(sync=True)

    saved_id = traitlets.Unicode(help="Names the output that stands in without a kernel.").tag(
        sync=True
    )

    def __init__(self, session: SessionLike) -> None:
        self._saved = SavedOutput(session.record)
        super().__init__(position=session.position, saved_id=self._saved.id)
        self.session = session
        self._thread = threading.get_ident()
        self._loop = _running_loop()
        self._controller = Controller(session, self.send)
        self._stop_observing = session.observe(self._on_change)
        self.on_msg(self._on_message)
        warm_up()

    @property
    def schedule(self) -> Any:
        """The session's schedule now; its methods move the widget."""
        return self.session.schedule

    def snapshot(self) -> HTML:
        """What the session is now, as a page inside the notebook that needs no kernel."""
        return HTML(session_iframe(self.session.record()))

    def close(self) -> None:
        """Close all views and stop following the session."""
        # ipywidgets closes once more when the object is collected.
        stop, self._stop_observing = self._stop_observing, _nothing
        stop()
        self._saved.close()
        super().close()

    def _ipython_display_(self, **_: object) -> None:
        data, metadata = self._repr_mimebundle_()
        data["text/plain"] = _WITHOUT_KERNEL
        display(data, metadata=metadata, raw=True)
        self._saved.show()

    def _on_message(self, _: object, content: Mapping[str, Any], __: object) -> None:
        if content.get("kind") == "request":
            self._controller.handle(content)

    def _on_change(self, kind: Literal["changed", "verification"], index: int) -> None:
        if kind == "changed":
            self._in_kernel_thread(self._follow)
        else:
            self._in_kernel_thread(lambda: self._send_badge(index))

    def _follow(self) -> None:
        self.position = self.session.position
        self._controller.send_state()
        self._saved.session_changed(self._loop)

    def _send_badge(self, index: int) -> None:
        self._controller.send_badge(index)
        self._saved.session_changed(self._loop)

    def _in_kernel_thread(self, action: Callable[[], None]) -> None:
        if threading.get_ident() == self._thread or self._loop is None:
            action()
        else:
            self._loop.call_soon_threadsafe(action)


def _nothing() -> None:
    """What is left to stop when nothing is observed."""


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that runs the kernel's cells; None outside of a kernel."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
