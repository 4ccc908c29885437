"""The command line, as a user calls it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hcl_explore import Session
from hcl_explore.cli import QUICK_START, copy_notebooks, lab_command

sys.path.append(str(Path(__file__).parent / "backend" / "hls"))
from csynth import csynth_xml

KERNEL = """
N = 8

def scale(A: int32[N, N]):
    for i, j in hcl.grid(N, N):
        A[i, j] = 2 * A[i, j]
"""


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hcl_explore", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def kernel_file(tmp_path: Path) -> Path:
    path = tmp_path / "scale.py"
    path.write_text(KERNEL)
    return path


def test_help_names_the_commands() -> None:
    result = run("--help")
    assert result.returncode == 0
    for command in ("lab", "show", "export", "report"):
        assert command in result.stdout


def test_export_of_a_project(kernel_file: Path, tmp_path: Path) -> None:
    options = ("--device", "zedboard", "--clock", 100)
    result = run("export", kernel_file, tmp_path / "scale.prj", *options)
    assert result.returncode == 0, result.stderr
    script = (tmp_path / "scale.prj" / "run_hls.tcl").read_text()
    assert "set_part {xc7z020-clg484-1}" in script and "-period 10 " in script


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("loops", "i  (trip count 8)"),
        ("ir", "affine.for %i = 0 to 8"),
        ("hls", "void scale("),
        ("estimate", "latency"),
        ("steps", "(no steps)"),
    ],
)
def test_show(kernel_file: Path, what: str, expected: str) -> None:
    result = run("show", kernel_file, what)
    assert result.returncode == 0, result.stderr
    assert expected in result.stdout


@pytest.mark.parametrize(
    ("name", "expected"),
    [("page.html", "<html"), ("script.py", "hcl.customize(scale)"), ("kernel.cpp", "#include")],
)
def test_export(kernel_file: Path, tmp_path: Path, name: str, expected: str) -> None:
    result = run("export", kernel_file, tmp_path / name)
    assert result.returncode == 0, result.stderr
    assert expected in (tmp_path / name).read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "no_such_file.py"), "cannot read 'no_such_file.py'"),
        (("show", "{kernel}", "--kernel", "other"), "other"),
        (("show", "{kernel}", "estimate", "--device", "u999"), "u999"),
        (("export", "{kernel}", "out.xyz"), "does not tell the format"),
        (("export", "{kernel}", "/no/such/folder/out.cpp"), "cannot write"),
        (("lab", "missing.ipynb"), "there is no 'missing.ipynb'"),
        (("lab", "{kernel}"), "scale.py' is no notebook"),
        (("show", "work.ipynb"), "Open it with hcl-explore lab work.ipynb"),
        (("show", "missing.json"), "cannot read 'missing.json': No such file"),
        (("show", "."), "cannot read '.': Is a directory"),
        (("show", "{folder}/deep.json"), "deep.json' is no saved session: it is nested too deeply"),
        (("show", "{kernel}", "--device", "none.toml"), "cannot read none.toml: No such file"),
        (("show", "{kernel}", "--device", "{folder}/binary.toml"), "it is not text in UTF-8"),
    ],
)
def test_errors_are_one_clear_message(
    kernel_file: Path, arguments: tuple[str, ...], message: str
) -> None:
    folder = kernel_file.parent
    (folder / "deep.json").write_text("[" * 100_000)
    (folder / "binary.toml").write_bytes(b"\xff")
    result = run(*(a.format(kernel=kernel_file, folder=folder) for a in arguments))
    assert result.returncode == 1
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_that_there_cannot_be_is_refused_before_jupyter_starts() -> None:
    result = run("lab", "--port", "-1")
    assert result.returncode == 2
    assert "Invalid value for '--port'" in result.stderr and "Traceback" not in result.stderr


def test_an_error_in_the_kernel_shows_the_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("def bad(A: int32[4]):\n    for i in range(4):\n        A[i] = B[i]\n")
    result = run("show", path)
    assert result.returncode == 1
    assert "A[i] = B[i]" in result.stderr
    assert "^" in result.stderr
    assert "bad.py:3" in result.stderr


def test_a_session_is_exported_and_opened_again(kernel_file: Path, tmp_path: Path) -> None:
    saved = tmp_path / "scale.json"
    result = run("export", kernel_file, saved, "--device", "zedboard", "--clock", 100)
    assert result.returncode == 0, result.stderr
    result = run("show", saved, "estimate")
    assert result.stdout.startswith("zedboard at 100 MHz"), result.stderr


def test_the_hls_names_the_file_and_its_lines(kernel_file: Path) -> None:
    code = run("show", kernel_file, "hls").stdout
    assert "// scale.py:5" in code


def test_report_beside_estimate(kernel_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "csynth.xml"
    counts = {"TripCount": 64, "PipelineII": 1, "PipelineDepth": 3, "Latency": 66}
    path.write_text(csynth_xml("scale", latency=70, loops={"i_j": counts}))
    result = run("report", kernel_file, path, "--save", tmp_path / "session.json")
    assert result.returncode == 0, result.stderr
    assert "i_j: ii" in result.stdout and "estimated for u280 at 250 MHz" in result.stdout
    assert len(Session.load(tmp_path / "session.json").reports) == 1
    path.write_text(path.read_text()[:300])
    result = run("report", kernel_file, path)
    assert result.returncode == 1 and "csynth.xml is cut off" in result.stderr


def test_copied_notebooks_keep_a_users_changes(tmp_path: Path) -> None:
    folder = copy_notebooks(tmp_path / "notebooks")
    (folder / QUICK_START).write_text("mine")
    copy_notebooks(folder)
    assert (folder / QUICK_START).read_text() == "mine"


def test_the_address_of_the_lab_leads_to_the_notebook(tmp_path: Path) -> None:
    command = lab_command(tmp_path / "my work.ipynb", 8899, browser=False)
    assert f"--ServerApp.root_dir={tmp_path.resolve()}" in command
    assert "--LabApp.default_url=/lab/tree/my%20work.ipynb" in command
    assert "--no-browser" in command
    assert "--no-browser" not in lab_command(tmp_path / QUICK_START, 8899, browser=True)
