"""What ``Schedule.build`` takes, and how it is handed on."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from hcl_explore.backend.hls import HlsCode, HlsOptions, Interface, Transfer
from hcl_explore.schedule.lint import Finding, LintWarning
from hcl_explore.schedule.snapshot import Snapshot

if TYPE_CHECKING:
    from hcl_explore.backend.cpu import CpuKernel


class Buildable(ABC):
    """The part of a ``Schedule`` that compiles its program."""

    @property
    @abstractmethod
    def snapshot(self) -> Snapshot:
        """The program after the steps applied so far."""

    @property
    @abstractmethod
    def top(self) -> str:
        """The name of the kernel's function in the module."""

    @abstractmethod
    def lint(self, device: str = ..., clock_mhz: float = ...) -> list[Finding]:
        """What is wrong with the program now."""

    @overload
    def build(self, *, timeout_s: float = ..., debug: bool = ...) -> CpuKernel: ...
    @overload
    def build(self, target: Literal["vhls"]) -> HlsCode: ...
    @overload
    def build(
        self,
        target: str | None,
        *,
        mode: str | None = ...,
        project: str | Path | None = ...,
        timeout_s: float = ...,
        debug: bool = ...,
        interface: Interface = ...,
        transfer: Transfer | Mapping[str, Transfer] | None = ...,
        device: str = ...,
        clock_mhz: float = ...,
    ) -> Any: ...

    def build(
        self,
        target: str | None = None,
        *,
        mode: str | None = None,
        project: str | Path | None = None,
        timeout_s: float = 60.0,
        debug: bool = False,
        interface: Interface = "m_axi",
        transfer: Transfer | Mapping[str, Transfer] | None = None,
        device: str = "u280",
        clock_mhz: float = 300.0,
    ) -> Any:
        """Compile the program now.

        ``target`` None or ``"cpu"`` gives a callable on NumPy arrays that runs in a worker process
        for at most ``timeout_s`` seconds a call; ``debug`` checks data-dependent subscripts while
        it runs; tasks are simulated with the cycles that they take on ``device`` at ``clock_mhz``.
        ``"vhls"`` gives Vitis HLS C++ (``.hls_code``), ``"catapult"`` that of Catapult;
        with ``mode="csim"`` a callable that runs this very C++, compiled with g++. ``"vitis_hls"``
        writes a whole project with testbench and scripts for ``device`` at ``clock_mhz`` to the
        folder ``project``, and synthesises it where the tool is on the PATH (``.result``), unless
        ``mode`` is ``"write"``. ``interface`` is what the arrays of the HLS targets become
        (``m_axi``, ``s_axilite``, ``ap_memory``, ``ap_fifo``), ``transfer`` how their elements
        travel, for all or by name (``burst``, ``copy``, ``stream``): see ``HlsOptions``.

        Raises:
            BuildError: unknown target or mode, or the program cannot be compiled for it.
        """
        # Not before it is asked for: the backends are half of what a schedule would import.
        from hcl_explore.schedule.building import build

        for finding in self.lint(device, clock_mhz):
            warnings.warn(str(finding), LintWarning, stacklevel=2)
        return build(
            self.snapshot,
            self.top,
            target,
            mode=mode,
            project=project,
            timeout_s=timeout_s,
            debug=debug,
            hls=HlsOptions(interface, transfer),
            device=device,
            clock_mhz=clock_mhz,
        )
