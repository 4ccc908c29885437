"""The command line: open the explorer, show what a kernel becomes, export a saved session."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from enum import Enum
from importlib import resources
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

import hcl_explore
from hcl_explore.errors import HclError, SessionError

app = typer.Typer(
    name="hcl-explore",
    help="Explore how schedule primitives turn a kernel into an accelerator.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

QUICK_START = "quick_start.ipynb"


class View(str, Enum):
    """What ``show`` prints."""

    loops = "loops"
    ir = "ir"
    hls = "hls"
    estimate = "estimate"
    steps = "steps"


class Format(str, Enum):
    """What ``export`` writes."""

    html = "html"
    session = "session"
    script = "script"
    hls = "hls"
    project = "project"


Device = Annotated[str, typer.Option(help="Name of the device, or a TOML file of your own.")]
Clock = Annotated[float, typer.Option(help="Clock in MHz.")]
Source = Annotated[
    Path, typer.Argument(help="A Python file with kernels (.py) or a saved session (.json).")
]
Kernel = Annotated[
    str | None, typer.Option(help="Which function of the file is the kernel (default: the last).")
]


@app.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Without a command: open the quick-start notebook in JupyterLab."""
    if version:
        typer.echo(f"hcl_explore {hcl_explore.__version__}")
    elif context.invoked_subcommand is None:
        lab()


@app.command()
def lab(
    notebook: Annotated[
        Path | None, typer.Argument(help="A notebook to open (default: the quick start).")
    ] = None,
    directory: Annotated[
        Path, typer.Option(help="Where the notebooks are copied to, so that you can change them.")
    ] = Path("hcl_explore_notebooks"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the server.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
) -> None:
    """Open JupyterLab on a notebook."""
    path = notebook if notebook is not None else copy_notebooks(directory) / QUICK_START
    if not path.is_file() or path.suffix != ".ipynb":
        problem = f"'{path}' is no notebook" if path.exists() else f"there is no '{path}'"
        raise SessionError(problem, advice="Give the path of an .ipynb file.")
    raise typer.Exit(subprocess.call(lab_command(path, port, browser=browser)))


def lab_command(notebook: Path, port: int, *, browser: bool) -> list[str]:
    """The call of JupyterLab. The notebook is in the address that the server prints, too: without
    a display that is all there is to go by."""
    command = [sys.executable, "-m", "jupyter", "lab", f"--ServerApp.port={port}"]
    command.append(f"--ServerApp.root_dir={notebook.resolve().parent}")
    command.append(f"--LabApp.default_url=/lab/tree/{quote(notebook.name)}")
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container there is often only root, as whom Jupyter does not start by itself.
        command.append("--allow-root")
    return command


def copy_notebooks(directory: Path) -> Path:
    """Copy the notebooks of the package that are not there yet; what a user changed stays."""
    bundled = resources.files("hcl_explore") / "notebooks"
    if not bundled.is_dir():  # an editable install: they lie beside the package
        bundled = Path(hcl_explore.__file__).resolve().parent.parent / "notebooks"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for entry in bundled.iterdir():
            target = directory / entry.name
            if entry.name.endswith(".ipynb") and not target.exists():
                with resources.as_file(entry) as file:
                    shutil.copyfile(file, target)
    except OSError as error:
        raise SessionError(f"cannot write to '{directory}': {error.strerror or error}") from error
    return directory


@app.command()
def show(
    source: Source,
    what: Annotated[View, typer.Argument(help="What to print.")] = View.loops,
    kernel: Kernel = None,
    device: Device = "u280",
    clock: Clock = 300.0,
) -> None:
    """Print a kernel's loops, IR, HLS C++, estimate or steps."""
    session = _open(source, kernel, device, clock)
    schedule = session.schedule
    if what is View.loops:
        typer.echo(repr(schedule.get_loops()))
    elif what is View.ir:
        typer.echo(schedule.ir)
    elif what is View.hls:
        typer.echo(schedule.build(target="vhls").hls_code)
    elif what is View.estimate:
        typer.echo(str(schedule.estimate(session.device, session.clock_mhz)))
    else:
        typer.echo("\n".join(step.call for step in schedule.history) or "(no steps)")


@app.command()
def export(
    source: Source,
    output: Annotated[Path, typer.Argument(help="The file (or folder, of a project) to write.")],
    format: Annotated[
        Format | None,
        typer.Option(help="Default: by the output's ending (.html, .json, .py, .cpp, .prj)."),
    ] = None,
    kernel: Kernel = None,
    device: Device = "u280",
    clock: Clock = 300.0,
) -> None:
    """Write a page, a session, a script, HLS C++ or a project.

    By the ending of OUTPUT: .html is a page that steps through the history without Python, .json a
    session to go on with, .py a Python script, .cpp the HLS C++, .prj a Vitis HLS project.
    """
    chosen = format or _format_of(output)
    session = _open(source, kernel, device, clock)
    if chosen is Format.html:
        session.wait_for_verification()
        session.to_html(output)
        return
    if chosen is Format.session:
        session.save(output)
        return
    if chosen is Format.project:
        session.schedule.build(
            "vitis_hls",
            mode="write",
            project=output,
            device=session.device,
            clock_mhz=session.clock_mhz,
        )
        return
    text = (
        session.to_script() if chosen is Format.script else session.schedule.build("vhls").hls_code
    )
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SessionError(f"cannot write '{output}': {error.strerror or error}") from error


@app.command()
def report(
    source: Source,
    reports: Annotated[
        list[Path], typer.Argument(help="Reports of synthesis: csynth.xml, csynth.rpt, …")
    ],
    kernel: Kernel = None,
    device: Device = "u280",
    clock: Clock = 300.0,
    save: Annotated[
        Path | None, typer.Option(help="Write the session with the reports in it (.json).")
    ] = None,
) -> None:
    """Print an HLS tool's report beside the estimate."""
    session = _open(source, kernel, device, clock)
    typer.echo("\n\n".join(str(session.load_report(path)) for path in reports))
    if save is not None:
        session.save(save)


_ENDINGS = {
    ".html": Format.html,
    ".htm": Format.html,
    ".json": Format.session,
    ".py": Format.script,
    ".cpp": Format.hls,
    ".prj": Format.project,
}


def _format_of(output: Path) -> Format:
    if output.suffix not in _ENDINGS:
        raise SessionError(
            f"the ending of '{output}' does not tell the format",
            advice=f"End it with {', '.join(_ENDINGS)}, or pass --format.",
        )
    return _ENDINGS[output.suffix]


def _open(source: Path, kernel: str | None, device: str, clock: float) -> hcl_explore.Session:
    if source.suffix == ".json":
        return hcl_explore.Session.load(source)
    if source.suffix == ".ipynb":
        raise SessionError(
            f"'{source}' is a notebook",
            advice=f"Open it with hcl-explore lab {source}, or give a file of kernels (.py).",
        )
    try:
        text = source.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SessionError(f"cannot read '{source}': it is not text in UTF-8") from error
    except OSError as error:
        raise SessionError(f"cannot read '{source}': {error.strerror or error}") from error
    from hcl_explore.frontend import read_kernel

    read = read_kernel(text, name=kernel, filename=source.name)
    return hcl_explore.Session(read, device=device, clock_mhz=clock)


def main() -> None:
    """The entry point: errors of ours are printed in full, without a traceback."""
    try:
        app()
    except HclError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
