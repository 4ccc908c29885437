"""One parsed text: its functions, the constants beside them, and the places of syntax nodes."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from copy import copy
from functools import cached_property

import numpy as np
from mlir import ir

from hcl_explore.errors import KernelSyntaxError, KernelTypeError, SourceSpan
from hcl_explore.frontend.constants import ConstantEvaluator, attribute, import_module, is_number
from hcl_explore.frontend.source import KernelSource, parse_text
from hcl_explore.lang.memory import PlacedType
from hcl_explore.lang.meta import TypeParameter
from hcl_explore.lang.types import ScalarType, TensorType


class Unit:
    """The syntax tree of a ``KernelSource`` with everything its names refer to.

    Raises ``KernelError`` on construction if the text holds anything but functions, imports,
    constants and a docstring.
    """

    def __init__(self, source: KernelSource) -> None:
        self.source = source
        self.lines = source.text.splitlines()
        self.functions: dict[str, ast.FunctionDef] = {}
        self.namespace: dict[str, object] = dict(source.namespace)
        self._locations: dict[tuple[int, int], ir.Location] = {}
        self.unbound = self
        """This text without values for the type parameters of the function that is lowered."""
        self.tree = parse_text(
            source.text, source.filename, source.first_line, source.column_offset
        )
        for statement in self.tree.body:
            self._read(statement)

    def with_names(
        self,
        names: Mapping[str, object],
        functions: Mapping[str, ast.FunctionDef] | None = None,
    ) -> Unit:
        """The same text where ``names`` and ``functions`` have another meaning."""
        other = copy(self)
        other.unbound = other
        other.__dict__.pop("constants", None)
        other.namespace = {**self.namespace, **names}
        other.functions = {**self.functions, **(functions or {})}
        for name in names:
            other.functions.pop(name, None)
        return other

    def bound(self, names: Mapping[str, object]) -> Unit:
        """The same text with values for the type parameters of one of its functions."""
        other = self.with_names(names)
        other.unbound = self.unbound
        return other

    @cached_property
    def constants(self) -> ConstantEvaluator:
        """Evaluates annotations and constants against the unit's namespace."""
        return ConstantEvaluator(self.namespace, self.span)

    def span(self, node: ast.AST) -> SourceSpan:
        """The place of ``node`` in the user's file; of a long statement, its first line."""
        line: int = getattr(node, "lineno", 1)
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        offset = self.source.column_offset
        start = self._column(text, getattr(node, "col_offset", 0))
        end: int | None = None
        if getattr(node, "end_lineno", None) == line:
            end = self._column(text, getattr(node, "end_col_offset", 0)) + 1 + offset
        return SourceSpan(
            self.source.filename,
            self.source.first_line + line - 1,
            start + 1 + offset,
            end,
            " " * offset + text,
        )

    def location(self, node: ast.AST) -> ir.Location:
        """The MLIR location of ``node``: file, line, column."""
        line: int = getattr(node, "lineno", 1)
        column: int = getattr(node, "col_offset", 0)
        found = self._locations.get((line, column))
        if found is None:
            text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
            found = ir.Location.file(
                self.source.filename,
                self.source.first_line + line - 1,
                self._column(text, column) + 1 + self.source.column_offset,
            )
            self._locations[line, column] = found
        return found

    @staticmethod
    def _column(text: str, byte_offset: int) -> int:
        """Python's syntax tree counts UTF-8 bytes; people count characters."""
        if text.isascii():
            return byte_offset
        return len(text.encode()[:byte_offset].decode(errors="ignore"))

    def _read(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.FunctionDef):
            self.functions[statement.name] = statement
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                module = import_module(alias.name, statement, self.span)
                self.namespace[alias.asname or alias.name] = module
        elif isinstance(statement, ast.ImportFrom):
            self._read_import_from(statement)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            self._read_constant(statement)
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            raise KernelSyntaxError(
                f"{describe(statement)} cannot stand beside a kernel",
                span=self.span(statement),
                advice="Write functions, constants such as N = 32, and imports of hcl_explore.",
            )

    def _read_import_from(self, statement: ast.ImportFrom) -> None:
        if statement.module == "__future__":
            return
        module = import_module(statement.module or "", statement, self.span)
        for alias in statement.names:
            if alias.name == "*":
                names = [name for name in vars(module) if not name.startswith("_")]
                self.namespace.update({name: getattr(module, name) for name in names})
                continue
            try:
                value = attribute(module, alias.name)
            except AttributeError:
                raise KernelSyntaxError(
                    f"{statement.module} has no '{alias.name}'", span=self.span(statement)
                ) from None
            self.namespace[alias.asname or alias.name] = value

    def _read_constant(self, statement: ast.Assign | ast.AnnAssign) -> None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if statement.value is not None:
                self._assign_constant(target, statement.value, statement)
        if statement.value is None:
            raise self._not_plain(statement)

    def _assign_constant(self, target: ast.expr, value: ast.expr, statement: ast.stmt) -> None:
        """``N = 32``, ``T, N = …, …``."""
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            if len(target.elts) != len(value.elts):
                raise self._not_plain(statement)
            for inner, part in zip(target.elts, value.elts, strict=True):
                self._assign_constant(inner, part, statement)
            return
        if not isinstance(target, ast.Name):
            raise self._not_plain(statement)
        constant = self.constants.evaluate(value)
        is_type = isinstance(constant, (ScalarType, TensorType, PlacedType, TypeParameter))
        is_table = isinstance(constant, (list, tuple, np.ndarray))
        if not (is_number(constant) or is_table or is_type):
            raise KernelTypeError(
                f"a constant is a number, a table of numbers or a type, not "
                f"{type(constant).__name__}",
                span=self.span(value),
            )
        is_bound = isinstance(constant, TypeParameter) and target.id in self.source.namespace
        if not is_bound:  # a saved kernel comes with the values of its type parameters
            self.namespace[target.id] = constant

    def _not_plain(self, statement: ast.stmt) -> KernelSyntaxError:
        return KernelSyntaxError(
            "only plain names can be assigned beside a kernel", span=self.span(statement)
        )


_DESCRIPTIONS: dict[type[ast.AST], str] = {
    ast.AsyncFor: "an async loop",
    ast.AsyncFunctionDef: "an async function",
    ast.AsyncWith: "an async with block",
    ast.Await: "await",
    ast.Break: "break",
    ast.ClassDef: "a class",
    ast.Continue: "continue",
    ast.Delete: "del",
    ast.Dict: "a dictionary",
    ast.DictComp: "a dictionary comprehension",
    ast.FunctionDef: "a nested function",
    ast.GeneratorExp: "a generator expression",
    ast.Global: "global",
    ast.Import: "an import",
    ast.ImportFrom: "an import",
    ast.JoinedStr: "an f-string",
    ast.Lambda: "a lambda",
    ast.List: "a list",
    ast.ListComp: "a list comprehension",
    ast.Nonlocal: "nonlocal",
    ast.Raise: "raise",
    ast.Return: "return",
    ast.Set: "a set",
    ast.SetComp: "a set comprehension",
    ast.Slice: "a slice",
    ast.Starred: "a starred expression",
    ast.Try: "try",
    ast.Tuple: "a tuple",
    ast.With: "a with block",
    ast.Yield: "yield",
    ast.YieldFrom: "yield from",
    ast.NamedExpr: "an assignment inside an expression (:=)",
    ast.Assert: "assert",
}


def describe(node: ast.AST) -> str:
    """What a construct is called, for messages."""
    return _DESCRIPTIONS.get(type(node), f"a {type(node).__name__} construct")
