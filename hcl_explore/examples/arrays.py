"""What the examples' inputs and references share."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def uniform(rng: np.random.Generator, *shape: int) -> Array:
    """``float32`` numbers in [-1, 1)."""
    return rng.uniform(-1, 1, shape).astype(np.float32)


def wide(*arrays: Array) -> list[Array]:
    """Copies in ``float64``: references calculate in it and round once, at the end."""
    return [np.array(array, np.float64) for array in arrays]
