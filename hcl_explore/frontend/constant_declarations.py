"""``N: ConstExpr[T] = value``: a name for a number, no variable."""

from __future__ import annotations

import ast
import math

from hcl_explore.errors import KernelTypeError
from hcl_explore.frontend.expression import Constant
from hcl_explore.frontend.reader import ExpressionReader
from hcl_explore.lang.meta import ConstantType
from hcl_explore.lang.types import FixedType, Float, IntegerType


def declared_constant(
    reader: ExpressionReader, statement: ast.AnnAssign, target: ast.Name
) -> Constant | None:
    """The constant that ``N: ConstExpr[T] = value`` declares, None for any other declaration.

    Raises ``KernelTypeError`` if the value is not known when the kernel is compiled.
    """
    written = statement.annotation
    if not isinstance(written, ast.Subscript):
        return None
    if ast.unparse(written.value).split(".")[-1] != "ConstExpr":
        return None
    kind = reader.constants.evaluate(written)
    if not isinstance(kind, ConstantType):
        return None
    value = None
    if statement.value is not None:
        value = reader.decided(reader.read(statement.value))
    if not isinstance(value, Constant):
        raise reader.error(
            KernelTypeError,
            f"'{target.id}' is a constant, but its value is not known when the kernel is compiled",
            statement.value or statement,
        )
    number = value.value
    if isinstance(kind.element, IntegerType):
        if not math.isfinite(number):
            raise reader.error(KernelTypeError, f"{number} is not an integer", statement)
        number = kind.element.wrap(int(number))
    elif isinstance(kind.element, FixedType):
        if not math.isfinite(number):
            raise reader.error(
                KernelTypeError, f"{number} cannot be converted to {kind.element}", statement
            )
        number = float(kind.element(number))
    elif isinstance(kind.element, Float):
        number = float(number)
    return Constant(kind.element, target, number)
