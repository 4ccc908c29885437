"""The values of constant tables, also of widths that NumPy lacks."""

from __future__ import annotations

import re
from math import prod

import mlir.ir as ir
import numpy as np

from hcl_explore.lang.types import round_to_bfloat16

_NUMPY_WIDTHS = (1, 8, 16, 32, 64)


def elements(attribute: ir.Attribute) -> list[int | float]:
    """The values of a dense attribute, in row-major order; integers are signed."""
    kind = attribute.type
    element = kind.element_type
    is_odd = isinstance(element, ir.IntegerType) and element.width not in _NUMPY_WIDTHS
    is_bfloat = isinstance(element, ir.BF16Type)
    if not is_odd and not is_bfloat:
        return [value.item() for value in np.array(attribute).ravel()]
    text = str(attribute)
    body = text[text.index("<") + 1 : text.rindex(">", 0, text.rindex(" : "))]
    values: list[int | float]
    if body.startswith('"'):
        words = _from_hexadecimal(body.strip('"').removeprefix("0x"), element.width)
        values = [_bfloat(word) for word in words] if is_bfloat else [*words]
    elif is_bfloat:
        values = [_bfloat_number(word) for word in re.findall(r"[-+.\w]+", body)]
    else:
        values = [int(word) for word in re.findall(r"-?\d+", body)]
    count = prod(kind.shape)
    return [*values] * (count if len(values) == 1 else 1)


def _bfloat_number(word: str) -> float:
    """A bfloat16 as MLIR prints it: a decimal that reads back as it, or the bits of what has
    none."""
    return _bfloat(int(word, 16)) if word.startswith("0x") else round_to_bfloat16(float(word))


def _bfloat(bits: int) -> float:
    return float(np.uint32((bits & 0xFFFF) << 16).view(np.float32))


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
