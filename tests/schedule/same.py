"""Equal results: the scheduled program beside the kernel as written, on random inputs."""

from __future__ import annotations

import numpy as np

import hcl_explore as hcl


def assert_same(schedule: hcl.Schedule, *, seed: int = 5, scalars: tuple[object, ...] = ()) -> None:
    """Both programs leave the same arrays and return the same values, bit for bit.

    ``scalars`` are the values of the arguments that are no arrays; they come last.
    """
    rng = np.random.default_rng(seed)
    kernel = schedule.initial.program.kernel
    arguments = []
    for buffer in kernel.buffers:
        if buffer.argument_position is not None:
            dtype = np.dtype(buffer.dtype)
            if dtype.kind == "f":
                arguments.append(rng.uniform(-1, 1, buffer.shape).astype(dtype))
            else:
                arguments.append(rng.integers(0, 100, buffer.shape).astype(dtype))
    plain_arguments = [argument.copy() for argument in arguments]
    plain = _as_tuple(schedule.fork(0).build()(*plain_arguments, *scalars))
    scheduled = _as_tuple(schedule.build()(*arguments, *scalars))
    for one, other in zip((*arguments, *scheduled), (*plain_arguments, *plain), strict=True):
        np.testing.assert_array_equal(one, other)


def _as_tuple(value: object) -> tuple[object, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)
