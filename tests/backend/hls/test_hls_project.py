"""Projects: their files, their testbench run by g++, the tool as far as a stand-in shows it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from csynth import csynth_xml
from hls_kernels import CALLS, FIXED, GEMM, INT_GEMM, KEYWORDS, WIDTHS, Case

import hcl_explore as hcl
from hcl_explore.backend.cpu import CpuKernel, build
from hcl_explore.backend.hls import HlsCode, HlsOptions
from hcl_explore.backend.hls.headers import include_directories
from hcl_explore.backend.hls.project import HlsProject, ProjectOptions, write_project
from hcl_explore.errors import DeviceError, ProjectError, ReportError

REPORTS = Path(__file__).parent / "reports"


def compiled(case: Case) -> tuple[HlsCode, CpuKernel]:
    code = case.code()
    module = case.module()
    name = case.text.split("def ")[-1].split("(")[0]
    return code, build(module, name)


def project_of(case: Case, folder: Path, **options: object) -> HlsProject:
    code, kernel = compiled(case)
    return write_project(code, folder, kernel, **options)  # type: ignore[arg-type]


def run_check(project: HlsProject) -> subprocess.CompletedProcess[str]:
    """``make check``'s command, with our headers."""
    includes = [f"-I{path}" for path in include_directories("vitis")]
    top = project.code.top
    command = ["g++", "-std=c++14", "-ffp-contract=off", "-w", *includes, "-o", f"{top}_test"]
    done = subprocess.run(
        [*command, f"{top}.cpp", f"{top}_test.cpp"],
        cwd=project.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[:3000]
    return subprocess.run(
        [f"./{top}_test"], cwd=project.folder, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("text", [GEMM, INT_GEMM, CALLS, KEYWORDS, WIDTHS, FIXED])
def test_the_testbench_passes_and_notices_a_wrong_value(text: str, tmp_path: Path) -> None:
    project = project_of(Case(text), tmp_path / "prj")
    done = run_check(project)
    assert done.returncode == 0 and done.stdout.endswith("PASSED\n"), done.stdout
    golden = sorted((project.folder / "data").glob("*.golden.dat"))[0]
    lines = golden.read_text().split("\n")
    golden.write_text("\n".join(["1" if lines[0] == "0" else "0", *lines[1:]]))
    top = project.code.top
    again = subprocess.run([f"./{top}_test"], cwd=project.folder, capture_output=True, timeout=60)
    assert again.returncode == 1


def test_the_files_of_a_project(tmp_path: Path) -> None:
    project = project_of(Case(GEMM), tmp_path / "prj")
    found = {str(path.relative_to(project.folder)) for path in project.folder.rglob("*.*")}
    assert set(project.files) - {"Makefile"} == found
    tcl = (project.folder / "run_hls.tcl").read_text()
    assert "set_top gemm" in tcl and "set_part {xcu280-fsvh2892-2L-e}" in tcl
    assert (project.folder / "connectivity.cfg").read_text() == (
        "[connectivity]\nnk=gemm:1:gemm_1\n"
        "sp=gemm_1.A:HBM[0]\nsp=gemm_1.B:HBM[1]\nsp=gemm_1.C:HBM[2]\n"
    )
    notebook = json.loads((project.folder / "host.ipynb").read_text())
    nbformat.validate(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            compile("".join(cell["source"]), "host", "exec")


FAKE_PYNQ = """
import numpy as np

class Buffer(np.ndarray):
    moved = 0
    def sync_to_device(self): self.moved += 1
    def sync_from_device(self): self.moved += 1

def allocate(shape, dtype):
    return np.full(shape, 7, dtype).view(Buffer)

class Kernel:
    def call(self, A, B, C):
        assert A.moved and B.moved
        C[:] = 0
        for k in range(32):  # in the kernel's order
            C += np.outer(A[:, k], B[k])

class Overlay:
    def __init__(self, file):
        assert file == "gemm.xclbin"
        self.gemm_1 = Kernel()
"""


def test_the_host_notebook_runs_and_compares(tmp_path: Path) -> None:
    project = project_of(Case(GEMM), tmp_path / "prj")
    (project.folder / "pynq.py").write_text(FAKE_PYNQ)
    notebook = json.loads((project.folder / "host.ipynb").read_text())
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(cells)],
        cwd=project.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("C True\n", 0), done.stderr


def test_given_inputs_are_the_data(tmp_path: Path) -> None:
    inputs = [np.full((32, 32), 2, np.float32), np.full((32, 32), 3, np.float32)]
    project = project_of(Case(GEMM), tmp_path / "prj", inputs=inputs)
    assert (project.folder / "data/A.in.dat").read_text().split() == ["2.0"] * 1024
    assert (project.folder / "data/C.golden.dat").read_text().split() == ["192.0"] * 1024
    assert (inputs[0] == 2).all()


def test_memory_ports_have_no_host(tmp_path: Path) -> None:
    case = Case(GEMM, options=HlsOptions(interface="ap_memory"))
    project = project_of(case, tmp_path / "prj")
    assert not {"host.ipynb", "connectivity.cfg"} & set(project.files)
    assert "-flow_target vivado" in (project.folder / "run_hls.tcl").read_text()


def test_a_project_is_brought_up_to_date_and_keeps_the_tools_files(tmp_path: Path) -> None:
    folder = tmp_path / "prj"
    project_of(Case(GEMM), folder)
    (folder / "build").mkdir()
    (folder / "build" / "log").write_text("kept")
    project_of(Case(GEMM, lambda s: s.pipeline("j")), folder)
    assert "PIPELINE" in (folder / "gemm.cpp").read_text()
    assert (folder / "build" / "log").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["prj"]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(ProjectError, match="no HLS project"):
        project_of(Case(GEMM), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(ProjectError, match="is a file"):
        project_of(Case(GEMM), tmp_path / "thesis.tex")


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ProjectError, match="cannot be written"):
        project_of(Case(GEMM), tmp_path / "file" / "prj")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ProjectOptions(part="x} ; exec rm"), "part"),
        (ProjectOptions(clock_ns=0), "clock period"),
    ],
)
def test_wrong_options(options: ProjectOptions, message: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=message):
        project_of(Case(GEMM), tmp_path / "prj", options=options)
    assert list(tmp_path.iterdir()) == []


