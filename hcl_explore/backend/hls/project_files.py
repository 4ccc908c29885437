"""The files of a Vitis HLS project beside the C++: scripts, connectivity, host notebook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from hcl_explore.backend.hls.code import HlsCode
from hcl_explore.lang.types import BOOL, FixedType, bfloat16, parse_type


@dataclass(frozen=True)
class ProjectOptions:
    """``part`` and ``clock_ns`` (nanoseconds) are what is synthesised for; ``memory`` is the
    off-chip memory, of ``banks`` banks, that each array gets one of (None: the linker chooses);
    floats may differ from the golden data by ``relative_tolerance`` (the tool's mathematical
    functions are not those of the CPU)."""

    part: str = "xcu280-fsvh2892-2L-e"
    clock_ns: float = 3.33
    memory: Literal["HBM", "DDR"] | None = "HBM"
    banks: int = 32
    relative_tolerance: float = 1e-5


def tcl_text(code: HlsCode, options: ProjectOptions) -> str:
    """``run_hls.tcl``."""
    flow = "vitis" if is_kernel(code) else "vivado"
    export = "xo" if flow == "vitis" else "ip_catalog"
    return f"""\
# Synthesises {code.top}. Run it with: vitis_hls -f run_hls.tcl
# The environment variable HLS_STEPS chooses among csim csynth cosim export.
set steps {{csim csynth}}
if {{[info exists ::env(HLS_STEPS)]}} {{ set steps $::env(HLS_STEPS) }}
set here [file normalize [file dirname [info script]]]
cd $here

open_project -reset build
set_top {code.top}
{_added_files(code)}
add_files -tb {code.top}_test.cpp
open_solution -reset solution -flow_target {flow}
set_part {{{options.part}}}
create_clock -period {options.clock_ns:g} -name default

foreach step $steps {{
  switch $step {{
    csim {{ csim_design -argv "$here/data" }}
    csynth {{ csynth_design }}
    cosim {{ cosim_design -argv "$here/data" }}
    export {{ export_design -format {export} -output "$here/{code.top}.{_suffix(export)}" }}
    default {{ error "unknown step $step" }}
  }}
}}
exit
"""


def _added_files(code: HlsCode) -> str:
    return "\n".join(f"add_files {name}" for name in (f"{code.top}.cpp", *external_units(code)))


def external_units(code: HlsCode) -> list[str]:
    """The paths in the project of the C++ functions that the kernel calls."""
    return [f"ip/{external.name}/{external.files[0][0]}" for external in code.externals]


def _suffix(export: str) -> str:
    return "xo" if export == "xo" else "zip"


def makefile_text(code: HlsCode) -> str:
    """The Makefile. ``check`` needs only g++ and the integer headers."""
    top = code.top
    lines = [
        f"# {top}: simulation, synthesis" + (", linking" if _has_host(code) else ""),
        "HLS ?= vitis_hls",
        "CXX ?= g++",
        "# The folders of ap_int.h, hls_math.h and hls_stream.h, for 'make check'",
        "AP_INCLUDE ?= $(XILINX_HLS)/include",
        "",
        ".PHONY: csim csynth cosim export check clean" + (" xclbin" if _has_host(code) else ""),
        "",
        "csim csynth:",
        "\tHLS_STEPS=$@ $(HLS) -f run_hls.tcl",
        "",
        "cosim export:",
        '\tHLS_STEPS="csynth $@" $(HLS) -f run_hls.tcl',
        "",
        "check:",
        "\t$(CXX) -std=c++14 -ffp-contract=off -Wno-unknown-pragmas $(addprefix -I,$(AP_INCLUDE)) "
        f"-o {' '.join([f'{top}_test', f'{top}.cpp', f'{top}_test.cpp', *external_units(code)])}",
        f"\t./{top}_test data",
        "",
    ]
    if _has_host(code):
        lines += [
            "PLATFORM ?= $(error say which platform the card has: make xclbin PLATFORM=...)",
            "TARGET ?= hw",
            "",
            f"xclbin: {top}.xclbin",
            "",
            f"{top}.xo: {top}.cpp run_hls.tcl",
            '\tHLS_STEPS="csynth export" $(HLS) -f run_hls.tcl',
            "",
            f"{top}.xclbin: {top}.xo connectivity.cfg",
            "\tv++ -l -t $(TARGET) --platform $(PLATFORM) --config connectivity.cfg -o $@ $<",
            "",
        ]
    return "\n".join([*lines, "clean:", f"\trm -rf build {top}_test *.log", ""])


def _has_host(code: HlsCode) -> bool:
    """Whether a card's host can run the kernel by itself."""
    return is_kernel(code) and all(port.mode != "axis" for port in code.ports)


def is_kernel(code: HlsCode) -> bool:
    """Whether the code is a kernel of the Vitis flow (else a block for a design in Vivado)."""
    return code.options.interface == "m_axi"


