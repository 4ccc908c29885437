"""Names inside a function: C++-style blocks, no shadowing."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hcl_explore.errors import KernelError, KernelScopeError, KernelTypeError
from hcl_explore.frontend.constants import unknown_name
from hcl_explore.frontend.expression import Buffer, Constant, Expr, StreamValue
from hcl_explore.frontend.structs import StructValue
from hcl_explore.frontend.unit import Unit


@dataclass(frozen=True)
class LocalFunction:
    """A function defined inside a kernel; ``unit`` knows the constants around it."""

    unit: Unit
    function: ast.FunctionDef


Entity = Buffer | Expr | LocalFunction | StreamValue | StructValue


@dataclass(frozen=True)
class Binding:
    """What a name stands for. ``is_loop`` for loop variables, which cannot be assigned."""

    entity: Entity
    line: int
    is_loop: bool = False


class Scope:
    """The blocks open at the current statement, innermost last."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._blocks: list[dict[str, Binding]] = [{}]
        self._ended: dict[str, int] = {}

    def open(self) -> None:
        self._blocks.append({})

    def close(self) -> None:
        for name, binding in self._blocks.pop().items():
            self._ended[name] = binding.line

    def find(self, name: str) -> Binding | None:
        """The binding of ``name`` in the open blocks, or None."""
        for block in reversed(self._blocks):
            if name in block:
                return block[name]
        return None

    def declare(self, name: str, entity: Entity, node: ast.AST, *, is_loop: bool = False) -> None:
        """Bind ``name`` in the innermost block.

        Raises ``KernelScopeError`` if an open block has the name already: in Python it would be
        the same variable, in C++ another one.
        """
        line = self.unit.span(node).line
        previous = self.find(name)
        if previous is not None:
            kind = "a loop variable" if previous.is_loop else "declared"
            raise KernelScopeError(
                f"'{name}' is already {kind} on line {previous.line}",
                span=self.unit.span(node),
                advice="Use another name, or assign to the existing variable without an annotation."
                if not (previous.is_loop or is_loop)
                else "Use another name.",
            )
        self._blocks[-1][name] = Binding(entity, line, is_loop)

    def constants(self) -> dict[str, object]:
        """The compile-time constants declared in the open blocks."""
        return {
            name: binding.entity.value
            for block in self._blocks
            for name, binding in block.items()
            if isinstance(binding.entity, Constant)
        }

    def local_functions(self) -> dict[str, ast.FunctionDef]:
        """The functions declared in the open blocks."""
        return {
            name: binding.entity.function
            for block in self._blocks
            for name, binding in block.items()
            if isinstance(binding.entity, LocalFunction)
        }

    def not_constant(self, node: ast.Name) -> KernelError:
        """The error for a name in a constant expression that is no constant."""
        if self.find(node.id) is None:
            return self.unknown(node)
        return KernelTypeError(
            f"'{node.id}' is not a constant",
            span=self.unit.span(node),
            advice="Sizes and tables must be known when the kernel is compiled; a type parameter "
            "stands for a size that callers choose: A: float32[N].",
        )

    def unknown(self, node: ast.Name) -> KernelScopeError:
        """The error for a name that no open block has."""
        if node.id in self._ended:
            return KernelScopeError(
                f"'{node.id}' is used outside the block that declares it "
                f"(line {self._ended[node.id]})",
                span=self.unit.span(node),
                advice="Declare it before the block.",
            )
        visible = [name for block in self._blocks for name in block]
        return unknown_name(node, self.unit.namespace, self.unit.span, visible)


class VisibleConstants(Mapping[str, object]):
    """What constant expressions inside a function can refer to: constants of the open blocks, then
    the names around the function."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __getitem__(self, name: str) -> object:
        binding = self.scope.find(name)
        if binding is not None:
            if isinstance(binding.entity, Constant):
                return binding.entity.value
            raise KeyError(name)
        return self.scope.unit.namespace[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self.scope.unit.namespace, **self.scope.constants()})

    def __len__(self) -> int:
        return len({**self.scope.unit.namespace, **self.scope.constants()})
