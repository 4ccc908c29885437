"""Dataflow programs: ``import hcl_explore.dataflow as df``."""

from __future__ import annotations

from typing import Any

from hcl_explore.lang.dataflow import Region, Stream, get_pid, kernel, region

__all__ = ["Region", "Stream", "build", "get_pid", "kernel", "region"]


def build(top: Any, **options: Any) -> Any:
    """``top`` compiled for the CPU: call it with NumPy arrays, outputs are updated in place.

    The same as ``hcl.customize(top).build()``; ``options`` are those of ``Schedule.build``.

    Raises:
        KernelError: the region cannot be compiled; the message shows the line.
    """
    from hcl_explore.schedule.schedule import customize

    return customize(top).build(**options)
