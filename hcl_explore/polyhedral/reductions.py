"""Accumulations ``X[f] = X[f] op e`` whose instances may run in any order.

A statement counts where the loaded element reaches the store of the same element through nothing
but one associative and commutative operation and casts that keep its meaning, and nothing else
sees the partial result. Integer ``add``, ``mul``, ``and``, ``or`` and ``xor`` are exact modulo a
power of two, so widening before and truncating after does not matter; minimum and maximum are exact
where the values are not cut. Floating-point ``add`` and ``mul`` round: their order shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import mlir.ir as ir

from hcl_explore.ir.program import Access, Buffer
from hcl_explore.ir.read_program import bits_of
from hcl_explore.ir.values import defining_operation

_OPERATIONS = {
    "arith.addi": ("add", True),
    "arith.subi": ("add", True),
    "arith.muli": ("mul", True),
    "arith.andi": ("and", True),
    "arith.ori": ("or", True),
    "arith.xori": ("xor", True),
    "arith.minsi": ("minsi", True),
    "arith.maxsi": ("maxsi", True),
    "arith.minui": ("minui", True),
    "arith.maxui": ("maxui", True),
    "arith.minimumf": ("minimumf", True),
    "arith.maximumf": ("maximumf", True),
    "arith.minnumf": ("minnumf", True),
    "arith.maxnumf": ("maxnumf", True),
    "arith.addf": ("addf", False),
    "arith.subf": ("addf", False),
    "arith.mulf": ("mulf", False),
}
_LEFT_ONLY = frozenset({"arith.subi", "arith.subf"})
_MODULAR = frozenset({"add", "mul", "and", "or", "xor"})
_INTEGER_CASTS = frozenset(
    {"arith.extsi", "arith.extui", "arith.trunci", "arith.index_cast", "arith.index_castui"}
)
_FLOAT_CASTS = frozenset({"arith.extf", "arith.truncf"})
_CASTS = _INTEGER_CASTS | _FLOAT_CASTS


@dataclass(frozen=True)
class Reduction:
    """One accumulating statement. Statements with the same ``buffer`` and ``operation`` commute.

    ``is_exact`` is False where the order changes the rounding.
    """

    buffer: Buffer
    operation: str
    is_exact: bool
    load: Access
    store: Access


def find_reductions(accesses: Iterable[Access]) -> dict[Access, Reduction]:
    """The accumulations among ``accesses``, under both their load and their store."""
    loads: dict[ir.Operation, Access] = {}
    stores: list[Access] = []
    for access in accesses:
        if access.subscripts is None:
            continue
        if access.is_write:
            stores.append(access)
        else:
            loads[access.op] = access
    found: dict[Access, Reduction] = {}
    for store in stores:
        reduction = _reduction(store, loads)
        if reduction is not None:
            found[reduction.load] = found[store] = reduction
    return found


def _reduction(store: Access, loads: dict[ir.Operation, Access]) -> Reduction | None:
    value, casts = _behind_casts(store.op.operands[0], widening=False)
    combining = defining_operation(value)
    if combining is None or combining.name not in _OPERATIONS or not _is_used_once(value):
        return None
    operation, is_exact = _OPERATIONS[combining.name]
    operands = list(combining.operands)
    for operand in operands[:1] if combining.name in _LEFT_ONLY else operands:
        load_value, load_casts = _behind_casts(operand, widening=True)
        load_op = defining_operation(load_value)
        load = loads.get(load_op) if load_op is not None else None
        if load is None or not _is_used_once(load_value):
            continue
        if casts or load_casts:
            # A value cut after a minimum, or rounded after a sum, is no longer in one order.
            if operation not in _MODULAR and is_exact:
                continue
            if not (casts | load_casts) <= (_FLOAT_CASTS if not is_exact else _INTEGER_CASTS):
                continue
        if _same_element(load, store) and not _is_disturbed(load, store):
            return Reduction(store.buffer, operation, is_exact, load, store)
    return None


def _behind_casts(value: ir.Value, *, widening: bool) -> tuple[ir.Value, set[str]]:
    """The value that casts, each used once, make ``value`` of; and the casts.

    Only casts that widen (or that do not): what is added in fewer bits than the element has does
    not commute with what is added in all of them.
    """
    casts: set[str] = set()
    while True:
        owner = defining_operation(value)
        if owner is None or owner.name not in _CASTS or not _is_used_once(value):
            return value, casts
        source = owner.operands[0]
        wide, narrow = (value, source) if widening else (source, value)
        if bits_of(wide.type) < bits_of(narrow.type):
            return value, casts
        casts.add(owner.name)
        value = source


def _is_used_once(value: ir.Value) -> bool:
    uses = iter(value.uses)
    return next(uses, None) is not None and next(uses, None) is None


def _same_element(load: Access, store: Access) -> bool:
    return (
        load.buffer is store.buffer
        and load.loop is store.loop
        and load.guards == store.guards
        and load.subscripts == store.subscripts
        and load.position < store.position
    )


def _is_disturbed(load: Access, store: Access) -> bool:
    """Whether anything else may write the element between the load and the store."""
    between = range(load.position + 1, store.position)
    if any(
        other.loop is store.loop and other.is_write and other.position in between
        for other in store.buffer.accesses
    ):
        return True
    inner = store.loop.loops if store.loop is not None else None
    if inner is None:
        return any(
            other.is_write and other.loop is not None and other.loops[0].position in between
            for other in store.buffer.accesses
        )
    return any(
        access.buffer is store.buffer and access.is_write
        for loop in inner
        if loop.position in between
        for access in loop.all_accesses()
    )
