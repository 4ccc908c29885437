"""The signature of a function of a module, read from its types and our attributes."""

from __future__ import annotations

import mlir.ir as ir

from hcl_explore.backend.cpu.signature import Signature, Value
from hcl_explore.errors import BuildError
from hcl_explore.ir import attributes
from hcl_explore.ir.external import is_external, is_written

_FLOATS = {"f16": "float16", "bf16": "bfloat16", "f32": "float32", "f64": "float64"}
_INDEX_CASTS = frozenset({"arith.index_cast", "arith.index_castui"})
_DATA_DEPENDENT = frozenset({"scf.for", "scf.while"})
_READERS = frozenset(
    {
        "affine.load",
        "memref.load",
        "memref.dim",
        "memref.dealloc",
        "memref.extract_aligned_pointer_as_index",  # for printing
        "func.return",
    }
)


def find_function(module: ir.Module, name: str) -> ir.Operation:
    """The function ``name``. Raises ``BuildError`` where there is none with a body."""
    for op in module.body.operations:
        if op.operation.name != "func.func":
            continue
        if ir.StringAttr(op.attributes["sym_name"]).value == name:
            if not op.regions[0].blocks:
                raise BuildError(f"the function {name} has no body")
            return op.operation
    raise BuildError(f"the module has no function {name}")


def read_signature(module: ir.Module, top: str) -> Signature:
    """The signature of ``top``. Raises ``BuildError`` for types that cannot be passed."""
    func = find_function(module, top)
    function_type = ir.FunctionType(ir.TypeAttr(func.attributes["function_type"]).value)
    written = _Written(module)
    parameters = []
    for position, argument in enumerate(func.regions[0].blocks[0].arguments):
        fields = attributes.argument_attributes(func, position)
        name = _text(fields, attributes.ARGUMENT_NAME) or f"argument {position + 1}"
        dtype, shape = _describe(argument.type, _text(fields, attributes.DTYPE), top)
        parameters.append(Value(name, dtype, shape, written.is_written(argument)))
    results = []
    for position, result in enumerate(function_type.results):
        fields = _result_attributes(func, position)
        dtype, shape = _describe(result, _text(fields, attributes.DTYPE), top)
        name = _result_name(func, position) or f"result {position + 1}"
        results.append(Value(name, dtype, shape))
    return Signature(top, tuple(parameters), tuple(results), _is_data_dependent(module))


def _text(fields: ir.DictAttr | None, name: str) -> str | None:
    if fields is None or name not in fields:
        return None
    value: str = ir.StringAttr(fields[name]).value
    return value


def _result_attributes(func: ir.Operation, position: int) -> ir.DictAttr | None:
    if "res_attrs" not in func.attributes:
        return None
    return ir.DictAttr(ir.ArrayAttr(func.attributes["res_attrs"])[position])


def _result_name(func: ir.Operation, position: int) -> str | None:
    """The name of the array that is returned, if it is one that the function declares."""
    for op in func.regions[0].blocks[0].operations:
        if op.operation.name == "func.return":
            owner = op.operands[position].owner
            if not isinstance(owner, ir.Block) and owner.operation.name == "memref.alloc":
                return attributes.text(owner.operation, attributes.BUFFER_NAME)
    return None


def _describe(
    type_: ir.Type, dtype: str | None, function: str
) -> tuple[str, tuple[int | None, ...] | None]:
    if not isinstance(type_, ir.MemRefType):
        return dtype or element_name(type_, function), None
    if not isinstance(type_.layout, ir.AffineMapAttr) or type_.affine_map != (
        ir.AffineMap.get_identity(type_.rank, type_.context)
    ):
        raise BuildError(f"{function} takes or returns an array with a layout of its own: {type_}")
    shape = tuple(
        None if type_.is_dynamic_dim(axis) else type_.shape[axis] for axis in range(type_.rank)
    )
    return dtype or element_name(type_.element_type, function), shape


def element_name(type_: ir.Type, function: str) -> str:
    """The name of the kernel type that a signless MLIR type stores (integers count as signed)."""
    if isinstance(type_, ir.IndexType):
        return "index"
    if isinstance(type_, ir.IntegerType):
        return "uint1" if type_.width == 1 else f"int{type_.width}"
    if str(type_) in _FLOATS:
        return _FLOATS[str(type_)]
    raise BuildError(f"{function} has a value of type {type_}, which NumPy cannot hold")


class _Written:
    """Which array arguments of the functions of a module may be stored to."""

    def __init__(self, module: ir.Module) -> None:
        self._functions = {
            ir.StringAttr(op.attributes["sym_name"]).value: op.operation
            for op in module.body.operations
            if op.operation.name == "func.func"
        }
        self._known: dict[tuple[str, int], bool] = {}

    def is_written(self, value: ir.Value) -> bool:
        if not isinstance(value.type, ir.MemRefType):
            return False
        return any(self._writes(use.owner.operation, use.operand_number) for use in value.uses)

    def _writes(self, op: ir.Operation, operand: int) -> bool:
        if op.name in _READERS:
            return False
        if op.name in ("affine.store", "memref.store"):
            return True
        if op.name == "memref.copy":
            return operand == 1
        if op.name == "func.call":
            return self._callee_writes(ir.FlatSymbolRefAttr(op.attributes["callee"]).value, operand)
        if op.results and all(isinstance(result.type, ir.MemRefType) for result in op.results):
            return any(self.is_written(result) for result in op.results)
        return True

    def _callee_writes(self, name: str, position: int) -> bool:
        func = self._functions.get(name)
        if func is None or not func.regions[0].blocks:
            return True
        if is_external(func):
            return is_written(func, position)
        key = (name, position)
        if key not in self._known:
            self._known[key] = True  # what a recursive call would see
            self._known[key] = self.is_written(func.regions[0].blocks[0].arguments[position])
        return self._known[key]


def _is_data_dependent(module: ir.Module) -> bool:
    found = False

    def visit(op: ir.Operation) -> ir.WalkResult:
        nonlocal found
        subscripts = {"memref.load": len(op.operands) - 1, "memref.store": len(op.operands) - 2}
        is_subscript = op.name in _INDEX_CASTS and isinstance(op.results[0].type, ir.IndexType)
        if op.name in _DATA_DEPENDENT or subscripts.get(op.name, 0) > 0 or is_subscript:
            found = True
            return ir.WalkResult.INTERRUPT
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    return found
