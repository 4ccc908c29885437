"""From typed Python functions to MLIR: ``read_kernel``, then ``lower``."""

from hcl_explore.frontend.lower import lower
from hcl_explore.frontend.source import KernelSource, read_kernel

__all__ = ["KernelSource", "lower", "read_kernel"]
