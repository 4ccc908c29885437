"""Kernels on the CPU: compiled just in time, run in a worker process.

* ``build`` compiles a module and returns a ``CpuKernel``: NumPy arrays and Python scalars in, new
  arrays out, array arguments updated in place.
* Compiled code never runs in the caller's process. Whatever a kernel does (crash, loop for ever,
  ask for all memory), the caller gets a ``RunError`` and the next call works.
* Results are bit for bit those of the operations in the order that the module says.
"""

from hcl_explore.backend.cpu.build import build, build_text
from hcl_explore.backend.cpu.kernel import CpuKernel
from hcl_explore.backend.cpu.signature import Signature, Value

__all__ = ["CpuKernel", "Signature", "Value", "build", "build_text"]
