"""A session shown elsewhere: as a page, as figures, as a script."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from hcl_explore.schedule.schedule import Schedule
from hcl_explore.session.saving import write_text
from hcl_explore.session.script import session_script
from hcl_explore.views.page import session_iframe, session_page
from hcl_explore.views.record import SessionRecord
from hcl_explore.views.roofline_figure import roofline_figure
from hcl_explore.views.timeline_figure import timeline_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Exports(ABC):
    """The part of a ``Session`` that writes what others read."""

    schedule: Schedule
    device: str
    clock_mhz: float

    @property
    @abstractmethod
    def position(self) -> int:
        """How many steps are applied now."""

    @abstractmethod
    def record(self) -> SessionRecord:
        """The whole session as plain data."""

    def roofline_figure(self) -> Figure:
        """The roofline of all steps as a matplotlib figure. Raises ``DeviceError`` for a device
        without peak or bandwidth."""
        return roofline_figure(self.record())

    def timeline_figure(self, step: int | None = None) -> Figure:
        """The latency timeline of a step (by default of the program now) as a matplotlib figure.
        Raises ``NoSuchStepError`` if there is no such step."""
        return timeline_figure(self.record(), self.position if step is None else step)

    def _repr_html_(self) -> str:
        """The session in a notebook's output, to be stepped through without a kernel."""
        return session_iframe(self.record())

    def to_html(self, path: str | Path) -> None:
        """Write one self-contained page that steps through the history without a kernel.

        Raises:
            SessionError: the file cannot be written.
        """
        write_text(Path(path), session_page(self.record()))

    def to_script(self) -> str:
        """A Python script that makes this session's schedule. Raises ``SessionError``."""
        return session_script(
            self.schedule.source, self.schedule.history, self.device, self.clock_mhz
        )
