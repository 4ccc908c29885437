"""What one core of this machine can do: peak throughput and the bandwidth of each level of memory.

Measured by small programs that go through the same compiler and worker as every kernel, so the
ceilings are those of the code that kernels become: a product and a sum are two operations, each
rounded (no fused multiply-add). Measured once and kept in the user's cache folder, under what
identifies the processor.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from hcl_explore.backend.cpu.build import build_text
from hcl_explore.backend.cpu.kernel import CpuKernel
from hcl_explore.backend.cpu.timing import best_time

_VERSION = 1
# Enough independent chains to hide the latency of an operation; the smaller number for processors
# whose registers the larger one does not fit into.
_CHAINS = (5, 10)
_VECTOR_BYTES = 64
_PEAKS = (("float32", "f32", 4), ("float64", "f64", 8), ("int32", "i32", 4))
# Short runs, many of them: the fastest is one that nothing else on the machine interrupted.
_TARGET_S = 0.003
_BUDGET_S = 0.3
_MOST_BYTES = 256 << 20
_BYTES_PER_ELEMENT = 12  # two float32 read, one written
_TIMEOUT_S = 60.0
# Where the system does not tell the sizes of its caches.
_USUAL_CACHES = (("L1", 32 << 10), ("L2", 512 << 10), ("L3", 8 << 20))


@dataclass(frozen=True)
class CpuCeilings:
    """``peaks`` are (type, 1e9 operations per second), ``bandwidths`` (level, 1e9 bytes per
    second), both of one core."""

    processor: str
    peaks: tuple[tuple[str, float], ...]
    bandwidths: tuple[tuple[str, float], ...]


def cpu_ceilings() -> CpuCeilings:
    """The ceilings of this machine: from the cache folder, else measured (some seconds).

    Raises:
        RunError: the measuring program could not be run.
    """
    path = _cache_file()
    known = _read(path)
    if known is not None:
        return known
    measured = measure_ceilings()
    _write(path, measured)
    return measured


def measure_ceilings() -> CpuCeilings:
    """Measure now. Raises as ``cpu_ceilings``."""
    return CpuCeilings(
        processor_name(),
        tuple((name, _peak_gops(mlir, width)) for name, mlir, width in _PEAKS),
        tuple((name, _bandwidth(size)) for name, size in _working_sets()),
    )


def processor_name() -> str:
    """What the processor calls itself."""
    with contextlib.suppress(OSError):  # only Linux has this file
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model"):
                return value.strip()
    return platform.processor() or platform.machine()


# --- peak ------------------------------------------------------------------------------------


def _peak_gops(element: str, width: int) -> float:
    lanes = _VECTOR_BYTES // width
    best = 0.0
    for chains in _CHAINS:
        kernel = build_text(_peak_text(element, lanes, chains), "peak", timeout_s=_TIMEOUT_S)
        operations = 2 * lanes * chains
        best = max(best, operations * _rate(kernel))
    return best / 1e9


def _peak_text(element: str, lanes: int, chains: int) -> str:
    """``x = x * a + b`` on vectors, in chains that do not depend on each other."""
    is_float = element.startswith("f")
    dtype = f"float{element[1:]}" if is_float else f"int{element[1:]}"
    vector = f"vector<{lanes}x{element}>"
    product, total = ("mulf", "addf") if is_float else ("muli", "addi")
    factor, term = ("0.5", "0.25") if is_float else ("3", "7")
    numbers = range(chains)
    starts = "\n".join(
        f"%i{n} = arith.constant dense<{f'0.{n + 1}' if is_float else n + 1}> : {vector}"
        for n in numbers
    )
    body = "\n".join(
        f"%m{n} = arith.{product} %x{n}, %a : {vector}\n%y{n} = arith.{total} %m{n}, %b : {vector}"
        for n in numbers
    )
    # All chains are used, or the compiler would drop them.
    sums = "\n".join(
        f"%s{n} = arith.{total} {f'%s{n - 1}' if n > 1 else '%r#0'}, %r#{n} : {vector}"
        for n in numbers[1:]
    )
    types = ", ".join([vector] * chains)
    return f"""
