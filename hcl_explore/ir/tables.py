"""The values of constant tables, also of widths that NumPy lacks."""

from __future__ import annotations

import re
from math import prod

import mlir.ir as ir
import numpy as np

_NUMPY_WIDTHS = (1, 8, 16, 32, 64)


def elements(attribute: ir.Attribute) -> list[int | float]:
    """The values of a dense attribute, in row-major order; integers are signed."""
    kind = attribute.type
    element = kind.element_type
    is_odd = isinstance(element, ir.IntegerType) and element.width not in _NUMPY_WIDTHS
    if not is_odd:
        return [value.item() for value in np.array(attribute).ravel()]
    text = str(attribute)
    body = text[text.index("<") + 1 : text.rindex(">", 0, text.rindex(" : "))]
    if body.startswith('"'):
        values = _from_hexadecimal(body.strip('"').removeprefix("0x"), element.width)
    else:
        values = [int(word) for word in re.findall(r"-?\d+", body)]
    count = prod(kind.shape)
    return [*values] * (count if len(values) == 1 else 1)


def _from_hexadecimal(digits: str, width: int) -> list[int]:
    """MLIR prints large tables as bytes, each element rounded up to whole bytes."""
    size = -(-width // 8)
    data = bytes.fromhex(digits)
    sign = 1 << (width - 1)
    values = []
    for start in range(0, len(data), size):
        raw = int.from_bytes(data[start : start + size], "little") & ((1 << width) - 1)
        values.append((raw ^ sign) - sign)
    return values
