"""Random kernels under random schedules: ``python -m hcl_explore.fuzz --seed 0 --count 300``.

Each case draws a kernel (loops, stencils, reductions, triangles, guards, several stages, calls,
data-dependent subscripts), applies primitives of the registry with random arguments, and runs the
scheduled program beside the plain one on the same inputs. One case in twenty also compiles the
scheduled program's C++ and runs that. A refused primitive is fine; a different result, a crash or
an error that is not ours is a failure, which is shrunk and printed as a script. No step may change
the order of floating-point operations, so all results must be equal bit for bit; after steps that
are to change values, those of the program that the last of them made.
"""

from hcl_explore.fuzz.campaign import Tally, fuzz, shrink
from hcl_explore.fuzz.case import Case, Failure, run

__all__ = ["Case", "Failure", "Tally", "fuzz", "run", "shrink"]
