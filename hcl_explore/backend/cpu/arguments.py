"""The checks on the arguments of a call, all made before anything runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hcl_explore.backend.cpu.marshal import Array, FixedCodec, codec
from hcl_explore.backend.cpu.signature import Signature, Value
from hcl_explore.errors import CallError
from hcl_explore.lang.types import BOOL, IntegerType, from_numpy_dtype

# The exact test for shared memory is exponential in the worst case; past this it counts as shared.
_OVERLAP_WORK: Any = 100_000


def check_arguments(signature: Signature, arguments: Sequence[object]) -> list[Array]:
    """One array per parameter (rank 0 for scalars), of exactly the parameter's dtype and shape.

    Arrays are passed through, not copied. Raises ``CallError`` for a wrong number of arguments, a
    wrong type, dtype or shape, a number that does not fit, an array to be written that is
    read-only, or one that shares its memory with another argument.
    """
    parameters = signature.parameters
    if len(arguments) != len(parameters):
        names = ", ".join(f"{value.name}: {value}" for value in parameters) or "none"
        raise CallError(
            f"{signature.name} takes {len(parameters)} argument{'s' * (len(parameters) != 1)}, "
            f"found {len(arguments)}",
            advice=f"Parameters: {names}.",
        )
    arrays = [
        _check_scalar(signature.name, parameter, given)
        if parameter.shape is None
        else _check_array(signature.name, parameter, given)
        for parameter, given in zip(parameters, arguments, strict=True)
    ]
    _check_aliases(signature, arrays)
    return arrays


def _check_array(kernel: str, parameter: Value, given: object) -> Array:
    name, expected = parameter.name, codec(parameter.dtype).dtype
    if not isinstance(given, np.ndarray):
        raise CallError(
            f"{kernel}: argument {name} must be an array {parameter}, found {_describe(given)}",
            advice=f"Pass np.array(..., dtype=np.{expected.name})",
        )
    coding = codec(parameter.dtype)
    if isinstance(coding, FixedCodec) and not parameter.written:
        _check_numbers(kernel, parameter, given)
    elif given.dtype != expected:
        holder = "" if expected.name == parameter.dtype else f" held in {expected.name}"
        raise CallError(
            f"{kernel}: argument {name} must be {parameter}{holder}, found {_describe(given)}",
            advice=f"Pass {name}.astype({_dtype_expression(expected)})"
            + (" (a copy: updates in place will not reach yours)" if parameter.written else ""),
        )
    assert parameter.shape is not None
    fits = len(given.shape) == len(parameter.shape) and all(
        size is None or size == found
        for size, found in zip(parameter.shape, given.shape, strict=True)
    )
    if not fits:
        raise CallError(
            f"{kernel}: argument {name} must be {parameter}, found {_describe(given)}",
            advice=_shape_advice(parameter, given),
        )
    if isinstance(coding, FixedCodec) and parameter.written:
        _check_numbers(kernel, parameter, given)
    if parameter.written and not given.flags.writeable:
        raise CallError(
            f"{kernel}: argument {name} is read-only, and {kernel} writes to it",
            advice=f"Pass {name}.copy()",
        )
    return given


def _check_numbers(kernel: str, parameter: Value, given: Array) -> None:
    """Refuse what is no finite number: fixed point is made from any others."""
    expectation = f"{kernel}: argument {parameter.name} must be {parameter}"
    if given.dtype.kind == "O":
        wrong = next((n for n in given.ravel().tolist() if not _is_finite(n)), None)
        if wrong is not None:
            raise CallError(
                f"{expectation}, found an array with {_describe(wrong)}",
                advice="Pass numbers: int, float or fractions.Fraction.",
            )
    elif given.dtype.kind not in "fiub":
        raise CallError(
            f"{expectation}, found {_describe(given)}",
            advice=f"Pass {parameter.name}.astype(np.float64)",
        )
    elif given.dtype.kind == "f" and not np.isfinite(given).all():
        raise CallError(
            f"{expectation}, found an array with NaN or infinity",
            advice="Pass np.nan_to_num(...): fixed point has finite numbers only.",
        )


def _is_finite(number: object) -> bool:
    if isinstance(number, float):
        return math.isfinite(number)
    return isinstance(number, (int, Fraction))


def _check_scalar(kernel: str, parameter: Value, given: object) -> Array:
    expectation = f"{kernel}: argument {parameter.name} must be {parameter}"
    scalar = codec(parameter.dtype).scalar
    number = given.item() if isinstance(given, np.generic) else given
    if isinstance(codec(parameter.dtype), FixedCodec):
        if isinstance(number, bool) or not _is_finite(number):
            raise CallError(
                f"{expectation}, found {_describe(given)}", advice="Pass a finite Python number"
            )
        return codec(parameter.dtype).scalar_array(number)
    if codec(parameter.dtype).is_float:
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise CallError(
                f"{expectation}, found {_describe(given)}", advice="Pass a Python float"
            )
        try:
            return codec(parameter.dtype).scalar_array(float(number))
        except OverflowError:
            raise CallError(
                f"{expectation}, found an integer too large for it", advice="Pass a smaller number"
            ) from None
    if not isinstance(number, int) or (isinstance(number, bool) and scalar != BOOL):
        kind = "bool" if scalar == BOOL else "int"
        raise CallError(f"{expectation}, found {_describe(given)}", advice=f"Pass a Python {kind}")
    low, high = (
        (scalar.low, scalar.high)
        if isinstance(scalar, IntegerType)
        else (-(1 << 63), (1 << 63) - 1)
    )
    if not low <= number <= high:
        raise CallError(f"{expectation}, found {number}", advice=f"Its range is {low} to {high}.")
    return codec(parameter.dtype).scalar_array(number)


def _check_aliases(signature: Signature, arrays: Sequence[Array]) -> None:
    for position, written in enumerate(signature.parameters):
        if not written.written:
            continue
        for other, array in enumerate(arrays):
            if other != position and _overlap(arrays[position], array):
                name = signature.parameters[other].name
                raise CallError(
                    f"{signature.name}: arguments {written.name} and {name} share memory, and "
                    f"{signature.name} writes to {written.name}",
                    advice=f"Pass {name}.copy()",
                )


def _overlap(first: Array, second: Array) -> bool:
    if not np.may_share_memory(first, second):
        return False
    try:
        return bool(np.shares_memory(first, second, max_work=_OVERLAP_WORK))
    except np.exceptions.TooHardError:
        return True


def _shape_advice(parameter: Value, given: Array) -> str:
    assert parameter.shape is not None
    shape = parameter.shape
    if given.shape == tuple(reversed(shape)):
        return f"Pass {parameter.name}.T"
    if None not in shape and given.size == int(np.prod([size or 0 for size in shape])):
        return f"Pass {parameter.name}.reshape{tuple(shape)}"
    sizes = ", ".join("any" if size is None else str(size) for size in shape)
    return f"Pass an array of shape ({sizes}{',' * (len(shape) == 1)})"


def _describe(given: object) -> str:
    if isinstance(given, np.ndarray):
        try:
            dtype = str(from_numpy_dtype(given.dtype))
        except ValueError:
            dtype = f"dtype {given.dtype}"
        if given.dtype.byteorder not in "=|" and not given.dtype.isnative:
            dtype = f"byte-swapped {dtype}"
        return f"{dtype}[{', '.join(map(str, given.shape))}]"
    if isinstance(given, (bool, int, float, complex, str)):
        text = repr(given)
        return f"the {type(given).__name__} {text if len(text) <= 40 else text[:37] + '...'}"
    return f"a value of type {type(given).__name__}"


def _dtype_expression(dtype: np.dtype[Any]) -> str:
    if dtype == np.dtype(object):
        return "object"
    return f"ml_dtypes.{dtype.name}" if dtype.name == "bfloat16" else f"np.{dtype.name}"
