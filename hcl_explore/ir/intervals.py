"""Interval arithmetic on forms: a quick, safe range of what a form can be."""

from __future__ import annotations

from hcl_explore.ir.linear import LinearForm, Rounding, Symbol, Variable


def value_range(form: LinearForm) -> tuple[int, int] | None:
    """Least and greatest value that ``form`` may take, or None where nothing is known.

    Each loop variable ranges over its own bounds, relations between variables are not used: the
    range holds every value that occurs, and perhaps more.
    """
    low = high = form.constant
    for variable, factor in form.terms:
        reach = variable_range(variable)
        if reach is None:
            return None
        low += min(factor * reach[0], factor * reach[1])
        high += max(factor * reach[0], factor * reach[1])
    for rounding in form.roundings:
        reach = _rounding_range(rounding)
        if reach is None:
            return None
        low += reach[0]
        high += reach[1]
    return low, high


def variable_range(variable: Variable) -> tuple[int, int] | None:
    """The values of a loop's variable, or None (a scalar argument, a bound that is not affine).

    A loop that never runs has an empty range, which is given as its first value alone.
    """
    if isinstance(variable, Symbol) or variable.lower is None or variable.upper is None:
        return None
    lows = [reach[0] for form in variable.lower if (reach := value_range(form)) is not None]
    highs = [reach[1] for form in variable.upper if (reach := value_range(form)) is not None]
    if not lows or not highs:
        return None
    first = max(lows)
    return first, max(first, min(highs) - 1)


def _rounding_range(rounding: Rounding) -> tuple[int, int] | None:
    inner = value_range(rounding.form)
    if inner is None:
        return (0, rounding.divisor - 1) if rounding.kind == "mod" else None
    if rounding.kind == "mod" and inner[0] // rounding.divisor != inner[1] // rounding.divisor:
        ends = [0, rounding.divisor - 1]
    elif rounding.kind == "mod":
        ends = [end % rounding.divisor for end in inner]
    elif rounding.kind == "floordiv":
        ends = [end // rounding.divisor for end in inner]
    else:
        ends = [-(-end // rounding.divisor) for end in inner]
    scaled = [rounding.coefficient * end for end in ends]
    return min(scaled), max(scaled)
