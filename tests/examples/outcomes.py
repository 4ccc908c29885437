"""What examples are run on, and what a call of one gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from hcl_explore.examples import Example


def draw(example: Example, seed: int) -> list[Any]:
    return [*example.inputs(np.random.default_rng(seed))]


def outcome(function: Any, arguments: list[Any]) -> list[np.ndarray[Any, Any]]:
    """What a call returns, and what it leaves in its array arguments."""
    arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
    returned = function(*arguments)
    if not isinstance(returned, tuple):
        returned = () if returned is None else (returned,)
    changed = [argument for argument in arguments if isinstance(argument, np.ndarray)]
    return [np.asarray(value) for value in (*returned, *changed)]
