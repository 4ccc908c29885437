"""Compile-time loops and choices: ``with hcl.meta_for(...)``, ``with hcl.meta_if(...)``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from hcl_explore.errors import KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.expression import Constant
from hcl_explore.frontend.reader import ExpressionReader
from hcl_explore.lang import meta

MAX_OPERATIONS = 20_000

_BLOCKS = (meta.meta_for, meta.meta_if, meta.meta_elif, meta.meta_else)


class MetaLowering:
    """Lowers ``with`` statements; ``lower_block`` lowers a body in a scope of its own."""

    def __init__(
        self,
        builder: Builder,
        reader: ExpressionReader,
        lower_block: Callable[[Sequence[ast.stmt]], None],
    ) -> None:
        self.builder = builder
        self.reader = reader
        self.lower_block = lower_block
        self.rounds = 0

    def lower(self, statement: ast.With, decided: bool | None) -> bool | None:
        """Lower one ``with`` statement.

        ``decided`` says whether a choice that this statement may continue has been made: None if
        the statement before is no ``meta_if`` or ``meta_elif``. Returns the same for the next one.
        """
        statement = _one_by_one(statement)
        call = statement.items[0].context_expr
        target = self.reader.calls.target(call.func) if isinstance(call, ast.Call) else None
        known = any(target is block for block in _BLOCKS)
        if not known or not isinstance(call, ast.Call):
            raise self.reader.error(
                KernelSyntaxError,
                "a with block in a kernel is hcl.meta_for, hcl.meta_if, hcl.meta_elif or "
                "hcl.meta_else",
                statement,
            )
        if target is meta.meta_for:
            self._loop(statement, call)
            return None
        if target is meta.meta_if:
            decided = False
        elif decided is None:
            raise self.reader.error(
                KernelSyntaxError, f"{ast.unparse(call.func)} must follow meta_if", call
            )
        chosen = target is meta.meta_else or self._condition(call)
        if chosen and not decided:
            self.lower_block(statement.body)
        return None if target is meta.meta_else else decided or chosen

    def _condition(self, call: ast.Call) -> bool:
        if len(call.args) != 1 or call.keywords:
            raise self.reader.error(
                KernelTypeError, f"{ast.unparse(call.func)} takes one condition", call
            )
        condition = self.reader.decided(self.reader.read(call.args[0]))
        if not isinstance(condition, Constant):
            raise self.reader.error(
                KernelTypeError,
                "this condition is not known when the kernel is compiled",
                call.args[0],
                "Use a plain if.",
            )
        return bool(condition.value)

    def _loop(self, statement: ast.With, call: ast.Call) -> None:
        target = statement.items[0].optional_vars
        if target is not None and not isinstance(target, ast.Name):
            raise self.reader.error(
                KernelSyntaxError, "a loop variable must be a plain name", target
            )
        first = self.builder.count
        for value in self._values(call):
            self.rounds += 1
            if self.rounds > MAX_OPERATIONS:
                raise self._too_many_rounds(call)
            self.reader.scope.open()
            if target is not None:
                number = self.reader.number(value, target)
                self.reader.scope.declare(target.id, number, target, is_loop=True)
            self.lower_block(statement.body)
            self.reader.scope.close()
            if self.builder.count - first > MAX_OPERATIONS:
                raise self.reader.error(
                    KernelSyntaxError,
                    f"this meta_for makes more than {MAX_OPERATIONS:,} operations",
                    call,
                    "Use a loop at run time: for ... in range(...).",
                )

    def _values(self, call: ast.Call) -> range:
        bounds = []
        for argument in call.args:
            bound = self.reader.decided(self.reader.read(argument))
            if not isinstance(bound, Constant) or isinstance(bound.value, float):
                raise self.reader.error(
                    KernelTypeError,
                    "the bounds of meta_for must be integer constants",
                    argument,
                    "Use a loop at run time: for ... in range(...).",
                )
            bounds.append(bound.value)
        if call.keywords or not 1 <= len(bounds) <= 3 or bounds[2:] == [0]:
            raise self.reader.error(
                KernelTypeError, "meta_for takes its bounds as range does", call
            )
        values = range(*bounds)
        if values and abs(values[-1] - values[0]) // abs(values.step) >= MAX_OPERATIONS:
            raise self._too_many_rounds(call)
        return values

    def _too_many_rounds(self, call: ast.Call) -> Exception:
        return self.reader.error(
            KernelSyntaxError, f"meta_for goes through more than {MAX_OPERATIONS:,} rounds", call
        )


def _one_by_one(statement: ast.With) -> ast.With:
    """``with a, b:`` as ``with a:`` around ``with b:``, which is what it means."""
    first, *rest = statement.items
    if not rest:
        return statement
    inner = ast.copy_location(ast.With(rest, statement.body), statement)
    return ast.copy_location(ast.With([first], [inner]), statement)
