"""The one place where a module becomes text for people, and text becomes a module."""

from __future__ import annotations

import re
from typing import TypeAlias

import mlir.ir as ir

from hcl_explore.errors import HclError

ModuleLike: TypeAlias = ir.Module | ir.OpView
"""A parsed module or a clone of one (the bindings give them two classes); both have
``operation``, ``body`` and ``context``."""


def print_module(module: ModuleLike) -> str:
    """The module as the panes show it: the user's names as SSA names, no locations, and of C++
    functions only their files' names."""
    text = str(module.operation.get_asm(use_name_loc_as_prefix=True, assume_verified=True))
    return _FILE_TEXT.sub(', text = "..."}', text) if "hcl.ip" in text else text


_FILE_TEXT = re.compile(r', text = "(?:[^"\\]|\\.)*"}')


def print_with_locations(module: ModuleLike) -> str:
    """The module with all that is needed to parse it back: names and source locations."""
    return str(
        module.operation.get_asm(
            enable_debug_info=True, use_name_loc_as_prefix=True, assume_verified=True
        )
    )


def print_operation(operation: ir.Operation) -> str:
    """One operation with all that is in it, for comparing: no locations, no user's names."""
    return str(operation.get_asm(assume_verified=True))


def parse_module(text: str, context: ir.Context) -> ir.Module:
    """A module from text.

    Raises:
        HclError: the text is not a valid module.
    """
    try:
        return ir.Module.parse(text, context)
    except ir.MLIRError as error:
        raise HclError(f"This is not a valid MLIR module: {error}") from error


def clone_module(module: ModuleLike) -> ModuleLike:
    """A deep copy in the same context."""
    return module.operation.clone()
