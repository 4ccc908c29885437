"""Building a module for the CPU."""

from __future__ import annotations

import hashlib
import io

import mlir.ir as ir

from hcl_explore.backend.cpu import invoke
from hcl_explore.backend.cpu.kernel import CpuKernel
from hcl_explore.backend.cpu.process import Unit
from hcl_explore.backend.cpu.signature import Signature
from hcl_explore.backend.cpu.simulator.kernel import DataflowKernel
from hcl_explore.backend.cpu.simulator.sites import Sites
from hcl_explore.ir.external import EXTERNAL
from hcl_explore.ir.locations import Sources


def build(
    module: ir.Module,
    top: str,
    *,
    timeout_s: float = 60.0,
    debug: bool = False,
    sources: Sources | None = None,
) -> CpuKernel:
    """Compile ``module`` and return its function ``top`` as a callable.

    ``timeout_s`` limits each call. ``debug`` checks data-dependent subscripts at run time: a
    ``RunError`` then names the array, the subscript and the source line. Raises ``BuildError``.
    The module is not changed. ``sources`` is the text that errors show. A module with tasks and
    streams gives a ``DataflowKernel``.
    """
    code = io.BytesIO()
    module.operation.write_bytecode(code)
    return _kernel(_unit(code.getvalue(), top, debug), top, timeout_s, sources, quiet=False)


def build_text(
    text: str, top: str, *, timeout_s: float = 60.0, debug: bool = False, quiet: bool = False
) -> CpuKernel:
    """As ``build``, from the text of a module; ``quiet`` drops what the kernel prints."""
    return _kernel(_unit(text.encode(), top, debug), top, timeout_s, None, quiet=quiet)


def _unit(code: bytes, top: str, debug: bool) -> Unit:
    digest = hashlib.sha256(f"{top}\n{debug}\n".encode() + code).hexdigest()
    header = {
        "op": "load_module",
        "key": digest,
        "top": top,
        "debug": debug,
        "libraries": _libraries(code),
    }
    return Unit(digest, header, payload=code)


def _libraries(code: bytes) -> dict[str, tuple[str, str]]:
    """What compiled C++ the module in ``code`` needs. Raises ``BuildError``."""
    if EXTERNAL.encode() not in code:
        return {}
    # Only few kernels need the C++ side, and every worker would load it.
    from hcl_explore.backend.ip.library import libraries_of

    return libraries_of(code)


def _kernel(
    unit: Unit, top: str, timeout_s: float, sources: Sources | None, *, quiet: bool
) -> CpuKernel:
    loaded = invoke.describe(unit, top)
    signature = Signature.from_json(loaded["signature"])
    if loaded["sites"] is None:
        return CpuKernel(unit, signature, timeout_s, sources, quiet=quiet)
    sites = Sites.from_json(loaded["sites"])
    return DataflowKernel(unit, signature, sites, timeout_s, sources, quiet=quiet)
