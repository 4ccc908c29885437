"""The names and meanings of our attributes on upstream operations, read and written here only.

The table in docs/architecture.md is this file's other half.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import mlir.ir as ir

TOP = "hcl.top"
ARGUMENT_NAME = "hcl.name"
BUFFER_NAME = "name"
RESULT_NAMES = "hcl.names"
DTYPE = "hcl.dtype"
PARTITION = "hcl.partition"
STORAGE = "hcl.storage"
BANK = "hcl.bank"
STATEFUL = "hcl.stateful"
STRUCT_RANK = "hcl.struct"
PRINTED_TYPES = "hcl.dtypes"
SOURCE = "hcl.source"
LOOP_NAME = "loop_name"
OP_NAME = "op_name"
PIPELINE_II = "pipeline_ii"
REWIND = "rewind"
UNROLL = "unroll"
PARALLEL = "parallel"
VECTORIZE = "vectorize"
DATAFLOW = "dataflow"
DEPTH = "depth"
PID = "hcl.pid"
EXTENT = "hcl.extent"
FIFO_INDEX = "hcl.fifo_index"
REDUCTION = "reduction"
SIM_OFFSET = "hcl.sim_offset"
SIM_ADVANCE = "hcl.sim_advance"
SIM_DRAIN = "hcl.sim_drain"

LOOP_OPS = frozenset({"affine.for", "scf.for", "scf.while", "affine.parallel"})


def text(op: ir.Operation, name: str) -> str | None:
    """The value of a string attribute, or None where it is absent.

    ``name`` of a ``memref.get_global`` is MLIR's own reference to the symbol: the same name.
    """
    attributes = op.attributes
    if name not in attributes:
        return None
    value = attributes[name]
    if isinstance(value, ir.FlatSymbolRefAttr):
        return str(value.value)
    return str(ir.StringAttr(value).value)


def integer(op: ir.Operation, name: str) -> int | None:
    """The value of an integer attribute, or None where it is absent."""
    attributes = op.attributes
    return ir.IntegerAttr(attributes[name]).value if name in attributes else None


def flag(op: ir.Operation, name: str) -> bool:
    """Whether a unit attribute is set."""
    return name in op.attributes


def set_text(op: ir.Operation, name: str, value: str) -> None:
    op.attributes[name] = ir.StringAttr.get(value, op.context)


def set_integer(op: ir.Operation, name: str, value: int) -> None:
    with op.context:
        op.attributes[name] = ir.IntegerAttr.get(ir.IntegerType.get_signless(32), value)


def set_flag(op: ir.Operation, name: str) -> None:
    op.attributes[name] = ir.UnitAttr.get(op.context)


def clear(op: ir.Operation, name: str) -> None:
    """Remove an attribute; absent is fine."""
    if name in op.attributes:
        del op.attributes[name]


def of_result(name: str, number: int) -> str:
    """The attribute of a call that says ``name`` of its result ``number``: of the first one, the
    plain name."""
    return name if number == 0 else f"{name}.{number}"


# --- names of the results of a call ------------------------------------------------------------


def result_names(op: ir.Operation) -> list[str]:
    """The names of all results of a call that gives several; empty where they have none."""
    if RESULT_NAMES not in op.attributes:
        return []
    return [ir.StringAttr(name).value for name in ir.ArrayAttr(op.attributes[RESULT_NAMES])]


def set_result_names(op: ir.Operation, names: Iterable[str]) -> None:
    """Name all results of a call; the first name is the operation's own, too."""
    with op.context:
        attributes = [ir.StringAttr.get(name) for name in names]
        op.attributes[RESULT_NAMES] = ir.ArrayAttr.get(attributes)
        op.attributes[BUFFER_NAME] = attributes[0]


# --- argument attributes: a dictionary per argument on the function -------------------------


def argument_attributes(func: ir.Operation, position: int) -> ir.DictAttr | None:
    """The attribute dictionary of argument ``position``, or None where the function has none."""
    if "arg_attrs" not in func.attributes:
        return None
    return ir.DictAttr(ir.ArrayAttr(func.attributes["arg_attrs"])[position])


