"""The kernels of MachSuite, at its sizes and in its number formats, from their definitions.

The sizes are those of its headers at commit 6236e59 (those of aes and backprop were not at hand).
Where they have structs there are arrays here, node and edge numbers have 32 bits instead of 64, and
the radix sort is of unsigned integers.

Results are returned; arrays are updated in place where the algorithm works so.
"""

from __future__ import annotations

from hcl_explore.examples.machsuite import (
    crypto,
    fft,
    graphs,
    learning,
    matrices,
    molecules,
    sequences,
    sorting,
    stencils,
)

EXAMPLES = (
    *crypto.EXAMPLES,
    *learning.EXAMPLES,
    *graphs.EXAMPLES,
    *fft.EXAMPLES,
    *matrices.EXAMPLES,
    *molecules.EXAMPLES,
    *sequences.EXAMPLES,
    *sorting.EXAMPLES,
    *stencils.EXAMPLES,
)
