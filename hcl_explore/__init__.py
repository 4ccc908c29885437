"""An interactive compiler explorer for accelerator kernels.

>>> import hcl_explore as hcl
>>> s = hcl.customize(kernel)  # doctest: +SKIP

What a kernel is written with is imported at once; the compiler behind it when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hcl_explore import errors
from hcl_explore.errors import HclError
from hcl_explore.lang import *  # noqa: F403
from hcl_explore.lang import __all__ as _language

if TYPE_CHECKING:
    from hcl_explore import examples
    from hcl_explore.backend.ip.function import ip
    from hcl_explore.explorer.api import explore
    from hcl_explore.schedule.comparing import verify
    from hcl_explore.schedule.pragmas import pragmas_to_schedule
    from hcl_explore.schedule.report_comparison import compare_report
    from hcl_explore.schedule.schedule import Schedule, customize
    from hcl_explore.session.session import Session

__version__ = "0.1.0"

_LAZY = {
    "Schedule": "hcl_explore.schedule.schedule",
    "Session": "hcl_explore.session.session",
    "compare_report": "hcl_explore.schedule.report_comparison",
    "customize": "hcl_explore.schedule.schedule",
    "explore": "hcl_explore.explorer.api",
    "ip": "hcl_explore.backend.ip.function",
    "pragmas_to_schedule": "hcl_explore.schedule.pragmas",
    "verify": "hcl_explore.schedule.comparing",
}

__all__ = [
    *_language,
    "HclError",
    "Schedule",
    "Session",
    "compare_report",
    "customize",
    "errors",
    "examples",
    "explore",
    "ip",
    "pragmas_to_schedule",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name == "examples":
        return import_module("hcl_explore.examples")
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'hcl_explore' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
