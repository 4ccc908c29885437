"""Types back from how they print: ``float32[8]``, ``fixed(16, 8)``, ``Struct({'x': int7})``."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from hcl_explore.errors import KernelError, SourceSpan
from hcl_explore.frontend.constants import ConstantEvaluator
from hcl_explore.lang.struct import Struct
from hcl_explore.lang.types import Fixed, ScalarType, TensorType, UFixed, parse_type

_CONSTRUCTORS: dict[str, object] = {"Struct": Struct, "fixed": Fixed, "ufixed": UFixed}


class _Names(Mapping[str, object]):
    """Every name that a printed type may hold."""

    def __getitem__(self, name: str) -> object:
        if name in _CONSTRUCTORS:
            return _CONSTRUCTORS[name]
        try:
            return parse_type(name)
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(_CONSTRUCTORS)

    def __len__(self) -> int:
        return len(_CONSTRUCTORS)


def type_called(text: str) -> ScalarType | TensorType:
    """The type that prints as ``text``; nothing of it is executed. Raises ``ValueError``."""

    def span(node: ast.AST) -> SourceSpan:
        del node
        return SourceSpan(text, 1)

    try:
        found = ConstantEvaluator(_Names(), span).evaluate(ast.parse(text, mode="eval").body)
    except (SyntaxError, KernelError) as error:
        raise ValueError(f"{text!r} names no type") from error
    if not isinstance(found, (ScalarType, TensorType)):
        raise ValueError(f"{text!r} names no type")
    return found