def connectivity_text(code: HlsCode, options: ProjectOptions) -> str:
    """``connectivity.cfg``: each array in the bank that the kernel names, else in one of its own
    as far as there are banks; streams are for the user to connect."""
    kernel = f"{code.top}_1"
    lines = ["[connectivity]", f"nk={code.top}:1:{kernel}"]
    taken = {port.bank for port in code.ports}
    free = [bank for bank in _all_banks(options) if bank not in taken] or _all_banks(options)
    number = 0
    for port in code.ports:
        bank = port.bank
        if port.bundle is not None and bank is None and free:
            bank = free[number % len(free)]
            number += 1
        if port.bundle is not None and bank is not None:
            lines.append(f"sp={kernel}.{port.name}:{bank}")
        if port.mode == "axis":
            ends = f"{kernel}.{port.name}"
            text = f"other_1.out:{ends}" if port.direction == "in" else f"{ends}:other_1.in"
            lines.append(f"# connect the stream: sc={text}")
    return "\n".join([*lines, ""])


def _all_banks(options: ProjectOptions) -> list[str]:
    return [f"{options.memory}[{n}]" for n in range(options.banks)] if options.memory else []


def notebook_text(code: HlsCode) -> str | None:
    """``host.ipynb``: runs the kernel on a card through PYNQ. None where NumPy has no type for
    an array's elements or the kernel has no AXI ports."""
    if not _has_host(code) or any(_host_dtype(port.dtype) is None for port in code.ports):
        return None
    cells = [
        _markdown(f"# {code.top} on the card\n\nBuild `{code.top}.xclbin` with `make xclbin`."),
        _code(
            "import numpy as np\nimport pynq\n\n"
            f"overlay = pynq.Overlay({code.top + '.xclbin'!r})\n"
            f"kernel = overlay.{code.top}_1"
        ),
        _code(_HOST_HELPERS),
        _code(_host_allocation(code)),
        _code(_host_call(code)),
    ]
    notebook = {
        "cells": [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1) + "\n"


_HOST_HELPERS = """\
def read(name, dtype, shape):
    text = open(f"data/{name}").read().split()
    convert = float if np.dtype(dtype).kind == "f" else int
    return np.array([convert(word) for word in text], dtype=dtype).reshape(shape)


def on_card(shape, dtype, values=None):
    buffer = pynq.allocate(shape, dtype=dtype)
    if values is not None:
        buffer[:] = values
        buffer.sync_to_device()
    return buffer"""


def _host_allocation(code: HlsCode) -> str:
    lines = []
    for port in code.parameters:
        dtype = _host_dtype(port.dtype)
        if port.shape:
            values = f", read('{port.name}.in.dat', {dtype!r}, {port.shape})"
            values = values if port.origin == "argument" else ""
            lines.append(f"{port.name} = on_card({port.shape}, {dtype!r}{values})")
        elif port.origin == "argument":
            lines.append(f"{port.name} = read('{port.name}.in.dat', {dtype!r}, ()).item()")
    return "\n".join(lines)


def _host_call(code: HlsCode) -> str:
    """The call and the comparison of arrays; scalars that come back stay in registers."""
    names = [port.name for port in code.parameters if port.shape or port.origin == "argument"]
    lines = [f"kernel.call({', '.join(names)})"]
    for port in code.parameters:
        if port.shape and port.direction != "in":
            dtype = _host_dtype(port.dtype)
            lines.append(f"{port.name}.sync_from_device()")
            golden = f"read('{port.name}.golden.dat', {dtype!r}, {port.shape})"
            lines.append(f"print({port.name!r}, np.allclose({port.name}, {golden}))")
    return "\n".join(lines)


def _host_dtype(dtype: str) -> str | None:
    scalar = parse_type(dtype)
    if dtype == "index":
        return "int32"
    if scalar == BOOL:
        return "uint8"
    if isinstance(scalar, FixedType):
        scalar = scalar.storage  # the bits, as in the data files
    return None if scalar.bits > 64 or scalar == bfloat16 else str(scalar.numpy_dtype)


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }


def readme_text(code: HlsCode, options: ProjectOptions) -> str:
    """``README.md``: what is here, how to run it, what the interface holds on chip."""
    copies = [f"* {copy}" for copy in code.copies] or [
        "* nothing: every access to an array goes through its port"
    ]
    host = ["* `make xclbin` links it for a card; `host.ipynb` runs it there."]
    return "\n".join(
        [
            f"# {code.top}",
            "",
            f"An HLS project for {options.part} at {options.clock_ns:g} ns.",
            "",
            "* `make check` compiles the kernel and its testbench with g++ and runs them. The",
            "  tool's headers are found by `XILINX_HLS`, others by `AP_INCLUDE='folder folder'`.",
            "* `make csim`, `make csynth`, `make cosim`, `make export` run Vitis HLS.",
            *(host if _has_host(code) else []),
            "",
            "Held on chip by the interface:",
            "",
            *copies,
            "",
        ]
    )
