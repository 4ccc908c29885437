"""Loops: ``for`` over ``range``, ``hcl.grid`` and ``hcl.reduction``, and ``while``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mlir import ir

from hcl_explore.errors import KernelScopeError, KernelSyntaxError, KernelTypeError
from hcl_explore.frontend.affine import AffineOperands, interval
from hcl_explore.frontend.bands import BandNames
from hcl_explore.frontend.builder import Builder, map_attribute
from hcl_explore.frontend.emit import Emitter
from hcl_explore.frontend.expression import Binary, Constant, Expr, LoopIndex, type_name
from hcl_explore.frontend.reader import ExpressionReader
from hcl_explore.ir import attributes as attrs
from hcl_explore.ir.locations import named
from hcl_explore.lang import ops
from hcl_explore.lang.types import Index, IntegerType, index, int32


@dataclass
class LoopRange:
    """The values of one loop variable: from ``start`` up (or down) to, not including, ``stop``."""

    start: Expr
    stop: Expr
    step: int
    node: ast.AST


@dataclass
class OpenLoop:
    """A loop whose body is being filled."""

    op: ir.Operation
    variable: Expr
    yield_name: str
    outer_point: ir.InsertionPoint


class LoopLowering:
    """Opens and closes loops at the builder's insertion point."""

    def __init__(
        self, builder: Builder, emitter: Emitter, reader: ExpressionReader, bands: BandNames
    ) -> None:
        self.builder = builder
        self.emitter = emitter
        self.reader = reader
        self.bands = bands

    # --- reading the header --------------------------------------------------------------------

    def read_header(self, node: ast.For) -> tuple[list[LoopRange], str | None, bool]:
        """The ranges of a ``for`` statement, the name of its band, and whether it reduces."""
        call = node.iter
        if not isinstance(call, ast.Call):
            raise self._not_a_range(node)
        target = self.reader.calls.target(call.func)
        if target is range:
            band = self._band_name(call)
            return [self._read_range(call)], band, False
        if target is ops.grid or target is ops.reduction:
            band = self._band_name(call)
            if not call.args:
                raise self.reader.error(
                    KernelTypeError, f"{ast.unparse(call.func)} needs at least one extent", call
                )
            zero = self.reader.number(0, call)
            ranges = [LoopRange(zero, self._bound(extent), 1, extent) for extent in call.args]
            return ranges, band, target is ops.reduction
        raise self._not_a_range(node)

    def _not_a_range(self, node: ast.For) -> Exception:
        return self.reader.error(
            KernelSyntaxError,
            f"a loop cannot run over {ast.unparse(node.iter)}",
            node.iter,
            "Loops run over range(...), hcl.grid(...) or hcl.reduction(...).",
        )

    def _band_name(self, call: ast.Call) -> str | None:
        band: str | None = None
        for keyword in call.keywords:
            value = keyword.value
            if keyword.arg != "name":
                raise self.reader.error(
                    KernelSyntaxError,
                    f"{ast.unparse(call.func)} has no argument '{keyword.arg}'",
                    keyword,
                    "Only name= may be given.",
                )
            if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                raise self.reader.error(
                    KernelTypeError, "the name of a band is a string in quotes", value
                )
            if not value.value.isidentifier():
                raise self.reader.error(
                    KernelSyntaxError,
                    f"{value.value!r} cannot name a band",
                    value,
                    "Use letters, digits and underscores.",
                )
            band = value.value
        return band

    def _bound(self, node: ast.expr) -> Expr:
        if isinstance(node, ast.Starred):
            raise self.reader.error(
                KernelSyntaxError, "a starred argument cannot be used in a kernel", node
            )
        bound = self.reader.read(node)
        if not isinstance(bound.type, (IntegerType, Index)):
            raise self.reader.error(
                KernelTypeError,
                f"a loop bound must be an integer, not {type_name(bound.type)}",
                node,
                "Use // for a whole-number division.",
            )
        if isinstance(bound, Constant) and not int32.low <= bound.value <= int32.high:
            raise self.reader.error(
                KernelTypeError, f"the loop bound {bound.value} is beyond 32 bits", node
            )
        return bound

    def _read_range(self, call: ast.Call) -> LoopRange:
        if not 1 <= len(call.args) <= 3:
            raise self.reader.error(
                KernelTypeError, f"range takes 1 to 3 arguments, not {len(call.args)}", call
            )
        bounds = [self._bound(argument) for argument in call.args]
        if len(bounds) == 1:
            return LoopRange(self.reader.number(0, call), bounds[0], 1, call)
        step = bounds[2] if len(bounds) == 3 else self.reader.number(1, call)
        if not isinstance(step, Constant):
            raise self.reader.error(
                KernelTypeError,
                "the step of a loop must be a constant",
                call.args[2],
                "Use while for a step that changes.",
            )
        if step.value == 0:
            raise self.reader.error(
                KernelTypeError, "the step of a loop must not be 0", call.args[2]
            )
        return LoopRange(bounds[0], bounds[1], int(step.value), call)

    def targets(self, node: ast.For, count: int) -> list[str]:
        """The names of the loop variables, as many as there are ranges."""
        target = node.target
        parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        names = []
        for part in parts:
            if not isinstance(part, ast.Name):
                raise self.reader.error(
                    KernelSyntaxError, "a loop variable must be a plain name", part
                )
            names.append(part.id)
        if len(names) != count:
            raise self.reader.error(
                KernelTypeError,
                f"{len(names)} loop variable{'s' if len(names) != 1 else ''} for "
                f"{count} range{'s' if count != 1 else ''}",
                target,
            )
        repeated = {name for name in names if name != "_" and names.count(name) > 1}
        if repeated:
            raise self.reader.error(
                KernelScopeError, f"the loop variable '{repeated.pop()}' is given twice", target
            )
        return names

    # --- opening and closing ---------------------------------------------------------------------

    def open(
        self, bounds: LoopRange, name: str, node: ast.AST, band: str | None, *, reduction: bool
    ) -> OpenLoop:
        """Open one loop; what follows goes into its body until ``close``."""
        location = self.reader.unit.location(node)
        if bounds.step < 0:
            return self._open_descending(bounds, name, node, band, reduction=reduction)
        op, affine = self._create(bounds, location)
        loop_name = self.bands.loop_name(name)
        variable_location = named(name if name != "_" else loop_name, location)
        block = op.regions[0].blocks.append(self.builder.index, arg_locs=[variable_location])
        self.bands.open(op, loop_name, band)
        if reduction:
            attrs.set_flag(op, attrs.REDUCTION)
        low, high = interval(bounds.start), interval(bounds.stop)
        variable = LoopIndex(
            index,
            node,
            block.arguments[0],
            affine,
            low[0] if low is not None else None,
            high[1] - 1 if high is not None else None,
        )
        opened = OpenLoop(
            op, variable, "affine.yield" if affine else "scf.yield", self.builder.point
        )
        self.builder.point = ir.InsertionPoint(block)
        return opened

    def close(self, loop: OpenLoop) -> None:
        """End the body of the innermost open loop."""
        self.builder.op(loop.yield_name, (), (), loop.op.location)
        self.builder.point = loop.outer_point
        self.bands.close()

    def _open_descending(
        self, bounds: LoopRange, name: str, node: ast.AST, band: str | None, *, reduction: bool
    ) -> OpenLoop:
        """A loop that counts down runs up over 0, 1, … and subtracts from its start."""
        step = -bounds.step
        distance = self.reader.operators.binary(ast.Sub(), bounds.start, bounds.stop, bounds.node)
        if step > 1:
            rounded = self.reader.number(step - 1, bounds.node)
            distance = self.reader.operators.binary(ast.Add(), distance, rounded, bounds.node)
            divisor = self.reader.number(step, bounds.node)
            distance = self.reader.operators.binary(ast.FloorDiv(), distance, divisor, bounds.node)
        zero = self.reader.number(0, bounds.node)
        upward = LoopRange(zero, distance, 1, bounds.node)
        opened = self.open(upward, name, node, band, reduction=reduction)
        steps = opened.variable
        if step > 1:
            scale = self.reader.number(step, node)
            steps = self.reader.operators.binary(ast.Mult(), steps, scale, node)
        opened.variable = Binary(index, node, "-", bounds.start, steps)
        return opened

    def _create(self, bounds: LoopRange, location: ir.Location) -> tuple[ir.Operation, bool]:
        lower_operands, upper_operands = AffineOperands(), AffineOperands()
        lower = self._affine_bounds(lower_operands, bounds.start, "max")
        upper = self._affine_bounds(upper_operands, bounds.stop, "min")
        if lower is None or upper is None:
            low = self.emitter.emit(bounds.start, index)
            high = self.emitter.emit(bounds.stop, index)
            step = self.builder.constant(index, bounds.step, location)
            return self.builder.op("scf.for", (low, high, step), (), location, regions=1), False
        sizes = [len(lower_operands.values), len(upper_operands.values), 0]
        attributes = {
            "lowerBoundMap": map_attribute(
                len(lower_operands.dims), len(lower_operands.symbols), lower
            ),
            "upperBoundMap": map_attribute(
                len(upper_operands.dims), len(upper_operands.symbols), upper
            ),
            "step": ir.IntegerAttr.get(self.builder.index, bounds.step),
            "operandSegmentSizes": ir.DenseI32ArrayAttr.get(sizes),
        }
        operands = [*lower_operands.values, *upper_operands.values]
        return self.builder.op("affine.for", operands, (), location, attributes, regions=1), True

    def _affine_bounds(
        self, operands: AffineOperands, expr: Expr, combined: str
    ) -> list[ir.AffineExpr] | None:
        """``expr`` as the results of a bound map: several for ``max`` below and ``min`` above."""
        if isinstance(expr, Binary) and expr.operator == combined:
            left = self._affine_bounds(operands, expr.left, combined)
            right = self._affine_bounds(operands, expr.right, combined)
            return None if left is None or right is None else [*left, *right]
        converted = operands.convert(expr)
        return None if converted is None else [converted]

    # --- while -----------------------------------------------------------------------------------

    @contextmanager
    def while_loop(self, node: ast.While, condition: Expr) -> Iterator[None]:
        """An ``scf.while``; the body is emitted meanwhile."""
        location = self.reader.unit.location(node)
        op = self.builder.op("scf.while", (), (), location, regions=2)
        before, after = (region.blocks.append() for region in op.regions)
        with self.builder.inside(before):
            value = self.emitter.emit_condition(condition)
            self.builder.op("scf.condition", (value,), (), location)
        self.bands.open(op, self.bands.loop_name("while"), None)
        with self.builder.inside(after):
            yield
            self.builder.op("scf.yield", (), (), location)
        self.bands.close()