module attributes {{hcl.top = "peak"}} {{
  func.func @peak(%n: index {{hcl.name = "n", hcl.dtype = "index"}})
      -> ({element} {{hcl.dtype = "{dtype}"}}) {{
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %a = arith.constant dense<{factor}> : {vector}
    %b = arith.constant dense<{term}> : {vector}
    {starts}
    %r:{chains} = scf.for %i = %c0 to %n step %c1
        iter_args({", ".join(f"%x{n} = %i{n}" for n in numbers)}) -> ({types}) {{
      {body}
      scf.yield {", ".join(f"%y{n}" for n in numbers)} : {types}
    }}
    {sums}
    %lane = llvm.mlir.constant(0 : i64) : i64
    %e = llvm.extractelement %s{chains - 1}[%lane : i64] : {vector}
    return %e : {element}
  }}
}}"""


# --- bandwidth -------------------------------------------------------------------------------


def _working_sets() -> list[tuple[str, int]]:
    """(level, bytes that fit into it but not into the one before): half of each cache, and a
    multiple of the last one for the main memory."""
    caches = _cache_sizes() or list(_USUAL_CACHES)
    sets = [(name, size // 2) for name, size in caches]
    return [*sets, ("DRAM", min(4 * caches[-1][1], _MOST_BYTES))]


def _cache_sizes() -> list[tuple[str, int]]:
    """(level, bytes) of the first core's data caches, as Linux tells them."""
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    sizes = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind = (folder / "type").read_text(encoding="utf-8").strip()
        text = (folder / "size").read_text(encoding="utf-8").strip()
        level = (folder / "level").read_text(encoding="utf-8").strip()
        if kind != "Instruction" and text[-1:] in units:
            sizes[f"L{level}"] = int(text[:-1]) * units[text[-1]]
    return sorted(sizes.items())


def _bandwidth(working_set: int) -> float:
    """1e9 bytes per second of ``A[i] = B[i] + A[i] * s`` over two arrays of that many bytes."""
    elements = working_set // 8
    kernel = build_text(_triad_text(elements), "triad", timeout_s=_TIMEOUT_S)
    arrays = [np.full(elements, 0.5, np.float32) for _ in range(2)]
    return elements * _BYTES_PER_ELEMENT * _rate(kernel, *arrays) / 1e9


def _triad_text(elements: int) -> str:
    array = f"memref<{elements}xf32>"
    return f"""
module attributes {{hcl.top = "triad"}} {{
  func.func @triad(%A: {array} {{hcl.name = "A", hcl.dtype = "float32"}},
                   %B: {array} {{hcl.name = "B", hcl.dtype = "float32"}},
                   %n: index {{hcl.name = "n", hcl.dtype = "index"}}) {{
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %end = arith.constant {elements} : index
    %s = arith.constant 0.5 : f32
    scf.for %r = %c0 to %n step %c1 {{
      scf.for %i = %c0 to %end step %c1 {{
        %a = memref.load %A[%i] : {array}
        %b = memref.load %B[%i] : {array}
        %m = arith.mulf %a, %s : f32
        %y = arith.addf %b, %m : f32
        memref.store %y, %A[%i] : {array}
      }}
    }}
    return
  }}
}}"""


def _rate(kernel: CpuKernel, *arrays: object) -> float:
    """Iterations per second of the outer loop, whose count is the last argument."""
    count = 1
    while (seconds := kernel.seconds(*arrays, count)) < _TARGET_S / 2:
        count = max(2 * count, min(64 * count, int(count * _TARGET_S / max(seconds, 1e-7))))
    return count / best_time(kernel, (*arrays, count), budget_s=_BUDGET_S)


# --- cache -----------------------------------------------------------------------------------


def _cache_file() -> Path:
    identity = (_VERSION, platform.machine(), processor_name(), os.cpu_count(), _cache_sizes())
    digest = hashlib.sha256(repr(identity).encode()).hexdigest()[:16]
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "hcl_explore" / f"cpu-{digest}.json"


def _read(path: Path) -> CpuCeilings | None:
    """What was measured before; None where there is nothing, or nothing that can be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return CpuCeilings(
            str(data["processor"]),
            tuple((str(name), float(rate)) for name, rate in data["peaks"]),
            tuple((str(name), float(rate)) for name, rate in data["bandwidths"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(path: Path, ceilings: CpuCeilings) -> None:
    # A cache that cannot be written only means that the next session measures again.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".json", delete=False, encoding="utf-8"
        ) as file:
            json.dump(asdict(ceilings), file)
        Path(file.name).replace(path)
