"""One task of a region: a function that takes its position first and the region's streams last."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from mlir import ir

from hcl_explore.frontend.expression import Position, Signature
from hcl_explore.frontend.function import FunctionLowering
from hcl_explore.frontend.memory import ConstantTables
from hcl_explore.frontend.positions import Positions
from hcl_explore.frontend.signatures import CalleeResolver
from hcl_explore.frontend.unit import Unit
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.types import index


@dataclass(frozen=True)
class TaskPosition:
    """The mapping of a task, where the function takes its position (else empty), and the first
    position that it is lowered for."""

    mapping: tuple[int, ...]
    values: tuple[int, ...]


class TaskLowering(FunctionLowering):
    """Lowers one task; ``signature`` starts with its position and ends with the streams."""

    def __init__(
        self,
        unit: Unit,
        function: ast.FunctionDef,
        signature: Signature,
        op: ir.Operation,
        tables: ConstantTables,
        callees: CalleeResolver,
        position: TaskPosition,
    ) -> None:
        self.position_count = len(position.mapping)
        super().__init__(unit, function, signature, op, tables, callees)
        variables = [
            Position(index, function, value, dim, extent)
            for dim, (value, extent) in enumerate(
                zip(self.entry.arguments, position.mapping, strict=False)
            )
        ]
        self.positions = Positions(variables, position.values)
        if variables:
            self.reader.positions = self.positions

    def lower(self) -> None:
        """Fill the function. Raises ``KernelError``."""
        super().lower()
        i32 = ir.IntegerType.get_signless(32)
        for position in self.positions.variables:
            for name, value in ((attrs.PID, position.dim), (attrs.EXTENT, position.extent)):
                attrs.set_argument_attribute(
                    self.op, position.dim, name, ir.IntegerAttr.get(i32, value)
                )

    def _places(self) -> Sequence[ast.AST]:
        own = super()._places()
        streams = len(self.signature.parameters) - self.position_count - len(own)
        return [*[self.function] * self.position_count, *own, *[self.function] * streams]

    def _bind_arguments(self) -> None:
        count = self.position_count
        values, places = list(self.entry.arguments)[count:], self._places()[count:]
        parameters = self.signature.parameters[count:]
        for value, node, (name, kind) in zip(values, places, parameters, strict=True):
            self._bind(value, node, name, kind)


def position_names(function: ast.FunctionDef) -> list[str] | None:
    """The names that the kernel gives its position (``_`` where it gives none); None if it does
    not ask for it."""
    asks = False
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and _is_get_pid(node.value):
            target = node.targets[0]
            parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
            return [part.id if isinstance(part, ast.Name) else "_" for part in parts]
        asks = asks or _is_get_pid(node)
    return [] if asks else None


def _is_get_pid(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "get_pid"