def set_argument_attribute(
    func: ir.Operation, position: int, name: str, value: ir.Attribute | None
) -> None:
    """Set (or with None remove) one attribute of one argument."""
    count = len(func.regions[0].blocks[0].arguments)
    with func.context:
        if "arg_attrs" in func.attributes:
            dictionaries = list(ir.ArrayAttr(func.attributes["arg_attrs"]))
        else:
            dictionaries = [ir.DictAttr.get({}) for _ in range(count)]
        entries = {named.name: named.attr for named in ir.DictAttr(dictionaries[position])}
        if value is None:
            entries.pop(name, None)
        else:
            entries[name] = value
        dictionaries[position] = ir.DictAttr.get(entries)
        func.attributes["arg_attrs"] = ir.ArrayAttr.get(dictionaries)


def result_dtype(func: ir.Operation, position: int) -> str | None:
    """The user's type of result ``position`` of a function, where it is known."""
    if "res_attrs" not in func.attributes:
        return None
    fields = ir.DictAttr(ir.ArrayAttr(func.attributes["res_attrs"])[position])
    return str(ir.StringAttr(fields[DTYPE]).value) if DTYPE in fields else None


def bank_name(attribute: ir.Attribute | None) -> str | None:
    """The off-chip bank of an array: a name such as "DDR[1]"; a plain number is one of HBM."""
    if attribute is None:
        return None
    if isinstance(attribute, ir.IntegerAttr):
        return f"HBM[{attribute.value}]"
    return str(ir.StringAttr(attribute).value)


# --- partitioning ---------------------------------------------------------------------------


@dataclass(frozen=True)
class PartitionedDim:
    """How one dimension (counted from 1) of a buffer is cut into banks.

    ``kind`` is ``complete``, ``block`` or ``cyclic``; ``factor`` is None for ``complete``. With
    ``packed`` (cyclic only) the banks stand side by side in one memory: ``factor`` consecutive
    elements are a word.
    """

    dim: int
    kind: str
    factor: int | None = None
    packed: bool = False

    def banks(self, extent: int) -> int:
        """The number of banks that a dimension of ``extent`` elements is cut into."""
        return extent if self.factor is None else min(self.factor, extent)

    def __str__(self) -> str:
        if self.packed:
            return f"{self.factor} to a word on dim {self.dim}"
        amount = "" if self.factor is None else f" {self.factor}"
        return f"{self.kind}{amount} on dim {self.dim}"


def read_partition(attribute: ir.Attribute | None) -> tuple[PartitionedDim, ...]:
    """The partition entries of a buffer, in the order of their dimensions."""
    if attribute is None:
        return ()
    entries = []
    for entry in ir.ArrayAttr(attribute):
        fields = ir.DictAttr(entry)
        factor = ir.IntegerAttr(fields["factor"]).value if "factor" in fields else None
        entries.append(
            PartitionedDim(
                ir.IntegerAttr(fields["dim"]).value,
                ir.StringAttr(fields["kind"]).value,
                factor,
                "packed" in fields,
            )
        )
    return tuple(sorted(entries, key=lambda entry: entry.dim))


def make_partition(entries: Iterable[PartitionedDim], context: ir.Context) -> ir.Attribute:
    """The attribute that ``read_partition`` reads."""
    with context:
        i32 = ir.IntegerType.get_signless(32)
        dictionaries = []
        for entry in sorted(entries, key=lambda entry: entry.dim):
            fields: dict[str, ir.Attribute] = {
                "dim": ir.IntegerAttr.get(i32, entry.dim),
                "kind": ir.StringAttr.get(entry.kind),
            }
            if entry.factor is not None:
                fields["factor"] = ir.IntegerAttr.get(i32, entry.factor)
            if entry.packed:
                fields["packed"] = ir.UnitAttr.get()
            dictionaries.append(ir.DictAttr.get(fields))
        return ir.ArrayAttr.get(dictionaries)
