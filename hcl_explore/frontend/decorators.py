"""The decorators of dataflow programs, read from the syntax tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from hcl_explore.errors import KernelError, KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.constants import ConstantEvaluator
from hcl_explore.frontend.unit import Unit
from hcl_explore.lang import dataflow

MOST_TASKS = 4096


@dataclass(frozen=True)
class TaskDecorator:
    """``@df.kernel(mapping=[...], args=[...])`` as written; ``args`` None where it has none."""

    mapping: tuple[int, ...]
    args: list[ast.expr] | None
    node: ast.Call


def is_region(unit: Unit, function: ast.FunctionDef) -> bool:
    """Whether ``function`` is decorated with ``df.region()``."""
    return _decorator(unit, function, dataflow.region) is not None


def is_task(unit: Unit, function: ast.FunctionDef) -> bool:
    """Whether ``function`` is decorated with ``df.kernel(...)``."""
    return _decorator(unit, function, dataflow.kernel) is not None


def read_task(
    unit: Unit, function: ast.FunctionDef, constants: ConstantEvaluator
) -> TaskDecorator | None:
    """What ``df.kernel(...)`` above ``function`` says, or None without it.

    Raises ``KernelError`` for anything but a mapping of positive sizes and a list of arguments.
    """
    node = _decorator(unit, function, dataflow.kernel)
    if node is None:
        return None
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    unknown = [name for name in given if name not in ("mapping", "args")]
    if node.args or unknown or "mapping" not in given:
        raise KernelSyntaxError(
            "a task is declared with df.kernel(mapping=[...], args=[...])",
            span=unit.span(node),
            advice="The mapping gives the number of tasks in each dimension; [1] is one task.",
        )
    mapping = constants.evaluate(given["mapping"])
    sizes = mapping if isinstance(mapping, (list, tuple)) else [mapping]
    count = 1
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise KernelTypeError(
                f"the sizes of a mapping are positive integers, not {size!r}",
                span=unit.span(given["mapping"]),
            )
        count *= size
    if count > MOST_TASKS or not sizes:
        raise KernelTypeError(
            f"a mapping of {count:,} tasks is too large" if sizes else "the mapping is empty",
            span=unit.span(given["mapping"]),
            advice=f"A mapping has at most {MOST_TASKS:,} tasks, and one for [1].",
        )
    args = given.get("args")
    if args is not None and not isinstance(args, (ast.List, ast.Tuple)):
        raise KernelSyntaxError(
            "args is a list of the region's arrays: args=[A, B]", span=unit.span(args)
        )
    return TaskDecorator(tuple(sizes), args.elts if args is not None else None, node)


def _decorator(unit: Unit, function: ast.FunctionDef, wanted: object) -> ast.Call | None:
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        try:
            found = unit.constants.evaluate(called)
        except KernelError:
            continue  # some other decorator, reported where the function is read
        if found is not wanted:
            continue
        if not isinstance(decorator, ast.Call):
            raise KernelSyntaxError(
                f"the decorator is written with brackets: @{ast.unparse(decorator)}(...)",
                span=unit.span(decorator),
            )
        return decorator
    return None
