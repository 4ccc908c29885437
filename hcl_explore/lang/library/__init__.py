"""Operations on whole arrays: loop nests in kernels, NumPy in plain Python.

Results have the element type of the arguments; integers wrap. A library function called in a
kernel becomes a kernel of its own in the module, whose loops schedules can address.
"""

from __future__ import annotations

from hcl_explore.lang.library import kernels, reference
from hcl_explore.lang.library.function import LibraryFunction

matmul = LibraryFunction(
    (kernels.matmul, kernels.matvec, kernels.vecmat, kernels.dot, kernels.bmm, kernels.bmm4),
    reference.matmul,
)
bmm = LibraryFunction((kernels.bmm, kernels.bmm4), reference.bmm)
linear = LibraryFunction(
    (
        kernels.linear,
        kernels.linear_bias,
        kernels.linear1,
        kernels.linear1_bias,
        kernels.linear3,
        kernels.linear3_bias,
    ),
    reference.linear,
)
conv2d = LibraryFunction((kernels.conv2d,), reference.conv2d)
maxpool = LibraryFunction((kernels.maxpool,), reference.maxpool, constants=("K", "S"))
sumpool = LibraryFunction((kernels.sumpool,), reference.sumpool, constants=("K", "S"))
softmax = LibraryFunction(
    (kernels.softmax1, kernels.softmax, kernels.softmax3, kernels.softmax4), reference.softmax
)
layernorm = LibraryFunction((kernels.layernorm, kernels.layernorm3), reference.layernorm)

__all__ = [
    "LibraryFunction",
    "bmm",
    "conv2d",
    "layernorm",
    "linear",
    "matmul",
    "maxpool",
    "softmax",
    "sumpool",
]
