"""Statements to operations."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from mlir import ir

from hcl_explore.errors import KernelError, KernelSyntaxError
from hcl_explore.frontend.affine import affine_condition
from hcl_explore.frontend.assignment import Assigner
from hcl_explore.frontend.builder import Builder
from hcl_explore.frontend.emit import Emitter
from hcl_explore.frontend.expression import (
    Constant,
    Expr,
    KernelCall,
    Logical,
    TensorCall,
)
from hcl_explore.frontend.loops import LoopLowering, OpenLoop
from hcl_explore.frontend.metaprogramming import MetaLowering
from hcl_explore.frontend.printing import PrintLowering
from hcl_explore.frontend.reader import ExpressionReader
from hcl_explore.frontend.scope import LocalFunction
from hcl_explore.frontend.speculation import may_run_always
from hcl_explore.frontend.streams import Get, GetBlock, Put
from hcl_explore.frontend.unit import describe
from hcl_explore.ir import attributes as attrs
from hcl_explore.lang.types import BOOL


class StatementLowering:
    """Lowers the statements of one function, in order, at the builder's insertion point."""

    def __init__(
        self,
        builder: Builder,
        emitter: Emitter,
        reader: ExpressionReader,
        loops: LoopLowering,
        assigner: Assigner,
    ) -> None:
        self.builder = builder
        self.emitter = emitter
        self.reader = reader
        self.loops = loops
        self.assigner = assigner
        self.meta = MetaLowering(builder, reader, self._block)
        self.printing = PrintLowering(assigner.filler)
        self._methods: dict[type[ast.stmt], Callable[..., None]] = {
            ast.AnnAssign: self.assigner.declare,
            ast.Assign: self.assigner.assign,
            ast.AugAssign: self.assigner.augment,
            ast.Expr: self._expression,
            ast.Assert: self._assert,
            ast.For: self._for,
            ast.FunctionDef: self._function,
            ast.If: self._if,
            ast.Pass: self._pass,
            ast.While: self._while,
        }

    def lower(self, statements: Sequence[ast.stmt]) -> None:
        """Lower ``statements`` in the current block and scope."""
        decided: bool | None = None
        for statement in statements:
            if isinstance(statement, ast.With):
                decided = self.meta.lower(statement, decided)
                continue
            decided = None
            method = self._methods.get(type(statement))
            if method is None:
                raise self._unsupported(statement)
            method(statement)

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        self.reader.scope.open()
        self.lower(statements)
        self.reader.scope.close()

    def _unsupported(self, statement: ast.stmt) -> KernelError:
        advice = None
        if isinstance(statement, ast.Return):
            message = "return can only be the last statement of a kernel"
            advice = "Assign to a variable and return it at the end."
        else:
            message = f"{describe(statement)} cannot be used in a kernel"
        if isinstance(statement, (ast.Break, ast.Continue)):
            advice = "Use an if around the rest of the body, or while with a condition."
        return self.reader.error(KernelSyntaxError, message, statement, advice)

    def _pass(self, statement: ast.Pass) -> None:
        """Nothing to do."""

    def _function(self, statement: ast.FunctionDef) -> None:
        """A function inside a kernel: it sees the constants around it, not the variables."""
        scope = self.reader.scope
        functions = {**scope.local_functions(), statement.name: statement}
        unit = self.reader.unit.with_names(scope.constants(), functions)
        scope.declare(statement.name, LocalFunction(unit, statement), statement)

    def _assert(self, statement: ast.Assert) -> None:
        message = ast.unparse(statement.test)
        if statement.msg is not None:
            if not (
                isinstance(statement.msg, ast.Constant) and isinstance(statement.msg.value, str)
            ):
                raise self.reader.error(
                    KernelSyntaxError, "the message of assert is a text in quotes", statement.msg
                )
            message = statement.msg.value
        condition = self.emitter.emit_condition(self.reader.read(statement.test))
        self.builder.op(
            "cf.assert",
            [condition],
            (),
            self.reader.unit.location(statement),
            {
                "msg": ir.StringAttr.get(message),
                attrs.SOURCE: ir.StringAttr.get(ast.unparse(statement)),
            },
        )

    def _expression(self, statement: ast.Expr) -> None:
        if isinstance(statement.value, ast.Constant):  # a docstring, or ...
            return
        if self.reader.calls.is_builtin(statement.value, "print"):
            assert isinstance(statement.value, ast.Call)
            self.printing.lower(statement.value)
            return
        value = self.reader.read_any(statement.value)
        if isinstance(value, KernelCall):
            value = value.call
        if isinstance(value, Put):
            self.emitter.streams.put(value)
            return
        if isinstance(value, Get):
            self.emitter.emit(value)
            return
        if isinstance(value, GetBlock):
            self.reader.operand(statement.value)
            return
        if not isinstance(value, TensorCall):
            raise self.reader.error(
                KernelSyntaxError,
                f"{ast.unparse(statement)} has no effect",
                statement,
                "Assign the value to something.",
            )
        self.emitter.emit_call(value)

    # --- loops -----------------------------------------------------------------------------------

    def _for(self, statement: ast.For) -> None:
        if statement.orelse:
            raise self.reader.error(
                KernelSyntaxError, "a loop cannot have an else part", statement.orelse[0]
            )
        ranges, band, reduction = self.loops.read_header(statement)
        names = self.loops.targets(statement, len(ranges))
        scope = self.reader.scope
        scope.open()
        opened: list[OpenLoop] = []
        for bounds, name in zip(ranges, names, strict=True):
            loop = self.loops.open(
                bounds, name, statement, None if opened else band, reduction=reduction
            )
            opened.append(loop)
            if name != "_":
                scope.declare(name, loop.variable, statement.target, is_loop=True)
        self._block(statement.body)
        for loop in reversed(opened):
            self.loops.close(loop)
        scope.close()

    def _while(self, statement: ast.While) -> None:
        if statement.orelse:
            raise self.reader.error(
                KernelSyntaxError, "a loop cannot have an else part", statement.orelse[0]
            )
        with self.reader.without_calls():
            condition = self.reader.read(statement.test)
        if isinstance(condition, Constant):
            if not condition.value:
                return
            raise self.reader.error(
                KernelSyntaxError,
                "this loop never ends",
                statement.test,
                "Its condition must depend on a variable that the body changes.",
            )
        with self.loops.while_loop(statement, condition):
            self._block(statement.body)

    # --- conditions ------------------------------------------------------------------------------

    def _if(self, statement: ast.If) -> None:
        condition = self.reader.read(statement.test)
        if isinstance(condition, Constant):
            self._block(statement.body if condition.value else statement.orelse)
            return
        self._conditional(condition, statement.body, statement.orelse, statement)

    def _conditional(
        self,
        condition: Expr,
        body: Sequence[ast.stmt],
        orelse: Sequence[ast.stmt],
        node: ast.stmt,
    ) -> None:
        nested: Expr | None = None
        if not orelse and affine_condition(condition) is None:
            condition, nested = _split(condition)
        op = self.emitter.open_if(condition, [], self.reader.unit.location(node))
        yield_name = f"{op.name.split('.')[0]}.yield"
        with self.builder.inside(op.regions[0].blocks.append()):
            if nested is None:
                self._block(body)
            else:
                self._conditional(nested, body, (), node)
            self.builder.op(yield_name, (), (), op.location)
        if orelse:
            with self.builder.inside(op.regions[1].blocks.append()):
                self._block(orelse)
                self.builder.op(yield_name, (), (), op.location)


def _split(condition: Expr) -> tuple[Expr, Expr | None]:
    """``condition`` as one to test first and one to test only then.

    Affine parts go first, where analyses see them; a part that must not run unless the ones before
    it hold goes inside.
    """
    if not isinstance(condition, Logical) or condition.operator != "and":
        return condition, None
    operands = condition.operands
    affine = [operand for operand in operands if affine_condition(operand) is not None]
    if affine:
        rest = [operand for operand in operands if operand not in affine]
        return _conjunction(affine, condition), _conjunction(rest, condition)
    if all(may_run_always(operand) for operand in operands[1:]):
        return condition, None
    return operands[0], _conjunction(operands[1:], condition)


def _conjunction(operands: list[Expr], whole: Expr) -> Expr:
    return operands[0] if len(operands) == 1 else Logical(BOOL, whole.node, "and", operands)
