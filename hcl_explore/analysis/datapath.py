"""The operations of a loop body as hardware sees them, one node per operation.

A body that is unrolled is held once, with the number of its copies, so a node stands for as many
operations as the unrolled loops that it depends on have copies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from hcl_explore.ir.attributes import PartitionedDim
from hcl_explore.ir.linear import LinearForm
from hcl_explore.ir.program import Access, Buffer, Call, Loop

Cell: TypeAlias = "Buffer | tuple[Buffer, tuple[LinearForm, ...]]"
"""What holds a value from one iteration to the next: a scalar, or one element of an array."""


@dataclass(eq=False, slots=True)
class Node:
    """One operation. ``kind`` is an operator's, or ``load``, ``store``, ``wire``, ``register``.

    A ``register`` is the value of a cell when an iteration (or a copy of an unrolled body) begins.
    ``levels`` are the unrolled loops whose copies multiply the node; ``after`` the memory
    operations that must come first. ``is_table``: each copy reads an entry that it knows, of a
    table of small integers. ``choices``: of an access to registers, among how many of them its
    subscripts choose at run time. ``operations``: how many of those of the program
    (``work.is_operation``) each copy of the node does.
    """

    kind: str
    bits: int
    other_bits: int
    inputs: tuple[Node, ...]
    levels: frozenset[Loop]
    access: Access | None = None
    after: tuple[Node, ...] = ()
    is_float: bool = False
    literal: int | float | None = None
    result_bits: int = 0
    is_table: bool = False
    choices: int = 1
    operations: int = 0


@dataclass(eq=False)
class Nest:
    """An unrolled loop inside a body: ``copies`` of ``entries``. ``carried`` are the values handed
    from copy to copy: (what a copy starts with, what it leaves, to which copy after it);
    ``through_memory`` loads of elements chosen at run time, and the stores of the copy before that
    may have written them."""

    loop: Loop
    copies: int
    entries: list[Entry] = field(default_factory=list)
    carried: list[tuple[Node, Node, int]] = field(default_factory=list)
    through_memory: list[tuple[Node, list[Node]]] = field(default_factory=list)


StreamEnd: TypeAlias = "tuple[Buffer, bool]"
"""A stream, and whether tokens are put into it (or got)."""


@dataclass(frozen=True)
class TokenTimes:
    """When a body works on one end of a stream: the cycles from its start to the first token, and
    from the last one to its end."""

    first: int
    tail: int


@dataclass(eq=False)
class Block:
    """A loop that stays a loop, or a call, inside a body that runs step by step.

    ``lead`` are the cycles of what it has moved in front of it (reads of ``hoisted`` arrays,
    requests), ``tail`` of what follows it, ``fill`` those of its first iteration.
    ``reads`` and ``writes`` are the arrays that it reaches while it runs.
    """

    item: Loop | Call
    after: tuple[Node, ...] = ()
    position: int = 0
    lead: int = 0
    tail: int = 0
    fill: int = 0
    hoisted: frozenset[Buffer] = frozenset()
    reads: frozenset[Buffer] = frozenset()
    writes: frozenset[Buffer] = frozenset()
    tokens: Mapping[StreamEnd, TokenTimes] = field(default_factory=dict)


@dataclass(eq=False)
class Join:
    """The end of an ``if`` in a body that runs step by step: what follows waits for ``loads``."""

    loads: tuple[Node, ...]


Entry: TypeAlias = "Node | Nest | Block | Join"


@dataclass(eq=False)
class Datapath:
    """A body: its entries in program order, all its nodes, and the cells carried between its
    iterations. ``loads`` and ``stores`` are those that reach memory."""

    entries: list[Entry] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    carried: list[tuple[Node, Node]] = field(default_factory=list)
    loads: list[Node] = field(default_factory=list)
    stores: list[Node] = field(default_factory=list)
    hoisted: dict[Buffer, set[Access]] = field(default_factory=dict)
    """Reads that are the same in every iteration: done once, before the loop starts."""
    wired: int = 0
    """Operations of the program in an iteration that take no operator, such as a product by 2."""
    at_hand: set[Access] = field(default_factory=set)
    """Reads that ask no memory: of what the iteration has stored or read before, and of entries of
    tables that each copy knows."""


def nodes_in(entries: Iterable[Entry]) -> Iterator[Node]:
    """The nodes of a body, also those in its nests."""
    for entry in entries:
        if isinstance(entry, Node):
            yield entry
        elif isinstance(entry, Nest):
            yield from nodes_in(entry.entries)


def nests_in(entries: Iterable[Entry]) -> Iterator[Nest]:
    """The unrolled loops of a body, also those in others."""
    for entry in entries:
        if isinstance(entry, Nest):
            yield entry
            yield from nests_in(entry.entries)


def is_register_file(buffer: Buffer, partition: Iterable[PartitionedDim] | None = None) -> bool:
    """Whether a buffer is held in registers: a scalar, or an array cut into single elements."""
    if buffer.storage is not None:
        return buffer.storage.lower() == "registers"
    banks = 1
    for entry in buffer.partition if partition is None else partition:
        banks *= entry.banks(buffer.shape[entry.dim - 1])
    return banks >= buffer.elements