def test_only_vitis_projects(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="catapult"):
        project_of(Case(GEMM, dialect="catapult"), tmp_path / "prj")


def test_part_clock_and_banks_are_the_devices(tmp_path: Path) -> None:
    s = hcl.customize(GEMM)
    s.build("vitis_hls", project=tmp_path / "a", mode="write", device="zedboard", clock_mhz=125)
    tcl = (tmp_path / "a" / "run_hls.tcl").read_text()
    assert "set_part {xc7z020-clg484-1}" in tcl and "create_clock -period 8 " in tcl
    assert "sp=" not in (tmp_path / "a" / "connectivity.cfg").read_text()
    with pytest.raises(DeviceError, match="no device named 'u28'"):
        s.build("vitis_hls", project=tmp_path / "b", device="u28")
    assert not (tmp_path / "b").exists()


# --- running the tool -----------------------------------------------------------------------------


def tool(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a ``vitis_hls`` that runs ``script`` first on the PATH."""
    path = folder / "bin"
    path.mkdir()
    (path / "vitis_hls").write_text(f"#!/bin/sh\n{script}\n")
    (path / "vitis_hls").chmod(0o755)
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}{os.environ['PATH']}")


def test_a_run_reads_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of(Case(GEMM), tmp_path / "prj")
    report = REPORTS / "symm_vitis_csynth.xml"
    tool(
        tmp_path,
        f'test "$1 $2 $HLS_STEPS" = "-f run_hls.tcl csim csynth" || exit 9\n'
        f"mkdir -p build/solution/syn/report\ncp '{report}' build/solution/syn/report/csynth.xml",
        monkeypatch,
    )
    assert project.run().latency_cycles == 182400011


def gemm_report(folder: Path, latency: int) -> Path:
    """A report of GEMM as the tool writes it."""
    path = folder / "gemm.xml"
    counts = {"TripCount": 32768, "PipelineII": 6, "PipelineDepth": 20, "Latency": latency - 1030}
    path.write_text(csynth_xml("gemm", latency=latency, loops={"i_j_k": counts}, clock_ns=3.33))
    return path


def test_a_build_synthesises_where_the_tool_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = gemm_report(tmp_path, 197653)
    folder = "build/solution/syn/report"
    copy = f"mkdir -p {folder}; cp '{report}' {folder}/csynth.xml; echo $HLS_STEPS > steps"
    tool(tmp_path, copy, monkeypatch)
    session = hcl.Session(GEMM, verify=False)
    project = session.schedule.build("vitis_hls", project=tmp_path / "prj")
    assert project.result.latency_cycles == 197653
    comparison = session.load_report(project.report_path)
    assert comparison.loops[0].keys == ("gemm:mm.i", "gemm:mm.j", "gemm:mm.k")
    assert session.load_report(project.result).figures == comparison.figures
    session.schedule.build("vitis_hls", project=tmp_path / "prj", mode="export")
    assert (tmp_path / "prj" / "steps").read_text() == "csim csynth export\n"
    assert session.schedule.build("vitis_hls", project=tmp_path / "w", mode="write").result is None


def test_a_mode_that_needs_the_tool_writes_nothing_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    with pytest.raises(ProjectError, match="on the PATH"):
        hcl.customize(GEMM).build("vitis_hls", project=tmp_path / "prj", mode="csynth")
    assert list(tmp_path.iterdir()) == []
    project = hcl.customize(GEMM).build("vitis_hls", project=tmp_path / "prj")
    assert project.result is None


def test_a_failing_tool_shows_its_last_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of(Case(GEMM), tmp_path / "prj")
    tool(tmp_path, "echo 'ERROR: no licence'; exit 1", monkeypatch)
    with pytest.raises(ProjectError, match="no licence"):
        project.run()


def test_a_tool_without_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of(Case(GEMM), tmp_path / "prj")
    tool(tmp_path, "exit 0", monkeypatch)
    with pytest.raises(ReportError, match="cannot be read"):
        project.run()


def test_without_a_tool_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of(Case(GEMM), tmp_path / "prj")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProjectError, match="vitis_hls") as caught:
        project.run()
    assert "make csynth" in (caught.value.advice or "")
    with pytest.raises(ProjectError, match="unknown step"):
        project.run(["synth"])
