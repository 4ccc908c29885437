"""Kernels to start from: ``hcl.examples.list()``, and the explorer's kernel menu."""

from __future__ import annotations

import builtins
import difflib

from hcl_explore.errors import UnknownNameError
from hcl_explore.examples import (
    dataflow,
    fixed_point,
    image,
    linear_algebra,
    machsuite,
    networks,
    polybench,
    sequences,
    transformers,
)
from hcl_explore.examples.example import Example

_EXAMPLES: dict[str, Example] = {
    example.name: example
    for module in (
        linear_algebra,
        image,
        fixed_point,
        networks,
        transformers,
        sequences,
        dataflow,
        polybench,
        machsuite,
    )
    for example in module.EXAMPLES
}


def list() -> builtins.list[Example]:
    """All examples, group by group, in the order of the menu."""
    return [*_EXAMPLES.values()]


def get(name: str) -> Example:
    """The example called ``name``. Raises ``UnknownNameError``, with the nearest name."""
    if name not in _EXAMPLES:
        near = difflib.get_close_matches(name, _EXAMPLES, n=1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        raise UnknownNameError(
            f"no example '{name}'", advice=f"{hint}Examples: {', '.join(_EXAMPLES)}."
        )
    return _EXAMPLES[name]


def of_kernel(kernel: object) -> Example | None:
    """The example that has just this kernel, or None."""
    return next((example for example in _EXAMPLES.values() if example.kernel is kernel), None)


__all__ = ["Example", "get", "list", "of_kernel"]
