"""From typed Python functions to MLIR: ``read_kernel``, then ``lower``."""

from hcl_explore.frontend.lower import lower, lower_with_sources
from hcl_explore.frontend.read import instantiate_kernel, read_kernel
from hcl_explore.frontend.source import KernelSource

__all__ = ["KernelSource", "instantiate_kernel", "lower", "lower_with_sources", "read_kernel"]
