"""``hcl.explore``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hcl_explore.explorer.widget import Explorer

if TYPE_CHECKING:
    from hcl_explore.schedule.schedule import Schedule
    from hcl_explore.session.session import Session


def explore(
    kernel_or_session: Callable[..., Any] | str | Schedule | Session,
    device: str = "u280",
    clock_mhz: float = 300.0,
) -> Explorer:
    """Open the explorer on a kernel (a function or its source), a schedule or a session.

    ``device`` and ``clock_mhz`` are what the estimates are for; a session brings its own.

    Raises:
        KernelError: the kernel cannot be compiled.
        DeviceError: unknown device, or a clock that it cannot run at.
    """
    from hcl_explore.session.session import Session

    if isinstance(kernel_or_session, Session):
        return Explorer(kernel_or_session)
    return Explorer(Session(kernel_or_session, device=device, clock_mhz=clock_mhz))
