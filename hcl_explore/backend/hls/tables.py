"""Constant tables as C++ initialisers."""

from __future__ import annotations

from collections.abc import Sequence

import mlir.ir as ir

from hcl_explore.backend.hls.expression import Integers, literal
from hcl_explore.backend.hls.fixed_point import FixedPoint
from hcl_explore.backend.hls.literals import float_text
from hcl_explore.backend.hls.types import BOOL, CType, stored_as
from hcl_explore.backend.hls.writer import WIDTH
from hcl_explore.ir.tables import elements
from hcl_explore.lang.types import ScalarType


def table_lines(
    fixed: FixedPoint,
    name: str,
    attribute: ir.Attribute,
    scalar: ScalarType,
    *,
    is_state: bool = False,
) -> list[str]:
    """``static const float K[3][3] = {...};``, without ``const`` where it ``is_state``."""
    integers = fixed.integers
    shape = tuple(attribute.type.shape)
    ctype = stored_as(scalar)
    if ctype.kind == "fixed":
        texts = [fixed.constant_text(int(value), ctype) for value in elements(attribute)]
    else:
        texts = [_text(integers, value, ctype) for value in elements(attribute)]
    extents = "".join(f"[{extent}]" for extent in shape)
    constant = "" if is_state else "const "
    head = f"static {constant}{integers.spell(ctype)} {name}{extents} ="
    if not shape:
        return [f"{head} {texts[0]};"]
    one_line = f"{head} {_nested(texts, shape)};"
    if len(one_line) <= WIDTH:
        return [one_line]
    return [f"{head} {{", *_rows(texts, shape), "};"]


def _text(integers: Integers, value: int | float, ctype: CType) -> str:
    if ctype == BOOL:
        return "true" if value else "false"
    if not ctype.is_integer:
        text = float_text(float(value), ctype)
        return f"{integers.spell(ctype)}({text})" if ctype.is_half else text
    number = int(value)
    if not ctype.signed:
        number &= (1 << ctype.width) - 1
    if -(1 << 63) <= number < 1 << 64:
        return literal(number, 64).text
    return integers.constant(number, ctype)


def _nested(texts: Sequence[str], shape: Sequence[int]) -> str:
    if len(shape) == 1:
        return "{" + ", ".join(texts) + "}"
    size = len(texts) // shape[0]
    parts = [
        _nested(texts[start : start + size], shape[1:]) for start in range(0, len(texts), size)
    ]
    return "{" + ", ".join(parts) + "}"


def _rows(texts: Sequence[str], shape: Sequence[int]) -> list[str]:
    """One line for each row of the innermost dimension, or more where it is long."""
    if len(shape) == 1:
        return _filled(texts)
    lines: list[str] = []
    size = len(texts) // shape[0]
    for start in range(0, len(texts), size):
        part = texts[start : start + size]
        one_line = f"  {_nested(part, shape[1:])},"
        if len(one_line) <= WIDTH:
            lines.append(one_line)
        else:
            lines += ["  {", *_rows(part, shape[1:]), "  },"]
    return lines


def _filled(texts: Sequence[str]) -> list[str]:
    lines = [""]
    for text in texts:
        if len(lines[-1]) + len(text) + 2 > WIDTH:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else '  '}{text},"
    return lines
