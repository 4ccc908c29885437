"""The thirty kernels of PolyBench/C 4.2, at its SMALL sizes, from their definitions.

Floating-point data is ``float32``. Arrays that PolyBench updates are updated in place, arrays that
it only fills are returned, and scalar arguments come last.
"""

from __future__ import annotations

from hcl_explore.examples.polybench import (
    blas,
    datamining,
    kernels,
    medley,
    solvers,
    stencils,
)

EXAMPLES = (
    *blas.EXAMPLES,
    *kernels.EXAMPLES,
    *solvers.EXAMPLES,
    *datamining.EXAMPLES,
    *stencils.EXAMPLES,
    *medley.EXAMPLES,
)
