"""New orders for a function's accesses: what schedule primitives do to time, and worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, permutations
from random import Random

from hcl_explore.ir.linear import LinearForm, Rounding
from hcl_explore.ir.program import Access, Function, Loop
from hcl_explore.polyhedral.time import Time, original_time

Order = Callable[[Access], Time]


def reverse(loop: Loop) -> Order:
    return lambda access: tuple(_with(loop, part, -1) for part in original_time(access))


def at_once(loop: Loop) -> Order:
    """All iterations of the loop at the same time, statement by statement."""
    return lambda access: tuple(_with(loop, part, 0) for part in original_time(access))


def _with(loop: Loop, part: int | LinearForm, factor: int) -> int | LinearForm:
    if isinstance(part, LinearForm) and part.coefficient(loop):
        return part.times(factor) if factor else 0
    return part


def permute(chain: Sequence[Loop], target: Sequence[Loop]) -> Order:
    def order(access: Access) -> Time:
        old = original_time(access)
        if access.loops[: len(chain)] != tuple(chain):
            return old
        time = list(old)
        for place, loop in zip(chain, target, strict=True):
            time[2 * place.depth + 1] = old[2 * loop.depth + 1]
        return tuple(time)

    return order


def tile(loops: Sequence[Loop], sizes: Sequence[int]) -> Order:
    def order(access: Access) -> Time:
        time = original_time(access)
        if access.loops[: len(loops)] != tuple(loops):
            return time
        chunks = [
            LinearForm(roundings=(Rounding("floordiv", LinearForm(((loop, 1),)), size),))
            for loop, size in zip(loops, sizes, strict=True)
        ]
        return (time[0], *chunks, *time[1:])

    return order


def skew(outer: Loop, inner: Loop) -> Order:
    """Wavefronts of ``outer + inner``."""

    def order(access: Access) -> Time:
        time = original_time(access)
        if outer not in access.loops or inner not in access.loops:
            return time
        return (time[0], LinearForm(((outer, 1), (inner, 1))), *time[1:])

    return order


def distribute(loop: Loop) -> Order:
    """A loop of its own for each item in the body of an outermost loop."""

    def order(access: Access) -> Time:
        time = original_time(access)
        return (time[0], time[2], time[1], *time[3:]) if loop in access.loops else (time[0], *time)

    return order


def merge(first: Loop, second: Loop) -> Order:
    """The iterations of two outermost loops in turn, one of each."""

    def order(access: Access) -> Time:
        time = original_time(access)
        if access.loops[:1] not in ((first,), (second,)):
            return time
        return (first.position, time[1], time[0], *time[2:])

    return order


def every_order(function: Function) -> list[tuple[str, str, Order]]:
    """All permutations of every nest, with tiles, skews, reversals, distributions and fusions: the
    kind, a name, and the order."""
    found: list[tuple[str, str, Order]] = []
    for loop in function.all_loops():
        found.append(("reversal", f"reverse {loop.name}", reverse(loop)))
        found.append(("parallel", f"at once {loop.name}", at_once(loop)))
        if loop.loops:
            continue
        chain = loop.chain
        for target in list(permutations(chain))[1:]:
            name = " ".join(one.name for one in target)
            found.append(("permutation", name, permute(chain, target)))
        for sizes in ((2,) * len(chain), (3,) * len(chain)):
            found.append(("tiling", f"tile by {sizes}", tile(chain, sizes)))
        for outer, inner in permutations(chain, 2):
            name = f"skew {outer.name} {inner.name}"
            found.append(("skewing", name, skew(outer, inner)))
    for loop in function.loops:
        found.append(("distribution", f"distribute {loop.name}", distribute(loop)))
    for first, second in pairwise(function.loops):
        found.append(("fusion", f"merge {first.name} {second.name}", merge(first, second)))
    return found


def all_orders(function: Function, random: Random) -> list[tuple[str, Order]]:
    """Orders of every kind for the nests of ``function``, some of them drawn at random."""
    orders: list[tuple[str, Order]] = []
    for loop in function.all_loops():
        orders.append((f"reverse {loop.name}", reverse(loop)))
        orders.append((f"at once {loop.name}", at_once(loop)))
        if not loop.loops:
            orders += _nest_orders(loop.chain, random)
    orders += [(f"distribute {loop.name}", distribute(loop)) for loop in function.loops]
    return orders


def _nest_orders(chain: tuple[Loop, ...], random: Random) -> list[tuple[str, Order]]:
    size = random.choice((2, 3))
    orders = [(f"tile by {size}", tile(chain, [size] * len(chain)))]
    if len(chain) > 1:
        targets = list(permutations(chain))[1:]
        for target in random.sample(targets, min(2, len(targets))):
            orders.append((" ".join(loop.name for loop in target), permute(chain, target)))
        outer, inner = random.sample(chain, 2)
        orders.append((f"skew {outer.name} {inner.name}", skew(outer, inner)))
    return orders
