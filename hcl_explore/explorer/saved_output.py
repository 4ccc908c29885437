"""The session as a page beside the widget in a notebook's output, for when there is no kernel.

* A widget's output is empty in a notebook that was exported, or opened without its kernel. So the
  widget puts a second output under itself, which steps through the session by itself.
* While the widget lives it hides that output (``explorer.js``); so nobody sees both.
* It is made anew at the end of a cell, and after clicks once nothing more happens for a while.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

from IPython.core.display import HTML
from IPython.core.getipython import get_ipython
from IPython.display import DisplayHandle, display

from hcl_explore.views.page import session_iframe
from hcl_explore.views.record import SessionRecord

_QUIET_S = 3.0


class SavedOutput:
    """The page of one widget. ``id`` tells the widget which output it is."""

    def __init__(self, record: Callable[[], SessionRecord]) -> None:
        self.id = uuid.uuid4().hex
        self._record = record
        self._handle: DisplayHandle | None = None
        self._is_stale = False
        self._timer: asyncio.TimerHandle | None = None

    def show(self) -> None:
        """Put the page into the output of the cell that runs."""
        handle = display(self._html(), display_id=self.id)
        shell = get_ipython()
        if self._handle is None and shell is not None:
            shell.events.register("post_run_cell", self._after_cell)
        self._handle = handle

    def session_changed(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """The page is no longer what the session is: update it when there is time."""
        if self._handle is None:
            return
        self._is_stale = True
        if self._timer is not None:
            self._timer.cancel()
        if loop is not None:
            self._timer = loop.call_later(_QUIET_S, self._update)

    def close(self) -> None:
        """Leave the page as it is from now on."""
        if self._timer is not None:
            self._timer.cancel()
        shell = get_ipython()
        if self._handle is not None and shell is not None:
            shell.events.unregister("post_run_cell", self._after_cell)
        self._handle = None

    def _after_cell(self, _: object) -> None:
        self._update()

    def _update(self) -> None:
        if self._handle is not None and self._is_stale:
            self._is_stale = False
            self._handle.update(self._html())

    def _html(self) -> HTML:
        frame = session_iframe(self._record())
        return HTML(f'<div class="hclx-saved" data-for="{self.id}">{frame}</div>')
