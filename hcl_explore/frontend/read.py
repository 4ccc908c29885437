"""Reading a kernel: its text, what its names refer to, its type parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hcl_explore.frontend.generics import Arguments, bind, open_parameters
from hcl_explore.frontend.source import TEXT_FILENAME, KernelSource, read_source
from hcl_explore.frontend.unit import Unit


def read_kernel(
    kernel: Callable[..., Any] | str,
    *,
    namespace: Mapping[str, object] | None = None,
    name: str | None = None,
    instantiate: Arguments | None = None,
    filename: str = TEXT_FILENAME,
) -> KernelSource:
    """The source of a kernel given as a function object or as text.

    Text may hold several functions, imports of ``hcl_explore``, ``numpy`` and ``math``, and
    assignments of constants; the kernel is the function called ``name``, or the last one.
    ``namespace`` adds to, and wins over, the names found around the function. ``instantiate``
    gives the values of the kernel's type parameters, in order or by name. ``filename`` is what
    messages call the place that text comes from.

    Raises ``KernelSyntaxError`` if there is no source to be had or the text does not parse,
    ``KernelScopeError`` if the text has no function called ``name``, ``KernelTypeError`` if the
    type parameters are not those that the kernel has.
    """
    source = read_source(kernel, namespace, name, filename)
    return source if instantiate is None else instantiate_kernel(source, instantiate)


def instantiate_kernel(source: KernelSource, instantiate: Arguments) -> KernelSource:
    """``source`` with its type parameters bound, whatever they were bound to before.

    Raises ``KernelTypeError`` if they are not those that the kernel has.
    """
    source = source.generic or source
    unit = Unit(source)
    function = unit.functions[source.name]
    parameters = open_parameters(function, unit.constants)
    bound = bind(function, parameters, instantiate, unit.span(function))
    return replace(source, namespace={**source.namespace, **bound}, generic=source)
