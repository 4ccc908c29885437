"""A whole Vitis HLS project in a folder, and running the tool on it.

All files are made first and then moved into place one by one, so a project is never half written.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hcl_explore.backend.cpu import CpuKernel
from hcl_explore.backend.cpu.inputs import random_inputs
from hcl_explore.backend.hls import project_files
from hcl_explore.backend.hls.code import HlsCode
from hcl_explore.backend.hls.project_files import ProjectOptions
from hcl_explore.backend.hls.read_report import load_report
from hcl_explore.backend.hls.report import Report
from hcl_explore.backend.hls.testbench import data_files, header_text, testbench_text
from hcl_explore.errors import ProjectError

STEPS = ("csim", "csynth", "cosim", "export")
_REPORTS = "build/solution/syn/report"


@dataclass(frozen=True)
class HlsProject:
    """A project that has been written: its folder, the code in it, its files' names, and what the
    tool reported of it if it has run."""

    folder: Path
    code: HlsCode
    files: tuple[str, ...]
    result: Report | None = None

    def run(self, steps: Sequence[str] = ("csim", "csynth"), *, timeout_s: float = 3600) -> Report:
        """Run Vitis HLS and read its report.

        Raises:
            ProjectError: an unknown step, no tool on the PATH, or the tool failed; the message
                ends with the last lines that it printed.
            ReportError: the tool wrote no report that can be read.
        """
        unknown = [step for step in steps if step not in STEPS]
        if unknown or "csynth" not in steps:
            raise ProjectError(
                f"unknown step {unknown[0]!r}" if unknown else "without csynth there is no report",
                advice=f"The steps are {', '.join(STEPS)}.",
            )
        command = find_tool()
        environment = {**os.environ, "HLS_STEPS": " ".join(steps)}
        try:
            done = subprocess.run(
                [*command, "run_hls.tcl"],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ProjectError(f"{command[0]} took longer than {timeout_s:g} s") from error
        if done.returncode != 0:
            last = "\n".join(done.stdout.splitlines()[-15:])
            raise ProjectError(f"{Path(command[0]).name} failed:\n{last}")
        return self.report()

    def synthesised(self, steps: Sequence[str] = ("csim", "csynth")) -> HlsProject:
        """This project after a run of the tool, with its report. Raises as ``run``."""
        return replace(self, result=self.run(steps))

    @property
    def report_path(self) -> Path:
        """Where the tool leaves its report."""
        folder = self.folder / _REPORTS
        paths = [folder / "csynth.xml", folder / f"{self.code.top}_csynth.xml"]
        return next((path for path in paths if path.exists()), paths[0])

    def report(self) -> Report:
        """The report that a run left behind. Raises ``ReportError``."""
        return load_report(self.report_path)


_TOOLS = (("vitis_hls", ("-f",)), ("vitis-run", ("--mode", "hls", "--tcl")))


def has_tool() -> bool:
    """Whether Vitis HLS is on the PATH."""
    return any(shutil.which(name) is not None for name, _ in _TOOLS)


def find_tool() -> list[str]:
    """The command that runs a Tcl script in Vitis HLS. Raises ``ProjectError`` if there is none."""
    for name, options in _TOOLS:
        path = shutil.which(name)
        if path is not None:
            return [path, *options]
    raise ProjectError(
        "neither vitis_hls nor vitis-run is on the PATH",
        advice="Source the settings64 script of Vitis, or run 'make csynth' in the project where "
        "Vitis is installed and load its report.",
    )


def write_project(
    code: HlsCode,
    folder: str | Path,
    kernel: CpuKernel,
    *,
    inputs: Sequence[Any] | None = None,
    seed: int = 0,
    options: ProjectOptions | None = None,
) -> HlsProject:
    """Write a project for ``code`` (Vitis dialect) to ``folder``.

    ``kernel`` is the same program on the CPU: it gives the golden results, on ``inputs`` or on
    random ones drawn by ``seed``. A folder that already holds a project is brought up to date,
    and what the tool left in it stays; any other folder must be empty.

    Raises:
        ProjectError: the folder is not ours or cannot be written, or an option is wrong.
        CallError: ``inputs`` do not fit the kernel.
        RunError: the kernel does not run on the inputs.
    """
    options = options or ProjectOptions()
    _check_options(code, options)
    target = Path(folder)
    _check_folder(target)
    arguments = list(inputs) if inputs is not None else random_inputs(kernel.signature, seed)
    files = _all_files(code, kernel, arguments, options)
    try:
        _place(target, files)
    except OSError as error:
        raise ProjectError(
            f"the project cannot be written to {target}: {error.strerror}",
            advice="Choose a folder that you may write to.",
        ) from error
    return HlsProject(target, code, tuple(files))


def _check_options(code: HlsCode, options: ProjectOptions) -> None:
    if code.dialect != "vitis":
        raise ProjectError(
            f"a project is written for Vitis HLS, not for {code.dialect}",
            advice="Emit the code with dialect='vitis'.",
        )
    if not re.fullmatch(r"[A-Za-z0-9_-]+", options.part):
        raise ProjectError(f"{options.part!r} is no part number")
    for port in code.ports:
        bank = re.fullmatch(r"(\w+)\[(\d+)\]", port.bank or "")
        if bank is not None and bank[1] == options.memory and int(bank[2]) >= options.banks:
            raise ProjectError(
                f"'{port.source_name}' is placed in {port.bank}, but there are {options.banks} "
                f"banks of {options.memory}",
                advice=f"Choose a bank from 0 to {options.banks - 1}.",
            )
    if not 0 < options.clock_ns <= 1000:
        raise ProjectError(f"a clock period of {options.clock_ns} ns is out of range")


def _check_folder(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ProjectError(f"{target} is a file", advice="Choose another folder.")
    is_ours = (target / "run_hls.tcl").exists()
    if target.is_dir() and any(target.iterdir()) and not is_ours:
        raise ProjectError(
            f"{target} holds files that are no HLS project",
            advice="Choose an empty folder, or one that does not exist.",
        )


def _all_files(
    code: HlsCode, kernel: CpuKernel, arguments: list[Any], options: ProjectOptions
) -> dict[str, str]:
    """The text of each file by its path in the project."""
    after = [value.copy() if isinstance(value, np.ndarray) else value for value in arguments]
    results = kernel(*after)
    if results is None:
        results = ()
    elif not isinstance(results, tuple):
        results = (results,)
    files = {
        f"{code.top}.cpp": code.text,
        f"{code.top}.h": header_text(code),
        f"{code.top}_test.cpp": testbench_text(code, options.relative_tolerance),
        "run_hls.tcl": project_files.tcl_text(code, options),
        "Makefile": project_files.makefile_text(code),
        "README.md": project_files.readme_text(code, options),
    }
    if project_files.is_kernel(code):
        files["connectivity.cfg"] = project_files.connectivity_text(code, options)
    notebook = project_files.notebook_text(code)
    if notebook is not None:
        files["host.ipynb"] = notebook
    for external in code.externals:
        files.update({f"ip/{external.name}/{name}": text for name, text in external.files})
    for name, text in data_files(code, arguments, after, results).items():
        files[f"data/{name}"] = text
    return files


def _place(target: Path, files: dict[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        staging.chmod(0o755)  # mkdtemp's own is for its owner alone
        for name, text in files.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_text(text, encoding="utf-8")
        if target.exists() and any(target.iterdir()):
            for name in files:
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (staging / name).replace(target / name)
        else:
            staging.replace(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
