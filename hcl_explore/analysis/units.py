"""Functional units of a design, and how many operations of the program they do in a cycle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hcl_explore.analysis.operators import Operator

if TYPE_CHECKING:
    from hcl_explore.analysis.regions import FunctionModel

_SHARED_BETWEEN_MODULES = ("f", "div")


@dataclass
class Units:
    """Functional units. ``shared`` may serve modules that do not run at the same time; ``own``
    belong to one module; both count units by operator. ``instances`` are functions called here,
    each with units of its own; one instance serves calls that do not overlap.

    ``shared_work`` and ``own_work`` count the operations of the program (``work.is_operation``)
    that the units start in a cycle at most: an address takes an adder too, which does none of
    them. Under None those that are done by wiring alone.
    """

    shared: Counter[Operator] = field(default_factory=Counter)
    own: Counter[Operator] = field(default_factory=Counter)
    instances: Counter[FunctionModel] = field(default_factory=Counter)
    shared_work: Counter[Operator] = field(default_factory=Counter)
    own_work: Counter[Operator | None] = field(default_factory=Counter)

    def add(self, operator: Operator, count: int, operations: int) -> None:
        """``count`` units, which start so many ``operations`` of the program in a cycle."""
        if operator.kind.startswith(_SHARED_BETWEEN_MODULES):
            self.shared[operator] += count
            self.shared_work[operator] += operations
        else:
            self.own[operator] += count
            self.own_work[operator] += operations

    def add_wired(self, operations: int) -> None:
        """Operations of the program that take no unit, such as a product by 2."""
        self.own_work[None] += operations

    def called(self, function: FunctionModel) -> Units:
        """These units, of ``function``, as its caller sees them."""
        return Units(
            Counter(self.shared),
            instances=Counter([function]),
            shared_work=Counter(self.shared_work),
        )

    def alongside(self, other: Units) -> Units:
        """The units of two parts that run at the same time."""
        return Units(
            self.shared + other.shared,
            self.own + other.own,
            self.instances + other.instances,
            self.shared_work + other.shared_work,
            self.own_work + other.own_work,
        )

    def instead_of(self, other: Units) -> Units:
        """The units of two parts that never run at the same time."""
        return Units(
            self.shared | other.shared,
            self.own + other.own,
            self.instances | other.instances,
            self.shared_work | other.shared_work,
            self.own_work + other.own_work,
        )

    def all(self) -> Counter[Operator]:
        return self.shared + self._apart(lambda units: units.own)

    def operations(self) -> int:
        """How many operations of the program the units can start in a cycle."""
        work: Counter[Any] = self._apart(lambda units: units.own_work)
        return self.shared_work.total() + work.total()

    def _apart(self, own: Callable[[Units], Counter[Any]]) -> Counter[Any]:
        total = Counter(own(self))
        for function, count in self.instances.items():
            for operator, number in function.units._apart(own).items():
                total[operator] += number * count
        return total
